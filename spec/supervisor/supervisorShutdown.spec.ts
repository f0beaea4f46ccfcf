import { assert } from 'chai';
import {
  ErrorIgnored,
  type Ref,
  type ShutdownLimit,
  Supervisor,
  Terminated,
  TimeoutError,
} from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { gate, heard, outcomeOf, soon } from '../core/support.ts';
import { type Child, never, startTree, type Tree } from './tree.ts';

/** Ways to be slow at the end; each needs to be told 'hang' or not. */
const slow: Record<string, { child: Omit<Child & object, 'id'>; isTold: boolean }> = {
  'a receive that never ends': { child: {}, isTold: true },
  'a postStop that never ends': { child: { postStop: () => never }, isTold: false },
};

/** b is slow, and a and c are not. */
async function startSlow(
  how: keyof typeof slow,
  shutdown?: ShutdownLimit,
  options: object = {},
): Promise<Tree> {
  const { child, isTold } = slow[how] as (typeof slow)[string];
  const b = { ...child, id: 'b', ...(shutdown !== undefined && { shutdown }) };
  const tree = await startTree({ children: ['a', b, 'c'], ...options });
  if (isTold) await tree.tell('b', 'hang');
  return tree;
}

for (const how of Object.keys(slow)) {
  describe(`a child with ${how}`, () => {
    it('has 5000 ms to end when its supervisor stops, and the ones before it wait for that', async () => {
      const { sup, clock, news } = await startSlow(how);
      sup.stop();
      await clock.advance(4999);
      const before = news();
      await clock.advance(1);
      assert.deepEqual(
        [before.includes('stop c'), before.includes('stop a'), news().at(-1)],
        [true, false, 'stop a'],
      );
      assert.isTrue(sup.isStopped);
    });

    it('has as long as its shutdown says', async () => {
      const { sup, clock } = await startSlow(how, 70);
      sup.stop();
      await clock.advance(69);
      const before = sup.isStopped;
      await clock.advance(1);
      assert.deepEqual([before, sup.isStopped], [false, true]);
    });

    it('has killed in the eyes of its watchers, and the delay is told', async () => {
      const { node, sup, child, clock } = await startSlow(how, 70);
      const [probe, ignored, b] = [new TestProbe(node), heard(node, ErrorIgnored), child('b')];
      probe.watch(b);
      await clock.settle();
      sup.stop();
      await clock.advance(70);
      assert.deepEqual(probe.messages, [new Terminated(b, 'killed')]);
      assert.deepEqual(
        ignored.map(({ error }) => [error instanceof TimeoutError, error.message]),
        [[true, '/sup/b took longer than 70 ms to end and was cut short']],
      );
    });

    it("is waited for as long as it takes with 'infinity'", async () => {
      const { sup, clock } = await startSlow(how, 'infinity');
      sup.stop();
      await clock.advance(3_600_000);
      assert.isFalse(sup.isStopped);
      sup.kill();
    });

    it("is not waited for with 'brutal_kill'", async () => {
      const { sup, clock } = await startSlow(how, 'brutal_kill');
      sup.stop();
      await clock.settle();
      assert.isTrue(sup.isStopped);
    });

    it('has its time when it is terminated', async () => {
      const { sup, clock, states } = await startSlow(how, 70);
      const outcome = outcomeOf(Supervisor.terminateChild(sup, 'b'));
      await clock.advance(69);
      const before = outcome.length;
      await clock.advance(1);
      assert.deepEqual(
        [before, outcome, await states()],
        [0, [undefined], { a: 'running', b: 'stopped', c: 'running' }],
      );
    });

    it('has its time when it is restarted with others, which wait for it', async () => {
      const { tell, clock, news, states } = await startSlow(how, 70, { strategy: 'one_for_all' });
      await tell('c', 'fail');
      await clock.advance(69);
      const before = news().filter(step => step !== 'stop b');
      await clock.advance(1);
      assert.deepEqual(before, ['stop c']);
      assert.deepEqual(
        news().filter(step => step !== 'stop b'),
        ['stop a', 'start a', 'start b', 'start c'],
      );
      assert.deepEqual(await states(), { a: 'running', b: 'running', c: 'running' });
    });

    it('has its time also when somebody else has stopped it before', async () => {
      const { sup, child, clock } = await startSlow(how, 70);
      child('b').stop();
      await clock.advance(1000);
      sup.stop();
      await clock.advance(70);
      assert.isTrue(sup.isStopped);
    });

    it('holds up no restart of others for ever when somebody stops it meanwhile', async () => {
      const { tell, child, clock, states } = await startSlow(how, 70, { strategy: 'one_for_all' });
      await tell('c', 'fail');
      child('b').stop();
      await clock.advance(140);
      assert.deepEqual(await states(), { a: 'running', b: 'running', c: 'running' });
    });

    it('holds up no restart of others for ever when somebody has stopped it before', async () => {
      const { tell, child, clock, states } = await startSlow(how, 70, { strategy: 'one_for_all' });
      child('b').stop();
      await tell('c', 'fail');
      await clock.advance(70);
      assert.deepEqual(await states(), { a: 'running', b: 'running', c: 'running' });
    });
  });
}

describe("a child with 'brutal_kill'", () => {
  const children: Child[] = ['a', { id: 'b', shutdown: 'brutal_kill' }];

  it('has no postStop when its supervisor stops', async () => {
    const { sup, clock, news } = await startTree({ children });
    sup.stop();
    await clock.settle();
    assert.deepEqual(news(), ['stop a']);
  });

  it('has no postStop when it is terminated, and was killed', async () => {
    const { node, sup, child, clock, news } = await startTree({ children });
    const [probe, b] = [new TestProbe(node), child('b')];
    probe.watch(b);
    await clock.settle();
    await Supervisor.terminateChild(sup, 'b');
    await clock.settle();
    assert.deepEqual([news(), probe.messages], [[], [new Terminated(b, 'killed')]]);
  });

  it('has neither preRestart nor postStop when it is restarted with others, and keeps its ref', async () => {
    const { tell, child, news } = await startTree({ strategy: 'one_for_all', children });
    const b = child('b');
    await tell('a', 'fail');
    assert.deepEqual([news(), child('b') === b], [['stop a', 'start a', 'start b'], true]);
  });

  it('takes its children with it', async () => {
    const { sup, clock, tell, child } = await startTree({ children });
    await tell('b', (actor: { spawn(what: unknown, options: object): unknown }) =>
      actor.spawn(() => never, { name: 'grandchild' }),
    );
    const grandchild = child('b').child('grandchild').tell('m');
    await clock.settle();
    sup.stop();
    await clock.settle();
    assert.deepEqual([grandchild.isStopped, sup.isStopped], [true, true]);
  });

  it('is aborted', async () => {
    let signal: AbortSignal | undefined;
    const preStart = (actor: { signal: AbortSignal }) => {
      signal = actor.signal;
    };
    const { sup, clock } = await startTree({ children: [{ id: 'a', shutdown: 'brutal_kill', preStart }] });
    sup.stop();
    await clock.settle();
    assert.isTrue(signal?.aborted);
  });
});

describe('a child whose shutdown is 0', () => {
  it('has the chance to end at once', async () => {
    const { sup, clock, news } = await startTree({ children: [{ id: 'a', shutdown: 0 }] });
    sup.stop();
    await clock.settle();
    assert.deepEqual([news(), sup.isStopped], [['stop a'], true]);
  });
});

describe('what a child has left behind at the end of its time', () => {
  it('does it no harm in its next life: a receive', async () => {
    const held = gate();
    const { tell, clock, news } = await startTree({
      strategy: 'one_for_all',
      children: ['a', { id: 'b', shutdown: 70 }],
    });
    await tell('b', async () => {
      await held.opened;
      throw new Error('late');
    });
    await tell('a', 'fail');
    await clock.advance(70);
    news();
    held.open();
    await tell('b', 'm');
    assert.deepEqual(news(), ['m b']);
  });

  it('does it no harm in its next life: a preRestart', async () => {
    const held = gate();
    const { tell, child, clock, news } = await startTree({
      strategy: 'one_for_all',
      children: ['a', { id: 'b', shutdown: 70, preRestart: () => held.opened }],
    });
    const b = child('b');
    await tell('a', 'fail');
    await clock.advance(70);
    const during = news();
    held.open();
    await tell('b', 'm');
    assert.deepEqual(
      [during, news(), child('b') === b],
      [['preRestart b', 'stop a', 'start a', 'start b'], ['m b'], true],
    );
  });

  it('is no grandchild: those are killed', async () => {
    const { tell, child, clock } = await startTree({
      strategy: 'one_for_all',
      children: ['a', { id: 'b', shutdown: 70 }],
    });
    let grandchild: Ref | undefined;
    await tell('b', (actor: { spawn(what: unknown): Ref }) => {
      grandchild = actor.spawn(() => never).tell('m');
    });
    await tell('a', 'fail');
    await clock.advance(70);
    assert.deepEqual([grandchild?.isStopped, child('b').isStopped], [true, false]);
  });

  it('is no timer', async () => {
    const { clock, tell } = await startTree({ strategy: 'one_for_all', children: ['a', 'b'] });
    const before = clock.pending;
    await tell('a', 'fail');
    assert.equal(clock.pending, before);
  });
});

describe('a slow child that makes it in time', () => {
  it('ends its time: nothing is cut short later', async () => {
    const held = gate();
    const children: Child[] = [
      'a',
      { id: 'b', shutdown: 70, postStop: (_, count) => (count === 1 ? held.opened : undefined) },
    ];
    const { node, tell, clock, states } = await startTree({ strategy: 'one_for_all', children });
    const ignored = heard(node, ErrorIgnored);
    await tell('a', 'fail');
    await clock.advance(69);
    held.open();
    await clock.advance(1000);
    assert.deepEqual([ignored, await states()], [[], { a: 'running', b: 'running' }]);
  });

  it('is waited for in a hook that is short', async () => {
    const { tell, news } = await startTree({
      strategy: 'one_for_all',
      children: ['a', { id: 'b', preRestart: soon }, 'c'],
    });
    await tell('a', 'fail');
    assert.deepEqual(news(), ['stop c', 'preRestart b', 'stop a', 'start a', 'start b', 'start c']);
  });
});
