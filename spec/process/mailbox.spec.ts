import { assert } from 'chai';
import {
  bounded,
  DeadLetter,
  HighWaterMarkReached,
  PoisonPill,
  Process,
  priority,
  sleep,
  Terminated,
} from '../../lib/index.ts';
import { heard, startNode } from '../core/support.ts';
import { running } from './support.ts';

describe('the highWaterMark of a process', () => {
  it('raises an event at each of its multiples, and at none in between', async () => {
    const { node, clock } = await startNode();
    const events = heard(node, HighWaterMarkReached);
    const ref = node.spawn(
      class extends Process {
        override highWaterMark = 100;
        *run() {
          yield* this.get('never');
        }
      },
    );
    for (let count = 1; count < 350; count++) {
      ref.tell(count);
      await clock.settle();
    }
    assert.deepEqual(
      events.map(({ count }) => count),
      [100, 200, 300],
    );
  });
});

describe('a process with a bounded mailbox', () => {
  it('keeps as many messages as it may, and drops the rest as dead letters', async () => {
    const { node, ref, clock, seen } = await running(
      function* (self, log) {
        yield* self.get('go');
        for (;;) log(yield* self.get());
      },
      [],
      { mailbox: bounded({ capacity: 2 }) },
    );
    const dead = heard(node, DeadLetter);
    for (const message of [1, 2, 'go']) {
      ref.tell(message);
      await clock.settle();
    }
    assert.deepEqual(
      [dead.map(({ message, reason }) => [message, reason]), seen],
      [[['go', 'overflow']], []],
    );
  });

  it('finds what has taken the place of the oldest', async () => {
    const { ref, clock, seen } = await running(
      function* (self, log) {
        log(yield* self.get('go'));
        for (;;) log(yield* self.get());
      },
      [1, 2],
      { mailbox: bounded({ capacity: 2, overflow: 'dropOldest' }) },
    );
    ref.tell('go');
    await clock.settle();
    assert.deepEqual(seen, ['go', 2]);
  });
});

describe('a process with a priority mailbox', () => {
  it('gets the smallest that matches first', async () => {
    const { ref, clock, seen } = await running(
      function* (self, log) {
        log(yield* self.get('go'));
        log(yield* self.get(Number));
        log(yield* self.get());
      },
      [3, 1, 2],
      { mailbox: priority((a: number, b: number) => (a < b ? -1 : 1)) },
    );
    ref.tell('go');
    await clock.settle();
    assert.deepEqual(seen, ['go', 1, 2]);
  });
});

describe('a process that never waits', () => {
  it('does not keep others from their messages while it has its own', async () => {
    const { node, clock } = await startNode();
    const order: string[] = [];
    const busy = node.spawn(
      class extends Process {
        *run() {
          for (let count = 0; count < 1000; count++) {
            this.ref.tell('again');
            yield* this.get();
          }
          order.push('busy');
        }
      },
    );
    node.spawn(() => void order.push('other')).tell('x');
    await busy.join();
    await clock.settle();
    assert.deepEqual(order, ['other', 'busy']);
  });

  it('can be stopped while it has messages', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(
      class extends Process {
        *run() {
          for (;;) {
            this.ref.tell('again');
            yield* this.get();
          }
        }
      },
    );
    node.spawn(() => ref.stop()).tell('now');
    await clock.settle();
    assert.isTrue(ref.isStopped);
  });
});

describe('the books of a node with processes', () => {
  it('balance, whatever becomes of the messages', async () => {
    const { node, ref, clock } = await running(
      function* (self) {
        const child = self.watch(self.spawn(() => {}));
        child.stop();
        yield* self.get(1);
        yield* self.get(Terminated);
        self.getNowait(2);
        yield* sleep(10);
        self.flush();
        yield* self.get('end', { timeout: 10 });
      },
      [1, 2, 3, undefined, PoisonPill],
    );
    balanced(node.stats());
    ref.tell(4);
    balanced(node.stats());
    await clock.advance(10);
    balanced(node.stats());
    ref.tell('late');
    await clock.advance(100);
    const stats = node.stats();
    balanced(stats);
    assert.deepEqual([stats.queued, stats.stashed], [0, 0]);
  });
});

function balanced({
  sent,
  handled,
  unhandled,
  queued,
  stashed,
  deadLetters,
}: ReturnType<Awaited<ReturnType<typeof startNode>>['node']['stats']>) {
  assert.equal(handled + unhandled + queued + stashed + deadLetters.total, sent);
}
