import { assert } from 'chai';
import { ActorStopped, ErrorIgnored, Supervisor } from '../../lib/index.ts';
import { gate, heard, outcomeOf, rejection } from '../core/support.ts';
import { type Child, isBalanced, specOf, startAny, startTree, supervisor, type TreeOptions } from './tree.ts';

const hanging = (id: string, from: number): Child => ({
  id,
  preStart: (_, count) => (count >= from ? gate().opened : undefined),
});
const names = ['a', 'b', 'c'];

/** What it is in the middle of: a supervisor that has got so far. */
const moments: Record<string, () => ReturnType<typeof startTree>> = {
  'a slow start': () => startAny(supervisor([], { children: ['a', hanging('b', 1), 'c'] })),
  'a restart of many, while one of them ends': async () => {
    const postStop = (_: unknown, count: number) => (count === 1 ? gate().opened : undefined);
    const tree = await startTree({ strategy: 'one_for_all', children: ['a', { id: 'b', postStop }, 'c'] });
    await tree.tell('c', 'fail');
    return tree;
  },
  'a restart of many, while one of them begins': async () => {
    const tree = await startTree({ strategy: 'one_for_all', children: ['a', hanging('b', 2), 'c'] });
    await tree.tell('c', 'fail');
    return tree;
  },
  'a backoff': async () => {
    const backoff = { min: 1000 };
    const tree = await startTree({ strategy: 'one_for_all', backoff, children: names });
    await tree.tell('b', 'fail');
    return tree;
  },
  'a startChild': async () => {
    const tree = await startTree({ children: names });
    Supervisor.startChild(tree.sup, specOf([], hanging('d', 1))).catch(() => {});
    await tree.clock.settle();
    return tree;
  },
  'a terminateChild': async () => {
    const tree = await startTree({ children: names });
    await tree.tell('c', 'hang');
    Supervisor.terminateChild(tree.sup, 'c').catch(() => {});
    await tree.clock.settle();
    return tree;
  },
};

for (const [name, make] of Object.entries(moments)) {
  describe(`a Supervisor in the middle of ${name}`, () => {
    it('stops when it is told to, and so do all children', async () => {
      const { node, sup, clock } = await make();
      sup.stop();
      await clock.advance(10_000);
      assert.deepEqual([sup.isStopped, node.stats().actors, clock.pending], [true, 0, 0]);
    });

    it('is killed at once, and so are all children', async () => {
      const { node, sup, clock } = await make();
      sup.kill();
      await clock.advance(5000);
      assert.deepEqual([sup.isStopped, node.stats().actors, clock.pending], [true, 0, 0]);
    });

    it('starts nobody any more when it is stopped', async () => {
      const { sup, clock, news } = await make();
      news();
      sup.stop();
      await clock.advance(10_000);
      assert.deepEqual(
        news().filter(step => String(step).startsWith('start')),
        [],
      );
    });

    it('does not stand in the way of the end of the node', async () => {
      const { node, clock } = await make();
      const stopped = outcomeOf(node.stop());
      await clock.advance(10_000);
      assert.deepEqual([stopped.length, node.stats().actors], [1, 0]);
    });

    it('leaves the books in balance', async () => {
      const { node, sup, clock, child } = await make();
      sup.tell('m');
      child('a').tell('m');
      sup.stop();
      await clock.advance(10_000);
      assert.isTrue(isBalanced(node));
    });
  });
}

describe('a Supervisor that is stopped in the middle of something', () => {
  it('stops its children in reverse order all the same', async () => {
    const { sup, clock, tell, news } = await startTree({
      strategy: 'one_for_all',
      children: ['a', hanging('b', 2), 'c'],
    });
    await tell('c', 'fail');
    news();
    sup.stop();
    await clock.advance(10_000);
    assert.deepEqual(news(), ['stop a']);
  });

  it('waits for the end of a child that is starting before it stops those before it', async () => {
    const steps: unknown[] = [];
    const { sup, clock, news } = await startAny(
      supervisor(steps, { children: ['a', 'b', hanging('c', 1)] }),
      steps,
    );
    news();
    sup.stop();
    await clock.advance(4999);
    const before = news();
    await clock.advance(1);
    assert.deepEqual([before, news()], [[], ['stop b', 'stop a']]);
  });

  it('does the same for a child that it was asked to start', async () => {
    const { sup, clock, news } = await startTree({ children: ['a'] });
    Supervisor.startChild(sup, specOf([], hanging('b', 1))).catch(() => {});
    await clock.settle();
    sup.stop();
    await clock.advance(4999);
    const before = news();
    await clock.advance(1);
    assert.deepEqual([before, news()], [[], ['stop a']]);
  });

  it('lets who asked for a start know', async () => {
    const { sup, clock } = await startTree({});
    const asked = Supervisor.startChild(sup, specOf([], hanging('a', 1)));
    await clock.settle();
    sup.stop();
    assert.instanceOf(await rejection(asked), ActorStopped);
  });

  it('lets those who wait for their turn know', async () => {
    const { sup, clock } = await startTree({});
    Supervisor.startChild(sup, specOf([], hanging('a', 1))).catch(() => {});
    const asked = Supervisor.whichChildren(sup);
    await clock.settle();
    sup.kill();
    assert.instanceOf(await rejection(asked), ActorStopped);
  });

  it('starts no further child when the stop comes together with a start that is done', async () => {
    const [steps, held] = [[] as unknown[], gate()];
    const preStart = async (actor: { parent: { stop(): void } }) => {
      await held.opened;
      actor.parent.stop();
    };
    const { sup, clock } = await startAny(
      supervisor(steps, { children: [{ id: 'a', preStart }, 'b'] }),
      steps,
    );
    held.open();
    await clock.settle();
    assert.deepEqual([sup.isStopped, steps], [true, ['start a', 'stop a']]);
  });

  it('begins no further child when a child stops it in its first turn after a restart', async () => {
    const preStart = (actor: { ref: { tell(message: unknown): unknown } }, count: number) =>
      void (count === 2 && actor.ref.tell((child: { parent: { stop(): void } }) => child.parent.stop()));
    const children = [{ id: 'a', preStart }, 'b'];
    const { sup, tell, news } = await startTree({ strategy: 'one_for_all', children });
    await tell('b', 'fail');
    assert.deepEqual([sup.isStopped, news()], [true, ['stop b', 'stop a', 'start a', 'stop a']]);
  });

  it('ends nobody as if for a restart any more', async () => {
    const held = gate();
    const hooks = { preRestart: () => {}, postStop: () => {} };
    const children = [
      { id: 'a', ...hooks },
      { id: 'b', postStop: () => held.opened },
      { id: 'c', ...hooks },
    ];
    const { sup, clock, tell, news } = await startTree({ strategy: 'one_for_all', children });
    await tell('c', 'fail');
    sup.stop();
    held.open();
    await clock.settle();
    assert.deepEqual([sup.isStopped, news()], [true, ['preRestart c', 'stop b', 'stop a']]);
  });

  it('has nothing to complain about', async () => {
    const { node, sup, clock } = await startAny(supervisor([], { children: [hanging('a', 1)] }));
    const ignored = heard(node, ErrorIgnored);
    sup.stop();
    await clock.advance(5000);
    assert.deepEqual(
      ignored.map(({ ref }) => ref?.address),
      ['/sup/a'],
    );
  });

  it('starts no further child when a child stops it in its first turn', async () => {
    const steps: unknown[] = [];
    const preStart = (actor: { ref: { tell(message: unknown): unknown } }) =>
      void actor.ref.tell((child: { parent: { stop(): void } }) => child.parent.stop());
    const { sup } = await startAny(supervisor(steps, { children: [{ id: 'a', preStart }, 'b'] }), steps);
    assert.deepEqual([sup.isStopped, steps], [true, ['start a', 'stop a']]);
  });
});

describe('node.stop()', () => {
  const options: TreeOptions = { children: ['a', 'b', 'c'] };

  it('stops the children of a supervisor in reverse order', async () => {
    const { node, news } = await startTree(options);
    await node.stop();
    assert.deepEqual(news(), ['stop c', 'stop b', 'stop a']);
  });

  it('restarts nobody', async () => {
    const { node, sup, child, clock, news } = await startTree({ ...options, intensity: 10 });
    child('a').tell('fail');
    child('b').tell('stop');
    const stopped = node.stop();
    await clock.settle();
    await stopped;
    assert.deepEqual([sup.isStopped, news().filter(step => String(step).startsWith('start'))], [true, []]);
  });
});
