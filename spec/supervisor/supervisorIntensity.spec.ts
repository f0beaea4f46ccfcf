import { assert } from 'chai';
import { ActorError, RestartsExhausted, Supervisor } from '../../lib/index.ts';
import { heard } from '../core/support.ts';
import { startTree, type TreeOptions } from './tree.ts';

/** Lets a child fail at those times, and gives who is left. */
async function failAt(times: readonly number[], options: TreeOptions, ids: readonly string[] = ['a']) {
  const tree = await startTree({ children: ids, ...options });
  let count = 0;
  for (const time of times) {
    await tree.clock.advance(time - tree.clock.now());
    if (!tree.sup.isStopped) await tree.tell(ids[count++ % ids.length] as string, 'fail');
  }
  return tree;
}

describe('the restart intensity of a Supervisor', () => {
  it('is 1 restart within 5000 ms unless given', async () => {
    assert.isFalse((await failAt([0, 5001], {})).sup.isStopped);
    assert.isTrue((await failAt([0, 4999], {})).sup.isStopped);
  });

  it('admits so many restarts at one moment', async () => {
    const { sup, states } = await failAt([0, 0, 0], { intensity: 3 });
    assert.deepEqual([sup.isStopped, await states()], [false, { a: 'running' }]);
  });

  it('ends the supervisor with one more', async () => {
    const { sup, failures } = await failAt([0, 0, 0, 0], { intensity: 3 });
    assert.deepEqual([sup.isStopped, failures.length], [true, 1]);
  });

  it('counts a restart that is exactly a period old', async () => {
    const { sup } = await failAt([0, 1000], { intensity: 1, period: 1000 });
    assert.isTrue(sup.isStopped);
  });

  it('does not count one that is older', async () => {
    const { sup } = await failAt([0, 1001, 2002, 3003], { intensity: 1, period: 1000 });
    assert.isFalse(sup.isStopped);
  });

  it('slides: each restart is forgotten at its own time', async () => {
    const options = { intensity: 2, period: 1000 };
    assert.isFalse((await failAt([0, 600, 1001, 1601], options)).sup.isStopped);
    assert.isTrue((await failAt([0, 600, 1001, 1600], options)).sup.isStopped);
  });

  it('of 0 ends it with the first failure', async () => {
    const { sup, news } = await failAt([0], { intensity: 0, children: ['a', 'b'] });
    assert.deepEqual([sup.isStopped, news()], [true, ['stop b', 'stop a']]);
  });

  it('of Infinity never does', async () => {
    const { sup } = await failAt(Array(100).fill(0), { intensity: Infinity });
    assert.isFalse(sup.isStopped);
  });

  it('is one for all children', async () => {
    const { sup } = await failAt([0, 0, 0], { intensity: 2 }, ['a', 'b', 'c']);
    assert.isTrue(sup.isStopped);
  });

  it('counts a restart of many as one', async () => {
    const { sup } = await failAt([0, 0], { intensity: 2, strategy: 'one_for_all' }, ['a', 'b', 'c']);
    assert.isFalse(sup.isStopped);
  });

  it('counts children that were killed or ended as those that failed', async () => {
    const { sup, child, clock, tell } = await startTree({ intensity: 2, children: ['a', 'b'] });
    child('a').kill();
    await clock.settle();
    await tell('a', 'stop');
    const before = sup.isStopped;
    await tell('b', 'stop');
    assert.deepEqual([before, sup.isStopped], [false, true]);
  });

  it('does not count what is asked for: startChild, terminateChild, restartChild', async () => {
    const { sup, tell } = await startTree({ intensity: 1, children: ['a'] });
    for (let i = 0; i < 5; i++) {
      await Supervisor.terminateChild(sup, 'a');
      await Supervisor.restartChild(sup, 'a');
    }
    await tell('a', 'fail');
    assert.isFalse(sup.isStopped);
  });
});

describe('a Supervisor that gives up', () => {
  it('fails with RestartsExhausted, which names the child, the limits and its last errors', async () => {
    const { failures } = await failAt([0, 1], { intensity: 1, period: 1000 });
    const [error] = failures as [RestartsExhausted];
    assert.instanceOf(error, RestartsExhausted);
    assert.equal(
      error.message,
      '/sup: no restart is left for child "a" (at most 1 within 1000 ms for all children). Its last errors: Error: a failed; Error: a failed',
    );
    assert.deepEqual(
      [error.code, error.child, error.errors.map(String), error.cause],
      ['RESTARTS_EXHAUSTED', 'a', ['Error: a failed', 'Error: a failed'], error.errors[1]],
    );
  });

  it('keeps the last ten errors', async () => {
    const tree = await startTree({ intensity: 20, children: ['a'] });
    for (let i = 0; i <= 20; i++) {
      await tree.tell('a', () => {
        throw new Error(`error ${i}`);
      });
    }
    const [error] = tree.failures as [RestartsExhausted];
    assert.deepEqual(
      error.errors.map(({ message }) => message),
      Array.from({ length: 10 }, (_, i) => `error ${i + 11}`),
    );
  });

  it('says so when the child did not fail, but ended', async () => {
    const { tell, failures } = await startTree({ intensity: 0, children: ['a'] });
    await tell('a', 'stop');
    const [error] = failures as [RestartsExhausted];
    assert.include(error.message, 'Its last errors: it did not fail, but ended');
    assert.deepEqual([error.errors, error.cause], [[], undefined]);
  });

  it('stops the children in reverse order, the one that failed in its place', async () => {
    const { tell, news } = await startTree({ intensity: 0, children: ['a', 'b', 'c'] });
    await tell('b', 'fail');
    assert.deepEqual(news(), ['stop c', 'stop b', 'stop a']);
  });

  it('shows nobody the notes that it writes to itself', async () => {
    const { node, tell } = await startTree({ intensity: 0, children: ['a'] });
    const errors = heard(node, ActorError);
    await tell('a', 'fail');
    assert.deepEqual(
      errors.map(({ ref, message }) => [ref.address, message]),
      [
        ['/sup/a', 'fail'],
        ['/sup', undefined],
      ],
    );
  });
});
