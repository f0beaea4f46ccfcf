import { assert } from 'chai';
import {
  Actor,
  bounded,
  DeadLetter,
  Escalate,
  oneForOne,
  PoisonPill,
  Process,
  printTree,
  type Ref,
} from '../../lib/index.ts';
import { addRoutee, balancing, pool, resize, roundRobin, routees } from '../../lib/pool/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { gate, heard, outcomeOf, rejection, startNode } from '../core/support.ts';
import { assertBalanced, byWorker, type Job, messagesOf, namesOf, range, Worker } from './support.ts';

describe('pool()', () => {
  it('is an actor with its workers as children', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(pool(Worker.using({ jobs: [] }), { size: 2 }), { name: 'workers' });
    await clock.settle();
    assert.equal(
      printTree(ref),
      '/workers (Pool) running\n├─ worker$1 (Worker) running\n└─ worker$2 (Worker) running',
    );
    assert.deepEqual(namesOf(await routees(ref)), ['worker$1', 'worker$2']);
  });

  it('shows itself on its node while it is there', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 3 }), { name: 'workers' });
    await clock.settle();
    const views = () =>
      node.instruments.exhibits.map(({ kind, name, view }) => ({ kind, name, view: view() }));
    const worker = (n: number) => ({ path: `/workers/worker$${n}`, queued: 0, isBusy: false });
    const view = { path: '/workers', worker: 'Worker', strategy: 'roundRobin', size: 3, alive: 3, queued: 0 };
    const limits = { min: undefined, max: undefined };
    assert.deepEqual(views(), [
      { kind: 'pool', name: '/workers', view: { ...view, ...limits, workers: [1, 2, 3].map(worker) } },
    ]);
    ref.stop();
    await clock.settle();
    assert.deepEqual(views(), []);
  });

  it('takes messages from the first moment on', async () => {
    const { node } = await startNode();
    assert.equal(await node.spawn(pool(Worker.using({ jobs: [] }), { size: 2 })).ask('who'), 'worker$1');
  });

  it('can be spawned as often as one likes, and is a new pool each time', async () => {
    const { node } = await startNode();
    const recipe = pool(Worker.using({ jobs: [] }), { size: 2 });
    for (const ref of [node.spawn(recipe), node.spawn(recipe)])
      assert.deepEqual([await ref.ask('who'), await ref.ask('who')], ['worker$1', 'worker$2']);
  });

  it('takes whatever can be spawned as a worker', async () => {
    const { node } = await startNode();
    class Twice extends Actor<number> {
      override receive(n: number) {
        this.reply(2 * n);
      }
    }
    class Thrice extends Process<undefined, number> {
      *run() {
        for (;;) {
          const n = yield* this.get(Number);
          this.reply(3 * n);
        }
      }
    }
    assert.equal(await node.spawn(pool(Twice, { size: 1 })).ask(1), 2);
    assert.equal(await node.spawn(pool(Thrice, { size: 1 })).ask(1), 3);
    const halve = (n: number, { reply }: { reply(message: unknown): void }) => reply(n / 2);
    assert.equal(await node.spawn(pool(halve, { size: 1 })).ask(1), 0.5);
  });

  it('spawns workers with the options that it is given', async () => {
    const { node, clock } = await startNode();
    const options = { mailbox: bounded({ capacity: 1 }) };
    const ref = node.spawn(pool(Worker.using({ jobs: [], gate: gate() }), { size: 1, options }));
    ref.tell(0);
    await clock.settle();
    ref.tell(1).tell(2);
    await clock.settle();
    assert.equal(node.stats().deadLetters.overflow, 1);
    assertBalanced(node);
  });

  it('checks what comes from other nodes as the worker would', () => {
    const accepts = { '~standard': { version: 1, vendor: 'spec', validate: () => ({ value: 1 }) } } as const;
    class Careful extends Actor {
      static override accepts = accepts;
    }
    assert.equal(pool(Careful, { size: 1 }).accepts, accepts);
  });

  it('stops its workers when it is stopped, and holds nothing then', async () => {
    const { node, clock } = await startNode();
    const letters = heard(node, DeadLetter);
    const ref = node.spawn(pool(Worker.using({ jobs: [], gate: gate() }), { size: 2, min: 1, max: 4 }));
    for (const i of range(4)) ref.tell(i);
    await clock.settle();
    ref.kill();
    await clock.settle();
    assert.equal(node.stats().actors, 0);
    assert.equal(clock.pending, 0);
    assert.sameMembers(
      letters.map(({ message, reason }) => `${message} ${reason}`),
      ['2 stopped', '3 stopped'],
    );
    assertBalanced(node);
  });

  it('ends in its turn when it gets a PoisonPill', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 2 }));
    ref.tell('a').tell(PoisonPill as never);
    await clock.settle();
    assert.isTrue(ref.isStopped);
    assert.equal(node.stats().actors, 0);
  });

  it('tells the worker of a question that its asker has given up', async () => {
    for (const strategy of [roundRobin(), balancing()]) {
      const { node, clock } = await startNode();
      const signals: AbortSignal[] = [];
      class Listener extends Actor {
        override receive() {
          signals.push(this.messageSignal);
          return new Promise(() => {});
        }
      }
      const ref = node.spawn(pool(Listener, { size: 2, strategy }));
      const asked = [1000, 2000].map(timeout => rejection(ref.ask('question', { timeout })));
      await clock.advance(1500);
      assert.deepEqual(
        signals.map(signal => signal.aborted),
        [true, false],
      );
      await clock.advance(500);
      for (const error of await Promise.all(asked)) assert.equal(error.code, 'TIMEOUT');
    }
  });
});

describe('a worker of a pool', () => {
  it('that is killed is replaced, and what waited in its mailbox is dead letters', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const letters = heard(node, DeadLetter);
    const hold = gate();
    const ref = node.spawn(pool(Worker.using({ jobs, gate: hold }), { size: 2 }));
    for (const i of range(6)) ref.tell(i);
    const asked = rejection(ref.ask(6));
    await clock.settle();
    const [first] = (await routees(ref)) as [Ref];
    first.kill();
    await clock.settle();
    assert.deepEqual(
      letters.map(({ message, reason }) => [message, reason]),
      [
        [2, 'stopped'],
        [4, 'stopped'],
        [6, 'stopped'],
      ],
    );
    assert.equal((await asked).code, 'ACTOR_STOPPED');
    assert.deepEqual(namesOf(await routees(ref)), ['worker$2', 'worker$3']);
    hold.open();
    ref.tell(7).tell(8);
    await clock.settle();
    assert.sameMembers(messagesOf(jobs), [0, 1, 3, 5, 7, 8]);
    assertBalanced(node);
  });

  it('that is killed gets nothing of what is told to the pool from then on', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 2 }));
    const [first] = (await routees(ref)) as [Ref];
    for (const i of range(4)) ref.tell(i);
    first.kill();
    await clock.settle();
    for (const i of range(4, 4)) ref.tell(i);
    await clock.settle();
    assert.includeMembers(messagesOf(jobs), range(4, 4));
    assertBalanced(node);
  });

  it('that stops by itself soon after it began is replaced later, and later each time', async () => {
    const { node, clock } = await startNode();
    const starts: number[] = [];
    class Short extends Process {
      async run() {
        starts.push(clock.now());
      }
    }
    const ref = node.spawn(pool(Short, { size: 1 }));
    await clock.advance(2000);
    assert.deepEqual(starts, [0, 100, 300, 700, 1500]);
    assert.deepEqual(await routees(ref), []);
  });

  it('that cannot start is tried again, later each time, while the others work', async () => {
    const { node, clock } = await startNode();
    let tries = 0;
    const jobs: Job[] = [];
    class Fragile extends Worker {
      override preStart() {
        if (++tries % 2 === 0) throw new Error('cannot start');
      }
    }
    const ref = node.spawn(pool(Fragile.using({ jobs }), { size: 2 }));
    await clock.settle();
    for (const i of range(3)) ref.tell(i);
    await clock.settle();
    assert.deepEqual(byWorker(jobs), { fragile$1: [0, 1, 2] });
    await clock.advance(100);
    assert.deepEqual(namesOf(await routees(ref)), ['fragile$1', 'fragile$3']);
    assertBalanced(node);
  });

  it('that stops after a long life is replaced at once', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(pool(Worker.using({ jobs: [] }), { size: 1 }));
    await clock.advance(5000);
    const [first] = (await routees(ref)) as [Ref];
    first.stop();
    await clock.settle();
    assert.deepEqual(namesOf(await routees(ref)), ['worker$2']);
  });

  it('fails as the strategy of the pool says', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ max: 100 }) });
    const ref = node.spawn(pool(Worker.using({ jobs: [] }), { size: 2 }), {
      supervision: oneForOne({ decide: () => Escalate }),
    });
    await clock.settle();
    ref.tell('crash');
    await clock.settle();
    assert.deepEqual(namesOf(await routees(ref)), ['worker$3', 'worker$4']);
    assert.equal(node.stats().restarts, 1);
  });

  it('that escalates while others end leaves the pool with as many as before', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ max: 100 }) });
    const ref = node.spawn(pool(Worker.using({ jobs: [] }), { size: 3 }), {
      supervision: oneForOne({ decide: () => Escalate }),
    });
    const workers = await routees(ref);
    workers[0]?.tell('crash');
    workers[1]?.kill();
    await clock.advance(1000);
    assert.lengthOf(await routees(ref), 3);
    assert.equal(node.stats().actors, 4);
  });
});

describe('resize()', () => {
  it('adds workers, and takes the youngest away, each after all that it had been told', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const hold = gate();
    const ref = node.spawn(pool(Worker.using({ jobs, gate: hold }), { size: 2 }));
    await resize(ref, 4);
    for (const i of range(8)) ref.tell(i);
    const shrunk = outcomeOf(resize(ref, 1));
    await clock.settle();
    assert.deepEqual(namesOf(await routees(ref)), ['worker$1']);
    assert.deepEqual(shrunk, [], 'three have something to do');
    ref.tell(8);
    hold.open();
    await clock.settle();
    assert.deepEqual(shrunk, [undefined]);
    assert.deepEqual(byWorker(jobs), {
      worker$1: [0, 4, 8],
      worker$2: [1, 5],
      worker$3: [2, 6],
      worker$4: [3, 7],
    });
    assert.equal(node.stats().actors, 2);
    assert.equal(node.stats().deadLetters.total, 0);
    assertBalanced(node);
  });

  it('to nobody makes what is told to the pool dead letters', async () => {
    const { node, clock } = await startNode();
    const letters = heard(node, DeadLetter);
    const ref = node.spawn(pool(Worker.using({ jobs: [] }), { size: 1 }), { name: 'pool' });
    await resize(ref, 0);
    ref.tell('a');
    await clock.settle();
    assert.deepEqual(
      letters.map(({ recipient, message, reason }) => [recipient.path, message, reason]),
      [['/pool/$member', 'a', 'notFound']],
    );
    assert.match((await rejection(ref.ask('b'))).message, /\/pool\/\$member does not exist/);
    await resize(ref, 1);
    assert.equal(await ref.ask('who'), 'worker$2');
    assertBalanced(node);
  });

  it('does not wait for a worker that is to be replaced later', async () => {
    const { node, clock } = await startNode();
    class Short extends Process {
      async run() {}
    }
    const ref = node.spawn(pool(Short, { size: 3 }));
    await clock.settle();
    await resize(ref, 0);
    await clock.advance(5000);
    assert.equal(node.stats().actors, 1);
    assert.equal(clock.pending, 0);
  });

  it('refuses what is no size, and actors that are no pools', async () => {
    const { node } = await startNode();
    const ref = node.spawn(pool(Worker.using({ jobs: [] }), { size: 2, min: 2, max: 4 }));
    const plain = node.spawn(() => {});
    const message = async (promise: Promise<unknown>) => (await rejection(promise)).message;
    assert.match(
      await message(resize(ref, -1)),
      /^resize: size must be a whole number from 0 to 100000, not -1/,
    );
    assert.match(await message(resize(ref, 5)), /^resize: size must be from min \(2\) to max \(4\), not 5/);
    assert.match(
      await message(resize(plain, 1)),
      /^resize: expected the ref of a pool or group on this node/,
    );
    assert.match(await message(routees('pool' as never)), /^routees: expected the ref .* not "pool"/);
    assert.match(await message(addRoutee(ref as Ref, plain as Ref)), /is a pool.*resize it/);
    ref.kill();
    assert.equal((await rejection(resize(ref, 1))).code, 'ACTOR_STOPPED');
  });
});

describe('options of pool()', () => {
  const wrong: Record<string, [options: object | undefined, text: RegExp]> = {
    none: [undefined, /^pool: options must be an object, not undefined/],
    'an unknown one': [{ sice: 1 }, /^pool: there is no option "sice"; the options are size, strategy/],
    'no size': [{}, /^pool: size must be a whole number from 0 to 100000, not undefined/],
    'half a worker': [{ size: 0.5 }, /^pool: size must be .* not 0.5/],
    'a strategy by name': [
      { size: 1, strategy: 'random' },
      /^pool: strategy must be roundRobin\(\).* not "random"/,
    ],
    'the strategy of a supervisor': [{ size: 1, strategy: oneForOne() }, /^pool: strategy must be/],
    'an option of spawn': [{ size: 1, options: { mailbox: 1 } }, /^spawn: mailbox must be/],
    'a name': [{ size: 1, options: { name: 'a' } }, /^pool: options.name can not be given/],
    'min alone': [{ size: 1, min: 1 }, /^pool: max must be a whole number from 1 to 100000, not undefined/],
    'no workers at least': [{ size: 1, min: 0, max: 1 }, /^pool: min must be a whole number from 1/],
    'min above max': [{ min: 3, max: 2 }, /^pool: min \(3\) must not be more than max \(2\)/],
    'a size below min': [
      { size: 1, min: 2, max: 3 },
      /^pool: size must be from min \(2\) to max \(3\), not 1/,
    ],
    'scaling without min': [{ size: 1, scaling: {} }, /^pool: scaling needs the options min and max/],
    'unknown scaling': [{ min: 1, max: 2, scaling: { hi: 1 } }, /^pool: scaling: there is no option "hi"/],
    'no interval': [{ min: 1, max: 2, scaling: { interval: 0 } }, /^pool: scaling.interval must be/],
    'high of 0': [{ min: 1, max: 2, scaling: { high: 0 } }, /^pool: scaling.high must be/],
    'low above high': [
      { min: 1, max: 2, scaling: { low: 5 } },
      /^pool: scaling.low must be a number from 0 to/,
    ],
    'no patience': [{ min: 1, max: 2, scaling: { patience: 0 } }, /^pool: scaling.patience must be/],
  };
  for (const [what, [options, text]] of Object.entries(wrong)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => pool(Worker as never, options as never), TypeError, text);
    });
  }

  it('refuses a worker that can’t be spawned', () => {
    assert.throws(() => pool('worker' as never, { size: 1 }), TypeError, /^spawn takes a class/);
  });
});

describe('a pool under death watch', () => {
  it('ends for its watchers as any actor does', async () => {
    const { node } = await startNode();
    const probe = new TestProbe(node);
    const ref = node.spawn(pool(Worker.using({ jobs: [] }), { size: 2 }));
    probe.watch(ref as Ref);
    ref.stop();
    assert.equal((await probe.expectTerminated(ref as Ref)).reason, 'stopped');
  });
});
