import { assert } from 'chai';
import { Actor, type Node, NodeStopped } from '../../../lib/index.ts';
import { type MetricsOptions, metrics } from '../../../lib/observe/index.ts';
import { gate, startNode } from '../../core/support.ts';
import { Scrape } from './prometheus.ts';

const scrapeOf = (node: Node, options?: MetricsOptions) => {
  const open = metrics(node, options);
  return () => new Scrape(open.text());
};

describe('metrics(node)', () => {
  describe('of actors', () => {
    it('counts what each class has handled, its failures and its restarts', async () => {
      const { node, clock } = await startNode();
      const scrape = scrapeOf(node);
      class Shop extends Actor<number> {
        override receive(order: number) {
          if (order % 200 === 0) throw new Error('no more of that');
        }
      }
      const shop = node.spawn(Shop);
      node.spawn(function till() {}).tell('a coin');
      for (let i = 1; i <= 500; i++) shop.tell(i);
      for (let i = 0; i < 2; i++) node.spawn(Shop).tell(i);
      await clock.advance(10_000);
      const now = scrape();
      assert.equal(now.value('troupe_messages_handled_total', { class: 'Shop' }), 502);
      assert.equal(now.value('troupe_messages_handled_total', { class: 'till' }), 1);
      assert.equal(now.value('troupe_actor_failures_total', { class: 'Shop' }), 3);
      assert.equal(now.value('troupe_actor_restarts_total', { class: 'Shop' }), 3);
      assert.equal(now.value('troupe_actor_failures_total', { class: 'till' }), 0);
      assert.equal(now.value('troupe_actors', { class: 'Shop' }), 3);
      assert.equal(now.value('troupe_actors', { class: 'till' }), 1);
    });

    it('counts a failure to start', async () => {
      const { node, clock } = await startNode();
      const scrape = scrapeOf(node);
      class Stillborn extends Actor {
        override preStart() {
          throw new Error('no');
        }
      }
      node.spawn(Stillborn, { name: 'it' });
      await clock.settle();
      assert.isAtLeast(scrape().value('troupe_actor_failures_total', { class: 'Stillborn' }), 1);
    });

    it('measures in seconds how long messages wait and are handled', async () => {
      const { node, clock } = await startNode();
      const scrape = scrapeOf(node);
      class Slow extends Actor {
        override async receive() {
          await new Promise<void>(resolve => clock.after(20, resolve));
        }
      }
      const slow = node.spawn(Slow);
      for (let i = 0; i < 4; i++) slow.tell(i); // they wait for 0, 20, 40 and 60 ms
      await clock.advance(1000);
      const now = scrape();
      const of = (what: string, labels = {}) =>
        now.value(`troupe_message_${what}`, { class: 'Slow', ...labels });
      assert.equal(of('wait_seconds_count'), 4);
      assert.approximately(of('wait_seconds_sum'), 0.12, 1e-9);
      assert.deepEqual(
        ['0.00001', '0.01', '0.025', '0.05', '0.1', '+Inf'].map(le => of('wait_seconds_bucket', { le })),
        [1, 1, 2, 3, 4, 4],
      );
      assert.equal(of('handling_seconds_count'), 4);
      assert.approximately(of('handling_seconds_sum'), 0.08, 1e-9);
      assert.deepEqual(
        ['0.01', '0.025'].map(le => of('handling_seconds_bucket', { le })),
        [0, 4],
      );
    });

    it('shows what waits, in all mailboxes of a class and in the longest, and what is stashed', async () => {
      const { node, clock } = await startNode();
      const scrape = scrapeOf(node);
      const held = gate();
      class Desk extends Actor<string> {
        override receive(message: string) {
          if (message === 'hold') return held.opened;
          return this.stash();
        }
      }
      const [one, other] = [node.spawn(Desk), node.spawn(Desk)];
      one.tell('later').tell('later').tell('hold');
      for (let i = 0; i < 5; i++) one.tell('x');
      other.tell('hold').tell('x').tell('x');
      await clock.settle();
      const now = scrape();
      assert.equal(now.value('troupe_mailbox_messages', { class: 'Desk' }), 7);
      assert.equal(now.value('troupe_mailbox_longest_messages', { class: 'Desk' }), 5);
      assert.equal(now.value('troupe_stashed_messages', { class: 'Desk' }), 2);
      held.open();
      await clock.settle();
      assert.equal(scrape().value('troupe_mailbox_messages', { class: 'Desk' }), 0);
    });

    it('says for how long a class has kept the event loop', async () => {
      let spent = 0;
      const { clock } = await startNode();
      const { node } = await startNode({
        clock: { now: () => clock.now() + spent, wall: () => 0, after: (ms, run) => clock.after(ms, run) },
      });
      const scrape = scrapeOf(node);
      node
        .spawn(function spinner(ms: number) {
          spent += ms;
        })
        .tell(250);
      await clock.settle();
      assert.equal(scrape().value('troupe_actor_busy_seconds_total', { class: 'spinner' }), 0.25);
      const stopped = node.stop();
      await clock.advance(20_000);
      await stopped;
    });

    it('counts dead letters by reason, and messages that were not understood', async () => {
      const { node, clock } = await startNode();
      const scrape = scrapeOf(node);
      const gone = node.spawn(function gone() {});
      const picky = node.spawn((message, context) => context.unhandled(message));
      gone.stop();
      await clock.settle();
      gone.tell('a').tell('b');
      node.lookup('10.0.0.1:1/x').tell('c');
      picky.tell('d');
      await clock.settle();
      const now = scrape();
      assert.equal(now.value('troupe_dead_letters_total', { reason: 'stopped' }), 2);
      assert.equal(now.value('troupe_dead_letters_total', { reason: 'overflow' }), 0);
      assert.equal(
        now.samples('troupe_dead_letters_total').reduce((sum, { value }) => sum + value, 0),
        node.stats().deadLetters.total,
      );
      assert.equal(now.value('troupe_messages_unhandled_total'), 1);
    });

    it('names no actor, whatever its name', async () => {
      const { node, clock } = await startNode();
      const open = metrics(node);
      const ref = node.spawn(function clerk() {}, { name: 'customer-4711' });
      for (let i = 0; i < 10; i++) ref.tell(i);
      await clock.settle();
      ref.stop();
      assert.notInclude(open.text(), '4711');
    });

    it('tells a thousand classes apart, and puts the rest together', async () => {
      const { node, clock } = await startNode();
      const scrape = scrapeOf(node);
      for (let i = 0; i < 1010; i++) {
        const name = `kind${i}`;
        node.spawn({ [name]: () => {} }[name] as () => void).tell(i);
      }
      await clock.settle();
      for (const now of [scrape(), scrape()]) {
        assert.lengthOf(now.samples('troupe_messages_handled_total'), 1001);
        assert.equal(now.value('troupe_messages_handled_total', { class: 'kind999' }), 1);
        assert.equal(now.value('troupe_messages_handled_total', { class: 'other' }), 10);
        assert.equal(now.value('troupe_actors', { class: 'other' }), 10);
      }
    });

    it('has as many actors as the node', async () => {
      const { node, clock } = await startNode();
      const scrape = scrapeOf(node);
      node.spawn((_, context) => void context.spawn(function child() {})).tell('spawn');
      await clock.settle();
      const sum = scrape()
        .samples('troupe_actors')
        .reduce((total, { value }) => total + value, 0);
      assert.deepEqual([sum, node.stats().actors], [2, 2]);
    });
  });

  describe('of the process', () => {
    it('has the names that all clients of Prometheus use, in their units', async () => {
      const { node } = await startNode();
      const now = scrapeOf(node)();
      const { heapUsed } = process.memoryUsage();
      assert.approximately(now.value('process_start_time_seconds'), Date.now() / 1000 - process.uptime(), 5);
      assert.isAbove(now.value('process_cpu_seconds_total'), 0);
      assert.isBelow(now.value('process_cpu_seconds_total'), process.uptime() * 100);
      assert.isAbove(now.value('process_resident_memory_bytes'), heapUsed / 10);
      assert.isAbove(now.value('nodejs_heap_size_used_bytes'), 1e6);
      assert.isAtLeast(
        now.value('nodejs_heap_size_total_bytes'),
        now.value('nodejs_heap_size_used_bytes') / 2,
      );
      assert.isAtLeast(now.value('nodejs_external_memory_bytes'), 0);
      if (process.platform === 'linux') {
        assert.isAbove(now.value('process_open_fds'), 2);
        assert.isAbove(now.value('process_max_fds'), now.value('process_open_fds'));
      }
    });

    it('says how late the event loop is, and how busy', async () => {
      const { node } = await startNode();
      const now = scrapeOf(node)();
      const lag = (what: string) => now.value(`nodejs_eventloop_lag_${what}_seconds`);
      for (const what of ['mean', 'p50', 'p90', 'p99', 'max']) assert.isAtLeast(lag(what), 0);
      assert.isAtMost(lag('p50'), lag('p99'));
      const utilization = now.value('nodejs_eventloop_utilization_ratio');
      assert.isTrue(utilization >= 0 && utilization <= 1);
    });

    it('is left out on demand', async () => {
      const { node } = await startNode();
      const { families } = scrapeOf(node, { process: false })();
      assert.deepEqual(
        [...families.keys()].filter(name => !name.startsWith('troupe_')),
        [],
      );
    });
  });

  describe('its options', () => {
    it('put a prefix before the names, and labels on every metric', async () => {
      const { node, clock } = await startNode();
      const note = 'a "quoted" \\ word\nand a line';
      const scrape = scrapeOf(node, { prefix: 'shop', labels: { note, service: 'till' } });
      node.spawn(function sink() {}).tell('a');
      await clock.settle();
      const now = scrape();
      assert.isTrue(now.families.has('shop_actors'));
      assert.isTrue(now.families.has('process_cpu_seconds_total'));
      for (const { samples } of now.families.values())
        for (const { labels } of samples) assert.deepInclude(labels, { note, service: 'till' });
      assert.equal(now.value('shop_messages_handled_total', { note, service: 'till', class: 'sink' }), 1);
    });

    it('are checked', async () => {
      const { node } = await startNode();
      const bad: [unknown, RegExp][] = [
        [{ prefx: 'a' }, /no option "prefx"/],
        [{ prefix: 'my-shop' }, /prefix must be letters, digits and _.*"my-shop"/],
        [{ prefix: 7 }, /prefix must be/],
        [{ labels: { class: 'a' } }, /"class" is used by the metrics themselves/],
        [{ labels: { 'a-b': 'a' } }, /a label is named with .*"a-b"/],
        [{ labels: { __a: 'a' } }, /a label is named with/],
        [{ labels: { a: 1 } }, /"a" must be a text, not 1/],
        [{ labels: 'a' }, /labels must be an object/],
        [{ process: 'no' }, /process must be true or false/],
        [null, /options must be an object/],
      ];
      for (const [options, message] of bad)
        assert.throws(() => metrics(node, options as MetricsOptions), TypeError, message);
      assert.throws(() => metrics({} as Node), TypeError, /expected a node/);
    });
  });

  describe('its life', () => {
    it('ends with close(): nothing is measured any more, and text() says so', async () => {
      const { node, clock } = await startNode();
      const open = metrics(node);
      const ref = node.spawn(function sink() {});
      ref.tell('a');
      await clock.settle();
      await open.close();
      await open.close();
      assert.throws(() => open.text(), NodeStopped, /closed/);
      ref.tell('b');
      await clock.settle();
      assert.equal(scrapeOf(node)().value('troupe_messages_handled_total', { class: 'sink' }), 1);
    });

    it('is shared: the node is measured until the last one is closed', async () => {
      const { node, clock } = await startNode();
      const [one, other] = [metrics(node), metrics(node, { prefix: 'shop' })];
      const ref = node.spawn(function sink() {});
      await one.close();
      ref.tell('a');
      await clock.settle();
      const now = new Scrape(other.text());
      assert.equal(now.value('shop_messages_handled_total', { class: 'sink' }), 1);
    });

    it('ends with the node, which keeps no timer for it', async () => {
      const { node, clock } = await startNode();
      const open = metrics(node);
      await node.stop();
      assert.throws(() => open.text(), NodeStopped);
      assert.equal(clock.pending, 0);
      assert.throws(() => metrics(node), NodeStopped, 'metrics: this node has stopped');
    });
  });
});
