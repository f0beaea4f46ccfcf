import { assert } from 'chai';
import { childProcess, ProcessExited, TimeoutError } from '../../../lib/index.ts';
import { QueueStopped, WorkerLost } from '../../../lib/pool/index.ts';
import { startNode } from '../../placement/support.ts';
import { range } from '../support.ts';
import { assertBalanced, assertSettled, progress, rejection, startQueue } from './support.ts';

describe('a TaskQueue on processes', function () {
  this.timeout(60_000);
  const on = childProcess();

  it('runs each task in one of its processes', async () => {
    const node = await startNode();
    const tasks = await startQueue(node, { on, size: 2 });
    const places = await Promise.all(range(20).map(() => tasks.run('where')));
    assert.isFalse(places.some(({ pid }) => pid === process.pid));
    assert.equal((await rejection(tasks.run('fail', { times: 1 }))).code, 'E_SPEC');
    await assertSettled(tasks, { done: 20, failed: 1 });
    assertBalanced(node);
  });

  it('tries the task of one that was killed again in another one', async () => {
    const node = await startNode();
    const tasks = await startQueue(node, { on, retries: 1 });
    const before = await tasks.run('where');
    const result = await tasks.run('die', { how: 'SIGKILL' });
    assert.equal(result?.attempt, 2);
    assert.notEqual(result?.pid, before.pid);
    await assertSettled(tasks, { done: 2, retried: 1, lost: 1 });
    assertBalanced(node);
  });

  it('rejects it with a WorkerLost when no attempt is left, and is none the worse for an idle one that is killed', async () => {
    const tasks = await startQueue(await startNode(), { on });
    const error = await rejection(tasks.run('die', { how: 'SIGKILL' }));
    assert.instanceOf(error, WorkerLost);
    assert.instanceOf(error.cause, ProcessExited);
    assert.match(error.message, /by the signal SIGKILL/);
    const { pid } = await tasks.run('where');
    process.kill(pid, 'SIGKILL');
    while ((await tasks.stats()).lost < 2) await turn();
    assert.notEqual((await tasks.run('where')).pid, pid);
  });

  it('kills the process of a task that never pauses when its time is over', async () => {
    const node = await startNode();
    const tasks = await startQueue(node, { on, grace: 50 });
    const { pid } = await tasks.run('where');
    assert.instanceOf(await rejection(tasks.run('spin', undefined, { timeout: 100 })), TimeoutError);
    assert.notEqual((await tasks.run('where')).pid, pid);
    await hasEnded(pid);
    await assertSettled(tasks, { done: 2, failed: 1, lost: 1 });
    assertBalanced(node);
  });

  it('hears of the progress of a task that never pauses, and kills it with the queue', async () => {
    const tasks = await startQueue(await startNode(), { on });
    const { pid } = await tasks.run('where');
    const { onProgress, first } = progress();
    const spinning = rejection(tasks.run('politeSpin', undefined, { onProgress }));
    assert.equal(await first, 'spins');
    tasks.ref.kill();
    assert.instanceOf(await spinning, QueueStopped);
    await hasEnded(pid);
  });

  it('leaves no process behind when it stops', async () => {
    const tasks = await startQueue(await startNode(), { on, size: 2 });
    await Promise.all(range(20).map(() => tasks.run('where')));
    const pids = (await tasks.stats()).workers.flatMap(({ pid }) => pid ?? []);
    await tasks.stop();
    for (const pid of pids) await hasEnded(pid);
  });
});

const turn = () => new Promise(resolve => setImmediate(resolve));

async function hasEnded(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await turn();
  }
}
