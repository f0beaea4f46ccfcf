import { assert } from 'chai';
import { type RestartType, Supervisor, type SupervisorOptions, Terminated } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { startAny, startTree, supervisor } from './tree.ts';

type AutoShutdown = Exclude<SupervisorOptions['autoShutdown'], 'never' | undefined>;
const intensity = 10;

/** Two significant children a and b, and one that is not. */
const start = (
  autoShutdown: AutoShutdown,
  restart: RestartType,
  strategy: SupervisorOptions['strategy'] = 'one_for_one',
) =>
  startTree({
    ...{ autoShutdown, intensity, strategy },
    children: [
      { id: 'a', restart, significant: true },
      { id: 'b', restart, significant: true },
      { id: 'c', restart },
    ],
  });

/** Whether the supervisor is still there once a has ended, and once b has too. */
const expected: [AutoShutdown, RestartType, how: 'stop' | 'fail' | 'kill', left: [boolean, boolean]][] = [
  ['any_significant', 'transient', 'stop', [false, false]],
  ['any_significant', 'transient', 'fail', [true, true]],
  ['any_significant', 'transient', 'kill', [true, true]],
  ['any_significant', 'temporary', 'stop', [false, false]],
  ['any_significant', 'temporary', 'fail', [false, false]],
  ['any_significant', 'temporary', 'kill', [false, false]],
  ['all_significant', 'transient', 'stop', [true, false]],
  ['all_significant', 'transient', 'fail', [true, true]],
  ['all_significant', 'transient', 'kill', [true, true]],
  ['all_significant', 'temporary', 'stop', [true, false]],
  ['all_significant', 'temporary', 'fail', [true, false]],
  ['all_significant', 'temporary', 'kill', [true, false]],
];

describe('a Supervisor with autoShutdown', () => {
  for (const [autoShutdown, restart, how, [afterOne, afterBoth]] of expected) {
    const text = afterOne ? (afterBoth ? 'goes on' : 'stops with the last one') : 'stops with the first one';
    it(`${text}: ${autoShutdown}, ${restart} children that end by ${how}`, async () => {
      const { sup, child, clock, failures } = await start(autoShutdown, restart);
      const left = [];
      for (const ref of [child('a'), child('b')]) {
        if (how === 'kill') ref.kill();
        else ref.tell(how);
        await clock.settle();
        left.push(!sup.isStopped);
      }
      assert.deepEqual([left, failures], [[afterOne, afterBoth], []]);
    });
  }

  for (const autoShutdown of ['any_significant', 'all_significant'] as const) {
    it(`goes on when a child ends that is not significant: ${autoShutdown}`, async () => {
      const { sup, tell } = await start(autoShutdown, 'temporary');
      await tell('c', 'stop');
      assert.isFalse(sup.isStopped);
    });

    it(`goes on when a significant child is terminated: ${autoShutdown}`, async () => {
      const { sup } = await start(autoShutdown, 'transient');
      for (const id of ['a', 'b']) await Supervisor.terminateChild(sup, id);
      assert.deepEqual(
        (await Supervisor.whichChildren(sup)).map(({ state }) => state),
        ['stopped', 'stopped', 'running'],
      );
    });

    it(`goes on when significant children are stopped with others, to be begun again: ${autoShutdown}`, async () => {
      const { sup, tell, states } = await start(autoShutdown, 'transient', 'one_for_all');
      await tell('c', 'fail');
      assert.deepEqual(
        [sup.isStopped, await states()],
        [false, { a: 'running', b: 'running', c: 'running' }],
      );
    });
  }

  it('counts a significant child that was terminated before as ended: all_significant', async () => {
    const { sup, tell } = await start('all_significant', 'transient');
    await Supervisor.terminateChild(sup, 'a');
    await tell('b', 'stop');
    assert.isTrue(sup.isStopped);
  });

  it('does not count one that was started again: all_significant', async () => {
    const { sup, tell } = await start('all_significant', 'transient');
    await tell('a', 'stop');
    await Supervisor.restartChild(sup, 'a');
    await tell('b', 'stop');
    const before = sup.isStopped;
    await tell('a', 'stop');
    assert.deepEqual([before, sup.isStopped], [false, true]);
  });

  it('stops the others in reverse order, and has stopped in the eyes of its watchers', async () => {
    const { node, sup, tell, news } = await start('any_significant', 'transient');
    const probe = new TestProbe(node);
    probe.watch(sup);
    await tell('a', 'stop');
    assert.deepEqual(
      [news(), probe.messages],
      [['stop a', 'stop c', 'stop b'], [new Terminated(sup, 'stopped')]],
    );
  });

  it('is an end that a supervisor above takes for a normal one', async () => {
    for (const restart of ['permanent', 'transient'] as const) {
      const steps: unknown[] = [];
      const children = [{ id: 'a', restart: 'transient' as const, significant: true }];
      const inner = supervisor(steps, { autoShutdown: 'any_significant', children });
      const { tell } = await startAny(
        supervisor(steps, { children: [{ id: 'inner', start: inner, restart }] }),
        steps,
      );
      await tell('inner/a', 'stop');
      assert.deepEqual(
        steps,
        restart === 'permanent' ? ['start a', 'stop a', 'start a'] : ['start a', 'stop a'],
      );
    }
  });

  it("of 'never' goes on without any children", async () => {
    const children = [{ id: 'a', restart: 'temporary' as const, significant: false }];
    const { sup, tell } = await startTree({ autoShutdown: 'never', children });
    await tell('a', 'stop');
    assert.isFalse(sup.isStopped);
  });
});
