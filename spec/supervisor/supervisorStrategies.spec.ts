import { assert } from 'chai';
import {
  type Actor,
  Process,
  type RestartType,
  Supervisor,
  type SupervisorStrategy,
  Terminated,
} from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { type Child, startTree } from './tree.ts';

/** Who is stopped, and who is started, in this order, when b fails. */
const strategies: Record<SupervisorStrategy, { stopped: string[]; started: string[] }> = {
  one_for_one: { stopped: ['b'], started: ['b'] },
  one_for_all: { stopped: ['d', 'c', 'b', 'a'], started: ['a', 'b', 'c', 'd'] },
  rest_for_one: { stopped: ['d', 'c', 'b'], started: ['b', 'c', 'd'] },
};
const names = ['a', 'b', 'c', 'd'];

for (const [key, { stopped, started }] of Object.entries(strategies)) {
  const strategy = key as SupervisorStrategy;
  const all = [...stopped.map(id => `stop ${id}`), ...started.map(id => `start ${id}`)];

  describe(strategy, () => {
    it(`stops ${stopped.join(', ')} and starts ${started.join(', ')} when b fails`, async () => {
      const { tell, news, sup } = await startTree({ strategy, children: names });
      await tell('b', 'fail');
      assert.deepEqual([news(), sup.isStopped], [all, false]);
    });

    it('does the same when b, which is permanent, stops itself', async () => {
      const { tell, news } = await startTree({ strategy, children: names });
      await tell('b', 'stop');
      const others = stopped.filter(id => id !== 'b');
      assert.deepEqual(news(), [
        'stop b',
        ...others.map(id => `stop ${id}`),
        ...started.map(id => `start ${id}`),
      ]);
    });

    it('does the same when b is killed', async () => {
      const { child, clock, news } = await startTree({ strategy, children: names });
      child('b').kill();
      await clock.settle();
      assert.sameMembers(
        news().filter(step => String(step).startsWith('start')),
        started.map(id => `start ${id}`),
      );
    });

    it('keeps the refs of all, and the messages that wait', async () => {
      const { tell, child, clock, news } = await startTree({ strategy, children: names });
      const refs = names.map(child);
      child('b').tell('fail');
      for (const id of names) child(id).tell('early').tell('late');
      await clock.settle();
      const kept = news().filter(step => /early|late/.test(String(step)));
      assert.sameMembers(
        kept,
        names.flatMap(id => [`early ${id}`, `late ${id}`]),
      );
      assert.deepEqual(names.map(child), refs);
      await tell('b', 'more');
      assert.deepEqual(news(), ['more b']);
    });

    it('tells no watcher of those that are started again', async () => {
      const { node, tell, child } = await startTree({ strategy, children: names });
      const probe = new TestProbe(node);
      for (const id of names) probe.watch(child(id));
      await tell('b', 'fail');
      assert.deepEqual(probe.messages, []);
    });

    it('waits for the end of each before the end of the next', async () => {
      const slow = (id: string): Child => ({
        id,
        postStop: async actor => {
          await Promise.resolve();
          actor.log.debug('late');
          order.push(`end ${id}`);
        },
      });
      const order: string[] = [];
      const { tell } = await startTree({ strategy, children: names.map(slow) });
      await tell('b', 'fail');
      assert.deepEqual(
        order,
        stopped.map(id => `end ${id}`),
      );
    });
  });
}

for (const strategy of ['one_for_all', 'rest_for_one'] as const) {
  describe(`${strategy}, for a sibling`, () => {
    const startWith = (restart: RestartType) =>
      startTree({ strategy, children: ['a', { id: 'b', restart }, 'c'] });

    it('that is temporary, stops it, forgets it and does not start it', async () => {
      const { node, child, tell, states, news } = await startWith('temporary');
      const probe = new TestProbe(node);
      const b = child('b');
      probe.watch(b);
      await tell('a', 'fail');
      assert.deepEqual(
        [news(), await states(), probe.messages],
        [
          ['stop c', 'stop b', 'stop a', 'start a', 'start c'],
          { a: 'running', c: 'running' },
          [new Terminated(b, 'stopped')],
        ],
      );
    });

    it('that is transient, starts it again, though it did not fail', async () => {
      const { tell, news } = await startWith('transient');
      await tell('a', 'fail');
      assert.deepEqual(news(), ['stop c', 'stop b', 'stop a', 'start a', 'start b', 'start c']);
    });

    it('that is transient and has ended by itself, starts it', async () => {
      const { tell, states, news } = await startWith('transient');
      await tell('b', 'stop');
      news();
      await tell('a', 'fail');
      assert.deepEqual(
        [news(), await states()],
        [['stop c', 'stop a', 'start a', 'start b', 'start c'], { a: 'running', b: 'running', c: 'running' }],
      );
    });

    it('that was terminated, starts it', async () => {
      const { sup, tell, states, news } = await startWith('permanent');
      await Supervisor.terminateChild(sup, 'b');
      news();
      await tell('a', 'fail');
      assert.deepEqual(
        [news(), await states()],
        [['stop c', 'stop a', 'start a', 'start b', 'start c'], { a: 'running', b: 'running', c: 'running' }],
      );
    });

    it('that has children of its own, ends them first', async () => {
      const { tell, news, steps } = await startTree({ strategy, children: ['a', 'b'] });
      await tell('b', (actor: { spawn(what: unknown): unknown }) => {
        actor.spawn(
          class extends (Object.getPrototypeOf(
            actor.constructor,
          ) as typeof import('../../lib/index.ts').Actor) {
            override postStop() {
              steps.push('stop b child');
            }
          },
        );
      });
      await tell('a', 'fail');
      assert.deepEqual(news(), ['stop b child', 'stop b', 'stop a', 'start a', 'start b']);
    });
  });
}

describe('rest_for_one', () => {
  it('leaves those alone that were started before', async () => {
    const { tell, news } = await startTree({ strategy: 'rest_for_one', children: names });
    await tell('d', 'fail');
    assert.deepEqual(news(), ['stop d', 'start d']);
  });

  it('counts a child that was added later among the last', async () => {
    const { sup, tell, news, steps } = await startTree({ strategy: 'rest_for_one', children: ['a'] });
    const { specOf } = await import('./tree.ts');
    await Supervisor.startChild(sup, specOf(steps, 'z'));
    news();
    await tell('a', 'fail');
    assert.deepEqual(news(), ['stop z', 'stop a', 'start a', 'start z']);
  });
});

describe('a restart of siblings', () => {
  it('leaves a process the messages that it has not taken', async () => {
    const taken: unknown[] = [];
    class Picky extends Process {
      async run() {
        taken.push('run');
        while (true) taken.push(await this.get('wanted'));
      }
    }
    const children = ['a', { id: 'b', start: Picky }];
    const { tell, child } = await startTree({ strategy: 'one_for_all', children });
    await tell('b', 'other', 'wanted');
    await tell('a', 'fail');
    await tell('b', 'wanted');
    assert.deepEqual(taken, ['run', 'wanted', 'run', 'wanted']);
    assert.equal((child('b').inlet as unknown as { waiting: { queued: number } }).waiting.queued, 1);
  });

  it('gives them what they have stashed again, and none of their timers', async () => {
    const { tell, clock, news } = await startTree({ strategy: 'one_for_all', children: ['a', 'b'] });
    await tell('b', (actor: Actor) => {
      actor.timers.once('key', 10, 'tick');
      let isFirst = true;
      actor.become(message => {
        if (isFirst) actor.stash();
        isFirst = false;
        return message;
      });
    });
    await tell('b', 'stashed');
    await tell('a', 'fail');
    await clock.advance(10);
    assert.deepEqual(news(), ['stop b', 'stop a', 'start a', 'start b', 'stashed b']);
  });

  it('tells their preRestart the error of the child that failed', async () => {
    const told: string[] = [];
    const preRestart = (_: unknown, error: Error) => void told.push(error.message);
    const children = ['a', { id: 'b', preRestart }];
    const { tell } = await startTree({ strategy: 'one_for_all', children });
    await tell('a', 'fail');
    assert.deepEqual(told, ['a failed']);
  });

  it('tells one that has failed too its own error', async () => {
    const told: string[] = [];
    const preRestart = (_: unknown, error: Error) => void told.push(error.message);
    const { child, clock } = await startTree({
      strategy: 'one_for_all',
      children: ['a', { id: 'b', preRestart }],
    });
    for (const id of ['a', 'b']) child(id).tell('fail');
    await clock.settle();
    assert.deepEqual(told, ['b failed']);
  });

  it('tells them that a child has ended when it did not fail', async () => {
    const told: string[] = [];
    const preRestart = (_: unknown, error: Error) => void told.push(error.message);
    const { tell } = await startTree({ strategy: 'one_for_all', children: ['a', { id: 'b', preRestart }] });
    await tell('a', 'stop');
    assert.deepEqual(told, ['it has ended (stopped)']);
  });
});
