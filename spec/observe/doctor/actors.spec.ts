import { assert } from 'chai';
import { Actor, bounded, Process, Supervisor, sleep } from '../../../lib/index.ts';
import { balancing, pool } from '../../../lib/pool/index.ts';
import { ManualClock } from '../../../lib/testkit/index.ts';
import { gate } from '../../core/support.ts';
import { pause, practice } from './support.ts';

describe('a doctor', () => {
  describe('finds actors that are busy for too long', () => {
    it('in async work, with what waits behind it', async () => {
      const { node, clock, findings } = await practice();
      const held = gate();
      const ref = node.spawn(() => held.opened, { name: 'w' });
      ref.tell(1).tell(2).tell(3);
      await clock.advance(5200);
      const [finding] = findings('busy');
      assert.include(finding, { gravity: 'warning', id: 'busy /w' });
      assert.deepEqual(finding?.figures, { busyFor: 5200, queued: 2 });
      assert.include(finding?.text, 'busy with one message for 5.2 s, and 2 messages wait behind it');
      assert.include(finding?.text, 'a promise, I/O, a timer');
      assert.equal(finding?.since, clock.wall() - 5200);
      held.open();
      await clock.settle();
      assert.lengthOf(findings('busy'), 0);
    });

    it('only gravely where messages wait', async () => {
      const { node, clock, findings } = await practice();
      const held = gate();
      node.spawn(() => held.opened, { name: 'w' }).tell(1);
      await clock.advance(2000);
      assert.deepEqual(
        findings('busy').map(({ gravity }) => gravity),
        ['notice'],
      );
    });

    it('but not one that has much to do, and does each thing in time', async () => {
      const { node, clock, findings } = await practice();
      const ref = node.spawn(() => pause(clock, 900), { name: 'w' });
      for (let i = 0; i < 8; i++) ref.tell(i);
      for (let i = 0; i < 14; i++) {
        await clock.advance(500);
        assert.lengthOf(findings('busy'), 0);
      }
      assert.lengthOf(findings('busy', 100), 1);
    });

    it('and processes that do not come back to a get, with what they wait in', async () => {
      const { node, clock, findings } = await practice();
      class Slow extends Process {
        override *run() {
          for (;;) {
            yield* this.get();
            yield* sleep(10_000);
          }
        }
      }
      class Ticking extends Process {
        override *run(): Generator<unknown, never> {
          for (;;) {
            try {
              yield* this.get({ timeout: 100 });
            } catch {
              yield* sleep(700);
            }
          }
        }
      }
      node.spawn(Slow, { name: 'slow' }).tell(1).tell(2);
      node.spawn(Slow, { name: 'idle' });
      const ticking = node.spawn(Ticking, { name: 'ticking' });
      for (let i = 0; i < 40; i++) {
        await clock.advance(100);
        ticking.tell(i);
      }
      assert.deepEqual(
        findings('busy').map(({ subjects }) => subjects),
        [['/slow']],
      );
      const [finding] = findings('busy');
      assert.include(finding?.text, 'has not come back to a get for 4 s, and 1 message waits');
      assert.include(finding?.text, 'in an operation such as sleep');
    });
  });

  it('finds who has kept the event loop for too long at once', async () => {
    const manual = new ManualClock();
    let spent = 0;
    const { node, findings } = await practice({
      clock: {
        now: () => manual.now() + spent,
        wall: () => manual.wall() + spent,
        after: (ms, run) => manual.after(ms, run),
      },
    });
    const spinner = (ms: number) => {
      spent += ms;
    };
    node.spawn(spinner, { name: 'long' }).tell(1500);
    node.spawn(spinner, { name: 'short' }).tell(900);
    await manual.advance(1000);
    const [finding, ...others] = findings('longTurn');
    assert.lengthOf(others, 0);
    assert.include(finding, { gravity: 'warning', id: 'longTurn /long' });
    assert.deepEqual(finding?.figures, { turn: 1500 });
    await manual.advance(299_000);
    assert.lengthOf(findings('longTurn'), 1);
    await manual.advance(2000);
    assert.lengthOf(findings('longTurn'), 0); // that was long ago
  });

  describe('finds mailboxes that only grow', () => {
    it('and says when they reach their mark', async () => {
      const { node, clock, findings } = await practice();
      const ref = node.spawn(() => pause(clock, 100), { name: 'w' });
      for (let second = 0; second < 6; second++) {
        assert.lengthOf(findings('mailbox'), 0, `after ${second} s`);
        for (let i = 0; i < 40; i++) {
          ref.tell(i);
          await clock.advance(25);
        }
      }
      const [finding] = findings('mailbox');
      assert.include(finding, { gravity: 'warning', id: 'mailbox /w' });
      assert.include(finding?.figures, { growth: 30, rate: 10 });
      assert.include(finding?.text, 'it gets 40 per second and takes 10');
      const { queued = 0, left = 0 } = finding?.figures ?? {};
      assert.approximately(left, ((10_000 - queued) / 30) * 1000, 1);
    });

    it('of pools, with what their workers take', async () => {
      const { node, clock, findings } = await practice();
      const worker = () => pause(clock, 100);
      const ref = node.spawn(pool(worker, { size: 2, strategy: balancing() }), { name: 'workers' });
      for (let i = 0; i < 350; i++) {
        ref.tell(i);
        await clock.advance(20);
      }
      const [finding, ...others] = findings('mailbox');
      assert.lengthOf(others, 0);
      assert.deepEqual(finding?.subjects, ['/workers']);
      assert.include(finding?.figures, { growth: 30, rate: 20 });
    });

    it('but not one that grows and shrinks', async () => {
      const { node, clock, findings } = await practice();
      const ref = node.spawn(() => pause(clock, 20), { name: 'w' });
      for (let second = 0; second < 20; second++) {
        if (second % 4 === 0) for (let i = 0; i < 180; i++) ref.tell(i);
        await clock.advance(1000);
        assert.lengthOf(findings('mailbox'), 0);
      }
    });

    it('but not one that is long, and no longer than before', async () => {
      const { node, clock, findings } = await practice();
      const held = gate();
      const ref = node.spawn(() => held.opened);
      for (let i = 0; i < 5000; i++) ref.tell(i);
      await clock.advance(20_000);
      assert.lengthOf(findings('mailbox'), 0);
    });

    it('of suspended actors, of bounded ones until they are full, and then says what is dropped', async () => {
      const { node, clock, findings } = await practice();
      const held = gate();
      const ref = node.spawn(() => held.opened, { name: 'w', mailbox: bounded({ capacity: 100 }) });
      for (let i = 0; i < 80; i++) {
        ref.tell(i);
        await clock.advance(100);
      }
      const [finding] = findings('mailbox');
      assert.include(finding?.text, 'it reaches its limit of 100 in');
      assert.lengthOf(findings('overflow'), 0);
      for (let i = 0; i < 50; i++) ref.tell(i);
      await clock.advance(1000);
      assert.deepEqual(
        findings('overflow').map(({ subjects, figures }) => [subjects, figures]),
        [[['/w'], { dropped: 29 }]],
      );
      await clock.advance(62_000);
      assert.lengthOf(findings('overflow'), 0);
    });

    it('and stashes', async () => {
      const { node, clock, findings } = await practice();
      class Hoarder extends Actor {
        #isOpen = false;

        override receive(message: unknown) {
          if (typeof message === 'boolean') {
            this.#isOpen = message;
            if (message) this.unstashAll();
          } else if (!this.#isOpen) this.stash();
        }
      }
      const [bad, good] = [node.spawn(Hoarder, { name: 'bad' }), node.spawn(Hoarder, { name: 'good' })];
      for (let i = 0; i < 80; i++) {
        bad.tell(i);
        good.tell(i);
        if (i % 25 === 0) good.tell(true).tell(false);
        await clock.advance(100);
      }
      assert.deepEqual(
        findings('stash').map(({ subjects, figures: { stashed, growth } }) => [subjects, stashed, growth]),
        [[['/bad'], 80, 10]],
      );
    });
  });

  describe('finds actors that are stuck on the way', () => {
    it('in a start that does not end, and only the deepest', async () => {
      const { node, clock, findings } = await practice();
      const held = gate();
      class Connecting extends Actor {
        override async preStart() {
          await held.opened;
        }
        override receive() {}
      }
      const child = { id: 'connecting', start: Connecting };
      node.spawn(Supervisor.using({ children: [child] }), { name: 'app' });
      await clock.advance(1000);
      assert.lengthOf(findings('transition'), 0);
      await clock.advance(2000);
      const [finding, ...others] = findings('transition');
      assert.lengthOf(others, 0);
      assert.deepEqual(finding?.subjects, ['/app/connecting']);
      assert.include(finding?.text, 'starting for 2 s: it waits for the end of preStart');
      held.open();
      await clock.settle();
      assert.lengthOf(findings('transition'), 0);
    });

    it('in a stop that does not end', async () => {
      const { node, clock, findings } = await practice({ shutdownTimeout: 60_000 });
      const held = gate();
      class Stubborn extends Actor {
        override receive() {}
        override async postStop() {
          await held.opened;
        }
      }
      class Parent extends Actor {
        override preStart() {
          this.spawn(Stubborn, { name: 'stubborn' });
        }
        override receive() {}
      }
      const parent = node.spawn(Parent, { name: 'parent' });
      await clock.settle();
      parent.stop();
      await clock.advance(4000);
      const found = findings('transition');
      assert.deepEqual(
        found.map(({ subjects }) => subjects),
        [['/parent/stubborn']],
      );
      assert.include(found[0]?.text, 'stopping for 3 s: it waits for the end of postStop');
      held.open();
      await clock.settle();
    });

    it('but not in a restart that waits for the end of its backoff', async () => {
      const { node, clock, findings } = await practice();
      const fail = () => {
        throw new Error('as told');
      };
      node.spawn(fail, { name: 'w', restart: { backoff: { min: 20_000 } } }).tell(1);
      await clock.advance(10_000);
      assert.lengthOf(findings('transition'), 0);
      assert.lengthOf(findings('suspended'), 0);
    });

    it('suspended by a supervisor that does not decide', async () => {
      const { node, clock, findings } = await practice();
      const held = gate();
      class Connecting extends Actor {
        override async preStart() {
          await held.opened;
        }
        override receive() {}
      }
      class Failing extends Actor {
        override receive() {
          throw new Error('as told');
        }
      }
      const app = node.spawn(Supervisor.using({ children: [{ id: 'failing', start: Failing }] }), {
        name: 'app',
      });
      await clock.settle();
      // Until the new child has started, the supervisor sees to nothing else.
      const added = Supervisor.startChild(app, { id: 'connecting', start: Connecting });
      await clock.settle();
      node.lookup('/app/failing').tell('fail');
      await clock.advance(1000);
      assert.lengthOf(findings('suspended'), 0);
      await clock.advance(1500);
      const [finding] = findings('suspended');
      assert.include(finding, { gravity: 'critical' });
      assert.deepEqual(finding?.subjects, ['/app/failing', '/app']);
      assert.include(finding?.text, 'Error: as told');
      held.open();
      await added;
      await clock.settle();
      assert.lengthOf(findings('suspended'), 0);
    });
  });
});
