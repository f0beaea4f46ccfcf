import { assert } from 'chai';
import { ResourceNotFound } from '../../../lib/flow/events/errors.ts';
import type { Event } from '../../../lib/flow/events/event.ts';
import {
  Data,
  ErrorEventAttributeModifier,
  EventAttributeDelete,
  EventAttributeLookupModifier,
  EventAttributeModifier,
  EventAttributeRegexSubstitution,
  EventDataCompare,
  EventDataEventAttributeModifier,
  EventDataStaticAttributeModifier,
  Header,
  HTTPJSONAttributeModifier,
  JSONEvent,
  JSONEventAttributeDelete,
  JSONEventAttributeModifier,
  JSONHttpEvent,
  XMLEvent,
} from '../../../lib/flow/index.ts';
import { run, text, turns } from './support.ts';

/** What comes out for one event that is put in. */
async function through(kind: never, params: object, event: Event): Promise<Event> {
  const { harness } = await run(kind as new (name: string) => EventAttributeModifier, params);
  await harness.put(event);
  const result = await harness.next();
  await harness.stop();
  return result;
}

async function errorOf(kind: never, params: object, event: Event): Promise<Error> {
  const { harness } = await run(kind as new (name: string) => EventAttributeModifier, params);
  await harness.put(event);
  const { error } = await harness.error();
  assert.deepEqual(harness.takeAll(), []);
  await harness.stop();
  return error as Error;
}

describe('EventAttributeModifier', () => {
  it('sets the data', async () => {
    assert.equal((await through(EventAttributeModifier as never, { value: 'new' }, text('old'))).data, 'new');
  });

  it('has an empty object as the value by default', async () => {
    assert.deepEqual((await through(EventAttributeModifier as never, {}, text('old'))).data, {});
  });

  it('sets another attribute', async () => {
    const event = await through(EventAttributeModifier as never, { key: 'service', value: 'x' }, text('old'));
    assert.deepEqual([event.service, event.data], ['x', 'old']);
  });

  it('uses the name of the actor when the key is null', async () => {
    assert.equal(
      (await through(EventAttributeModifier as never, { key: null, value: 1 }, text(''))).get('actor'),
      1,
    );
  });

  it('makes the objects that a path needs', async () => {
    const event = await through(EventAttributeModifier as never, { key: 'a/b/c', value: 1 }, text('old'));
    assert.deepEqual(event.get('a'), { b: { c: 1 } });
  });

  it('takes another separator', async () => {
    const params = { key: 'data.x', value: 1, separator: '.' };
    const event = await through(EventAttributeModifier as never, params, new JSONEvent({ data: { y: 2 } }));
    assert.deepEqual(event.data, { x: 1, y: 2 });
  });

  it('fails when something that is no object is in the way', async () => {
    const error = await errorOf(EventAttributeModifier as never, { key: 'data/x/y', value: 1 }, text('old'));
    assert.equal(error.name, 'MalformedEventData');
    assert.include(error.message, 'data is "old"');
  });

  it('never reaches a prototype', async () => {
    const params = { key: 'data/__proto__/polluted', value: true };
    await through(EventAttributeModifier as never, params, new JSONEvent({ data: {} }));
    assert.isUndefined(({} as { polluted?: unknown }).polluted);
  });

  it('gives each event a value of its own', async () => {
    const { harness } = await run(EventAttributeModifier as never, { value: { n: 1 } });
    await harness.put(text(''));
    await harness.put(text(''));
    await turns();
    const [one, other] = harness.takeAll() as [Event, Event];
    assert.notStrictEqual(one.data, other.data);
    await harness.stop();
  });

  it('logs changes when it is asked to', async () => {
    const { harness } = await run(EventAttributeModifier as never, { value: 1, logChange: true });
    await harness.put(text(''));
    await turns();
    const logs = harness.takeLogs().map(log => (log.data as { message: string }).message);
    assert.deepEqual(logs, ['data is 1 now']);
    await harness.stop();
  });

  for (const params of [{ key: '' }, { key: 5 }, { separator: '' }]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(
        () => new EventAttributeModifier('modifier', params as never),
        /^modifier: (key|separator) must be/,
      );
    });
  }
});

describe('other modifiers', () => {
  it('EventAttributeLookupModifier copies from another place', async () => {
    const params = { key: 'target', value: 'data/a/b' };
    const event = new JSONEvent({ data: { a: { b: 7 } } });
    assert.equal((await through(EventAttributeLookupModifier as never, params, event)).get('target'), 7);
  });

  it('EventAttributeLookupModifier gives null where nothing is', async () => {
    const params = { key: 'target', value: 'nothing/there' };
    assert.isNull((await through(EventAttributeLookupModifier as never, params, text(''))).get('target'));
  });

  it('JSONEventAttributeModifier takes the first hit in lists', async () => {
    const params = { key: 'id', value: 'orders/id' };
    const event = new JSONEvent({ data: { orders: [{ no: 1 }, { id: 2 }, { id: 3 }] } });
    assert.equal((await through(JSONEventAttributeModifier as never, params, event)).get('id'), 2);
  });

  it('JSONEventAttributeModifier takes a position in a list', async () => {
    const params = { key: 'id', value: 'orders/1/id' };
    const event = new JSONEvent({ data: { orders: [{ id: 1 }, { id: 2 }] } });
    assert.equal((await through(JSONEventAttributeModifier as never, params, event)).get('id'), 2);
  });

  it('HTTPJSONAttributeModifier sets the status', async () => {
    const event = new JSONHttpEvent({ data: { code: 404 } });
    const result = await through(HTTPJSONAttributeModifier as never, { key: 'status', value: 'code' }, event);
    assert.equal((result as JSONHttpEvent).status[0], 404);
  });

  it('EventDataEventAttributeModifier wraps an attribute', async () => {
    const event = await through(EventDataEventAttributeModifier as never, { key: 'service' }, text('x'));
    assert.deepEqual(event.data, { service: 'default' });
  });

  it('EventDataStaticAttributeModifier wraps a value', async () => {
    const event = await through(
      EventDataStaticAttributeModifier as never,
      { key: 'k', value: [1] },
      text('x'),
    );
    assert.deepEqual(event.data, { k: [1] });
  });

  it('Data writes the whole data, or a member', async () => {
    assert.deepEqual((await through(Data as never, { data: 'new' }, text('old'))).data, 'new');
    const event = await through(Data as never, { key: 'b', data: 2 }, new JSONEvent({ data: { a: 1 } }));
    assert.deepEqual(event.data, { a: 1, b: 2 });
  });

  it('Header writes an attribute', async () => {
    assert.deepEqual((await through(Header as never, { header: { a: 1 } }, text(''))).get('actor'), { a: 1 });
  });

  it('EventDataCompare says whether two places are equal', async () => {
    const params = { left: 'data/a', right: 'data/b' };
    const equal = new JSONEvent({ data: { a: { x: 1, y: 2 }, b: { y: 2, x: 1 } } });
    assert.deepEqual((await through(EventDataCompare as never, params, equal)).data, {
      comparison_result: true,
    });
    const other = new JSONEvent({ data: { a: [1], b: [2] } });
    assert.deepEqual((await through(EventDataCompare as never, params, other)).data, {
      comparison_result: false,
    });
  });
});

describe('EventAttributeDelete', () => {
  it('takes away attributes and what lies within', async () => {
    const event = new JSONEvent({ data: { a: { b: 1, c: 2 } }, extra: 1 });
    const result = await through(EventAttributeDelete as never, { keyPaths: ['extra', 'data/a/b'] }, event);
    assert.deepEqual([result.data, 'extra' in result], [{ a: { c: 2 } }, false]);
  });

  it('JSONEventAttributeDelete looks within the data', async () => {
    const event = new JSONEvent({ data: { a: [1, 2, 3], b: 1 } });
    const result = await through(JSONEventAttributeDelete as never, { keyPaths: ['a/1', 'b'] }, event);
    assert.deepEqual(result.data, { a: [1, 3] });
  });

  it('warns of what was not there when it is asked to', async () => {
    const { harness } = await run(EventAttributeDelete as never, { keyPaths: 'nope', logFailedDelete: true });
    await harness.put(text(''));
    await turns();
    assert.equal(harness.takeLogs().length, 1);
    assert.equal(harness.takeAll().length, 1);
    await harness.stop();
  });

  it('refuses an empty list', () => {
    assert.throws(() => new EventAttributeDelete('d', { keyPaths: [] }), 'd: keyPaths must be a path');
  });
});

describe('EventAttributeRegexSubstitution', () => {
  it('replaces what the pattern matches, everywhere', async () => {
    const params = { pattern: '_', replaceWith: ' ' };
    const event = await through(EventAttributeRegexSubstitution as never, params, text('the_far_car'));
    assert.equal(event.data, 'the far car');
  });

  it('fails for what is no text', async () => {
    const params = { pattern: '_', replaceWith: ' ' };
    const error = await errorOf(
      EventAttributeRegexSubstitution as never,
      params,
      new JSONEvent({ data: {} }),
    );
    assert.equal(error.name, 'MalformedEventData');
  });

  it('refuses a pattern that is none', () => {
    const params = { pattern: '(', replaceWith: '' };
    assert.throws(() => new EventAttributeRegexSubstitution('sub', params), /^sub: pattern: Invalid regular/);
  });
});

describe('ErrorEventAttributeModifier', () => {
  it('rewrites the message and keeps the class, and with it the status', async () => {
    const event = new JSONHttpEvent({ data: {}, error: new ResourceNotFound('table users has no row 7') });
    const params = { message: 'no such user', code: 7 };
    const result = await through(ErrorEventAttributeModifier as never, params, event);
    const error = result.error as ResourceNotFound & { code: unknown };
    assert.deepEqual([error.name, error.message, error.code], ['ResourceNotFound', 'no such user', 7]);
    assert.equal((result as JSONHttpEvent).status[0], 404);
    assert.equal(event.error?.message, 'table users has no row 7');
  });

  it('gives another class, and keeps the messages', async () => {
    const event = new JSONHttpEvent({ data: {}, error: new Error('x') });
    const params = { errorClass: ResourceNotFound };
    const result = await through(ErrorEventAttributeModifier as never, params, event);
    assert.deepEqual([(result as JSONHttpEvent).status[0], result.error?.message], [404, 'x']);
  });

  it('lets events without an error pass', async () => {
    assert.isNull((await through(ErrorEventAttributeModifier as never, { message: 'x' }, text(''))).error);
  });
});

describe('Places where nothing can be', () => {
  const places: [key: string, event: () => Event, message: RegExp][] = [
    ['data/a', () => new XMLEvent({ data: '<a/>' }), /data is XML/],
    ['data/x', () => new JSONEvent({ data: [1] }), /data is a list of 1: nothing can be put at "x"/],
    ['data/length', () => new JSONEvent({ data: [1] }), /nothing can be put at "length"/],
    ['data/5', () => new JSONEvent({ data: [1] }), /nothing can be put at "5"/],
  ];
  for (const [key, make, message] of places) {
    it(`${key} of ${make().dataString()}`, async () => {
      const { harness } = await run(EventAttributeModifier, { key, value: 1 });
      await harness.put(make());
      assert.match((await harness.error()).error?.message ?? '', message);
      await harness.stop();
    });
  }

  it('but a list can grow', async () => {
    const { data } = await through(
      EventAttributeModifier as never,
      { key: 'data/1', value: 2 },
      new JSONEvent({ data: [1] }),
    );
    assert.deepEqual(data, [1, 2]);
  });

  it('and nothing is taken away there', async () => {
    const params = { keyPaths: ['data/length', 'data/x'] };
    const { data } = await through(EventAttributeDelete as never, params, new JSONEvent({ data: [1, 2] }));
    assert.deepEqual(data, [1, 2]);
  });
});
