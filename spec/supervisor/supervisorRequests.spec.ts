import { assert } from 'chai';
import {
  ActorStopped,
  ChildError,
  type ChildSpec,
  CreateFailed,
  DynamicSupervisor,
  PartitionSupervisor,
  type Ref,
  Supervisor,
} from '../../lib/index.ts';
import { boom, gate, rejection } from '../core/support.ts';
import { specOf, startStrictNode, startTree, type TreeOptions } from './tree.ts';

type State = 'running' | 'starting again' | 'terminated' | 'ended' | 'unknown';

/** A supervisor whose child `a` is in that state. */
async function startWith(state: State, options: TreeOptions = {}) {
  const backoff = { min: 1000, jitter: 0 };
  const children = [{ id: 'a', restart: 'transient' as const }, 'b'];
  const tree = await startTree({ backoff, children: state === 'unknown' ? ['b'] : children, ...options });
  if (state === 'starting again') await tree.tell('a', 'fail');
  if (state === 'terminated') await Supervisor.terminateChild(tree.sup, 'a');
  if (state === 'ended') await tree.tell('a', 'stop');
  return tree;
}

type Method = 'terminateChild' | 'restartChild' | 'deleteChild' | 'startChild';
const call = (method: Method, sup: Ref): Promise<unknown> =>
  method === 'startChild' ? Supervisor.startChild(sup, specOf([], 'a')) : Supervisor[method](sup, 'a');

/** What is wrong with it; undefined when nothing is. */
const problems: Record<Method, Record<State, [problem: string, text: string] | undefined>> = {
  startChild: {
    running: ['alreadyPresent', '/sup has a child "a" already: it is running'],
    'starting again': ['alreadyPresent', '/sup has a child "a" already: it is running'],
    terminated: ['alreadyPresent', '/sup has a child "a" already: restart or delete it'],
    ended: ['alreadyPresent', '/sup has a child "a" already: restart or delete it'],
    unknown: undefined,
  },
  terminateChild: {
    running: undefined,
    'starting again': undefined,
    terminated: undefined,
    ended: undefined,
    unknown: ['notFound', '/sup has no child "a"'],
  },
  restartChild: {
    running: ['running', '/sup: child "a" is running: terminate it first'],
    'starting again': ['restarting', '/sup: child "a" is restarting: terminate it first'],
    terminated: undefined,
    ended: undefined,
    unknown: ['notFound', '/sup has no child "a"'],
  },
  deleteChild: {
    running: ['running', '/sup: child "a" is running: terminate it first'],
    'starting again': ['restarting', '/sup: child "a" is restarting: terminate it first'],
    terminated: undefined,
    ended: undefined,
    unknown: ['notFound', '/sup has no child "a"'],
  },
};
const after: Record<Method, string> = {
  startChild: 'running',
  restartChild: 'running',
  terminateChild: 'stopped',
  deleteChild: 'gone',
};

for (const method of Object.keys(problems) as Method[]) {
  describe(`Supervisor.${method}()`, () => {
    for (const [state, problem] of Object.entries(problems[method]) as [
      State,
      [string, string] | undefined,
    ][]) {
      if (problem === undefined) {
        it(`leaves a child that is ${state} ${after[method]}`, async () => {
          const { sup, states } = await startWith(state);
          await call(method, sup);
          assert.equal({ a: 'gone', ...(await states()) }.a, after[method]);
        });
      } else {
        it(`is refused when the child is ${state}, and changes nothing: ${problem[0]}`, async () => {
          const { sup, states } = await startWith(state);
          const before = await states();
          const error = (await rejection(call(method, sup))) as ChildError;
          assert.instanceOf(error, ChildError);
          assert.deepEqual([error.problem, error.message, error.code], [...problem, 'CHILD']);
          assert.deepEqual(await states(), before);
        });
      }
    }

    it('takes nothing but the ref of a supervisor', async () => {
      const { node, clock } = await startStrictNode();
      const other = node.spawn(() => {}, { name: 'other' });
      await clock.settle();
      const text = `Supervisor.${method}: `;
      assert.equal(
        (await rejection(call(method, other))).message,
        `${text}/other is no supervisor, or was not spawned with using(...)`,
      );
      assert.equal(
        (await rejection(call(method, '/sup' as unknown as Ref))).message,
        `${text}expected the ref of a supervisor, not "/sup"`,
      );
    });

    it('is rejected when the supervisor has stopped', async () => {
      const { sup, clock } = await startTree({});
      sup.stop();
      await clock.settle();
      assert.instanceOf(await rejection(call(method, sup)), ActorStopped);
    });

    it('is rejected when the supervisor is stopping', async () => {
      const { sup, tell, clock } = await startTree({ children: ['z'] });
      await tell('z', 'hang');
      sup.stop();
      await clock.settle();
      const asked = rejection(call(method, sup));
      await clock.advance(5000);
      assert.instanceOf(await asked, ActorStopped);
    });
  });
}

describe('Supervisor.startChild()', () => {
  it('gives the ref once the child has started', async () => {
    const { sup, steps, child } = await startTree({});
    const ref = await Supervisor.startChild(sup, specOf(steps, 'a'));
    assert.deepEqual([ref === child('a'), steps], [true, ['start a']]);
  });

  it('is rejected with what the child failed to start with, and the child is forgotten', async () => {
    const { sup, states, failures } = await startTree({ intensity: 0, children: ['b'] });
    const error = await rejection(Supervisor.startChild(sup, specOf([], { id: 'a', preStart: boom })));
    assert.instanceOf(error, CreateFailed);
    assert.equal(error.message, '/sup/a (Worker) failed to start: boom');
    assert.deepEqual([await states(), failures], [{ b: 'running' }, []]);
  });

  it('can use the name again that a child failed to start with', async () => {
    const { sup, states } = await startTree({});
    await rejection(Supervisor.startChild(sup, specOf([], { id: 'a', preStart: boom })));
    await Supervisor.startChild(sup, specOf([], 'a'));
    assert.deepEqual(await states(), { a: 'running' });
  });

  it('waits no longer for what a child that failed to start leaves behind than its shutdown says', async () => {
    const { sup, clock } = await startTree({});
    const preStart = (actor: { spawn(what: unknown): Ref }) => {
      actor.spawn(() => gate().opened).tell('m');
      return gate().opened.then(boom, boom);
    };
    const failing = async (actor: { spawn(what: unknown): Ref }) => {
      preStart(actor);
      await Promise.resolve();
      boom();
    };
    let isOver = false;
    Supervisor.startChild(sup, specOf([], { id: 'a', shutdown: 100, preStart: failing })).catch(() => {
      isOver = true;
    });
    await clock.advance(99);
    const before = isOver;
    await clock.advance(1);
    assert.deepEqual([before, isOver], [false, true]);
  });

  it('stays where it was asked: others wait for their turn', async () => {
    const [held, { sup, clock, steps }] = [gate(), await startTree({})];
    const first = Supervisor.startChild(sup, specOf(steps, { id: 'a', preStart: () => held.opened }));
    const second = Supervisor.startChild(sup, specOf(steps, 'b'));
    await clock.settle();
    const before = [...steps];
    held.open();
    await Promise.all([first, second]);
    assert.deepEqual([before, steps], [['start a'], ['start a', 'start b']]);
  });
});

describe('Supervisor.restartChild()', () => {
  it('gives a new ref under the old name', async () => {
    const { sup, child } = await startTree({ children: ['a'] });
    const old = child('a');
    await Supervisor.terminateChild(sup, 'a');
    const ref = await Supervisor.restartChild(sup, 'a');
    assert.deepEqual([ref === child('a'), ref === old, ref.equals(old)], [true, false, true]);
  });

  it('is rejected when the child fails to start, which leaves it stopped', async () => {
    const preStart = (_: unknown, count: number) => void (count > 1 && boom());
    const { sup, clock, steps, states, failures } = await startTree({
      intensity: 0,
      children: [{ id: 'a', preStart }],
    });
    await Supervisor.terminateChild(sup, 'a');
    steps.length = 0;
    const error = await rejection(Supervisor.restartChild(sup, 'a'));
    await clock.settle();
    assert.instanceOf(error, CreateFailed);
    assert.deepEqual([steps, await states(), failures], [['start a'], { a: 'stopped' }, []]);
  });

  it('is rejected when the child is killed in its start, which leaves it stopped', async () => {
    const preStart = (_: unknown, count: number) => (count > 1 ? gate().opened : undefined);
    const { sup, clock, child, states } = await startTree({ children: [{ id: 'a', preStart }] });
    await Supervisor.terminateChild(sup, 'a');
    const asked = rejection(Supervisor.restartChild(sup, 'a'));
    await clock.settle();
    child('a').kill();
    assert.instanceOf(await asked, CreateFailed);
    assert.deepEqual(await states(), { a: 'stopped' });
  });
});

describe('Supervisor.terminateChild()', () => {
  it('forgets a child that is temporary', async () => {
    const { sup, states } = await startTree({ children: [{ id: 'a', restart: 'temporary' }] });
    await Supervisor.terminateChild(sup, 'a');
    assert.deepEqual(await states(), {});
  });

  for (const how of ['fail', 'stop'] as const) {
    it(`wins over a restart that was due when it was asked: ${how}`, async () => {
      const { sup, tell, child, clock, states, steps } = await startTree({
        intensity: 5,
        children: ['a', 'b'],
      });
      await tell('b', 'hang');
      const [other, terminated] = [Supervisor.terminateChild(sup, 'b'), Supervisor.terminateChild(sup, 'a')];
      child('a').tell(how);
      await clock.advance(5000);
      await Promise.all([other, terminated]);
      await clock.settle();
      assert.deepEqual(
        [await states(), steps.filter(step => step === 'start a')],
        [{ a: 'stopped', b: 'stopped' }, []],
      );
    });
  }
});

describe('Supervisor.whichChildren()', () => {
  it('gives id, ref, state and restart type of each, in the order of the start', async () => {
    const { sup, child } = await startWith('running');
    assert.deepEqual(await Supervisor.whichChildren(sup), [
      { id: 'a', ref: child('a'), state: 'running', restart: 'transient' },
      { id: 'b', ref: child('b'), state: 'running', restart: 'permanent' },
    ]);
  });

  it('has the ref of one that waits for its restart', async () => {
    const { sup, child } = await startWith('starting again');
    const [a] = await Supervisor.whichChildren(sup);
    assert.deepEqual(a, { id: 'a', ref: child('a'), state: 'restarting', restart: 'transient' });
  });

  for (const state of ['terminated', 'ended'] as const) {
    it(`has no ref of one that has ${state}`, async () => {
      const { sup } = await startWith(state);
      const [a] = await Supervisor.whichChildren(sup);
      assert.deepEqual(a, { id: 'a', ref: undefined, state: 'stopped', restart: 'transient' });
    });
  }
});

describe('Supervisor.countChildren()', () => {
  it('counts specs, active ones, supervisors and workers', async () => {
    const { sup, tell } = await startTree({
      children: [
        { id: 'a', restart: 'transient' },
        'b',
        { id: 'boss', start: Supervisor.using({}) },
        { id: 'dynamic', start: DynamicSupervisor.using({}) },
        { id: 'said', type: 'supervisor' },
        { id: 'denied', start: Supervisor.using({}), type: 'worker' },
      ],
    });
    await tell('a', 'stop');
    assert.deepEqual(await Supervisor.countChildren(sup), {
      specs: 6,
      active: 5,
      supervisors: 3,
      workers: 3,
    });
  });
});

describe('a Supervisor that is asked or told something else', () => {
  it('for a partition, says that it has none', async () => {
    const { sup } = await startTree({});
    const error = await rejection(PartitionSupervisor.partition(sup, 1));
    assert.equal(error.message, '/sup is no PartitionSupervisor');
  });

  it('reports the message as unhandled, and goes on', async () => {
    const { node, sup, states, clock } = await startTree({ children: ['a'] });
    sup.tell('what?').tell({ type: 'start', spec: {} } as unknown as ChildSpec);
    await clock.settle();
    assert.deepEqual([node.stats().unhandled, await states()], [2, { a: 'running' }]);
  });
});
