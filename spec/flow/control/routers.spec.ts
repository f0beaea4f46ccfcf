import { assert } from 'chai';
import {
  Director,
  Event,
  EventFilter,
  EventJSONFilter,
  EventRouter,
  FlowController,
  JSONEvent,
  Null,
  SimpleRouter,
  WiringError,
} from '../../../lib/flow/index.ts';
import { dataOf, run, text, turns } from './support.ts';

const outboxes = ['one', 'two', 'three', 'four', 'default'];

async function routed(params: object, event: Event): Promise<string[]> {
  const { harness } = await run(EventRouter as never, params, { outboxes });
  await harness.put(event);
  await turns();
  const boxes = outboxes.filter(box => harness.takeAll(box).length === 1);
  assert.deepEqual([harness.takeAll(), harness.takeErrors()], [[], []]);
  await harness.stop();
  return boxes;
}

const filters = [
  new EventFilter({ valueRegexes: 'foo_bar', outboxNames: 'one' }),
  new EventFilter({ valueRegexes: ['bar_foo', /far/i], outboxNames: ['two', 'three'] }),
  new EventFilter({ valueRegexes: '[0-9]{1,10}', outboxNames: ['four'] }),
];
const blacklist = { routingFilters: filters, type: 'blacklist' };

describe('EventRouter', () => {
  const cases: [string, string, string[]][] = [
    ['to the outbox of the filter that matches', 'foo_bar', ['one']],
    ['to several outboxes', 'bar_foo', ['two', 'three']],
    ['by any of the patterns of a filter', 'FAR', ['two', 'three']],
    ['by what a pattern finds anywhere', 'no 123456', ['four']],
    ['to the outboxes of all filters that match', 'foo_bar 1', ['one', 'four']],
    ['what matches nothing to the outboxes that no filter names', 'nothing', ['default']],
  ];
  for (const [what, data, boxes] of cases) {
    it(`sends ${what}`, async () => {
      assert.deepEqual(await routed(blacklist, text(data)), boxes);
    });
  }

  it('sends once to an outbox that two filters name', async () => {
    const twice = [new EventFilter({ outboxNames: 'one' }), new EventFilter({ outboxNames: 'one' })];
    assert.deepEqual(await routed({ routingFilters: twice }, text('x')), ['one']);
  });

  it('discards, as a whitelist, what matches nothing', async () => {
    assert.deepEqual(await routed({ routingFilters: filters }, text('nothing')), []);
  });

  it('discards what matches a filter without outboxes', async () => {
    const none = new EventFilter({ valueRegexes: 'x' });
    assert.deepEqual(await routed({ routingFilters: none, type: 'blacklist' }, text('x')), []);
  });

  it('has default outboxes by pattern', async () => {
    const params = { ...blacklist, defaultOutboxRegexes: ['^nobody$'] };
    assert.deepEqual(await routed(params, text('nothing')), []);
  });

  it('matches null with nothing', async () => {
    assert.deepEqual(await routed({ routingFilters: filters }, text(null)), []);
  });

  it('takes other filters at run time', async () => {
    const { harness } = await run(EventRouter, { routingFilters: filters }, { outboxes });
    harness.actor.setFilter(new EventFilter({ outboxNames: 'four' }));
    await harness.put(text('foo_bar'));
    assert.equal((await harness.next('four')).data, 'foo_bar');
    assert.throws(
      () => harness.actor.setFilter(new EventFilter({ outboxNames: 'five' })),
      /five, which is not/,
    );
    assert.throws(
      () => harness.actor.setFilter('x' as never),
      /setFilter takes a filter or a list of filters/,
    );
    await harness.stop();
  });

  it('says before the start what is wrong with its filters', async () => {
    const director = new Director({ handleSignals: false });
    director.registerActor(EventRouter, 'empty');
    const params = { routingFilters: new EventFilter({ outboxNames: 'nowhere' }) };
    director.registerActor(EventRouter, 'lost', params);
    const fault = await director.start().catch((error: unknown) => error as WiringError);
    assert.instanceOf(fault, WiringError);
    assert.include((fault as WiringError).message, 'empty is a whitelist without filters');
    assert.include((fault as WiringError).message, 'lost has a filter for the outbox nowhere');
  });

  for (const params of [{ routingFilters: ['x'] }, { type: 'grey' }, { defaultOutboxRegexes: 'x' }]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new EventRouter('router', params as never), /^router: \w+ must be/);
    });
  }
});

describe('EventFilter', () => {
  it('needs its next filter to match as well', () => {
    const filter = new EventFilter({ valueRegexes: 'a', nextFilter: new EventFilter({ valueRegexes: 'b' }) });
    assert.deepEqual(
      ['a', 'b', 'ab'].map(data => filter.matches(text(data))),
      [false, false, true],
    );
  });

  it('looks at another attribute', () => {
    const filter = new EventFilter({ valueRegexes: '^web$', eventScope: ['service'] });
    assert.isTrue(filter.matches(new Event({ service: 'web' })));
  });

  it('a global pattern finds the same each time', () => {
    const filter = new EventFilter({ valueRegexes: /a/g });
    assert.deepEqual(
      [1, 2, 3].map(() => filter.matches(text('a'))),
      [true, true, true],
    );
  });

  it('of JSON looks at what lies at a path, in lists at every element', () => {
    const filter = new EventJSONFilter({ jsonScope: 'orders/state', valueRegexes: '^paid$' });
    const orders = (...states: string[]) =>
      new JSONEvent({ data: { orders: states.map(state => ({ state })) } });
    assert.isTrue(filter.matches(orders('open', 'paid')));
    assert.isFalse(filter.matches(orders('open')));
    assert.isFalse(filter.matches(new JSONEvent({ data: {} })));
  });

  for (const params of [{ valueRegexes: 5 }, { outboxNames: [''] }, { eventScope: [] }, { nextFilter: {} }]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new EventFilter(params as never), /^EventFilter: \w+ must be/);
    });
  }
});

describe('SimpleRouter', () => {
  const boxes = ['orders', 'bills', 'default'];

  it('sends to the outbox whose name is found in the value, else to the default', async () => {
    const { harness } = await run(SimpleRouter, { scope: 'service' }, { outboxes: boxes });
    for (const service of ['orders', 'bills', 'others'])
      await harness.put(new Event({ service, data: service }));
    await turns();
    assert.deepEqual(
      boxes.map(box => dataOf(harness.takeAll(box))),
      [['orders'], ['bills'], ['others']],
    );
    await harness.stop();
  });

  it('discards, and says so, when there is no default', async () => {
    const { harness } = await run(SimpleRouter, {}, { outboxes: ['orders'] });
    await harness.put(text('x'));
    await turns();
    assert.deepEqual(harness.takeAll(), []);
    assert.equal(harness.takeLogs().length, 1);
    await harness.stop();
  });
});

describe('FlowController', () => {
  it('sends what comes from anywhere everywhere, with its ids', async () => {
    const { harness } = await run(FlowController, {}, { inboxes: ['a', 'b'], outboxes: ['x', 'y'] });
    const event = text(1);
    await harness.put(event, 'b');
    const sent = [await harness.next('x'), await harness.next('y')];
    assert.deepEqual(
      sent.map(({ eventId, metaId }) => [eventId, metaId]),
      sent.map(() => [event.eventId, event.metaId]),
    );
    await harness.stop();
  });

  it('sends errors to the error outboxes when it is asked to', async () => {
    const { harness } = await run(FlowController, { triggerErrors: true });
    await harness.put(text('bad', { error: new Error('x') }));
    assert.equal((await harness.error()).data, 'bad');
    assert.deepEqual(harness.takeAll(), []);
    await harness.stop();
  });

  it('gives new ids when it is asked to', async () => {
    const { harness } = await run(FlowController, { generateFreshIds: true });
    const event = text(1);
    await harness.put(event);
    const { eventId, metaId } = await harness.next();
    assert.notEqual(eventId, event.eventId);
    assert.equal(metaId, eventId);
    await harness.stop();
  });
});

describe('Null', () => {
  it('discards all', async () => {
    const { harness } = await run(Null);
    await harness.put(text(1));
    await harness.settled();
    assert.deepEqual([harness.takeAll(), harness.takeErrors()], [[], []]);
    await harness.stop();
  });
});
