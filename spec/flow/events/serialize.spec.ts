import { assert } from 'chai';
import {
  Event,
  FlowError,
  HttpEvent,
  InvalidEventDataModification,
  JSONEvent,
  JSONHttpEvent,
  MalformedEventData,
  parseEvent,
  parseXml,
  ResourceNotFound,
  registerEvent,
  serializeEvent,
  XMLEvent,
  XMLHttpEvent,
  xmlText,
} from '../../../lib/flow/events/index.ts';

const roundTrip = (event: Event): Event => parseEvent(serializeEvent(event));

describe('serializeEvent and parseEvent', () => {
  for (const event of [
    new Event({ data: 'text' }),
    new Event(),
    new JSONEvent({ data: { a: [1, null], $date: 'x' } }),
    new JSONEvent({ data: '"text"' }),
    new JSONEvent({ data: '5' }),
    new JSONEvent({ data: 'null' }),
    new XMLEvent({ data: '<a id="1">ä</a>' }),
    new HttpEvent({
      data: 'x',
      status: 404,
      headers: { Allow: 'GET' },
      environment: { REQUEST_METHOD: 'GET' },
    }),
    new JSONHttpEvent({ data: { a: 1 } }),
    new XMLHttpEvent({ data: '<a/>' }),
  ]) {
    it(`keep ${event.constructor.name} ${event.dataString()}`, () => {
      event.metaId = 'm';
      event.set('color', { dark: [true] });
      const back = roundTrip(event);
      assert.equal(back.constructor, event.constructor);
      assert.deepEqual(back.getProperties(), event.getProperties());
      assert.equal(back.dataString(), event.dataString());
    });
  }

  it('keep what JSON has no word for', () => {
    const data = {
      date: new Date(0),
      none: [undefined],
      big: 2n ** 70n,
      numbers: [Number.NaN, Number.POSITIVE_INFINITY, -0],
      bytes: Buffer.from([0, 255]),
      map: new Map<unknown, unknown>([[1, new Set(['a'])]]),
      escaped: { $date: 'not one' },
      twice: { $object: { $map: 1 } },
    };
    assert.deepEqual(roundTrip(new Event({ data })).data, data);
  });

  it('keep a date that is none', () => {
    assert.isNaN((roundTrip(new Event({ data: new Date(Number.NaN) })).data as Date).getTime());
  });

  it('keep XML within raw data', () => {
    const back = roundTrip(new Event({ data: { xml: parseXml('<a>1</a>') } }));
    assert.equal(xmlText((back.data as { xml: Parameters<typeof xmlText>[0] }).xml), '<a>1</a>');
  });

  it('keep the error: its class, its messages and what was added, but no stack', () => {
    const error = new ResourceNotFound(['one', 'two'], {
      order: 7,
      override: { a: new Date(0) },
      code: 'E7',
    });
    const text = serializeEvent(new JSONHttpEvent({ error }));
    assert.notInclude(text, 'serialize.spec');
    const back = parseEvent(text) as JSONHttpEvent;
    assert.instanceOf(back.error, ResourceNotFound);
    assert.deepEqual({ ...(back.error as ResourceNotFound) }, { ...error });
    assert.equal(back.status[0], 404);
    back.error = null;
    assert.equal(back.status[0], 200);
  });

  it('make an error of an unknown class one of the flow', () => {
    const { error } = roundTrip(new Event({ error: new TypeError('x is not a function') }));
    assert.instanceOf(error, FlowError);
    assert.equal(error?.message, 'TypeError: x is not a function');
  });

  it('are JSON.stringify and Event.fromJSON', () => {
    const event = new JSONEvent({ data: { a: 1 } });
    assert.equal(JSON.stringify(event), serializeEvent(event));
    assert.deepEqual(Event.fromJSON(event.toJSON()).data, { a: 1 });
  });

  it('write one line', () => {
    assert.notInclude(serializeEvent(new Event({ data: 'a\nb' })), '\n');
  });

  it('write an event of an unknown class as the nearest known one', () => {
    class Order extends JSONEvent {}
    assert.equal(roundTrip(new Order({ data: { a: 1 } })).constructor, JSONEvent);
  });

  it('keep a class that was registered', () => {
    class Invoice extends JSONEvent {}
    registerEvent(Invoice);
    assert.instanceOf(roundTrip(new Invoice({ data: { a: 1 } })), Invoice);
  });

  for (const [what, data] of Object.entries({ 'a function': () => {}, 'a symbol': Symbol('s') })) {
    it(`refuse ${what}`, () => {
      assert.throws(() => serializeEvent(new Event({ data: { data } })), MalformedEventData);
    });
  }

  it('refuse a circle', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    assert.throws(() => serializeEvent(new Event({ data: circle })), InvalidEventDataModification);
  });
});

describe('parseEvent', () => {
  const good = {
    type: 'Event',
    eventId: 'e',
    metaId: 'm',
    service: 's',
    created: 5,
    data: 'x',
    attributes: {},
  };
  const parse = (changes: object) => parseEvent(JSON.stringify({ ...good, ...changes }));

  it('reads the envelope that these specs start from', () => {
    assert.equal(parse({}).eventId, 'e');
    assert.isNull(parse({ data: undefined, attributes: undefined }).data);
  });

  for (const [what, changes] of Object.entries({
    'no class': { type: undefined },
    'an unknown class': { type: 'Order' },
    'a class that is a word of every object': { type: 'constructor' },
    'no id': { eventId: undefined },
    'an id that is no text': { eventId: 5 },
    'an empty meta id': { metaId: '' },
    'a service that is an object': { service: {} },
    'no time': { created: null },
    'attributes that are a list': { attributes: [] },
    'attributes that are a text': { attributes: 'x' },
    'an attribute that is a method': { attributes: { clone: 1 } },
    'an attribute constructor': { attributes: { constructor: 1 } },
    'an id among the attributes': { attributes: { eventId: 'x' } },
    'a status that is none': { type: 'HttpEvent', attributes: { status: 'fine' } },
    'data that is not of its class': { type: 'XMLEvent', data: '<a' },
    'JSON that is none': { type: 'JSONEvent', data: 'cat' },
    'a sign that is unknown': { data: { $eval: 'x' } },
    'a date that is a number': { data: { $date: 5 } },
    'a bigint that is none': { data: { $bigint: '5; x' } },
    'a bigint that takes a second to read': { data: { $bigint: '9'.repeat(1_000_000) } },
    'a set that is none': { data: { $set: 5 } },
    'a map that is none': { data: { $map: [5] } },
    'bytes that are none': { data: { $bytes: [1] } },
    'XML with a bomb': { data: { $xml: '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>' } },
    'an object that is none': { data: { $object: 5 } },
    'an error that is none': { error: { $error: [] } },
    'an error whose name is an object': { error: { $error: { name: {} } } },
    'an error whose extra is a text': { error: { $error: { name: 'FlowError', extra: 'x' } } },
  })) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parse(changes), MalformedEventData);
    });
  }

  for (const text of ['', 'cat', '5', 'null', '[]', '"x"', '{"__proto__":{}}', '['.repeat(100_000)]) {
    it(`refuses the text ${text.slice(0, 20)}`, () => {
      assert.throws(() => parseEvent(text), MalformedEventData);
    });
  }

  it('sets no prototype', () => {
    const text = JSON.stringify(good).replace('"data":"x"', '"data":{"__proto__":{"polluted":1}}');
    assert.throws(() => parseEvent(text), MalformedEventData, '__proto__');
    assert.notProperty({}, 'polluted');
  });
});
