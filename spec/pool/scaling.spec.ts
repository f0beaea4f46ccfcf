import { assert } from 'chai';
import type { Ref } from '../../lib/index.ts';
import { balancing, pool, roundRobin, routees, type ScalingOptions } from '../../lib/pool/index.ts';
import { Scaling } from '../../lib/pool/scaling.ts';
import { type Gate, gate, startNode } from '../core/support.ts';
import { assertBalanced, type Job, messagesOf, range, Worker } from './support.ts';

describe('Scaling', () => {
  const growth: [queued: number, size: number, next: number][] = [
    [4, 1, 1],
    [5, 1, 2],
    [20, 5, 5],
    [21, 5, 7],
    [1000, 8, 10],
    [1000, 10, 10],
  ];
  for (const [queued, size, next] of growth) {
    it(`makes ${next} of ${size} when ${queued} wait and 10 is the most`, () => {
      assert.equal(new Scaling(1, 10, {}).look({ queued, busy: size }, size), next);
    });
  }

  it('takes one away when there was too little to do for long', () => {
    const scaling = new Scaling(1, 10, { patience: 3 });
    const sizes: number[] = [];
    let size = 4;
    for (const _ of range(12)) {
      size = scaling.look({ queued: 0, busy: 0 }, size);
      sizes.push(size);
    }
    assert.deepEqual(sizes, [4, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1, 1]);
  });

  it('begins to wait anew when there is something to do in between', () => {
    const scaling = new Scaling(1, 10, { patience: 2 });
    const look = (busy: number) => scaling.look({ queued: 0, busy }, 4);
    assert.deepEqual([0, 2, 0, 2, 1, 1].map(look), [4, 4, 4, 4, 4, 3]);
  });

  it('stays as it is between the two marks, however often it looks', () => {
    const scaling = new Scaling(1, 10, { patience: 1 });
    for (const queued of range(15, 2)) assert.equal(scaling.look({ queued, busy: 0 }, 4), 4);
  });
});

describe('a pool with min and max', () => {
  for (const strategy of [roundRobin(), balancing()]) {
    it(`grows while much waits, and shrinks when that is done: ${strategy.name}`, async () => {
      const { node, clock, ref, hold, jobs, size } = await scaled({ strategy, min: 1, max: 5 });
      for (const i of range(100)) ref.tell(i);
      const sizes: number[] = [];
      for (const _ of range(6)) {
        sizes.push(await size());
        await clock.advance(1000);
      }
      assert.deepEqual(sizes, [1, 2, 3, 4, 5, 5]);
      hold.open();
      await clock.advance(9500);
      assert.equal(await size(), 5);
      await clock.advance(500);
      assert.equal(await size(), 4);
      await clock.advance(60_000);
      assert.equal(await size(), 1);
      assert.sameMembers(messagesOf(jobs), range(100));
      assert.equal(node.stats().deadLetters.total, 0);
      assertBalanced(node);
    });
  }

  it('does not shrink while its workers are busy, though nothing waits', async () => {
    const { clock, ref, size } = await scaled({ min: 1, max: 4, size: 4 });
    for (const i of range(4)) ref.tell(i);
    await clock.advance(60_000);
    assert.equal(await size(), 4);
  });

  it('looks as often, and is as patient, as it is told', async () => {
    const scaling = { interval: 100, high: 1, low: 1, patience: 2 };
    const { clock, ref, hold, size } = await scaled({ min: 1, max: 3, scaling });
    for (const i of range(3)) ref.tell(i);
    await clock.advance(100);
    assert.equal(await size(), 2);
    hold.open();
    await clock.advance(200);
    assert.equal(await size(), 1);
  });
});

async function scaled(options: {
  min: number;
  max: number;
  size?: number;
  strategy?: ReturnType<typeof roundRobin>;
  scaling?: ScalingOptions;
}) {
  const { node, clock } = await startNode();
  const jobs: Job[] = [];
  const hold: Gate = gate();
  const ref: Ref = node.spawn(pool(Worker.using({ jobs, gate: hold }), options));
  await clock.settle();
  const size = async () => (await routees(ref)).length;
  return { node, clock, ref, hold, jobs, size };
}
