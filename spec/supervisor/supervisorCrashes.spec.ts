import { assert } from 'chai';
import {
  ActorError,
  allForOne,
  type RestartType,
  Supervisor,
  type SupervisorStrategy,
} from '../../lib/index.ts';
import { boom, gate, startNode } from '../core/support.ts';
import { isBalanced, startTree, supervisor } from './tree.ts';

const names = ['a', 'b', 'c'];

describe('several children that fail in one turn', () => {
  const expected: Record<SupervisorStrategy, { restarts: number; steps: string[] }> = {
    one_for_one: { restarts: 3, steps: ['stop a', 'start a', 'stop b', 'start b', 'stop c', 'start c'] },
    one_for_all: { restarts: 1, steps: ['stop c', 'stop b', 'stop a', 'start a', 'start b', 'start c'] },
    rest_for_one: { restarts: 1, steps: ['stop c', 'stop b', 'stop a', 'start a', 'start b', 'start c'] },
  };
  for (const [key, { restarts, steps }] of Object.entries(expected)) {
    const strategy = key as SupervisorStrategy;
    const failAll = async (intensity: number) => {
      const tree = await startTree({ strategy, intensity, children: names });
      for (const id of names) tree.child(id).tell('fail');
      await tree.clock.settle();
      return tree;
    };

    it(`cost ${restarts} restarts under ${strategy}`, async () => {
      const [enough, short] = [await failAll(restarts), await failAll(restarts - 1)];
      assert.deepEqual([enough.sup.isStopped, short.sup.isStopped], [false, true]);
    });

    it(`are ended and begun in order under ${strategy}`, async () => {
      const { news, states } = await failAll(3);
      assert.deepEqual([news(), await states()], [steps, { a: 'running', b: 'running', c: 'running' }]);
    });
  }

  it('are all absorbed when the last ones fail first, under rest_for_one as far as the later ones reach', async () => {
    const { child, clock, news } = await startTree({
      strategy: 'rest_for_one',
      intensity: 2,
      children: names,
    });
    for (const id of ['c', 'a', 'b']) child(id).tell('fail');
    await clock.settle();
    assert.deepEqual(news(), [
      ...['stop c', 'start c'],
      ...['stop c', 'stop b', 'stop a', 'start a', 'start b', 'start c'],
    ]);
  });

  it('are absorbed too when they are killed', async () => {
    const { child, clock, sup, states } = await startTree({
      strategy: 'one_for_all',
      intensity: 1,
      children: names,
    });
    for (const id of names) child(id).kill();
    await clock.settle();
    assert.deepEqual([sup.isStopped, await states()], [false, { a: 'running', b: 'running', c: 'running' }]);
  });

  it('are absorbed also when they throw one and the same error', async () => {
    const error = new Error('shared');
    const { child, clock, sup, news } = await startTree({
      strategy: 'one_for_all',
      intensity: 1,
      children: names,
    });
    const fail = () => {
      throw error;
    };
    for (const id of names) child(id).tell(fail);
    await clock.settle();
    assert.deepEqual([sup.isStopped, news().length], [false, 6]);
  });
});

describe('a child that fails while others are being restarted', () => {
  /** b takes as long to end as the spec likes. */
  async function startHeld(strategy: SupervisorStrategy, intensity = 1, a: object = {}) {
    const held = gate();
    const postStop = (_: unknown, count: number) => (count === 1 ? held.opened : undefined);
    const children = [{ id: 'a', ...a }, { id: 'b', postStop }, 'c'];
    return { ...(await startTree({ strategy, intensity, children })), held };
  }

  for (const how of ['fail', 'stop']) {
    it(`is absorbed when it has not ended yet, and would be ended too: ${how}`, async () => {
      const { tell, held, clock, sup, news } = await startHeld('one_for_all');
      await tell('c', 'fail');
      await tell('a', how);
      held.open();
      await clock.settle();
      const all = ['stop c', 'stop b', 'stop a', 'start a', 'start b', 'start c'];
      assert.deepEqual([sup.isStopped, news()], [false, all]);
    });
  }

  it('is started again after them when it is not concerned', async () => {
    const { tell, held, clock, news } = await startHeld('rest_for_one', 2);
    await tell('b', 'fail');
    await tell('a', 'fail');
    const during = news();
    held.open();
    await clock.settle();
    const all = ['start b', 'start c', 'stop c', 'stop b', 'stop a', 'start a', 'start b', 'start c'];
    assert.deepEqual([during, news()], [['stop c', 'stop b'], all]);
  });

  it('is absorbed also when it is transient, ended by itself, and the restart waits for its backoff', async () => {
    const held = gate();
    const postStop = (_: unknown, count: number) => (count === 1 ? held.opened : undefined);
    const { tell, clock, states } = await startTree({
      strategy: 'one_for_all',
      backoff: { min: 100, jitter: 0 },
      children: [
        { id: 'a', restart: 'transient' },
        { id: 'b', postStop },
      ],
    });
    await tell('b', 'fail');
    await tell('a', 'stop');
    held.open();
    await clock.advance(100);
    assert.deepEqual(await states(), { a: 'running', b: 'running' });
  });

  it('is begun under its old name with a ref of its own when it was killed', async () => {
    const { child, tell, held, clock, states } = await startHeld('one_for_all');
    const a = child('a');
    await tell('c', 'fail');
    a.kill();
    held.open();
    await clock.settle();
    assert.deepEqual(
      [a.isStopped, child('a') === a, await states()],
      [true, false, { a: 'running', b: 'running', c: 'running' }],
    );
  });
});

describe('a child that fails to start again', () => {
  const failing = (times: number, from = 2) => ({
    preStart: (_: unknown, count: number) => {
      if (count >= from && count < from + times) boom();
    },
  });

  it('is tried again, each try a restart, until it starts', async () => {
    const { tell, sup, news } = await startTree({
      intensity: 3,
      children: [{ id: 'a', ...failing(2) }, 'b'],
    });
    await tell('a', 'fail', 'kept');
    assert.deepEqual([sup.isStopped, news()], [false, ['stop a', 'start a', 'start a', 'start a', 'kept a']]);
  });

  it('ends the supervisor when the restarts are used up, without a postStop of what did not start', async () => {
    const { tell, sup, news, failures } = await startTree({
      intensity: 3,
      children: [{ id: 'a', ...failing(9) }, 'b'],
    });
    await tell('a', 'fail');
    assert.deepEqual([sup.isStopped, news()], [true, ['stop a', 'start a', 'start a', 'start a', 'stop b']]);
    assert.match(
      failures[0]?.message ?? '',
      /Error: a failed; CreateFailed: .*; CreateFailed: .*; CreateFailed: /,
    );
  });

  it('keeps those after it waiting, with their messages, and is then followed by them', async () => {
    const children = ['a', { id: 'b', ...failing(1) }, 'c'];
    const { tell, child, clock, news } = await startTree({ strategy: 'one_for_all', intensity: 2, children });
    child('c').tell('fail').tell('kept');
    await clock.settle();
    assert.deepEqual(news(), [
      ...['stop c', 'stop b', 'stop a', 'start a', 'start b'],
      ...['stop a', 'start a', 'start b', 'start c', 'kept c'],
    ]);
    await tell('b', 'more');
    assert.deepEqual(news(), ['more b']);
  });

  it('concerns those before it no more under rest_for_one', async () => {
    const children = ['a', { id: 'b', ...failing(1) }, 'c'];
    const { tell, news } = await startTree({ strategy: 'rest_for_one', intensity: 2, children });
    await tell('a', 'fail');
    assert.deepEqual(news(), [
      ...['stop c', 'stop b', 'stop a', 'start a', 'start b'],
      ...['start b', 'start c'],
    ]);
  });

  it('is treated the same when its preStart rejects', async () => {
    const preStart = async (_: unknown, count: number) => {
      await Promise.resolve();
      if (count === 2) boom();
    };
    const { tell, states } = await startTree({ intensity: 2, children: [{ id: 'a', preStart }] });
    await tell('a', 'fail');
    assert.deepEqual(await states(), { a: 'running' });
  });

  it('is begun again as another actor when it is killed in its start', async () => {
    const preStart = (_: unknown, count: number) => (count === 2 ? gate().opened : undefined);
    const { tell, child, clock, states } = await startTree({
      strategy: 'one_for_all',
      intensity: 2,
      children: [{ id: 'a', preStart }, 'b'],
    });
    await tell('a', 'fail');
    child('a').kill();
    await clock.settle();
    assert.deepEqual(await states(), { a: 'running', b: 'running' });
  });

  it('holds nobody up when it is transient and was stopped in its start', async () => {
    const preStart = (actor: { signal: AbortSignal }, count: number) =>
      count === 1
        ? undefined
        : new Promise((_, reject) =>
            actor.signal.addEventListener('abort', () => reject(new Error('aborted'))),
          );
    const { tell, child, clock, states } = await startTree({
      strategy: 'one_for_all',
      children: [{ id: 'a', restart: 'transient', preStart }, 'b'],
    });
    await tell('b', 'fail');
    child('a').stop();
    await clock.settle();
    assert.deepEqual(await states(), { a: 'stopped', b: 'running' });
  });
});

describe('a child of a Supervisor', () => {
  it('is restarted also for errors that an actor would escalate', async () => {
    const { tell, states, failures } = await startTree({ children: ['a'] });
    await tell('a', () => assert.fail('an assertion'));
    assert.deepEqual([await states(), failures], [{ a: 'running' }, []]);
  });

  it('that is temporary takes no others with it, whatever strategy the supervisor was spawned with', async () => {
    const steps: unknown[] = [];
    const children = ['a', { id: 'b', restart: 'temporary' as const }, 'c'];
    const { node, clock } = await startNode();
    const sup = node.spawn(supervisor(steps, { children }), { supervision: allForOne() });
    await clock.settle();
    steps.length = 0;
    sup.child('b').tell('fail');
    await clock.settle();
    assert.deepEqual(steps, ['stop b']);
  });
});

describe('those that wait for a child that fails to start again', () => {
  const frail = (restart: RestartType) => ({
    id: 'b',
    restart,
    preStart: (_: unknown, count: number) => {
      if (count === 2) boom();
    },
  });
  const slow = (held: ReturnType<typeof gate>) => ({
    id: 'a',
    preStart: (_: unknown, count: number) => (count === 2 ? held.opened : undefined),
  });

  it('are begun when that is terminated instead', async () => {
    const held = gate();
    const children = [slow(held), frail('permanent'), 'c'];
    const { sup, tell, clock, states } = await startTree({ strategy: 'one_for_all', children });
    await tell('c', 'fail');
    const terminated = Supervisor.terminateChild(sup, 'b');
    held.open();
    await clock.settle();
    await terminated;
    assert.deepEqual(await states(), { a: 'running', b: 'stopped', c: 'running' });
  });

  it('are begun when that is transient and is stopped instead', async () => {
    const held = gate();
    const children = [slow(held), frail('transient'), 'c'];
    const { node, child, tell, clock, states } = await startTree({ strategy: 'one_for_all', children });
    const b = child('b');
    node.events.subscribe(ActorError, ({ ref }) => ref === b && b.stop());
    await tell('c', 'fail');
    held.open();
    await clock.settle();
    assert.deepEqual(await states(), { a: 'running', b: 'stopped', c: 'running' });
  });
});

describe('the books of a node', () => {
  it('balance after crashes of all kinds', async () => {
    const { node, child, clock, sup } = await startTree({
      strategy: 'rest_for_one',
      intensity: 100,
      children: names,
    });
    for (const how of ['fail', 'stop', 'm', 'fail', 'm'])
      for (const id of names) child(id).tell(how).tell('m');
    await clock.settle();
    const whileRunning = isBalanced(node);
    child('a').tell('hang').tell('waits');
    sup.tell('what?');
    await clock.settle();
    const whileHanging = [isBalanced(node), node.stats().queued, node.stats().unhandled];
    sup.stop();
    await clock.advance(10_000);
    assert.deepEqual(
      [whileRunning, whileHanging, isBalanced(node), node.stats().actors],
      [true, [true, 1, 1], true, 0],
    );
  });
});
