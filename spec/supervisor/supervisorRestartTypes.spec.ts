import { assert } from 'chai';
import { PoisonPill, Process, type Ref, type RestartType, Supervisor, Terminated } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { startAny, startTree } from './tree.ts';

type End = (child: Ref) => void;
const ends: Record<string, End> = {
  'stops itself': child => child.tell('stop'),
  'is stopped by others': child => child.stop(),
  'gets a PoisonPill': child => child.tell(PoisonPill),
  fails: child => child.tell('fail'),
  'is killed': child => child.kill(),
};
const isRestarted: Record<RestartType, readonly string[]> = {
  permanent: Object.keys(ends),
  transient: ['fails', 'is killed'],
  temporary: [],
};

for (const [restart, restarted] of Object.entries(isRestarted)) {
  describe(`a ${restart} child`, () => {
    for (const [how, end] of Object.entries(ends)) {
      const isAgain = restarted.includes(how);
      it(`is ${isAgain ? '' : 'not '}started again when it ${how}`, async () => {
        const { child, clock, states, news } = await startTree({
          children: [{ id: 'a', restart: restart as RestartType }, 'b'],
        });
        end(child('a'));
        await clock.settle();
        const left = restart === 'temporary' ? {} : { a: isAgain ? 'running' : 'stopped' };
        assert.deepEqual(
          [news(), await states()],
          [isAgain ? ['stop a', 'start a'] : ['stop a'], { ...left, b: 'running' }],
        );
      });
    }

    const returns = restarted.includes('stops itself') ? 'started again' : 'not started again';
    it(`that is a process is ${returns} when its run returns`, async () => {
      let runs = 0;
      class Short extends Process {
        async run() {
          runs++;
          await this.get('go');
        }
      }
      const children = [{ id: 'a', start: Short, restart: restart as RestartType }];
      const { tell } = await startAny(Supervisor.using({ children }));
      await tell('a', 'go');
      assert.equal(runs, restarted.includes('stops itself') ? 2 : 1);
    });
  });
}

describe('a child that failed and is started again', () => {
  it('keeps its ref, its name and its messages', async () => {
    const { child, tell, news } = await startTree({ children: ['a'] });
    const ref = child('a');
    await tell('a', 'fail', 'kept 1', 'kept 2');
    assert.deepEqual([child('a') === ref, news()], [true, ['stop a', 'start a', 'kept 1 a', 'kept 2 a']]);
  });

  it('keeps its watchers', async () => {
    const { node, child, clock, tell } = await startTree({ children: [{ id: 'a', restart: 'transient' }] });
    const probe = new TestProbe(node);
    const ref = child('a');
    probe.watch(ref);
    await tell('a', 'fail');
    const before = probe.messages;
    ref.stop();
    await clock.settle();
    assert.deepEqual([before, probe.messages], [[], [new Terminated(ref, 'stopped')]]);
  });
});

describe('a permanent child that ended without failing', () => {
  it('is started again under its name, as another actor', async () => {
    const { child, tell } = await startTree({ children: ['a'] });
    const ref = child('a');
    await tell('a', 'stop');
    assert.deepEqual(
      [ref.isStopped, child('a').isStopped, child('a') === ref, child('a').equals(ref)],
      [true, false, false, true],
    );
  });

  it('keeps its place among the others', async () => {
    const { sup, clock, tell, news } = await startTree({ children: ['a', 'b', 'c'] });
    await tell('b', 'stop');
    news();
    sup.stop();
    await clock.settle();
    assert.deepEqual(news(), ['stop c', 'stop b', 'stop a']);
  });
});

describe('a temporary child that failed', () => {
  it('has failed in the eyes of its watchers', async () => {
    const { node, child, tell } = await startTree({ children: [{ id: 'a', restart: 'temporary' }] });
    const probe = new TestProbe(node);
    const ref = child('a');
    probe.watch(ref);
    await tell('a', 'fail');
    assert.deepEqual(probe.messages, [new Terminated(ref, 'failed')]);
  });

  it('costs no restart', async () => {
    const children = [{ id: 'a', restart: 'temporary' as const }];
    const { tell, states } = await startTree({ intensity: 0, children });
    await tell('a', 'fail');
    assert.deepEqual(await states(), {});
  });

  it('takes no sibling with it, whatever the strategy', async () => {
    const children = ['a', { id: 'b', restart: 'temporary' as const }, 'c'];
    const { tell, news } = await startTree({ strategy: 'one_for_all', children });
    await tell('b', 'fail');
    assert.deepEqual(news(), ['stop b']);
  });
});
