import { assert } from 'chai';
import {
  AbortError,
  Actor,
  allForOne,
  CommandNotFound,
  ErrorIgnored,
  type Node,
  type Ref,
  send,
  TimeoutError,
} from '../../../lib/index.ts';
import {
  QueueFull,
  QueueStopped,
  type StartOptions,
  TaskExpired,
  TaskQueue,
} from '../../../lib/pool/index.ts';
import { heard, startNode } from '../../core/support.ts';
import { range } from '../support.ts';
import { here } from './jobs.ts';
import {
  assertBalanced,
  assertSettled,
  type Jobs,
  module,
  progress,
  rejection,
  startQueue,
} from './support.ts';

describe('a TaskQueue, in time that stands still', () => {
  beforeEach(() => {
    here.begun = [];
    here.jobs = [];
    here.waiting.clear();
  });

  async function setUp(options: Partial<StartOptions> = {}) {
    const { node, clock } = await startNode();
    const tasks = await startQueue(node, { on: 'here', name: 'tasks', ...options });
    // The others take as long to come as loading their module does.
    while ((await tasks.stats()).workers.some(({ state }) => state === 'starting')) await clock.settle();
    /** Runs a task that ends when it is told to. */
    const hold = (id: unknown, more: Parameters<typeof tasks.run>[2] = {}) => {
      const result = tasks.run('held', id, more);
      result.catch(() => {});
      return result;
    };
    const end = async (id: unknown, value?: unknown) => {
      here.waiting.get(id)?.end(value);
      await clock.settle();
    };
    /** Another worker takes as long to come as loading its module does. */
    const begun = async (...ids: unknown[]) => {
      while (here.begun.length < ids.length) await clock.settle();
      assert.deepEqual(here.begun, ids);
    };
    return { node, clock, tasks, hold, end, begun };
  }

  it('gives what the function gives, and what its promise gives', async () => {
    const { node, tasks, hold, end, clock } = await setUp();
    assert.equal(await tasks.run('double', 21), 42);
    const held = hold('a');
    await clock.settle();
    await end('a', 'result');
    assert.equal(await held, 'result');
    assert.equal(await tasks.run('double', 4), 8);
    await assertSettled(tasks, { done: 3 });
    assertBalanced(node);
  });

  it('rejects with the very error of the function', async () => {
    const { tasks } = await setUp();
    const error = await rejection(tasks.run('fail', { times: 1, detail: [1] }));
    assert.instanceOf(error, RangeError);
    assert.deepEqual({ ...error }, { code: 'E_SPEC', detail: [1] } as never);
    await assertSettled(tasks, { failed: 1 });
  });

  it('has each worker do one task at a time, in the order in which they came', async () => {
    const { clock, hold, end, tasks } = await setUp({ size: 2 });
    for (const id of range(4)) hold(id);
    await clock.settle();
    assert.deepEqual(here.begun, [0, 1]);
    await end(1);
    assert.deepEqual(here.begun, [0, 1, 2]);
    await end(0);
    assert.deepEqual(here.begun, [0, 1, 2, 3]);
    const { waiting, running } = await tasks.stats();
    assert.deepEqual({ waiting, running }, { waiting: 0, running: 2 });
  });

  it('has each worker do as many at a time as `concurrency` says', async () => {
    const { clock, hold, end, tasks } = await setUp({ concurrency: 3 });
    for (const id of range(5)) hold(id);
    await clock.settle();
    assert.deepEqual(here.begun, [0, 1, 2]);
    const { waiting, running } = await tasks.stats();
    assert.deepEqual({ waiting, running }, { waiting: 2, running: 3 });
    await end(2);
    assert.deepEqual(here.begun, [0, 1, 2, 3]);
  });

  it('begins those of higher priority first', async () => {
    const { clock, hold, end } = await setUp();
    hold('first');
    for (const [id, priority] of [0, 1, -1, 1].entries()) hold(id, { priority });
    for (const id of ['first', 1, 3, 0, 2]) {
      await clock.settle();
      assert.equal(here.begun.at(-1), id);
      await end(id);
    }
  });

  describe('another attempt', () => {
    it('is made as often as `retries` says, and tells its number', async () => {
      const { tasks } = await setUp({ retries: 2 });
      assert.equal(await tasks.run('fail', { times: 2 }), 3);
      const error = await rejection(tasks.run('fail', { times: 3 }));
      assert.equal(error.message, 'failed 3 times');
      assert.equal(await tasks.run('fail', { times: 5 }, { retries: 5 }), 6);
      await assertSettled(tasks, { done: 2, failed: 1, retried: 2 + 2 + 5 });
    });

    it('waits longer each time, and lets others go first meanwhile', async () => {
      const { tasks, clock } = await setUp({ retries: 3, backoff: { min: 100, factor: 10, jitter: 0 } });
      let attempts: unknown;
      void tasks.run('fail', { times: 2 }).then(value => {
        attempts = value;
      });
      await clock.settle();
      assert.equal((await tasks.stats()).pausing, 1);
      assert.equal(await tasks.run('double', 1), 2);
      await clock.advance(100);
      await clock.advance(999);
      assert.isUndefined(attempts);
      await clock.advance(1);
      assert.equal(attempts, 3);
    });

    it('comes before tasks that have not had their turn', async () => {
      const { clock, hold, end } = await setUp({ retries: 1 });
      for (const id of ['a', 'b']) hold(id);
      await clock.settle();
      here.waiting.get('a')?.fail(new Error('once'));
      await clock.settle();
      assert.deepEqual(here.begun, ['a', 'a']);
      await end('a');
      assert.deepEqual(here.begun, ['a', 'a', 'b']);
    });

    it('is not made for an error that `retryIf` does not want', async () => {
      const asked: unknown[] = [];
      const { tasks } = await setUp({
        retries: 5,
        retryIf: (error, attempt) => {
          asked.push([error.message, attempt]);
          return attempt < 2;
        },
      });
      assert.equal((await rejection(tasks.run('fail', { times: 9 }))).message, 'failed 2 times');
      assert.deepEqual(asked, [
        ['failed 1 times', 1],
        ['failed 2 times', 2],
      ]);
    });

    it('is not made when `retryIf` throws, which is told', async () => {
      const retryIf = () => {
        throw new TypeError('bad retryIf');
      };
      const { node, tasks } = await setUp({ retries: 5, retryIf });
      const ignored = heard(node, ErrorIgnored);
      assert.equal((await rejection(tasks.run('fail', { times: 9 }))).message, 'failed 1 times');
      assert.deepEqual(
        ignored.map(({ error }) => error.message),
        ['bad retryIf'],
      );
    });
  });

  describe('a timeout', () => {
    it('rejects, aborts the signal, and lets the task end', async () => {
      const { node, clock, tasks, hold, end } = await setUp({ timeout: 1000, grace: 300 });
      const held = hold('a');
      hold('b');
      await clock.advance(999);
      assert.isFalse(here.jobs[0]?.signal.aborted);
      await clock.advance(1);
      assert.instanceOf(await rejection(held), TimeoutError);
      assert.isTrue(here.jobs[0]?.signal.aborted);
      assert.isTrue(here.jobs[0]?.isCancelled);
      assert.instanceOf(here.jobs[0]?.signal.reason, TimeoutError);
      assert.deepEqual(here.begun, ['a']);
      await end('a');
      assert.deepEqual(here.begun, ['a', 'b']);
      await end('b');
      await assertSettled(tasks, { done: 1, failed: 1 });
      assertBalanced(node);
    });

    it('ends the worker when the task does not end within `grace`', async () => {
      const { clock, tasks, hold, end, begun } = await setUp({ timeout: 1000, grace: 300 });
      const held = hold('a');
      hold('b');
      await clock.advance(1299);
      assert.deepEqual(here.begun, ['a']);
      await clock.advance(1);
      await begun('a', 'b');
      assert.instanceOf(await rejection(held), TimeoutError);
      await end('a', 'too late');
      await end('b');
      await assertSettled(tasks, { done: 1, failed: 1, lost: 1 });
      const [worker] = (await tasks.stats()).workers;
      assert.equal(worker?.name, 'worker2');
    });

    it('is followed by another attempt, once the first has ended', async () => {
      const { clock, tasks, hold, end } = await setUp({ timeout: 1000, retries: 1 });
      const held = hold('a', { timeout: 2000 });
      await clock.advance(2000);
      assert.deepEqual(here.begun, ['a']);
      await end('a', 'too late');
      assert.deepEqual(here.begun, ['a', 'a']);
      await end('a', 'in time');
      assert.equal(await held, 'in time');
      await assertSettled(tasks, { done: 1, retried: 1 });
    });

    it('begins when the task does', async () => {
      const { clock, hold, end } = await setUp({ timeout: 1000 });
      hold('a', { timeout: Number.POSITIVE_INFINITY });
      const held = hold('b');
      await clock.advance(5000);
      await end('a');
      await clock.advance(999);
      await end('b', 'in time');
      assert.equal(await held, 'in time');
    });
  });

  describe('giving up', () => {
    it('drops a task that waits', async () => {
      const { clock, tasks, hold, end } = await setUp();
      const abort = new AbortController();
      hold('a');
      const held = hold('b', { signal: abort.signal });
      await clock.settle();
      abort.abort('no more');
      assert.instanceOf(await rejection(held), AbortError);
      await end('a');
      assert.deepEqual(here.begun, ['a']);
      await assertSettled(tasks, { done: 1, cancelled: 1 });
    });

    it('aborts the signal of a task that runs, whose worker is ended after `grace`', async () => {
      const { node, clock, tasks, hold, end, begun } = await setUp({ grace: 100 });
      const abort = new AbortController();
      const held = hold('a', { signal: abort.signal });
      hold('b');
      await clock.settle();
      abort.abort();
      assert.instanceOf(await rejection(held), AbortError);
      await clock.advance(99);
      assert.isTrue(here.jobs[0]?.signal.aborted);
      assert.deepEqual(here.begun, ['a']);
      await clock.advance(1);
      await begun('a', 'b');
      await end('b');
      await assertSettled(tasks, { done: 1, cancelled: 1, lost: 1 });
      assertBalanced(node);
    });

    it('drops a task that pauses before another attempt', async () => {
      const { clock, tasks } = await setUp({ retries: 1, backoff: { min: 1000 } });
      const abort = new AbortController();
      const result = tasks.run('fail', { times: 1 }, { signal: abort.signal });
      result.catch(() => {});
      await clock.settle();
      abort.abort();
      assert.instanceOf(await rejection(result), AbortError);
      await assertSettled(tasks, { cancelled: 1, retried: 1 });
      assert.equal(clock.pending, 0);
    });

    it('before it was read leaves nothing', async () => {
      const { tasks, hold } = await setUp();
      const abort = new AbortController();
      const held = hold('a', { signal: abort.signal });
      abort.abort();
      assert.instanceOf(await rejection(held), AbortError);
      assert.instanceOf(await rejection(hold('b', { signal: AbortSignal.abort() })), AbortError);
      await assertSettled(tasks, {});
    });
  });

  describe('expiresIn', () => {
    it('rejects a task that has not begun by then, which never does', async () => {
      const { clock, tasks, hold, end } = await setUp();
      hold('a');
      const held = hold('b', { expiresIn: 100 });
      await clock.advance(100);
      assert.instanceOf(await rejection(held), TaskExpired);
      await end('a');
      assert.deepEqual(here.begun, ['a']);
      await assertSettled(tasks, { done: 1, failed: 1 });
    });

    it('means nothing to a task that has begun, nor to its next attempt', async () => {
      const { clock, hold, end } = await setUp({ retries: 1, backoff: { min: 200, jitter: 0 } });
      const held = hold('a', { expiresIn: 100 });
      await clock.advance(50);
      here.waiting.get('a')?.fail(new Error('once'));
      await clock.advance(400);
      await end('a', 'late');
      assert.equal(await held, 'late');
      assert.equal(clock.pending, 0);
    });
  });

  describe('key', () => {
    it('gives all who run a task with it the result of the first', async () => {
      const { clock, tasks, hold, end } = await setUp();
      const all = range(3).map(id => hold(id, { key: 'same' }));
      await clock.settle();
      await end(0, 'one for all');
      assert.deepEqual(await Promise.all(all), Array(3).fill('one for all'));
      const again = hold('again', { key: 'same' });
      await clock.settle();
      await end('again', 'anew');
      assert.equal(await again, 'anew');
      assert.deepEqual(here.begun, [0, 'again']);
      await assertSettled(tasks, { done: 2 });
    });

    it('keeps a task that one gives up and another one wants', async () => {
      const { clock, tasks, hold, end } = await setUp();
      const abort = new AbortController();
      const first = hold('a', { key: 'k', signal: abort.signal });
      const second = hold('a', { key: 'k' });
      await clock.settle();
      abort.abort();
      assert.instanceOf(await rejection(first), AbortError);
      await end('a', 7);
      assert.equal(await second, 7);
      await assertSettled(tasks, { done: 1 });
    });

    it('of one task has nothing to do with that of another', async () => {
      const { clock, tasks, hold, end } = await setUp({ concurrency: 2 });
      const held = hold('a', { key: 'k' });
      await clock.settle();
      assert.equal(await tasks.run('double', 1, { key: 'k' }), 2);
      await end('a', 'held');
      assert.equal(await held, 'held');
    });

    it('is free again when its task has failed, or was given up', async () => {
      const { clock, tasks, hold, end } = await setUp();
      await rejection(tasks.run('fail', { times: 1 }, { key: 'k' }));
      const abort = new AbortController();
      const given = hold('a', { key: 'k', signal: abort.signal });
      await clock.settle();
      abort.abort();
      await rejection(given);
      const next = hold('b', { key: 'k' });
      await end('a');
      await end('b', 'next');
      assert.equal(await next, 'next');
    });
  });

  describe('maxQueued', () => {
    it('refuses what would have to wait behind so many', async () => {
      const { node, clock, tasks, hold, end } = await setUp({ maxQueued: 2 });
      const all = range(4).map(id => hold(id));
      await clock.settle();
      const error = await rejection(all[3] as Promise<unknown>);
      assert.instanceOf(error, QueueFull);
      assert.equal(error.code, 'QUEUE_FULL');
      for (const id of range(3)) await end(id);
      await assertSettled(tasks, { done: 3, refused: 1 });
      assertBalanced(node);
    });

    it('of 0 takes a task only when a worker is free', async () => {
      const { clock, hold } = await setUp({ maxQueued: 0, size: 2 });
      await clock.settle();
      const all = range(3).map(id => hold(id));
      await clock.settle();
      assert.deepEqual(here.begun, [0, 1]);
      assert.instanceOf(await rejection(all[2] as Promise<unknown>), QueueFull);
    });
  });

  describe('progress', () => {
    it('is heard by all who run the task', async () => {
      const { clock, tasks, hold, end } = await setUp();
      const heardBy: unknown[] = [];
      hold('a', { key: 'k', onProgress: (value: number) => heardBy.push(['first', value]) });
      hold('a', { key: 'k', onProgress: (value: number) => heardBy.push(['second', value]) });
      await clock.settle();
      here.jobs[0]?.progress(0.5);
      await end('a');
      here.jobs[0]?.progress(1);
      await clock.settle();
      assert.deepEqual(heardBy, [
        ['first', 0.5],
        ['second', 0.5],
      ]);
      await assertSettled(tasks, { done: 1 });
    });

    it('is told to an actor', async () => {
      const { clock, node, tasks, end } = await setUp();
      const told: unknown[] = [];
      const actor = node.spawn((message: unknown) => told.push(message));
      const answer = tasks.ref.ask({ task: 'held', args: 'a', progress: actor });
      await clock.settle();
      here.jobs[0]?.progress({ percent: 50 });
      await end('a', 'done');
      assert.equal(await answer, 'done');
      assert.deepEqual(told, [{ percent: 50 }]);
    });

    it('goes on when a listener throws, which is told', async () => {
      const { clock, node, hold, end } = await setUp();
      const ignored = heard(node, ErrorIgnored);
      const onProgress = () => {
        throw new Error('bad listener');
      };
      const held = hold('a', { onProgress });
      await clock.settle();
      here.jobs[0]?.progress(1);
      await end('a', 'done');
      assert.equal(await held, 'done');
      assert.deepEqual(
        ignored.map(({ error }) => error.message),
        ['bad listener'],
      );
    });
  });

  describe('stopping', () => {
    it('rejects what waits or pauses, and waits for what runs', async () => {
      const { node, clock, tasks, hold, end } = await setUp({
        retries: 1,
        backoff: { min: 1000 },
        concurrency: 2,
      });
      const pausing = tasks.run('fail', { times: 1 });
      pausing.catch(() => {});
      await clock.settle();
      const [running, , waiting] = [hold('a'), hold('b'), hold('c')];
      await clock.settle();
      const stopped = tasks.stop();
      await clock.settle();
      for (const one of [pausing, waiting]) {
        const error = await rejection(one as Promise<unknown>);
        assert.instanceOf(error, QueueStopped);
        assert.equal(error.message, '/tasks has been stopped');
      }
      await end('b');
      await end('a', 'to the end');
      assert.equal(await running, 'to the end');
      await stopped;
      assert.equal((await rejection(tasks.run('double', 1))).name, 'ActorStopped');
      assert.deepEqual(here.begun, ['a', 'b']);
      assertBalanced(node);
      assert.equal(clock.pending, 0);
    });

    it('waits no longer than the node lets it', async () => {
      const { node, clock, hold } = await setUp();
      const held = hold('a');
      await clock.settle();
      const stopped = node.stop();
      await clock.advance(20_000);
      await stopped;
      assert.instanceOf(await rejection(held), QueueStopped);
      assertBalanced(node);
    });

    it('by a kill rejects all', async () => {
      const { tasks, clock, hold } = await setUp();
      const all = range(3).map(id => hold(id));
      await clock.settle();
      tasks.ref.kill();
      await tasks.ref.join();
      for (const one of all) assert.instanceOf(await rejection(one), QueueStopped);
    });

    it('because it is restarted rejects all, and begins anew', async () => {
      const { node, clock } = await startNode();
      let queue: Ref<never> | undefined;
      let sibling: Ref<unknown> | undefined;
      node.spawn(
        class extends Actor {
          override supervision = allForOne();
          override preStart() {
            queue = this.spawn(TaskQueue.using({ module, size: 1, on: 'here' }), { name: 'tasks' });
            sibling = this.spawn(() => {
              throw new Error('takes all of them along');
            });
          }
        },
      );
      await clock.settle();
      const tasks = TaskQueue.of<Jobs>(queue as never);
      assert.equal(await tasks.run('double', 1), 2);
      const all = [
        tasks.run('fail', { times: 1 }, { retries: 1 }),
        ...range(2).map(id => tasks.run('held', id)),
      ];
      const outcomes = Promise.allSettled(all);
      await clock.settle();
      (sibling as Ref | undefined)?.tell('go');
      await clock.advance(20_000);
      const [first, ...rest] = await outcomes;
      assert.equal(first?.status, 'fulfilled');
      for (const one of rest) assert.instanceOf((one as PromiseRejectedResult).reason, QueueStopped);
      assert.equal(await tasks.run('double', 3), 6);
      await assertSettled(tasks, { done: 1 });
      assertBalanced(node);
    });

    it('is waited for by `drain`, which takes others meanwhile', async () => {
      const { clock, tasks, hold, end } = await setUp();
      hold('a');
      let isDrained = false;
      const drained = tasks.drain().then(() => {
        isDrained = true;
      });
      hold('b');
      await clock.settle();
      await end('a');
      assert.isFalse(isDrained);
      await end('b');
      await drained;
      await tasks.drain();
    });
  });

  describe('a wrong task', () => {
    it('that the module does not export is rejected, and what there is is named', async () => {
      const { tasks } = await setUp();
      for (const name of ['toString', 'version', 'nothing']) {
        const error = (await rejection(tasks.run(name as 'where'))) as CommandNotFound;
        assert.instanceOf(error, CommandNotFound);
        assert.match(error.message, /jobs\.ts exports the functions .*double/);
        assert.include(error.available, 'double');
      }
    });

    it('is rejected also when it came before the module was loaded', async () => {
      const { node } = await startNode();
      const ref = node.spawn(TaskQueue.using({ module, size: 1, on: 'here' }));
      const tasks = TaskQueue.of<Jobs>(ref);
      const [wrong, right] = [tasks.run('nothing' as 'where'), tasks.run('double', 1)];
      assert.instanceOf(await rejection(wrong), CommandNotFound);
      assert.equal(await right, 2);
    });

    for (const [options, message] of [
      [{ priority: '1' }, 'run: priority must be a number, not "1"'],
      [{ timeout: 0 }, 'run: timeout must be more than 0 milliseconds, not 0'],
      [{ retries: -1 }, 'run: retries must be a whole number from 0 up, or Infinity, not -1'],
      [{ expiresIn: -5 }, 'run: expiresIn must be more than 0 milliseconds, not -5'],
      [{ key: 3 }, 'run: key must be a text, not 3'],
      [{ onProgress: 3 }, 'run: progress must be the ref of an actor, or a function, not 3'],
      [
        { colour: 3 },
        'run: there is no option "colour"; the options are progress, priority, timeout, retries, expiresIn, key',
      ],
    ] as const) {
      it(`is rejected: ${JSON.stringify(options)}`, async () => {
        const { tasks } = await setUp();
        const error = await rejection(tasks.run('double', 1, options as object));
        assert.instanceOf(error, TypeError);
        assert.equal(error.message, message);
      });
    }

    it('that nobody waits for is told when it fails', async () => {
      const { node, tasks, clock } = await setUp();
      const ignored = heard(node, ErrorIgnored);
      tasks.ref
        .tell({ task: 'fail', args: { times: 1 } })
        .tell({ task: 'nothing' })
        .tell('odd' as never);
      await clock.settle();
      assert.deepEqual(
        ignored.map(({ error, where }) => [error.name, where]),
        [
          ['CommandNotFound', 'the task nothing'],
          ['RangeError', 'the task fail'],
        ],
      );
      assert.equal(node.stats().unhandled, 1);
    });
  });

  describe('wrong options', () => {
    for (const [options, message] of [
      [{ size: 0 }, /^TaskQueue: size must be a whole number from 1/],
      [{ size: 1.5 }, /^TaskQueue: size/],
      [{ module: '' }, /^TaskQueue: module must say where the functions are/],
      [{ concurrency: 65 }, /^TaskQueue: concurrency must be at most 64/],
      [{ spares: -1 }, /^TaskQueue: spares/],
      [{ timeout: 0 }, /^TaskQueue: timeout must be more than 0/],
      [{ grace: -1 }, /^TaskQueue: grace/],
      [{ retries: 0.5 }, /^TaskQueue: retries/],
      [{ retryIf: true }, /^TaskQueue: retryIf/],
      [{ backoff: {} }, /^backoff: min/],
      [{ maxQueued: -1 }, /^TaskQueue: maxQueued/],
      [{ on: 'there' }, /^TaskQueue: on must be thread\(\), childProcess\(\) or 'here', not "there"/],
      [{ colour: 1 }, /^TaskQueue: there is no option "colour"; the options are module, size, on/],
    ] as const) {
      it(`are a TypeError: ${JSON.stringify(options)}`, () => {
        const all = { module, size: 1, ...options } as unknown as StartOptions;
        assert.throws(() => TaskQueue.using(all), TypeError, message);
      });
    }

    it('such as a module that does not exist stop it', async () => {
      const { node } = await startNode();
      const start = startQueue(node, {
        module: new URL('./nothing.ts', import.meta.url),
        on: 'here',
        name: 'q',
      });
      assert.match((await rejection(start)).message, /nothing\.ts/);
      await gone(node, 'q');
    });

    it('such as a module without functions stop it', async () => {
      const { node } = await startNode();
      const start = startQueue(node, {
        module: 'data:text/javascript,export const a = 1',
        on: 'here',
        name: 'q',
      });
      assert.match((await rejection(start)).message, /exports no function that could be a task/);
      await gone(node, 'q');
    });

    it('reject the tasks that had come, saying why', async () => {
      const { node } = await startNode();
      const tasks = TaskQueue.of(
        node.spawn(
          TaskQueue.using({ module: 'data:text/javascript,throw new Error("no luck")', size: 2, on: 'here' }),
        ),
      );
      const error = await rejection(tasks.run('double', 1));
      assert.instanceOf(error, QueueStopped);
      assert.match(error.message, /could not start: no luck/);
    });
  });

  it('is an actor that others can ask, and send the command `stats`', async () => {
    const { node, tasks } = await setUp();
    assert.equal(await node.lookup('/tasks').ask({ task: 'double', args: 3 }), 6);
    const { done, workers } = await send<Awaited<ReturnType<typeof tasks.stats>>>(
      node.lookup('/tasks'),
      'stats',
    );
    assert.equal(done, 1);
    assert.deepEqual(workers, [
      { name: 'worker1', state: 'idle', pid: process.pid, threadId: 0, running: 0, done: 1 },
    ]);
    assert.throws(() => TaskQueue.of('tasks' as never), TypeError, /expected the ref of a task queue/);
  });

  it('can be disposed of', async () => {
    const { node } = await startNode();
    {
      await using tasks = await startQueue(node, { on: 'here', name: 'q' });
      assert.equal(await tasks.run('double', 1), 2);
    }
    assert.throws(() => node.lookup('/q'), /there is no actor/);
  });

  it('hears progress() of the first task', async () => {
    const { tasks } = await setUp();
    const { onProgress, first } = progress<string>();
    const abort = new AbortController();
    void tasks.run('waitForAbort', undefined, { onProgress, signal: abort.signal }).catch(() => {});
    assert.equal(await first, 'waits');
    abort.abort();
  });
});

async function gone(node: Node, name: string): Promise<void> {
  const child = node.guardian.child.bind(node.guardian);
  try {
    await child(name).join();
  } catch {
    // It is gone already.
  }
  assert.throws(() => child(name));
}
