import { assert } from 'chai';
import { AbortError, type CommandNotFound, send } from '../../../lib/index.ts';
import { TaskQueue, type TaskQueueMessage, type TaskQueueStats } from '../../../lib/pool/index.ts';
import { newCluster } from '../../remoting/support.ts';
import { here } from './jobs.ts';
import { assertBalanced, type Jobs, module, rejection } from './support.ts';

describe('a TaskQueue on another node', () => {
  beforeEach(() => here.waiting.clear());

  async function setUp() {
    const cluster = newCluster();
    const { clock } = cluster;
    const [near, far] = [await cluster.start(1), await cluster.start(2)];
    const ref = far.spawn(TaskQueue.using({ module, size: 1, on: 'here', grace: 100 }), { name: 'tasks' });
    const ready = { queue: 'ready' } as const;
    await far.lookup<TaskQueueMessage>('/tasks').ask(ready, { timeout: Number.POSITIVE_INFINITY });
    const tasks = TaskQueue.of<Jobs>(near.lookup(ref.address));
    const result = async <T>(promise: Promise<T>): Promise<T> => {
      promise.catch(() => {});
      await clock.advance(200);
      return promise;
    };
    const end = () => {
      for (const node of [near, far]) assertBalanced(node);
    };
    return { clock, near, far, tasks, result, end };
  }

  it('runs tasks for whoever has its ref', async () => {
    const { tasks, result, end } = await setUp();
    assert.equal(await result(tasks.run('double', 4)), 8);
    const error = await rejection(result(tasks.run('fail', { times: 1, detail: 5 }, { priority: 1 })));
    assert.deepEqual([error.name, error.code, error.message], ['RangeError', 'E_SPEC', 'failed 1 times']);
    const unknown = (await rejection(result(tasks.run('nothing' as 'where')))) as CommandNotFound;
    assert.equal(unknown.code, 'COMMAND_NOT_FOUND');
    end();
  });

  it('tells its figures, and when it is drained', async () => {
    const { near, tasks, result, end } = await setUp();
    await result(tasks.run('double', 4));
    const stats = await result(tasks.stats());
    assert.equal(stats.done, 1);
    assert.deepEqual(await result(send<TaskQueueStats>(near.lookup(tasks.ref.address), 'stats')), stats);
    await result(tasks.drain());
    end();
  });

  it('hears that a task is given up', async () => {
    const { clock, tasks, result, end } = await setUp();
    const abort = new AbortController();
    const held = tasks.run('held', 'a', { signal: abort.signal });
    held.catch(() => {});
    await clock.advance(200);
    abort.abort();
    assert.instanceOf(await rejection(held), AbortError);
    await clock.advance(200);
    const { cancelled, lost } = await result(tasks.stats());
    assert.deepEqual({ cancelled, lost }, { cancelled: 1, lost: 1 });
    end();
  });

  it('tells an actor of progress', async () => {
    const { clock, near, tasks, result, end } = await setUp();
    const told: unknown[] = [];
    const listener = near.spawn((message: unknown) => told.push(message));
    const abort = new AbortController();
    void tasks.ref
      .ask({ task: 'waitForAbort', progress: listener }, { signal: abort.signal })
      .catch(() => {});
    await clock.advance(200);
    abort.abort();
    await clock.advance(200);
    assert.deepEqual(told, ['waits']);
    assert.equal((await result(tasks.stats())).lost, 0);
    end();
  });

  it('says that a function can not be told of progress there', async () => {
    const { tasks, result, end } = await setUp();
    const error = await rejection(result(tasks.run('double', 1, { onProgress: () => {} })));
    assert.match(error.message, /a function can't be sent to another node \(at \.progress\)/);
    end();
  });
});
