import { assert } from 'chai';
import {
  Actor,
  bounded,
  DeadLetter,
  HighWaterMarkReached,
  MailboxOverflow,
  PoisonPill,
  Process,
  printTree,
  priority,
  type Ref,
} from '../../lib/index.ts';
import { balancing, pool, resize, routees } from '../../lib/pool/index.ts';
import { gate, heard, outcomeOf, rejection, startNode } from '../core/support.ts';
import { assertBalanced, byWorker, type Job, messagesOf, range, Worker } from './support.ts';

/** A worker that is done with each message after as many ms as it says. */
class Slow extends Actor<number, { jobs: Job[] }> {
  override *receive(ms: number) {
    this.params.jobs.push([this.ref.name, ms]);
    yield new Promise<void>(resolve => void this.node.spawn(Timer.using({ ms, resolve })));
  }
}

class Timer extends Actor<'due', { ms: number; resolve: () => void }> {
  override preStart() {
    this.timers.once('due', this.params.ms, 'due');
  }
  override receive() {
    this.params.resolve();
    this.stop();
  }
}

describe('balancing()', () => {
  it('gives the next message to whoever becomes free', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Slow.using({ jobs }), { size: 2, strategy: balancing() }));
    for (const ms of [100, 10, 11, 12, 13]) ref.tell(ms);
    await clock.advance(1000);
    assert.deepEqual(byWorker(jobs), { slow$1: [100], slow$2: [10, 11, 12, 13] });
    assertBalanced(node);
  });

  it('hands messages out in the order in which they came', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 3, strategy: balancing() }));
    for (const i of range(500)) ref.tell(i);
    await clock.settle();
    assert.deepEqual(messagesOf(jobs), range(500));
  });

  it('keeps what nobody has begun as messages of the pool', async () => {
    const { node, clock } = await startNode();
    const hold = gate();
    const ref = node.spawn(pool(Worker.using({ jobs: [], gate: hold }), { size: 2, strategy: balancing() }), {
      name: 'pool',
    });
    for (const i of range(5)) ref.tell(i);
    await clock.settle();
    assert.equal(
      printTree(ref),
      '/pool (Pool) running, 3 messages\n├─ worker$1 (Worker) busy\n└─ worker$2 (Worker) busy',
    );
    const { sent, handled, queued } = node.stats();
    assert.deepEqual([sent, handled, queued], [5, 2, 3]);
    hold.open();
    await clock.settle();
    assert.deepEqual([node.stats().handled, node.stats().queued], [5, 0]);
  });

  it('counts each message once, since there is no hop in between', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(pool(Worker.using({ jobs: [] }), { size: 2, strategy: balancing() }));
    for (const i of range(10)) ref.tell(i);
    await clock.settle();
    assert.deepEqual([node.stats().sent, node.stats().handled], [10, 10]);
  });

  it('loses nothing but what a worker had begun when that is killed', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const letters = heard(node, DeadLetter);
    const hold = gate();
    const ref = node.spawn(pool(Worker.using({ jobs, gate: hold }), { size: 1, strategy: balancing() }));
    for (const i of range(4)) ref.tell(i);
    await clock.settle();
    const [worker] = (await routees(ref)) as [Ref];
    worker.kill();
    hold.open();
    await clock.settle();
    assert.deepEqual(jobs, [
      ['worker$1', 0],
      ['worker$2', 1],
      ['worker$2', 2],
      ['worker$2', 3],
    ]);
    assert.deepEqual(letters, []);
    assertBalanced(node);
  });

  it('loses nothing when a worker is killed that was about to take it', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 2, strategy: balancing() }));
    const workers = await routees(ref);
    ref.tell('a').tell('b');
    for (const worker of workers) worker.kill();
    await clock.settle();
    assert.deepEqual(messagesOf(jobs), ['a', 'b']);
    assert.deepEqual(node.stats().deadLetters.total, 0);
  });

  it('keeps the queue while there are no workers, and when the pool is restarted', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 0, strategy: balancing() }));
    for (const i of range(3)) ref.tell(i);
    await clock.settle();
    assert.equal(node.stats().queued, 3);
    await resize(ref, 1);
    await clock.settle();
    assert.deepEqual(messagesOf(jobs), [0, 1, 2]);
    await resize(ref, 0);
    assert.deepEqual(await routees(ref), []);
    assertBalanced(node);
  });

  it('keeps the queue over a restart of the pool itself', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 1, strategy: balancing() }));
    for (const _ of range(4)) ref.tell('crash'); // the last of them is one restart too many for the worker
    ref.tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(messagesOf(jobs), [...range(4).map(() => 'crash'), 'a', 'b']);
    const { worker$2 } = byWorker(jobs);
    assert.deepEqual(worker$2, ['a', 'b']);
    assertBalanced(node);
  });

  it('turns what waits into dead letters when the pool is stopped', async () => {
    const { node, clock } = await startNode();
    const letters = heard(node, DeadLetter);
    const ref = node.spawn(
      pool(Worker.using({ jobs: [], gate: gate() }), { size: 1, strategy: balancing() }),
    );
    const asked = outcomeOf(ref.tell(0).ask(1, { timeout: Number.POSITIVE_INFINITY }));
    ref.tell(2);
    await clock.settle();
    ref.kill();
    await clock.settle();
    assert.deepEqual(
      letters.map(({ recipient, message, reason }) => [recipient, message, reason]),
      [
        [ref, 1, 'stopped'],
        [ref, 2, 'stopped'],
      ],
    );
    assert.equal((asked[0] as { code?: string }).code, 'ACTOR_STOPPED');
    assertBalanced(node);
  });

  it('takes a worker’s own messages before those of the queue', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const hold = gate();
    const ref = node.spawn(pool(Worker.using({ jobs, gate: hold }), { size: 1, strategy: balancing() }));
    for (const i of range(2)) ref.tell(i);
    await clock.settle();
    const [worker] = (await routees(ref)) as [Ref];
    worker.tell('own');
    hold.open();
    await clock.settle();
    assert.deepEqual(messagesOf(jobs), [0, 'own', 1]);
  });

  it('lets a worker that is retired finish what it has begun, and take no more', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const hold = gate();
    const ref = node.spawn(pool(Worker.using({ jobs, gate: hold }), { size: 2, strategy: balancing() }));
    for (const i of range(6)) ref.tell(i);
    await clock.settle();
    const resized = outcomeOf(resize(ref, 1));
    await clock.settle();
    assert.deepEqual(resized, []);
    hold.open();
    await clock.settle();
    assert.deepEqual(resized, [undefined]);
    assert.deepEqual(byWorker(jobs), { worker$1: [0, 2, 3, 4, 5], worker$2: [1] });
  });

  it('has a queue of the kind that it is given: bounded', async () => {
    const { node, clock } = await startNode();
    const overflows = heard(node, MailboxOverflow);
    const strategy = balancing({ queue: bounded({ capacity: 2, overflow: 'fail' }) });
    const ref = node.spawn(pool(Worker.using({ jobs: [], gate: gate() }), { size: 1, strategy }));
    ref.tell(0);
    await clock.settle();
    for (const i of range(2, 1)) ref.tell(i);
    assert.equal((await rejection(ref.ask(3))).code, 'MAILBOX_FULL');
    assert.deepEqual(
      overflows.map(overflow => [overflow.ref, overflow.message]),
      [[ref, 3]],
    );
    assertBalanced(node);
  });

  it('has a queue of the kind that it is given: by priority', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const hold = gate();
    const strategy = balancing({ queue: priority<number>((a, b) => b - a) });
    const ref = node.spawn(pool(Worker.using({ jobs, gate: hold }), { size: 1, strategy }));
    ref.tell(0);
    await clock.settle();
    for (const i of [1, 3, 2]) ref.tell(i);
    hold.open();
    await clock.settle();
    assert.deepEqual(messagesOf(jobs), [0, 3, 2, 1]);
  });

  it('tells when the queue grows long', async () => {
    const { node, clock } = await startNode();
    const marks = heard(node, HighWaterMarkReached);
    const ref = node.spawn(pool(Worker.using({ jobs: [] }), { size: 0, strategy: balancing() }));
    for (const i of range(10_000)) {
      ref.tell(i);
      if (i % 1000 === 0) await clock.settle();
    }
    await clock.settle();
    assert.deepEqual(
      marks.map(mark => [mark.ref, mark.count]),
      [[ref, 10_000]],
    );
  });

  it('wakes a worker that starts slowly with what is there', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const hold = gate();
    class Late extends Worker {
      override preStart() {
        return hold.opened;
      }
    }
    const ref = node.spawn(pool(Late.using({ jobs }), { size: 2, strategy: balancing() }));
    ref.tell(1).tell(2);
    await clock.settle();
    assert.deepEqual(jobs, []);
    hold.open();
    await clock.settle();
    assert.deepEqual(messagesOf(jobs), [1, 2]);
  });

  it('lets a worker stash what it has taken', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    class Stashing extends Actor<unknown> {
      override receive(message: unknown) {
        if (message !== 'go') return this.stash();
        this.unstashAll();
        this.become(again => void seen.push(again));
      }
    }
    const ref = node.spawn(pool(Stashing, { size: 1, strategy: balancing() }));
    ref.tell(1).tell(2).tell('go').tell(3);
    await clock.settle();
    assert.deepEqual(seen, [1, 2, 3]);
    assertBalanced(node);
  });

  it('ends the pool in its turn when it gets a PoisonPill', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(pool(Worker.using({ jobs: [] }), { size: 2, strategy: balancing() }));
    ref.tell(PoisonPill as never);
    await clock.settle();
    assert.isTrue(ref.isStopped);
    assert.equal(node.stats().actors, 0);
  });
});

describe('balancing() among processes', () => {
  class Getter extends Process<{ jobs: Job[]; pattern?: unknown }> {
    *run({ jobs, pattern }: { jobs: Job[]; pattern?: unknown }) {
      for (;;) {
        const message = pattern === undefined ? yield* this.get() : yield* this.get(pattern);
        jobs.push([this.ref.name, message]);
        if (typeof message === 'number' && message > 0) yield* this.sleep(message);
        else if (message === 'who') this.sender?.tell(this.ref.name);
      }
    }
  }

  it('gives the next message to whoever gets one', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Getter.using({ jobs }), { size: 2, strategy: balancing() }));
    for (const ms of [100, 10, 11, 12, 13]) ref.tell(ms);
    await clock.advance(1000);
    assert.deepEqual(byWorker(jobs), { getter$1: [100], getter$2: [10, 11, 12, 13] });
    assert.equal(await ref.ask('who'), 'getter$1');
    assertBalanced(node);
  });

  it('lets them take a great many in a row', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Getter.using({ jobs }), { size: 3, strategy: balancing() }));
    for (let i = 0; i < 1000; i++) ref.tell(-i);
    await clock.settle();
    assert.lengthOf(jobs, 1000);
    assertBalanced(node);
  });

  it('looks at what nobody asks for no more than once for each get', async () => {
    const { node, clock } = await startNode();
    let looks = 0;
    const pattern = (message: unknown) => ++looks > 0 && message === 'wanted';
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Getter.using({ jobs, pattern }), { size: 1, strategy: balancing() }));
    await clock.settle();
    ref.tell('a');
    await clock.settle();
    await clock.settle();
    assert.equal(looks, 1);
    ref.tell('wanted');
    await clock.settle();
    assert.deepEqual(messagesOf(jobs), ['wanted']);
    assert.equal(looks, 4);
  });

  it('finds what waits also with the 64th get in a row, which is left to a later turn', async () => {
    const { node, clock } = await startNode();
    const got: unknown[] = [];
    class Picky extends Process {
      *run() {
        for (let i = 0; i < 63; i++) yield* this.get('own');
        got.push(yield* this.get('shared'));
      }
    }
    const ref = node.spawn(pool(Picky, { size: 1, strategy: balancing() }));
    ref.tell('shared');
    const [worker] = (await routees(ref)) as [Ref];
    for (let i = 0; i < 62; i++) worker.tell('own');
    await clock.settle();
    worker.tell('own');
    await clock.settle();
    assert.deepEqual(got, ['shared']);
  });

  it('gives them only what they ask for', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Getter.using({ jobs, pattern: 'b' }), { size: 2, strategy: balancing() }));
    for (const message of ['a', 'b', 'c', 'b', 'b']) {
      ref.tell(message);
      await clock.settle();
    }
    assert.deepEqual(messagesOf(jobs), ['b', 'b', 'b']);
    assert.equal(node.stats().queued, 2);
    assertBalanced(node);
  });
});
