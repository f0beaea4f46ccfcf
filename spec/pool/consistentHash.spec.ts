import { assert } from 'chai';
import { ErrorIgnored, type Ref, UnhandledMessage } from '../../lib/index.ts';
import { consistentHash, pool, resize, routees } from '../../lib/pool/index.ts';
import { heard, startNode } from '../core/support.ts';
import { assertBalanced, byWorker, type Job, range, Worker } from './support.ts';

interface Order {
  user: number;
}

const byUser = consistentHash((order: Order) => order.user);
const orders = range(400).map(i => ({ user: i % 100 }));

describe('consistentHash()', () => {
  it('tells messages with the same key to the same worker', async () => {
    const { ref, owners } = await shop(4);
    const first = await owners();
    assert.isAbove(new Set(first.values()).size, 1);
    assert.deepEqual(await owners(), first);
    await resize(ref, 4);
    assert.deepEqual(await owners(), first);
  });

  it('moves few keys when the pool gets one worker more', async () => {
    const { ref, owners } = await shop(4);
    const before = await owners();
    await resize(ref, 5);
    const after = await owners();
    const moved = [...after].filter(([user, worker]) => before.get(user) !== worker);
    assert.isNotEmpty(moved);
    assert.isBelow(moved.length, 40);
    assert.deepEqual([...new Set(moved.map(([, worker]) => worker))], ['worker$5']);
  });

  it('gives the keys of a worker that has ended to the one in its place', async () => {
    const { ref, clock, owners } = await shop(4);
    const before = await owners();
    const [, second] = (await routees(ref)) as Ref[];
    second?.kill();
    await clock.settle();
    const after = await owners();
    assert.include([...before.values()], 'worker$2');
    for (const [user, worker] of before)
      assert.equal(after.get(user), worker === 'worker$2' ? 'worker$5' : worker);
  });

  it('leaves a message unhandled for which the key throws, and lives on', async () => {
    const { node, clock } = await startNode();
    const [errors, unhandled] = [heard(node, ErrorIgnored), heard(node, UnhandledMessage)];
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 2, strategy: byUser as never }));
    ref.tell(null).tell({ user: 1 });
    await clock.settle();
    assert.deepEqual(
      unhandled.map(({ message }) => message),
      [null],
    );
    assert.deepEqual(
      errors.map(({ where }) => where),
      ['key of consistentHash'],
    );
    assert.lengthOf(jobs, 1);
    assert.equal(node.stats().restarts, 0);
    assertBalanced(node);
  });
});

/** A pool, and which worker has each user at the moment. */
async function shop(size: number) {
  const { node, clock } = await startNode();
  const jobs: Job[] = [];
  const ref = node.spawn(pool(Worker.using({ jobs }), { size, strategy: byUser as never }));
  const owners = async (): Promise<Map<number, string>> => {
    jobs.length = 0;
    for (const order of orders) ref.tell(order);
    await clock.settle();
    const found = new Map<number, string>();
    for (const [worker, messages] of Object.entries(byWorker(jobs))) {
      for (const { user } of messages as Order[]) {
        assert.equal(found.get(user) ?? worker, worker, `user ${user} has two workers`);
        found.set(user, worker);
      }
    }
    return found;
  };
  return { ref, clock, owners };
}
