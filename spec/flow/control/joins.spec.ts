import { assert } from 'chai';
import {
  Event,
  EventDataAggregator,
  EventDataXMLAggregator,
  EventJoin,
  JSONEvent,
  JSONEventJoin,
  XMLEvent,
  XMLEventJoin,
} from '../../../lib/flow/index.ts';
import { dataOf, run, text, turns } from './support.ts';

const inboxes = ['one', 'two', 'three'];
const kinds = [
  [EventJoin, () => new Event({ data: 'foo' }), '["foo","foo","foo"]', Event],
  [JSONEventJoin, () => new JSONEvent({ data: { foo: 'bar' } }), '{"foo":"bar"}', JSONEvent],
  [
    XMLEventJoin,
    () => new XMLEvent({ data: '<foo>bar</foo>' }),
    '<eventjointest><foo>bar</foo><foo>bar</foo><foo>bar</foo></eventjointest>',
    XMLEvent,
  ],
] as const;

for (const [kind, make, whole, type] of kinds) {
  describe(kind.name, () => {
    const start = (params = {}) => run<EventJoin>(kind, params, { name: 'eventjointest', inboxes });

    it('makes one event when all inboxes have brought it', async () => {
      const { harness } = await start();
      const event = make();
      for (const box of inboxes) await harness.put(event.clone(), box);
      const joined = await harness.next();
      await turns();
      assert.deepEqual(harness.takeAll(), []);
      assert.instanceOf(joined, type);
      assert.equal(joined.eventId, event.eventId);
      const { data } = joined;
      assert.equal(
        typeof data === 'object' && !(joined instanceof XMLEvent)
          ? JSON.stringify(data)
          : joined.dataString(),
        whole,
      );
      assert.equal(harness.actor.waiting, 0);
      await harness.stop();
    });

    it('holds so many at most, and gives the oldest up', async () => {
      const { harness } = await start({ max: 2 });
      const [oldest, ...others] = [make(), make(), make()];
      for (const event of [oldest, ...others]) await harness.put(event, 'one');
      const { eventId, error } = await harness.error();
      assert.equal(eventId, oldest?.eventId);
      assert.match(error?.message ?? '', /lacks two, three: more than 2 wait/);
      assert.equal(harness.actor.waiting, 2);
      await harness.stop();
    });

    it('waits while one is missing', async () => {
      const { harness } = await start();
      const event = make();
      for (const box of ['one', 'two']) await harness.put(event.clone(), box);
      await turns();
      assert.deepEqual(harness.takeAll(), []);
      assert.equal(harness.actor.waiting, 1);
      await harness.stop();
    });

    it('takes one from each inbox', async () => {
      const { harness } = await start();
      const event = make();
      for (let i = 0; i < 3; i++) await harness.put(event.clone(), 'one');
      await turns();
      assert.deepEqual(harness.takeAll(), []);
      assert.equal(harness.takeLogs().filter(log => log.dataString().includes('already')).length, 2);
      await harness.stop();
    });

    it('gives up after the purge interval, at the error outboxes', async () => {
      const { harness, pass } = await start({ purgeInterval: 1000 });
      await harness.put(make(), 'two');
      await pass(999);
      assert.deepEqual(harness.takeErrors(), []);
      await pass(1);
      const [event] = harness.takeErrors();
      assert.equal(
        event?.error?.message,
        'eventjointest lacks one, three: they have not come within 1000 ms',
      );
      assert.equal(harness.actor.waiting, 0);
      await harness.stop();
    });
  });
}

describe('joins', () => {
  it('keep events with different ids apart', async () => {
    const { harness } = await run(EventJoin, {}, { inboxes: ['a', 'b'] });
    const [x, y] = [text('x'), text('y')];
    for (const [event, box] of [
      [x, 'a'],
      [y, 'b'],
      [y, 'a'],
      [x, 'b'],
    ] as const)
      await harness.put(event.clone(), box);
    await turns();
    assert.deepEqual(dataOf(harness.takeAll()), [
      ['y', 'y'],
      ['x', 'x'],
    ]);
    await harness.stop();
  });

  it('join in the order of the wiring, whatever comes first', async () => {
    const { harness } = await run(EventJoin, {}, { inboxes: ['a', 'b'] });
    const event = text('from b');
    await harness.put(event.clone(), 'b');
    const other = event.clone();
    other.data = 'from a';
    await harness.put(other, 'a');
    assert.deepEqual((await harness.next()).data, ['from a', 'from b']);
    await harness.stop();
  });

  it('send what waits to the error outboxes when the flow stops', async () => {
    const { harness } = await run(EventJoin, {}, { inboxes: ['a', 'b'] });
    await harness.put(text('x'), 'a');
    await turns();
    await harness.stop();
    assert.equal(harness.takeErrors().length, 1);
  });

  it('leave out of an object what is none', async () => {
    const { harness } = await run(JSONEventJoin, {}, { inboxes: ['a', 'b'] });
    const event = new JSONEvent({ data: { a: 1 } });
    const list = event.clone();
    (list as Event).data = [1];
    await harness.put(event, 'a');
    await harness.put(list, 'b');
    assert.deepEqual((await harness.next()).data, { a: 1 });
    await harness.stop();
  });

  for (const params of [{ purgeInterval: 0 }, { key: '' }]) {
    it(`refuse ${JSON.stringify(params)}`, () => {
      assert.throws(() => new EventJoin('join', params), /^join: \w+ must be/);
    });
  }
});

describe('aggregators', () => {
  it('EventDataAggregator makes one text of the values', async () => {
    const { harness } = await run(EventDataAggregator);
    await harness.put(new Event({ data: { a: 'x', b: 1, c: { d: 2 } } }));
    await harness.put(text('as it is'));
    await turns();
    assert.deepEqual(dataOf(harness.takeAll()), ['x1{"d":2}', 'as it is']);
    await harness.stop();
  });

  it('EventDataXMLAggregator makes one document of XML texts, without those that are none', async () => {
    const { harness } = await run(EventDataXMLAggregator, { key: 'all' });
    await harness.put(new Event({ data: { a: '<x/>', b: 'no', c: '<y>1</y>' } }));
    const event = await harness.next();
    assert.equal(event.dataString(), '<all><x/><y>1</y></all>');
    assert.instanceOf(event, XMLEvent);
    assert.include(harness.takeLogs()[0]?.dataString(), 'b is left out');
    await harness.stop();
  });
});

describe('What can not be joined', () => {
  class Broken extends EventJoin {
    protected override joined(): unknown {
      throw new TypeError('no way');
    }
  }

  it('goes to the error outboxes, and the join goes on', async () => {
    const { harness, pass } = await run(Broken, { purgeInterval: 100 }, { inboxes: ['one', 'two'] });
    await harness.put(text('whole'));
    assert.equal((await harness.error()).error?.message, 'no way');
    await harness.put(text('half'), 'one');
    await pass(100);
    const { data, error } = await harness.error();
    assert.equal(data, 'half');
    assert.match(error?.message ?? '', /lacks two/);
    assert.equal(harness.actor.waiting, 0);
    await harness.stop();
  });
});
