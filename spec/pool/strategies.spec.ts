import { assert } from 'chai';
import type { Ref } from '../../lib/index.ts';
import {
  Broadcast,
  balancing,
  broadcast,
  consistentHash,
  pool,
  random,
  resize,
  roundRobin,
  routees,
  scatterGather,
  smallestMailbox,
} from '../../lib/pool/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { gate, startNode } from '../core/support.ts';
import { assertBalanced, byWorker, type Job, messagesOf, namesOf, range, Worker } from './support.ts';

const all = {
  roundRobin: () => roundRobin(),
  random: () => random(),
  smallestMailbox: () => smallestMailbox(),
  broadcast: () => broadcast(),
  consistentHash: () => consistentHash(String),
  scatterGather: () => scatterGather({ within: 1000 }),
  balancing: () => balancing(),
};

describe('every strategy', () => {
  for (const [name, strategy] of Object.entries(all)) {
    it(`${name} shows workers the sender, so that an ask is answered`, async () => {
      const { node } = await startNode();
      const ref = node.spawn(pool(Worker.using({ jobs: [] }), { size: 3, strategy: strategy() }));
      assert.match(await ref.ask<string>('who'), /^worker\$[123]$/);
    });

    it(`${name} loses no message, and the books balance`, async () => {
      const { node, clock } = await startNode();
      const jobs: Job[] = [];
      const ref = node.spawn(pool(Worker.using({ jobs }), { size: 3, strategy: strategy() }));
      for (const i of range(200)) ref.tell(i);
      await clock.settle();
      assert.sameMembers([...new Set(messagesOf(jobs))], range(200));
      assertBalanced(node);
    });

    it(`${name} gives a Broadcast to all`, async () => {
      const { node, clock } = await startNode();
      const jobs: Job[] = [];
      const ref = node.spawn(pool(Worker.using({ jobs }), { size: 3, strategy: strategy() }));
      ref.tell(new Broadcast('all'));
      await clock.settle();
      assert.deepEqual(byWorker(jobs), { worker$1: ['all'], worker$2: ['all'], worker$3: ['all'] });
    });

    it(`${name} keeps what waits for a worker that is restarted`, async () => {
      const { node, clock } = await startNode();
      const jobs: Job[] = [];
      const ref = node.spawn(pool(Worker.using({ jobs }), { size: 1, strategy: strategy() }));
      for (const message of ['crash', 'a', 'b']) ref.tell(message);
      await clock.settle();
      assert.deepEqual(messagesOf(jobs), ['crash', 'a', 'b']);
      assert.equal(node.stats().restarts, 1);
      assertBalanced(node);
    });
  }
});

describe('roundRobin()', () => {
  it('tells each in turn', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 3, strategy: roundRobin() }));
    for (const i of range(7)) ref.tell(i);
    await clock.settle();
    assert.deepEqual(byWorker(jobs), { worker$1: [0, 3, 6], worker$2: [1, 4], worker$3: [2, 5] });
  });

  it('goes on when there are more or fewer', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 2, strategy: roundRobin() }));
    ref.tell(0);
    await resize(ref, 4);
    for (const i of range(4, 1)) ref.tell(i);
    await clock.settle();
    assert.deepEqual(byWorker(jobs), { worker$1: [0, 4], worker$2: [1], worker$3: [2], worker$4: [3] });
    jobs.length = 0;
    await resize(ref, 1);
    for (const i of range(3)) ref.tell(i);
    await clock.settle();
    assert.deepEqual(byWorker(jobs), { worker$1: [0, 1, 2] });
  });
});

describe('random()', () => {
  it('tells whom the chance of the node names', async () => {
    const draws = [0, 0.99, 0.5, 0.34];
    const { node, clock } = await startNode({ random: () => draws.shift() ?? 0 });
    draws.splice(0, draws.length, 0, 0.99, 0.5, 0.34);
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 3, strategy: random() }));
    for (const i of range(4)) ref.tell(i);
    await clock.settle();
    assert.deepEqual(byWorker(jobs), { worker$1: [0], worker$2: [2, 3], worker$3: [1] });
  });
});

describe('smallestMailbox()', () => {
  it('passes over those who are busy, or have more to do', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const hold = gate();
    const ref = node.spawn(
      pool(Worker.using({ jobs, gate: hold }), { size: 3, strategy: smallestMailbox() }),
    );
    const [one, two] = (await routees(ref)) as [Ref, Ref, Ref];
    for (const i of range(3)) one.tell(i);
    two.tell('x');
    await clock.settle();
    for (const message of ['a', 'b', 'c', 'd', 'e']) {
      ref.tell(message);
      await clock.settle();
    }
    hold.open();
    await clock.settle();
    // 3, 1 and 0 were there: c is the third that has none, then all of two and three are filled up to 3.
    const counts = Object.values(byWorker(jobs)).map(messages => messages.length);
    assert.deepEqual(counts, [3, 3, 3]);
  });

  it('gives those with equally much their turn', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 3, strategy: smallestMailbox() }));
    for (const i of range(6)) {
      ref.tell(i);
      await clock.settle();
    }
    assert.deepEqual(byWorker(jobs), { worker$1: [0, 3], worker$2: [1, 4], worker$3: [2, 5] });
  });

  it('avoids one that waits to be restarted', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(
      pool(Worker.using({ jobs }), {
        size: 2,
        strategy: smallestMailbox(),
        options: { restart: { backoff: { min: 1000, jitter: 0 } } },
      }),
    );
    ref.tell('crash');
    await clock.settle();
    for (const i of range(3)) ref.tell(i);
    await clock.settle();
    assert.deepEqual(byWorker(jobs), { worker$1: ['crash'], worker$2: [0, 1, 2] });
  });
});

describe('broadcast()', () => {
  it('tells all, and the first answer is the answer', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 3, strategy: broadcast() }));
    const probe = new TestProbe(node);
    ref.tell('who', probe.ref);
    await clock.settle();
    assert.deepEqual(probe.messages, ['worker$1', 'worker$2', 'worker$3']);
    assert.equal(await ref.ask('who'), 'worker$1');
    await clock.settle();
    assert.equal(node.stats().deadLetters.lateReply, 2);
    assertBalanced(node);
  });
});

describe('a pool that fails', () => {
  it('has the workers that its supervisor lets it have: the restart of a pool is one of its workers', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 2 }));
    for (const _ of range(8)) ref.tell('crash'); // each of the two may be restarted 3 times
    await clock.settle();
    ref.tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(messagesOf(jobs).slice(-2), ['a', 'b']);
    assert.deepEqual(namesOf(await routees(ref)), ['worker$3', 'worker$4']);
    assertBalanced(node);
  });
});
