import { assert } from 'chai';
import { allForOne, DeadLetter, type Ref, Restart } from '../../lib/index.ts';
import {
  addRoutee,
  Broadcast,
  balancing,
  broadcast,
  group,
  pool,
  removeRoutee,
  resize,
  routees,
} from '../../lib/pool/index.ts';
import { heard, into, rejection, startNode } from '../core/support.ts';
import { assertBalanced, byWorker, type Job, namesOf, range, Worker } from './support.ts';

describe('group()', () => {
  it('routes to actors that live already, and shows them the sender', async () => {
    const { node, members } = await staff();
    const ref = node.spawn(group(members));
    assert.deepEqual([await ref.ask('who'), await ref.ask('who'), await ref.ask('who')], ['a', 'b', 'c']);
  });

  it('is no parent of theirs: they live on when it is stopped', async () => {
    const { node, clock, members } = await staff();
    const ref = node.spawn(group(members));
    await clock.settle();
    ref.stop();
    await clock.settle();
    assert.deepEqual(
      members.map(member => member.isStopped),
      [false, false, false],
    );
  });

  it('tells a Broadcast to all', async () => {
    const { node, clock, members, jobs } = await staff();
    node.spawn(group(members)).tell(new Broadcast('news'));
    await clock.settle();
    assert.deepEqual(byWorker(jobs), { a: ['news'], b: ['news'], c: ['news'] });
  });

  it('is left by a member that ends, whose place nobody takes', async () => {
    const { node, clock, members, jobs } = await staff();
    const ref = node.spawn(group(members));
    await clock.settle();
    members[1]?.stop();
    await clock.settle();
    for (const i of range(4)) ref.tell(i);
    await clock.settle();
    assert.deepEqual(byWorker(jobs), { a: [0, 2], c: [1, 3] });
    assert.deepEqual(namesOf(await routees(ref)), ['a', 'c']);
    assertBalanced(node);
  });

  it('takes no member that has ended before', async () => {
    const { node, clock, members } = await staff();
    members[0]?.stop();
    await clock.settle();
    const ref = node.spawn(group(members));
    assert.deepEqual(namesOf(await routees(ref)), ['b', 'c']);
    assert.isFalse(await addRoutee(ref, members[0] as Ref));
  });

  it('gets members and loses them as it is told', async () => {
    const { node, clock, members, jobs } = await staff();
    const [a, b, c] = members as [Ref, Ref, Ref];
    const ref = node.spawn(group([a, b]));
    assert.isTrue(await addRoutee(ref, c));
    assert.isFalse(await addRoutee(ref, c));
    assert.isTrue(await removeRoutee(ref, a));
    assert.isFalse(await removeRoutee(ref, a));
    for (const i of range(4)) ref.tell(i);
    await clock.settle();
    assert.deepEqual(byWorker(jobs), { b: [0, 2], c: [1, 3] });
    assert.isFalse(a.isStopped);
  });

  it('takes a new actor of the same address as a new member', async () => {
    const { node, clock } = await startNode();
    const first = node.spawn(() => {}, { name: 'a' });
    const ref = node.spawn(group([first]));
    await clock.settle();
    first.kill();
    await clock.settle();
    const seen: unknown[] = [];
    assert.isTrue(await addRoutee(ref, node.spawn(into(seen), { name: 'a' })));
    ref.tell('again');
    await clock.settle();
    assert.deepEqual(seen, ['again']);
  });

  it('without members has dead letters, for a Broadcast too', async () => {
    const { node, clock } = await startNode();
    const letters = heard(node, DeadLetter);
    for (const strategy of [undefined, broadcast()]) {
      const ref = node.spawn(group([], { strategy }));
      ref.tell('a' as never).tell(new Broadcast('b') as never);
    }
    await clock.settle();
    assert.deepEqual(
      letters.map(({ message, reason }) => [message, reason]),
      [
        ['a', 'notFound'],
        ['b', 'notFound'],
        ['a', 'notFound'],
        ['b', 'notFound'],
      ],
    );
    assertBalanced(node);
  });

  it('has the members that it began with when it is restarted', async () => {
    const { node, clock, members } = await staff({
      supervision: allForOne({ decide: () => Restart }),
    });
    const [a, b] = members as [Ref, Ref];
    const ref = node.spawn(group([a]));
    await addRoutee(ref, b);
    node
      .spawn(() => {
        throw new Error('all are restarted');
      })
      .tell('now');
    await clock.settle();
    assert.deepEqual(namesOf(await routees(ref)), ['a']);
    a.stop();
    await clock.settle();
    assert.deepEqual(await routees(ref), []);
  });

  it('can have a pool as a member, and a pool groups', async () => {
    const { node, clock, jobs, members } = await staff();
    const inner = node.spawn(group(members));
    const workers = node.spawn(pool(Worker.using({ jobs }), { size: 2 }));
    const ref = node.spawn(group([inner, workers as Ref]));
    for (const i of range(6)) ref.tell(i);
    await clock.settle();
    assert.deepEqual(byWorker(jobs), { a: [0], b: [2], c: [4], worker$1: [1, 5], worker$2: [3] });
  });

  it('refuses what makes no sense, and says what', async () => {
    const { node, members } = await staff();
    assert.throws(
      () => group(members, { strategy: balancing() }),
      /strategy balancing\(\) needs workers of its own/,
    );
    assert.throws(() => group('abc' as never), /expected the ref of an actor, not "a"/);
    assert.throws(() => group(5 as never), /the first argument must be a list of refs, not 5/);
    assert.throws(() => group(members, { size: 1 } as never), /there is no option "size"/);
    assert.throws(() => group(members, { strategy: 1 } as never), /^group: strategy must be/);
    const ref = node.spawn(group(members));
    assert.match((await rejection(resize(ref, 1))).message, /is a group: add members/);
    assert.match((await rejection(addRoutee(ref, 'a' as never))).message, /^addRoutee: expected the ref/);
    assert.match(
      (await rejection(removeRoutee(ref, 'a' as never))).message,
      /^removeRoutee: expected the ref/,
    );
  });
});

/** Three actors. */
async function staff(options: Parameters<typeof startNode>[0] = {}) {
  const { node, clock } = await startNode(options);
  const jobs: Job[] = [];
  const members: Ref[] = ['a', 'b', 'c'].map(name => node.spawn(Worker.using({ jobs }), { name }));
  await clock.settle();
  return { node, clock, jobs, members };
}
