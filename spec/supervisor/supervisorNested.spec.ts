import { assert } from 'chai';
import { Actor, RestartsExhausted, Resume, Supervisor } from '../../lib/index.ts';
import { boom, gate } from '../core/support.ts';
import {
  type Child,
  isBalanced,
  specOf,
  startAny,
  startStrictNode,
  startTree,
  supervisor,
  type TreeOptions,
} from './tree.ts';

/** A tree: x, the supervisor `inner` with a, b and c, and y. */
async function startNested(
  outer: TreeOptions = {},
  inner: TreeOptions = {},
  children: readonly Child[] = ['a', 'b', 'c'],
) {
  const steps: unknown[] = [];
  const start = supervisor(steps, { children, ...inner });
  const tree = await startAny(
    supervisor(steps, { children: ['x', { id: 'inner', start }, 'y'], ...outer }),
    steps,
  );
  steps.length = 0;
  return { ...tree, inner: tree.child('inner') };
}

describe('a supervisor below a supervisor', () => {
  it('is stopped in its place, its children in reverse order', async () => {
    const { sup, clock, news } = await startNested();
    sup.stop();
    await clock.settle();
    assert.deepEqual(news(), ['stop y', 'stop c', 'stop b', 'stop a', 'stop x']);
  });

  it('deals with the failures of its children alone', async () => {
    const { tell, news } = await startNested();
    await tell('inner/b', 'fail');
    assert.deepEqual(news(), ['stop b', 'start b']);
  });

  it('is restarted with its children in order, as others are', async () => {
    const { tell, news } = await startNested({ strategy: 'one_for_all' });
    await tell('x', 'fail');
    assert.deepEqual(news(), [
      ...['stop y', 'stop c', 'stop b', 'stop a', 'stop x'],
      ...['start x', 'start a', 'start b', 'start c', 'start y'],
    ]);
  });

  it('keeps its ref over a restart; its children are other actors', async () => {
    const { tell, child, inner } = await startNested({ strategy: 'one_for_all' });
    const a = child('inner/a');
    await tell('x', 'fail');
    assert.deepEqual(
      [child('inner') === inner, a.isStopped, child('inner/a').isStopped],
      [true, true, false],
    );
  });

  it('forgets in a restart the children that were added, and the restarts that were spent', async () => {
    const { tell, inner, steps, sup } = await startNested({ strategy: 'one_for_all' }, { intensity: 1 });
    await Supervisor.startChild(inner, specOf(steps, 'd'));
    await tell('inner/a', 'fail');
    await tell('x', 'fail');
    await tell('inner/a', 'fail');
    const children = await Supervisor.whichChildren(inner);
    assert.deepEqual([children.map(({ id }) => id), sup.isStopped], [['a', 'b', 'c'], false]);
  });

  it("has as long as it takes to end, unless it is told otherwise: its children's shutdowns add up", async () => {
    const postStop = () => new Promise<never>(() => {});
    const children = ['a', 'b', 'c'].map(id => ({ id, postStop, shutdown: 4000 }));
    const { sup, clock } = await startNested({}, {}, children);
    sup.stop();
    await clock.advance(11_999);
    const before = sup.isStopped;
    await clock.advance(1);
    assert.deepEqual([before, sup.isStopped], [false, true]);
  });

  it('is killed with all its children at the end of its time', async () => {
    const steps: unknown[] = [];
    const start = supervisor(steps, { children: [{ id: 'a', shutdown: 'infinity' }, 'b'] });
    const { sup, clock, tell, child } = await startAny(
      supervisor(steps, { children: [{ id: 'inner', start, shutdown: 100 }] }),
    );
    await tell('inner/a', 'hang');
    const a = child('inner/a');
    sup.stop();
    await clock.advance(99);
    const before = [a.isStopped, sup.isStopped];
    await clock.advance(1);
    assert.deepEqual([before, a.isStopped, sup.isStopped], [[false, false], true, true]);
  });

  it('counts as a supervisor, also with other parameters', async () => {
    const start = Supervisor.using({}).using({ intensity: 3 });
    const { sup } = await startTree({ children: ['a', { id: 'inner', start }] });
    assert.deepEqual(await Supervisor.countChildren(sup), {
      specs: 2,
      active: 2,
      supervisors: 1,
      workers: 1,
    });
  });
});

describe('a supervisor below a supervisor that gives up', () => {
  it('is restarted with all its children, which costs the one above a restart', async () => {
    const { tell, news, states } = await startNested({ intensity: 1 }, { intensity: 0 });
    await tell('inner/b', 'fail');
    assert.deepEqual(news(), ['stop c', 'stop b', 'stop a', 'start a', 'start b', 'start c']);
    assert.deepEqual(await states(), { x: 'running', inner: 'running', y: 'running' });
  });

  it('is treated by the strategy of the one above', async () => {
    const { tell, news } = await startNested({ strategy: 'rest_for_one' }, { intensity: 0 });
    await tell('inner/b', 'fail');
    const inner = ['a', 'b', 'c'];
    assert.deepEqual(news(), [
      'stop y',
      ...inner.toReversed().map(id => `stop ${id}`),
      ...inner.map(id => `start ${id}`),
      'start y',
    ]);
  });

  it('takes the one above with it when that has no restarts left: the causes are a chain', async () => {
    const { tell, failures, node } = await startNested({ intensity: 0 }, { intensity: 0 });
    await tell('inner/b', 'fail');
    const chain: string[] = [];
    for (let error = failures[0] as unknown; error instanceof Error; error = error.cause)
      chain.push(
        error instanceof RestartsExhausted ? `${error.child}: ${error.errors.length}` : error.message,
      );
    assert.deepEqual([chain, node.stats().actors], [['inner: 1', 'b: 1', 'b failed'], 0]);
  });

  it('is not restarted when it is temporary', async () => {
    const steps: unknown[] = [];
    const start = supervisor(steps, { intensity: 0, children: ['a'] });
    const { tell, states, sup } = await startAny(
      supervisor(steps, { children: [{ id: 'inner', start, restart: 'temporary' }, 'x'] }),
    );
    await tell('inner/a', 'fail');
    assert.deepEqual([await states(), sup.isStopped], [{ x: 'running' }, false]);
  });

  it('goes on with the child that has failed when an actor above it says Resume', async () => {
    const { node, clock } = await startStrictNode();
    const steps: unknown[] = [];
    class Forgiving extends Actor {
      override preStart() {
        this.spawn(supervisor(steps, { intensity: 0, children: ['a', 'b'] }), { name: 'sup' });
      }
      override supervise() {
        return Resume;
      }
    }
    const sup = node.spawn(Forgiving, { name: 'top' });
    await clock.settle();
    const a = node.lookup('/top/sup/a').tell('fail').tell('m');
    await clock.settle();
    const children = await Supervisor.whichChildren(sup.child('sup'));
    assert.deepEqual(
      [a.isStopped, steps.at(-1), children.map(({ state }) => state)],
      [false, 'm a', ['running', 'running']],
    );
  });

  it('has the child as stopped that has ended, when an actor above it says Resume', async () => {
    const { node, clock } = await startStrictNode();
    class Forgiving extends Actor {
      override preStart() {
        this.spawn(supervisor([], { intensity: 0, children: ['a', 'b'] }), { name: 'sup' });
      }
      override supervise() {
        return Resume;
      }
    }
    const sup = node.spawn(Forgiving, { name: 'top' });
    await clock.settle();
    node.lookup('/top/sup/a').stop();
    await clock.settle();
    const states = async () => (await Supervisor.whichChildren(sup.child('sup'))).map(({ state }) => state);
    const before = await states();
    await Supervisor.restartChild(sup.child('sup'), 'a');
    assert.deepEqual(
      [before, await states()],
      [
        ['stopped', 'running'],
        ['running', 'running'],
      ],
    );
  });
});

describe('a supervisor that is restarted in the middle of something', () => {
  const hangs = { preStart: (_: unknown, count: number) => (count === 2 ? gate().opened : undefined) };
  const slow = { postStop: (_: unknown, count: number) => (count === 1 ? gate().opened : undefined) };
  const moments: Record<string, { inner?: TreeOptions; children: readonly Child[] }> = {
    'a restart, while a child ends': {
      inner: { strategy: 'one_for_all' },
      children: ['a', { id: 'b', ...slow }, 'c'],
    },
    'a restart, while a child begins': {
      inner: { strategy: 'one_for_all' },
      children: ['a', { id: 'b', ...hangs }, 'c'],
    },
    'a backoff': { inner: { strategy: 'one_for_all', backoff: { min: 60_000 } }, children: ['a', 'b', 'c'] },
  };
  for (const [name, { inner, children }] of Object.entries(moments)) {
    it(`begins anew, with all its children: ${name}`, async () => {
      const tree = await startNested({ strategy: 'one_for_all' }, inner, children);
      await tree.tell('inner/c', 'fail');
      await tree.tell('x', 'fail');
      await tree.clock.advance(120_000);
      const states = (await Supervisor.whichChildren(tree.inner)).map(({ state }) => state);
      assert.deepEqual(
        [states, tree.failures, isBalanced(tree.node)],
        [['running', 'running', 'running'], [], true],
      );
    });
  }

  it('begins anew when it hangs in a startChild', async () => {
    const tree = await startNested({ strategy: 'one_for_all' });
    const asked = Supervisor.startChild(tree.inner, specOf([], { id: 'd', preStart: () => gate().opened }));
    asked.catch(() => {});
    await tree.clock.settle();
    const before = tree.node.stats().actors;
    await tree.tell('x', 'fail');
    await tree.clock.advance(5000);
    const ids = (await Supervisor.whichChildren(tree.inner)).map(({ id }) => id);
    assert.deepEqual([ids, tree.node.stats().actors], [['a', 'b', 'c'], before - 1]);
  });

  it('begins anew at once when it has to be brutal, whatever its children do', async () => {
    const steps: unknown[] = [];
    const start = supervisor(steps, { children: ['a', 'b'] });
    const children = ['x', { id: 'inner', start, shutdown: 'brutal_kill' as const }];
    const { tell, child } = await startAny(supervisor(steps, { strategy: 'one_for_all', children }), steps);
    await tell('inner/b', 'hang');
    const b = child('inner/b');
    await tell('x', 'fail');
    assert.deepEqual(
      [b.isStopped, child('inner/b').isStopped, steps.slice(-3)],
      [true, false, ['start x', 'start a', 'start b']],
    );
  });

  it('fails to begin when a child of it fails to start, and is tried again', async () => {
    const preStart = (_: unknown, count: number) => void (count === 2 && boom());
    const { tell, news, states } = await startNested({ intensity: 2 }, { intensity: 0 }, [
      'a',
      { id: 'b', preStart },
    ]);
    await tell('inner/a', 'fail');
    assert.deepEqual(news(), [
      ...['stop b', 'stop a', 'start a', 'start b'],
      ...['stop a', 'start a', 'start b'],
    ]);
    assert.deepEqual(await states(), { x: 'running', inner: 'running', y: 'running' });
  });
});
