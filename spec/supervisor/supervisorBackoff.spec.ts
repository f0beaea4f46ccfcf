import { assert } from 'chai';
import { Supervisor } from '../../lib/index.ts';
import { startTree, type Tree } from './tree.ts';

/** How many ms pass until a child is started again. */
async function delayOf({ clock, steps }: Tree, id: string): Promise<number> {
  const from = clock.now();
  const count = () => steps.filter(step => step === `start ${id}`).length;
  for (const before = count(); count() === before; ) await clock.advance(1);
  return clock.now() - from;
}

describe('the backoff of a Supervisor', () => {
  const backoff = { min: 100, max: 500, factor: 2, jitter: 0, resetAfter: 1000 };
  const intensity = 100;

  it('waits before each restart, longer each time, up to the longest', async () => {
    const tree = await startTree({ intensity, backoff, children: ['a'] });
    const delays = [];
    for (let i = 0; i < 4; i++) {
      await tree.tell('a', 'fail');
      delays.push(await delayOf(tree, 'a'));
    }
    assert.deepEqual(delays, [100, 200, 400, 500]);
  });

  it('is short again after a quiet time', async () => {
    const tree = await startTree({ intensity, backoff, children: ['a'] });
    for (const quiet of [0, 999, 1000]) {
      await tree.clock.advance(quiet);
      await tree.tell('a', 'fail');
      tree.steps.push(`waited ${await delayOf(tree, 'a')}`);
    }
    const waited = tree.steps.filter(step => String(step).startsWith('waited'));
    assert.deepEqual(waited, ['waited 100', 'waited 200', 'waited 100']);
  });

  for (const [chance, delay] of [
    [0, 80],
    [0.5, 100],
    [1, 120],
  ] as const) {
    it(`leaves a part to the chance of the node: ${chance}`, async () => {
      const options = { intensity, backoff: { min: 100 }, children: ['a'] };
      const tree = await startTree(options, { random: () => chance });
      await tree.tell('a', 'fail');
      assert.equal(await delayOf(tree, 'a'), delay);
    });
  }

  it('ends the old instance at once', async () => {
    const { tell, news } = await startTree({ intensity, backoff, children: ['a'] });
    await tell('a', 'fail');
    assert.deepEqual(news(), ['stop a']);
  });

  it('keeps the messages that come meanwhile, and has them handled after it, in order', async () => {
    const { tell, clock, news } = await startTree({ intensity, backoff, children: ['a'] });
    await tell('a', 'fail', 1, 2);
    await clock.advance(99);
    await tell('a', 3);
    const before = news();
    await clock.advance(1);
    assert.deepEqual([before, news()], [['stop a'], ['start a', '1 a', '2 a', '3 a']]);
  });

  it('holds up no others under one_for_one: they run, and are restarted by their own', async () => {
    const { tell, clock, news, states } = await startTree({ intensity, backoff, children: ['a', 'b'] });
    await tell('a', 'fail');
    await clock.advance(50);
    await tell('b', 'm', 'fail');
    assert.deepEqual(await states(), { a: 'restarting', b: 'restarting' });
    await clock.advance(50);
    assert.deepEqual(await states(), { a: 'running', b: 'restarting' });
    await clock.advance(50);
    assert.deepEqual(news(), ['stop a', 'm b', 'stop b', 'start a', 'start b']);
  });

  it('holds up all that are concerned under one_for_all, until the delay of the one that failed is over', async () => {
    const children = ['a', { id: 'b', backoff: { ...backoff, min: 300 } }, 'c'];
    const { tell, child, clock, news } = await startTree({
      strategy: 'one_for_all',
      intensity,
      backoff,
      children,
    });
    const refs = ['a', 'b', 'c'].map(child);
    await tell('b', 'fail');
    for (const id of ['a', 'b', 'c']) await tell(id, 'm');
    await clock.advance(299);
    const before = news();
    await clock.advance(1);
    assert.deepEqual(
      [before, news(), ['a', 'b', 'c'].map(child)],
      [['stop c', 'stop b', 'stop a'], ['start a', 'm a', 'start b', 'm b', 'start c', 'm c'], refs],
    );
  });

  it('is followed by the next one when the child fails to start', async () => {
    const preStart = (_: unknown, count: number) => {
      if (count === 2) throw new Error('not yet');
    };
    const tree = await startTree({ intensity, backoff, children: [{ id: 'a', preStart }] });
    await tree.tell('a', 'fail');
    assert.deepEqual([await delayOf(tree, 'a'), await delayOf(tree, 'a')], [100, 200]);
  });

  it('waits too before a child is started that has ended', async () => {
    const tree = await startTree({ intensity, backoff, children: ['a'] });
    await tree.tell('a', 'stop');
    assert.equal(await delayOf(tree, 'a'), 100);
  });

  it('of a child goes before that of the supervisor', async () => {
    const children = [{ id: 'a', backoff: { ...backoff, min: 10 } }, 'b'];
    const tree = await startTree({ intensity, backoff, children });
    await tree.tell('a', 'fail');
    const a = await delayOf(tree, 'a');
    await tree.tell('b', 'fail');
    assert.deepEqual([a, await delayOf(tree, 'b')], [10, 100]);
  });

  it('is called off by terminateChild', async () => {
    const { sup, tell, clock, states, news } = await startTree({ intensity, backoff, children: ['a'] });
    await tell('a', 'fail');
    await Supervisor.terminateChild(sup, 'a');
    await clock.advance(1000);
    assert.deepEqual([await states(), news()], [{ a: 'stopped' }, ['stop a']]);
  });

  it('leaves the others of one restart alone when one of them is terminated', async () => {
    const { sup, tell, clock, states } = await startTree({
      ...{ strategy: 'one_for_all', intensity, backoff },
      children: ['a', 'b', 'c'],
    });
    await tell('b', 'fail');
    await Supervisor.terminateChild(sup, 'b');
    await clock.advance(100);
    assert.deepEqual(await states(), { a: 'running', b: 'stopped', c: 'running' });
  });

  it('begins nobody twice when another restart has absorbed the one that waits', async () => {
    const { tell, clock, news } = await startTree({
      ...{ strategy: 'rest_for_one', intensity, backoff },
      children: ['a', 'b', 'c'],
    });
    await tell('b', 'fail');
    await clock.advance(50);
    await tell('a', 'fail');
    await clock.advance(1000);
    assert.deepEqual(news(), ['stop c', 'stop b', 'stop a', 'start a', 'start b', 'start c']);
  });

  it('ends when somebody stops the child: a permanent one is begun when it is due, under a new ref', async () => {
    const { tell, child, clock, states } = await startTree({ intensity, backoff, children: ['a'] });
    await tell('a', 'fail');
    const old = child('a');
    old.stop();
    await clock.settle();
    const before = await states();
    await clock.advance(100);
    assert.deepEqual(
      [before, await states(), child('a') === old],
      [{ a: 'restarting' }, { a: 'running' }, false],
    );
  });

  it('ends when somebody stops the child: a transient one is not begun any more', async () => {
    const children = [{ id: 'a', restart: 'transient' as const }];
    const { tell, child, clock, states, news } = await startTree({ intensity, backoff, children });
    await tell('a', 'fail');
    child('a').stop();
    await clock.advance(1000);
    assert.deepEqual([await states(), news()], [{ a: 'stopped' }, ['stop a']]);
  });

  it('spends a restart when it begins, not when it ends', async () => {
    const options = { intensity: 1, period: 150, backoff: { ...backoff, min: 100 }, children: ['a', 'b'] };
    const { tell, clock, sup } = await startTree(options);
    await tell('a', 'fail');
    await clock.advance(151);
    await tell('b', 'fail');
    assert.isFalse(sup.isStopped);
  });
});
