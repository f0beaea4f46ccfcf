/** What each class makes of what it is given. */
import { assert } from 'chai';
import * as slimdom from 'slimdom';
import {
  Event,
  HttpEvent,
  InvalidEventDataModification,
  JSONEvent,
  JSONHttpEvent,
  jsonToXml,
  parseXml,
  XMLEvent,
  XMLHttpEvent,
  xmlText,
} from '../../../lib/flow/events/index.ts';

const xml = (data: unknown) => new XMLEvent({ data }).dataString();
const json = (data: unknown) => new JSONEvent({ data }).data;

describe('data', () => {
  it('of a raw event stays what it is', () => {
    const object = { a: 1 };
    const element = parseXml('<a/>');
    for (const data of ['cat', null, object, [1], element, 5, true])
      assert.equal(new Event({ data }).data, data);
    assert.isNull(new Event({ data: undefined }).data);
  });

  for (const [data, text] of [
    ['cat', 'cat'],
    [null, ''],
    [{ a: [1] }, '{"a":[1]}'],
    [5, '5'],
    [7n, '7'],
    [Buffer.from('ä'), 'ä'],
    [parseXml('<a>1</a>'), '<a>1</a>'],
  ] as const) {
    it(`of a raw event says ${JSON.stringify(text)}`, () => {
      assert.equal(new HttpEvent({ data }).dataString(), text);
    });
  }

  it('of a circle says something all the same', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    assert.isString(new Event({ data: circle }).dataString());
  });

  it('has the content type of its class', () => {
    const types = [Event, HttpEvent, JSONEvent, JSONHttpEvent, XMLEvent, XMLHttpEvent].map(Class => {
      assert.equal(new Class().contentType, Class.contentType);
      return Class.contentType;
    });
    assert.deepEqual(types, [
      ...['text/plain', 'text/plain'],
      ...['application/json', 'application/json', 'application/xml', 'application/xml'],
    ]);
  });

  it('stays what it was when it is refused', () => {
    const event = new XMLEvent({ data: '<a/>' });
    assert.throws(() => {
      event.data = '<a>';
    }, InvalidEventDataModification);
    assert.equal(event.dataString(), '<a/>');
  });
});

describe('JSON data', () => {
  for (const [given, expected] of [
    ['{"a":[1,null,"x"]}', { a: [1, null, 'x'] }],
    ['5', 5],
    ['null', null],
    [null, {}],
    [undefined, {}],
    [Buffer.from('{"a":"ä"}'), { a: 'ä' }],
    [true, true],
    [{ a: undefined, b: [undefined] }, { b: [null] }],
    [{ date: new Date(0) }, { date: '1970-01-01T00:00:00.000Z' }],
    [
      { big: 12n, nan: Number.NaN },
      { big: 12, nan: null },
    ],
    [
      { bytes: Buffer.from('x'), map: new Map([['a', 1]]), set: new Set([1]) },
      { bytes: 'eA==', map: { a: 1 }, set: [1] },
    ],
  ] as const) {
    it(`${typeof given === 'string' ? given : Object.prototype.toString.call(given)} is ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(json(given), expected);
    });
  }

  for (const [what, given] of Object.entries({
    'a text that is no JSON': 'cat',
    'an empty text': '',
    'a key __proto__': '{"a":{"__proto__":{"b":1}}}',
    'a key __proto__ that hides': '{"\\u005f_proto__":1}',
    'a key __proto__ of an object': JSON.parse('{"__proto__":1}'),
    'an element __proto__': parseXml('<a><__proto__>1</__proto__></a>'),
    'a function': { f: () => {} },
    'a symbol': Symbol('s'),
    'a bigint that no number holds': 2n ** 60n,
    'bytes that are no UTF-8': Buffer.from([0xff, 0xfe, 0x00]),
    'many levels of arrays': '['.repeat(513) + ']'.repeat(513),
    'more levels than a stack has': '['.repeat(500_000) + ']'.repeat(500_000),
    'many levels of objects': '{"a":'.repeat(600) + 1 + '}'.repeat(600),
  })) {
    it(`refuses ${what}`, () => {
      assert.throws(() => json(given), InvalidEventDataModification);
    });
  }

  it('is a copy of what was given', () => {
    const given = { list: [1] };
    const event = new JSONEvent({ data: given });
    given.list.push(2);
    assert.deepEqual(event.data, { list: [1] });
  });

  it('says its text', () => {
    assert.equal(new JSONEvent({ data: { a: 'x<y' } }).dataString(), '{"a":"x<y"}');
  });
});

describe('XML data', () => {
  for (const [given, expected] of [
    [{ a: 1 }, '<a>1</a>'],
    [{ a: null }, '<a/>'],
    [{ a: '' }, '<a/>'],
    [{ a: true }, '<a>true</a>'],
    [{ a: 1, b: 2 }, '<jsonified_envelope><a>1</a><b>2</b></jsonified_envelope>'],
    [{ a: [1, 2] }, '<jsonified_envelope><a>1</a><a>2</a></jsonified_envelope>'],
    [{ a: [1] }, '<a>1</a>'],
    [
      [1, 2],
      '<jsonified_envelope><jsonified_envelope>1</jsonified_envelope><jsonified_envelope>2</jsonified_envelope></jsonified_envelope>',
    ],
    [[], '<jsonified_envelope/>'],
    [{ a: { '@id': 'x', '#text': 't' } }, '<a id="x">t</a>'],
    [{ a: { '@id': null, '@n': 5 } }, '<a id="" n="5"/>'],
    [{ '#text': 't' }, '<jsonified_envelope>t</jsonified_envelope>'],
    [{ a: '<b/>' }, '<a><b/></a>'],
    [{ a: ' <b>x</b> ' }, '<a><b>x</b></a>'],
    [{ a: 'x<y&z' }, '<a>x&lt;y&amp;z</a>'],
    [{ a: '<not xml' }, '<a>&lt;not xml</a>'],
    [{ a: '<b><c></b>' }, '<a>&lt;b&gt;&lt;c&gt;&lt;/b&gt;</a>'],
    [
      { a: '<!DOCTYPE b [<!ENTITY e "x">]><b/>' },
      '<a>&lt;!DOCTYPE b [&lt;!ENTITY e "x"&gt;]&gt;&lt;b/&gt;</a>',
    ],
    [{ a: { b: [] } }, '<a/>'],
    [{ r: { '@xmlns': 'u', a: null } }, '<r xmlns="u"><a/></r>'],
    [{ 'p:r': { '@xmlns:p': 'u', 'p:a': { '@p:b': 1 } } }, '<p:r xmlns:p="u"><p:a p:b="1"/></p:r>'],
    [{ a: { '@xml:lang': 'en' } }, '<a xml:lang="en"/>'],
    [
      { errors: [{ foo: 'bar' }, { foo: 'bar' }, { foo: 'bar' }] },
      `<jsonified_envelope>${'<errors><foo>bar</foo></errors>'.repeat(3)}</jsonified_envelope>`,
    ],
    [{ root: { foo: ['bar', 'bar'] } }, '<root><foo>bar</foo><foo>bar</foo></root>'],
    [
      { a: [[1, 2], 3] },
      '<jsonified_envelope><a><jsonified_envelope>1</jsonified_envelope><jsonified_envelope>2</jsonified_envelope></a><a>3</a></jsonified_envelope>',
    ],
    [null, '<root/>'],
    ['<?xml version="1.0"?><!-- x --><a>1</a>', '<a>1</a>'],
    ['\ufeff<a/>', '<a/>'],
    ['<!DOCTYPE a SYSTEM "a[>.dtd"><a/>', '<a/>'],
    [Buffer.from('<a>ä</a>'), '<a>ä</a>'],
    [Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><a>ä</a>', 'latin1'), '<a>ä</a>'],
    [Buffer.from('\ufeff<a>ä</a>', 'utf16le'), '<a>ä</a>'],
  ] as const) {
    it(`${Buffer.isBuffer(given) ? `bytes ${given.toString('hex', 0, 8)}` : JSON.stringify(given)} is ${expected}`, () => {
      assert.equal(xml(given), expected);
    });
  }

  for (const [what, given] of Object.entries({
    'an object without keys': {},
    'a number': 5,
    'a text that is no XML': 'cat',
    'an empty text': '',
    'two roots': '<a/><b/>',
    'a tag that is not closed': '<order>',
    'a key that is no name': { 'a b': 1 },
    'a key that would be markup': { 'a><b': 1 },
    'an attribute that is no name': { a: { '@b c': 1 } },
    'an attribute that is an object': { a: { '@b': {} } },
    'the name xmlns': { xmlns: 1 },
    'the prefix xmlns': { 'xmlns:a': 1 },
    'a name that is empty': { '': 1 },
    'a prefix without a namespace': { 'p:a': 1 },
    'a prefix without a namespace on an attribute': { a: { '@p:b': 1 } },
    'a name of two prefixes': { 'a:b:c': { '@xmlns:a': 'u' } },
    'a declaration of xmlns': { a: { '@xmlns:xmlns': 'u' } },
    'a declaration of xml': { a: { '@xmlns:xml': 'u' } },
    'a prefix that is taken back': { a: { '@xmlns:p': '' } },
    'a namespace that belongs to XML': { a: { '@xmlns': 'http://www.w3.org/2000/xmlns/' } },
    'a control character': { a: '\u0000' },
    'half of a character': { a: '\ud800' },
    'bytes that are not of their encoding': Buffer.from(
      '<?xml version="1.0" encoding="utf-8"?><a>\xff</a>',
      'latin1',
    ),
    'bytes of an unknown encoding': Buffer.from('<?xml version="1.0" encoding="klingon"?><a/>'),
    'an empty document': new slimdom.Document(),
    'a function': () => {},
  })) {
    it(`refuses ${what}`, () => {
      assert.throws(() => xml(given), InvalidEventDataModification);
    });
  }

  it('takes a document, and elements of another copy of slimdom', () => {
    const document = slimdom.parseXmlDocument('<a><b/></a>');
    assert.equal(xml(document), '<a><b/></a>');
    assert.equal(new XMLEvent({ data: document.documentElement }).clone().dataString(), '<a><b/></a>');
    assert.equal(new Event({ data: document }).dataString(), '<a><b/></a>');
    assert.deepEqual(json(slimdom.parseXmlDocument('<a xmlns="u" xmlns:p="v" p:x="1">t<!-- --></a>')), {
      a: { '@xmlns': 'u', '@xmlns:p': 'v', '@p:x': '1', '#text': 't' },
    });
  });

  it('has its own root around an object with several keys', () => {
    assert.equal(
      xmlText(jsonToXml({ a: 1, b: 2 }, { root: 'dicttoxml' })),
      '<dicttoxml><a>1</a><b>2</b></dicttoxml>',
    );
    assert.equal(xmlText(jsonToXml({ a: 1 }, { root: 'dicttoxml' })), '<a>1</a>');
    assert.throws(() => jsonToXml({ a: 1, b: 2 }, { root: 'a b' }), InvalidEventDataModification);
  });
});

describe('XML as JSON', () => {
  for (const [given, expected] of [
    ['<a>1</a>', { a: '1' }],
    ['<a/>', { a: null }],
    ['<a> 1 </a>', { a: '1' }],
    ['<a>  </a>', { a: null }],
    ['<jsonified_envelope><a>1</a><b>2</b></jsonified_envelope>', { a: '1', b: '2' }],
    ['<r><a>1</a><a>2</a></r>', { r: { a: ['1', '2'] } }],
    ['<r><a/><a/></r>', { r: { a: [null, null] } }],
    [
      '<jsonified_envelope><jsonified_envelope>1</jsonified_envelope><jsonified_envelope>2</jsonified_envelope></jsonified_envelope>',
      { jsonified_envelope: ['1', '2'] },
    ],
    ['<a id="x">t</a>', { a: { '@id': 'x', '#text': 't' } }],
    ['<r>t<a>1</a>u</r>', { r: { a: '1', '#text': 'tu' } }],
    ['<r><![CDATA[<x>]]></r>', { r: '<x>' }],
    ['<r><!-- no --><?no no?>t</r>', { r: 't' }],
    ['<r xmlns="u"><a/></r>', { r: { '@xmlns': 'u', a: null } }],
    ['<p:r xmlns:p="u"/>', { 'p:r': { '@xmlns:p': 'u' } }],
    ['<jsonified_envelope/>', null],
    ['<r><a force_list="true"><b>1</b></a></r>', { r: { a: [{ b: '1' }] } }],
    ['<r><a force_list="True"/><a/></r>', { r: { a: [null, null] } }],
    ['<r><a force_list="false">1</a></r>', { r: { a: '1' } }],
    ['<constructor><toString/></constructor>', { constructor: { toString: null } }],
  ] as const) {
    it(`${given} is ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(json(parseXml(given)), expected);
    });
  }

  it('refuses a tree that is too deep', () => {
    const root = parseXml('<a/>');
    let deepest = root;
    for (let level = 1; level < 300; level++) {
      deepest = deepest.appendChild((root.ownerDocument as slimdom.Document).createElement('a'));
    }
    assert.throws(() => json(root), InvalidEventDataModification, 'levels');
  });

  it('refuses a force_list that is neither true nor false', () => {
    assert.throws(() => json(parseXml('<a force_list="maybe"/>')), InvalidEventDataModification, 'maybe');
  });
});
