import { assert } from 'chai';
import {
  Event,
  FormEvent,
  FormHttpEvent,
  HttpEvent,
  InvalidEventDataModification,
  JSONEvent,
  JSONHttpEvent,
  parseEvent,
  parseXml,
  ResourceNotFound,
  serializeEvent,
  XMLEvent,
} from '../../../lib/flow/events/index.ts';

const form = (data: unknown) => new FormEvent({ data }).data;

describe('FormEvent', () => {
  for (const [given, expected] of [
    ['a=1&b=x+y%21', { a: '1', b: 'x y!' }],
    ['a=1&a=2&a=3', { a: ['1', '2', '3'] }],
    ['constructor=1', { constructor: '1' }],
    ['', {}],
    [null, {}],
    [Buffer.from('a=%C3%A4'), { a: 'ä' }],
    [
      { a: 1, b: [true, null], c: { d: 1 } },
      { a: '1', b: ['true', ''], c: '{"d":1}' },
    ],
    [parseXml('<a><b>1</b></a>'), { a: '{"b":"1"}' }],
  ] as const) {
    it(`has ${JSON.stringify(expected)}`, () => {
      assert.deepEqual<unknown>(form(given), expected);
    });
  }

  for (const [what, given] of Object.entries({
    'a number': 5,
    'a list': [1],
    'a field __proto__': '__proto__=1',
    'bytes that are no UTF-8': Buffer.from([0xff]),
    'more fields than anybody fills in': 'a=1&'.repeat(10_001),
  })) {
    it(`refuses ${what}`, () => {
      assert.throws(() => form(given), InvalidEventDataModification);
    });
  }

  it('says its text, which is the same form', () => {
    const text = new FormEvent({ data: { a: ['1', '2'], b: 'x y&=' } }).dataString();
    assert.equal(text, 'a=1&a=2&b=x+y%26%3D');
    assert.deepEqual(form(text), { a: ['1', '2'], b: 'x y&=' });
  });

  it('says its errors as fields', () => {
    const error = new ResourceNotFound(['Oops, no', 'none']);
    assert.equal(new FormEvent({ error }).errorString(), 'error=Oops%2C+no&error=none');
    assert.equal(
      new FormEvent({ error: new ResourceNotFound('x', { override: 'y' }) }).errorString(),
      'error=y',
    );
  });

  it('becomes JSON and XML, and keeps what belongs to HTTP', () => {
    const event = new FormHttpEvent({ data: 'a=1&b=2', status: 201 });
    assert.instanceOf(event, FormEvent);
    assert.instanceOf(event, HttpEvent);
    const json = event.convert(JSONEvent);
    assert.equal(json.constructor, JSONHttpEvent);
    assert.deepEqual(json.data, { a: '1', b: '2' });
    assert.equal(
      event.convert(XMLEvent).dataString(),
      '<jsonified_envelope><a>1</a><b>2</b></jsonified_envelope>',
    );
    assert.equal(json.convert(FormEvent).constructor, FormHttpEvent);
    assert.equal(new Event({ data: 'a=1' }).convert(FormEvent).dataString(), 'a=1');
  });

  it('survives copies and wires', () => {
    const event = new FormHttpEvent({ data: 'a=1&a=2' });
    const copy = event.clone();
    (copy.lookup('data/a') as string[]).push('3');
    assert.deepEqual(event.data, { a: ['1', '2'] });
    const back = parseEvent(serializeEvent(event));
    assert.equal(back.constructor, FormHttpEvent);
    assert.deepEqual<unknown>(back.data, event.data);
  });
});
