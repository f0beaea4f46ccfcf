import { assert } from 'chai';
import {
  Actor,
  ActorStopped,
  type ChildError,
  CreateFailed,
  type DynamicChildSpec,
  DynamicSupervisor,
  type DynamicSupervisorOptions,
  type Props,
  type Ref,
  type RestartType,
  Supervisor,
} from '../../lib/index.ts';
import { boom, gate, rejection } from '../core/support.ts';
import { isBalanced, specOf, startAny, supervisor, worker } from './tree.ts';

const startDynamic = async (options: DynamicSupervisorOptions = {}) => {
  const steps: unknown[] = [];
  const tree = await startAny(DynamicSupervisor.using(options), steps);
  const add = (spec: Partial<DynamicChildSpec> = {}) =>
    DynamicSupervisor.startChild(tree.sup, { start: worker(steps, spec.id ?? 'w'), ...spec });
  return { ...tree, add };
};

describe('DynamicSupervisor.startChild()', () => {
  it('starts children without an id under names that are made up', async () => {
    const { sup, add } = await startDynamic();
    const refs = [await add(), await add()];
    assert.deepEqual(
      (await DynamicSupervisor.whichChildren(sup)).map(({ id, ref, state }) => [id, ref, state]),
      [
        ['worker$1', refs[0], 'running'],
        ['worker$2', refs[1], 'running'],
      ],
    );
  });

  it('starts children with an id under that', async () => {
    const { add } = await startDynamic();
    assert.equal((await add({ id: 'a' })).address, '/sup/a');
  });

  it('is refused for an id that a child has, and gives it again once that is gone', async () => {
    const { sup, add } = await startDynamic();
    await add({ id: 'a' });
    const error = (await rejection(add({ id: 'a' }))) as ChildError;
    assert.deepEqual(
      [error.problem, error.message],
      ['alreadyPresent', '/sup has a child "a" already: it is running'],
    );
    await DynamicSupervisor.terminateChild(sup, 'a');
    assert.equal((await add({ id: 'a' })).address, '/sup/a');
  });

  it('is refused beyond maxChildren, until one has gone', async () => {
    const { sup, add } = await startDynamic({ maxChildren: 2 });
    const first = await add();
    await add();
    const error = (await rejection(add())) as ChildError;
    assert.deepEqual(
      [error.problem, error.message],
      ['maxChildren', '/sup has 2 children, which is the most it may have'],
    );
    await DynamicSupervisor.terminateChild(sup, first);
    await add();
    assert.deepEqual((await DynamicSupervisor.countChildren(sup)).active, 2);
  });

  it('counts a child that waits for its backoff', async () => {
    const { add, clock } = await startDynamic({ maxChildren: 1, backoff: { min: 1000 } });
    (await add()).tell('fail');
    await clock.settle();
    assert.equal(((await rejection(add())) as ChildError).problem, 'maxChildren');
  });

  it('counts no child that failed to start', async () => {
    const { sup, add, steps } = await startDynamic({ maxChildren: 1 });
    const error = await rejection(add({ start: worker(steps, 'w', { preStart: boom }) }));
    assert.instanceOf(error, CreateFailed);
    await add();
    assert.deepEqual((await DynamicSupervisor.countChildren(sup)).specs, 1);
  });

  it('is refused for a significant child', async () => {
    const { add } = await startDynamic();
    const spec = { id: 'a', restart: 'transient', significant: true } as Partial<DynamicChildSpec>;
    assert.include((await rejection(add(spec))).message, `child "a" can't be significant`);
  });

  for (const id of ['', 5, null]) {
    it(`is refused for an id that is no text: ${JSON.stringify(id)}`, async () => {
      const { add } = await startDynamic();
      const error = await rejection(add({ id: id as string }));
      assert.equal(error.message, `a child must have an id that is a text, not ${JSON.stringify(id)}`);
    });
  }
});

describe('DynamicSupervisor.terminateChild()', () => {
  for (const [how, pick] of [
    ['by its ref', (ref: Ref) => ref],
    ['by its id', ({ name }: Ref) => name],
  ] as const) {
    it(`stops and forgets a child ${how}`, async () => {
      const { sup, add, states } = await startDynamic();
      const ref = await add();
      await DynamicSupervisor.terminateChild(sup, pick(ref));
      assert.deepEqual([ref.isStopped, await states()], [true, {}]);
    });
  }

  it('is refused for who is no child, or no child any more', async () => {
    const { sup, add } = await startDynamic();
    const ref = await add();
    await DynamicSupervisor.terminateChild(sup, ref);
    for (const child of [ref, sup, 'worker$1']) {
      const error = (await rejection(DynamicSupervisor.terminateChild(sup, child))) as ChildError;
      assert.equal(error.problem, 'notFound');
    }
  });

  it('finds a child by its new ref after it has ended and was started again', async () => {
    const { sup, add, clock, child, states } = await startDynamic();
    const old = await add();
    old.stop();
    await clock.settle();
    const present = child(old.name);
    assert.equal(
      ((await rejection(DynamicSupervisor.terminateChild(sup, old))) as ChildError).problem,
      'notFound',
    );
    await DynamicSupervisor.terminateChild(sup, present);
    assert.deepEqual(await states(), {});
  });
});

describe('a child of a DynamicSupervisor', () => {
  const ends: Record<string, (ref: Ref) => void> = {
    fails: ref => ref.tell('fail'),
    'stops itself': ref => ref.tell('stop'),
    'is killed': ref => ref.kill(),
  };
  const isAgain: Record<RestartType, readonly string[]> = {
    permanent: Object.keys(ends),
    transient: ['fails', 'is killed'],
    temporary: [],
  };
  for (const [restart, again] of Object.entries(isAgain)) {
    for (const [how, end] of Object.entries(ends)) {
      it(`${again.includes(how) ? 'is started again' : 'is forgotten'} when it is ${restart} and ${how}`, async () => {
        const { add, clock, states } = await startDynamic();
        const ref = await add({ restart: restart as RestartType });
        await add();
        end(ref);
        await clock.settle();
        const left = again.includes(how) ? ['worker$1', 'worker$2'] : ['worker$2'];
        assert.deepEqual(
          Object.entries(await states()),
          left.map(id => [id, 'running']),
        );
      });
    }
  }

  it('keeps its id when it has ended and is started again', async () => {
    const { add, clock, child } = await startDynamic();
    const ref = await add();
    ref.stop();
    await clock.settle();
    assert.deepEqual([child(ref.name) === ref, child(ref.name).equals(ref)], [false, true]);
  });

  for (const name of ['$Dollar', '$$', 'a/b']) {
    it(`is started again whatever its class is called: ${name}`, async () => {
      const named = { [name]: class extends Actor {} }[name] as typeof Actor & (new () => Actor);
      const { add, clock, sup, failures } = await startDynamic();
      const ref = await add({ start: named });
      ref.stop();
      await clock.settle();
      const [info] = await DynamicSupervisor.whichChildren(sup);
      assert.deepEqual([failures, info?.state, info?.ref === ref], [[], 'running', false]);
    });
  }

  it('is restarted alone', async () => {
    const { add, clock, news } = await startDynamic();
    for (const id of ['a', 'b', 'c']) await add({ id });
    news();
    (await add({ id: 'd' })).tell('fail');
    await clock.settle();
    assert.deepEqual(news(), ['start d', 'stop d', 'start d']);
  });

  it('is started again also when the siblings hang', async () => {
    const { add, clock, news } = await startDynamic();
    (await add({ id: 'a' })).tell('hang');
    (await add({ id: 'b' })).tell('fail');
    await clock.settle();
    assert.deepEqual(news(), ['start a', 'start b', 'stop b', 'start b']);
  });
});

describe('a DynamicSupervisor', () => {
  it('stops all children at once, and waits as long as the slowest', async () => {
    const { sup, add, clock, steps } = await startDynamic();
    for (const shutdown of [100, 300, 200])
      await add({ shutdown, start: worker(steps, `w${shutdown}`, { postStop: () => gate().opened }) });
    sup.stop();
    await clock.settle();
    const asked = steps.slice(-3).sort();
    await clock.advance(299);
    const before = sup.isStopped;
    await clock.advance(1);
    assert.deepEqual([asked, before, sup.isStopped], [['stop w100', 'stop w200', 'stop w300'], false, true]);
  });

  it('gives up when there are too many restarts', async () => {
    const { sup, add, clock, failures } = await startDynamic({ intensity: 1 });
    for (let i = 0; i < 2; i++) (await add()).tell('fail');
    await clock.settle();
    assert.deepEqual([sup.isStopped, failures.map(({ name }) => name)], [true, ['RestartsExhausted']]);
  });

  it('has no children any more after its restart', async () => {
    const steps: unknown[] = [];
    const children = ['x', { id: 'inner', start: DynamicSupervisor.using({}) }];
    const { tell, child, node } = await startAny(supervisor(steps, { strategy: 'one_for_all', children }));
    const inner = child('inner');
    const ref = await DynamicSupervisor.startChild(inner, { start: worker(steps, 'w') });
    await tell('x', 'fail');
    assert.deepEqual(
      [ref.isStopped, await DynamicSupervisor.whichChildren(inner), isBalanced(node)],
      [true, [], true],
    );
  });

  it('restarts one of 10 000 children and leaves the others alone', async () => {
    const { sup, clock, steps, failures } = await startDynamic();
    const start: Props = worker(steps, 'w');
    const refs = await Promise.all(
      Array.from({ length: 10_000 }, (_, i) => DynamicSupervisor.startChild(sup, { id: `c${i}`, start })),
    );
    steps.length = 0;
    refs[5000]?.tell('fail');
    await clock.settle();
    const counts = await DynamicSupervisor.countChildren(sup);
    assert.deepEqual(
      [steps, failures, counts],
      [['stop w', 'start w'], [], { specs: 10_000, active: 10_000, supervisors: 0, workers: 10_000 }],
    );
    sup.stop();
    await clock.settle();
    assert.isTrue(sup.isStopped);
  });

  it('asks for nothing when it has stopped', async () => {
    const { sup, add, clock } = await startDynamic();
    sup.stop();
    await clock.settle();
    assert.instanceOf(await rejection(add()), ActorStopped);
  });

  const wrong: [options: unknown, message: string][] = [
    [{ maxChildren: 0 }, 'DynamicSupervisor: maxChildren must be a whole number from 1 up, not 0'],
    [{ maxChildren: 1.5 }, 'DynamicSupervisor: maxChildren must be a whole number from 1 up, not 1.5'],
    [
      { children: [] },
      'DynamicSupervisor: there is no option "children"; the options are intensity, period, backoff, maxChildren',
    ],
    [{ period: 0 }, 'DynamicSupervisor: period must be more than 0 milliseconds, not 0'],
  ];
  for (const [options, message] of wrong) {
    it(`does not start with wrong options: ${message}`, async () => {
      const { failures } = await startAny(DynamicSupervisor.using(options as DynamicSupervisorOptions));
      assert.equal(failures[0]?.message, `/sup (DynamicSupervisor) failed to start: ${message}`);
    });
  }

  it('counts as a supervisor', async () => {
    const { sup } = await startAny(
      Supervisor.using({ children: [specOf([], 'a'), { id: 'd', start: DynamicSupervisor.using({}) }] }),
    );
    assert.equal((await Supervisor.countChildren(sup)).supervisors, 1);
  });
});
