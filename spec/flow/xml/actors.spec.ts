import { assert } from 'chai';
import type { FlowError } from '../../../lib/flow/events/errors.ts';
import type { FlowActor } from '../../../lib/flow/flowActor.ts';
import {
  DictToXML,
  Event,
  EventRouter,
  EventXMLFilter,
  EventXMLXpathsFilter,
  FlowHarness,
  HTTPXpathEventAttributeModifier,
  HttpEvent,
  JSONEvent,
  JSONHttpEvent,
  JSONXSD,
  JSONXSLT,
  PropertiesToXML,
  ToDict,
  ToXML,
  XMLEvent,
  XMLHttpEvent,
  XMLToDict,
  XpathEventAttributeModifier,
  XSD,
  XSLT,
} from '../../../lib/flow/index.ts';
import { run, turns } from '../control/support.ts';
import { changes } from './support.ts';

// biome-ignore lint/suspicious/noExplicitAny: each class has parameters of its own
type Kind = new (name: string, params?: any) => FlowActor<any>;

async function through(kind: Kind, params: object, event: Event, name?: string): Promise<Event> {
  await using harness = await FlowHarness.start(kind, { params, name });
  await harness.put(event);
  const [result] = await Promise.race([
    harness.next().then(sent => [sent]),
    harness.error().then(({ error }) => Promise.reject(error)),
  ]);
  return result as Event;
}

async function errorFrom(kind: Kind, params: object, event: Event): Promise<Event> {
  await using harness = await FlowHarness.start(kind, { params });
  await harness.put(event);
  const failed = await harness.error();
  assert.deepEqual(harness.takeAll(), []);
  return failed;
}

describe('XSLT', () => {
  it('makes of the data what the stylesheet makes of it', async () => {
    const data = '<root><foo>foo_value</foo><bar>bar_value></bar></root>';
    const event = new XMLEvent({ data });
    const result = await through(XSLT, { xslt: changes }, event);
    assert.equal(result.dataString(), '<root><foo>foo_value</foo></root>');
    assert.equal(result.eventId, event.eventId);
  });

  it('fails as the stylesheet says, and puts its message into the data', async () => {
    const { error, ...event } = await errorFrom(
      XSLT,
      { xslt: changes },
      new XMLHttpEvent({ data: '<bad/>' }),
    ).then(failed => ({
      error: failed.error as FlowError,
      text: failed.dataString(),
      status: (failed as XMLHttpEvent).status,
    }));
    assert.deepEqual([error.name, error.message], ['MalformedEventData', 'Malformed Request: Invalid XML']);
    assert.equal((error.cause as Error).message, 'not this one');
    assert.equal(event.text, '<bad><transform_error>not this one</transform_error></bad>');
    assert.equal(event.status[0], 400);
  });

  it('gives values to the parameters of the stylesheet', async () => {
    const params = { xslt: changes, params: { who: 'you' } };
    const result = await through(XSLT, params, new XMLEvent({ data: '<hi/>' }));
    assert.equal(result.dataString(), '<hi>you</hi>');
  });

  it('takes JSON as the XML that it is', async () => {
    const result = await through(
      XSLT,
      { xslt: changes },
      new JSONEvent({ data: { root: { foo: 1, bar: 2 } } }),
    );
    assert.instanceOf(result, XMLEvent);
    assert.equal(result.dataString(), '<root><foo>1</foo></root>');
  });

  it('JSONXSLT gives JSON back', async () => {
    const event = new JSONEvent({ data: { root: { foo: 'x', bar: 2 } } });
    assert.deepEqual((await through(JSONXSLT, { xslt: changes }, event)).data, { root: { foo: 'x' } });
  });

  it('needs a stylesheet', () => {
    assert.throws(
      () => new XSLT('xslt', {} as never),
      'xslt: xslt must be the text of a stylesheet, not undefined',
    );
  });

  it('does not start with what is no stylesheet', async () => {
    const started = await FlowHarness.start(XSLT, { params: { xslt: '<no' } }).catch(
      (error: unknown) => error,
    );
    assert.instanceOf(started, Error);
    assert.match((started as Error).message, /^\w+: the stylesheet can't be used/);
  });
});

const xsd = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="order"><xs:complexType><xs:sequence>
  <xs:element name="id" type="xs:int"/><xs:element name="name" type="xs:string"/></xs:sequence></xs:complexType></xs:element></xs:schema>`;

describe('XSD', () => {
  it('lets valid documents pass unchanged', async () => {
    const data = '<order><id>1</id><name>x</name></order>';
    assert.equal((await through(XSD, { xsd }, new XMLEvent({ data }))).dataString(), data);
  });

  it('sends others to the error outboxes, with what the validator says', async () => {
    const { error } = await errorFrom(XSD, { xsd }, new XMLEvent({ data: '<order><id>x</id></order>' }));
    assert.equal(error?.name, 'MalformedEventData');
    assert.isAtLeast((error as FlowError).messages.length, 2);
    assert.include(error?.message, "'x' is not a valid value of the atomic type 'xs:int'");
  });

  it('lets all that is well-formed pass without a schema', async () => {
    assert.equal((await through(XSD, {}, new XMLEvent({ data: '<a/>' }))).dataString(), '<a/>');
  });

  it('JSONXSD checks JSON as the XML that it would be', async () => {
    const data = { order: { id: 1, name: 'x' } };
    assert.deepEqual((await through(JSONXSD, { xsd }, new JSONEvent({ data }))).data, data);
    const { error } = await errorFrom(JSONXSD, { xsd }, new JSONEvent({ data: { order: { id: 1 } } }));
    assert.include(error?.message, 'Missing child element');
  });

  it('does not start with what is no schema', async () => {
    const started = await FlowHarness.start(XSD, { params: { xsd: '<a/>' } }).catch(
      (error: unknown) => error,
    );
    assert.match((started as Error).message, /^\w+: the XML schema can't be used/);
  });
});

describe('DictToXML', () => {
  const cases: [string, Event, string, typeof Event][] = [
    ['one member is the root', new JSONEvent({ data: { foo: 'bar' } }), '<foo>bar</foo>', XMLEvent as never],
    [
      'several members get a root with the name of the actor',
      new JSONEvent({ data: { foo: 'bar', fubar: 'barfu' } }),
      '<dicttoxml><foo>bar</foo><fubar>barfu</fubar></dicttoxml>',
      XMLEvent as never,
    ],
    [
      'text that is XML becomes nodes',
      new JSONEvent({ data: { foo: '<foo><bar>barvalue</bar></foo>', fubar: 'barfu' } }),
      '<dicttoxml><foo><foo><bar>barvalue</bar></foo></foo><fubar>barfu</fubar></dicttoxml>',
      XMLEvent as never,
    ],
    [
      'an HTTP event stays one',
      new HttpEvent({ data: { foo: 'bar' } }),
      '<foo>bar</foo>',
      XMLHttpEvent as never,
    ],
    ['XML passes', new XMLEvent({ data: { foo: 'bar' } }), '<foo>bar</foo>', XMLEvent as never],
    [
      'a list repeats its element',
      new JSONEvent({ data: { root: { foo: ['bar', 'bar', 'bar'] } } }),
      '<root><foo>bar</foo><foo>bar</foo><foo>bar</foo></root>',
      XMLEvent as never,
    ],
    [
      'a list at the root gets an envelope',
      new JSONEvent({ data: { errors: [{ foo: 'bar' }, { foo: 'bar' }, { foo: 'bar' }] } }),
      `<jsonified_envelope>${'<errors><foo>bar</foo></errors>'.repeat(3)}</jsonified_envelope>`,
      XMLEvent as never,
    ],
  ];
  for (const [what, event, expected, kind] of cases) {
    it(`makes XML: ${what}`, async () => {
      const result = await through(DictToXML, {}, event, 'dicttoxml');
      assert.equal(result.dataString(), expected);
      assert.equal(result.constructor, kind);
      assert.equal(result.eventId, event.eventId);
    });
  }

  it('takes another root', async () => {
    const result = await through(ToXML, { key: 'all' }, new JSONEvent({ data: { a: 1, b: 2 } }));
    assert.equal(result.dataString(), '<all><a>1</a><b>2</b></all>');
  });

  it('sends what can be no XML to the error outboxes', async () => {
    const { error } = await errorFrom(DictToXML, {}, new JSONEvent({ data: { 'no name': 1 } }));
    assert.equal(error?.name, 'InvalidEventDataModification');
  });
});

describe('PropertiesToXML', () => {
  it('makes XML of all that the event has but its data', async () => {
    const event = new Event({ data: 'x', service: 'orders', colour: 'red' });
    const result = await through(PropertiesToXML, {}, event, 'propertiestoxml');
    assert.match(result.dataString(), /^<propertiestoxml>.*<service>orders<\/service>.*<\/propertiestoxml>$/);
    assert.include(result.dataString(), '<colour>red</colour>');
    assert.equal(result.constructor, XMLEvent);
  });
});

describe('XMLToDict', () => {
  const cases: [string, string, unknown][] = [
    ['an element', '<foo>bar</foo>', { foo: 'bar' }],
    ['nested elements', '<a><b><c>1</c><d>2</d></b></a>', { a: { b: { c: '1', d: '2' } } }],
    ['repeated elements', '<a><b>1</b><b>2</b></a>', { a: { b: ['1', '2'] } }],
    [
      'what was JSON before',
      `<jsonified_envelope>${'<errors><foo>bar</foo></errors>'.repeat(3)}</jsonified_envelope>`,
      { errors: [{ foo: 'bar' }, { foo: 'bar' }, { foo: 'bar' }] },
    ],
  ];
  for (const [what, data, expected] of cases) {
    it(`makes JSON of ${what}`, async () => {
      const result = await through(XMLToDict, {}, new XMLEvent({ data }));
      assert.deepEqual(result.data, expected);
      assert.equal(result.constructor, JSONEvent);
    });
  }

  it('leaves the root away when it is asked to', async () => {
    const event = new XMLHttpEvent({ data: '<a><b>1</b></a>' });
    const result = await through(ToDict, { flatten: true }, event);
    assert.deepEqual(result.data, { b: '1' });
    assert.equal(result.constructor, JSONHttpEvent);
  });

  it('makes XML of text first', async () => {
    assert.deepEqual((await through(XMLToDict, {}, new Event({ data: '<a/>' }))).data, { a: null });
  });
});

describe('XpathEventAttributeModifier', () => {
  const event = () =>
    new XMLEvent({ data: '<o xmlns:x="urn:x"><id>7</id><l>1</l><l>2</l><x:t><y/></x:t></o>' });
  const cases: [string, unknown][] = [
    ['//id', '7'],
    ['//l', ['1', '2']],
    ['//nothing', null],
    ['count(//l)', '2'],
    ['//q:t', '<x:t xmlns:x="urn:x"><y/></x:t>'],
  ];
  for (const [value, expected] of cases) {
    it(`puts what ${value} finds at a path`, async () => {
      const params = { key: 'found', value, namespaces: { q: 'urn:x' } };
      assert.deepEqual((await through(XpathEventAttributeModifier, params, event())).get('found'), expected);
    });
  }

  it('HTTPXpathEventAttributeModifier sets the status', async () => {
    const data = '<r><code>404 Not Found</code></r>';
    const params = { key: 'status', value: '//code' };
    const result = await through(HTTPXpathEventAttributeModifier, params, new XMLHttpEvent({ data }));
    assert.deepEqual((result as XMLHttpEvent).status, [404, 'Not Found']);
  });

  it('refuses what is no XPath', () => {
    assert.throws(() => new XpathEventAttributeModifier('m', { value: '//[' }), /is no XPath/);
  });
});

describe('filters for XML', () => {
  const outboxes = ['one', 'two', 'three', 'four', 'default'];
  const xml = (data: string) => new XMLEvent({ data });
  const kinds = {
    xpath: [
      new EventXMLFilter({ xpath: '//foo', valueRegexes: 'foo_bar', outboxNames: 'one' }),
      new EventXMLFilter({ xpath: '//foo', valueRegexes: 'bar_foo', outboxNames: ['two', 'three'] }),
      new EventXMLFilter({ xpath: '//foo/@attribute', valueRegexes: '[0-9]{1,10}', outboxNames: 'four' }),
    ],
    'patterns in the document': [
      new EventXMLXpathsFilter({ xpath: '//foo', regexXpath: '//foo_regex', outboxNames: 'one' }),
      new EventXMLXpathsFilter({ xpath: '//bar', regexXpath: '//foo_regex', outboxNames: ['two', 'three'] }),
      new EventXMLXpathsFilter({
        xpath: '//foo/@attribute',
        regexXpath: '//foo_regex/@regex',
        outboxNames: 'four',
      }),
    ],
  };
  const cases: [keyof typeof kinds, string, string[]][] = [
    ['xpath', '<d><foo>foo_bar</foo></d>', ['one']],
    ['xpath', '<d><foo>bar_foo</foo></d>', ['two', 'three']],
    ['xpath', '<d><foo attribute="123456"/></d>', ['four']],
    ['xpath', '<d><foo>nothing</foo></d>', ['default']],
    ['patterns in the document', '<d><foo>foo_bar</foo><foo_regex>foo_bar</foo_regex></d>', ['one']],
    ['patterns in the document', '<d><bar>x</bar><foo_regex>x</foo_regex></d>', ['two', 'three']],
    [
      'patterns in the document',
      '<d><foo attribute="123456"/><foo_regex regex="[0-9]{1,10}"/></d>',
      ['one', 'four'],
    ],
  ];
  for (const [kind, data, boxes] of cases) {
    it(`by ${kind}: ${data} goes to ${boxes.join(' and ')}`, async () => {
      const { harness } = await run(
        EventRouter,
        { routingFilters: kinds[kind], type: 'blacklist' },
        { outboxes },
      );
      await harness.put(xml(data));
      await turns();
      assert.deepEqual(
        outboxes.filter(box => harness.takeAll(box).length > 0),
        boxes,
      );
      await harness.stop();
    });
  }

  it('an element that is there but empty is the empty text', () => {
    const filter = new EventXMLFilter({ xpath: '//foo', valueRegexes: '^$' });
    assert.isTrue(filter.matches(xml('<d><foo/></d>')));
    assert.isFalse(filter.matches(xml('<d/>')));
    assert.isFalse(filter.matches(new Event({ data: 'no XML' })));
  });

  it('look at what a stylesheet makes of the document, which stays as it is', async () => {
    const filter = new EventXMLFilter({ xpath: '//bar', xslt: changes });
    await filter.prepare();
    const event = xml('<d><bar/></d>');
    assert.isFalse(filter.matches(event));
    assert.equal(event.dataString(), '<d><bar/></d>');
  });

  it('send a document whose pattern is none to the error outboxes', async () => {
    const routingFilters = new EventXMLXpathsFilter({ regexXpath: '//r', outboxNames: 'one' });
    const { harness } = await run(EventRouter, { routingFilters }, { outboxes: ['one'] });
    await harness.put(xml('<d><r>(</r></d>'));
    assert.include((await harness.error()).error?.message, 'which is no regular expression');
    await harness.stop();
  });
});
