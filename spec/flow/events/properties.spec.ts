/** What holds for any data, however odd. */
import { inspect, isDeepStrictEqual } from 'node:util';
import { assert } from 'chai';
import fc from 'fast-check';
import {
  Event,
  FlowError,
  HttpEvent,
  InvalidEventDataModification,
  JSONEvent,
  JSONHttpEvent,
  type Json,
  jsonToXml,
  MalformedEventData,
  parseEvent,
  parseXml,
  serializeEvent,
  XMLEvent,
  XMLHttpEvent,
  xmlText,
  xmlToJson,
} from '../../../lib/flow/events/index.ts';

/** The value, or undefined when it was refused as data are; any other error goes on. */
function orRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof InvalidEventDataModification || error instanceof MalformedEventData)
      return undefined;
    throw error;
  }
}

/** Pieces that parsers stumble over. */
const markup = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '<',
          '>',
          '/',
          '<a>',
          '</a>',
          '<a ',
          'b="c"',
          '"',
          "'",
          '=',
          '&',
          '&amp;',
          '&#0;',
          '&#x41;',
          ';',
          ' ',
        ],
        ...[
          '<!--',
          '-->',
          '<![CDATA[',
          ']]>',
          '<?',
          '?>',
          '<?xml version="1.0"?>',
          '<!DOCTYPE a',
          '[',
          ']',
          'xmlns',
        ],
        ...[
          ':',
          'p:',
          '\u0000',
          '\ud800',
          '\ufeff',
          '{',
          '}',
          '"a":',
          ',',
          '__proto__',
          '\\u005f',
          '1e999',
          '@',
        ],
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 30 },
  )
  .map(pieces => pieces.join(''));

const name = fc.constantFrom('a', 'b', 'c', 'long-name', 'ä', '_x', 'constructor', 'toString');

/** Texts that come back from XML as they are: no markup, nothing around them that would be trimmed. */
const text = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .map(each => each.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '').trim())
  .filter(each => each !== '' && !/^<.*>$/s.test(each));

/** JSON that XML can say without a loss. */
const { content } = fc.letrec<{ content: Json; element: Json }>(tie => ({
  content: fc.oneof({ maxDepth: 4 }, text, fc.constant(null), tie('element')),
  element: fc
    .record({
      attributes: fc.dictionary(
        name.map(each => `@${each}`),
        text,
        { maxKeys: 2, noNullPrototype: true },
      ),
      children: fc.dictionary(
        name,
        fc.oneof(tie('content'), fc.array(tie('content'), { minLength: 2, maxLength: 3 })),
        { maxKeys: 3, noNullPrototype: true },
      ),
      text: fc.option(text, { nil: undefined }),
    })
    .map(({ attributes, children, text: own }) => {
      const found = { ...attributes, ...children, ...(own === undefined ? {} : { '#text': own }) };
      const keys = Object.keys(found);
      if (keys.length === 0) return null;
      return keys.length === 1 && keys[0] === '#text' ? (found['#text'] as Json) : (found as Json);
    }),
}));

describe('any data', () => {
  it('of any text is XML, or is refused', () => {
    fc.assert(
      fc.property(markup, given => {
        const event = orRefused(() => new XMLEvent({ data: given }));
        if (event !== undefined) parseXml(event.dataString());
      }),
      { numRuns: 1000 },
    );
  });

  it('of any text is JSON, or is refused', () => {
    fc.assert(
      fc.property(markup, given => {
        const event = orRefused(() => new JSONEvent({ data: given }));
        if (event !== undefined) assert.deepEqual(event.data, JSON.parse(given));
      }),
      { numRuns: 1000 },
    );
  });

  it('of any bytes is XML, JSON, or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array(), data => {
        orRefused(() => new XMLEvent({ data }));
        orRefused(() => new JSONEvent({ data }));
      }),
    );
  });

  it('of any text is a serialised event, or is refused', () => {
    fc.assert(
      fc.property(fc.oneof(markup, fc.json()), given => {
        orRefused(() => parseEvent(given));
      }),
      { numRuns: 1000 },
    );
  });

  it('of any envelope is an event, or is refused', () => {
    const part = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('Event', 'XMLEvent', 'HttpEvent', '<a/>', { $date: 1 }),
    );
    const envelope = fc.record(
      {
        type: fc.constantFrom('Event', 'JSONEvent', 'XMLEvent', 'HttpEvent', 'LogEvent'),
        eventId: fc.constant('e'),
        metaId: fc.constant('m'),
        service: fc.constant('s'),
        created: fc.constant(1),
        data: part,
        error: fc.oneof(part, fc.record({ $error: fc.object({ maxDepth: 2 }) })),
        attributes: fc.dictionary(
          fc.oneof(fc.constantFrom('status', 'headers', 'clone', 'data'), name),
          part,
        ),
      },
      { requiredKeys: ['type', 'eventId', 'metaId', 'service', 'created'] },
    );
    fc.assert(
      fc.property(envelope, given => {
        orRefused(() => parseEvent(JSON.stringify(given)));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('JSON and XML', () => {
  it('keep what XML can say', () => {
    fc.assert(
      fc.property(name, content, (root, inner) => {
        const json = { [root]: inner };
        assert.deepEqual(xmlToJson(jsonToXml(json)), json);
      }),
      { numRuns: 1000 },
    );
  });

  it('keep it through the text as well', () => {
    fc.assert(
      fc.property(name, content, (root, inner) => {
        const json = { [root]: inner };
        assert.deepEqual(new JSONEvent({ data: parseXml(xmlText(jsonToXml(json))) }).data, json);
      }),
    );
  });

  it('agree from then on: what went through XML once goes through it unchanged', () => {
    const value = fc.oneof(fc.jsonValue(), content).filter(each => !Array.isArray(each));
    fc.assert(
      fc.property(name, value, (root, given) => {
        const once = orRefused(() => xmlToJson(parseXml(xmlText(jsonToXml({ [root]: given as Json })))));
        if (once !== undefined) assert.deepEqual(xmlToJson(jsonToXml(once)), once);
      }),
      { numRuns: 500 },
    );
  });
});

/** Two dates that are none are not equal. */
const isComparable = (data: unknown): boolean => !inspect(data, { depth: 9 }).includes('Invalid Date');

describe('copies', () => {
  const plain = fc
    .anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      maxDepth: 4,
    })
    .filter(isComparable);

  it('equal what they are copies of', () => {
    fc.assert(
      fc.property(plain, data => {
        const event = new Event({ data });
        assert.isTrue(isDeepStrictEqual(event.clone().data, event.data));
      }),
    );
  });

  it('that went over a wire equal the event', () => {
    const wired = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      maxDepth: 4,
    });
    const classes = fc.constantFrom(Event, HttpEvent);
    fc.assert(
      fc.property(classes, wired.filter(isComparable), (Class, data) => {
        const event = new Class({ data, color: data });
        const text = orRefused(() => serializeEvent(event));
        if (text === undefined) return;
        const back = parseEvent(text);
        assert.isTrue(isDeepStrictEqual(back.data, withoutUndefined(event.data)));
        assert.equal(back.eventId, event.eventId);
      }),
      { numRuns: 500 },
    );
  });

  it('in another format carry the ids along', () => {
    const classes = fc.constantFrom(JSONEvent, XMLEvent, JSONHttpEvent, XMLHttpEvent);
    fc.assert(
      fc.property(classes, fc.jsonValue(), (Class, data) => {
        const event = new Event({ data });
        try {
          assert.equal(event.convert(Class).eventId, event.eventId);
        } catch (error) {
          assert.instanceOf(error, FlowError);
        }
      }),
    );
  });
});

/** Keys without a value are not written. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value instanceof Map)
    return new Map([...value].map(pair => pair.map(withoutUndefined) as [unknown, unknown]));
  if (value instanceof Set) return new Set([...value].map(withoutUndefined));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutUndefined(item)]),
  );
}
