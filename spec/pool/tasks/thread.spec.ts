import { threadId } from 'node:worker_threads';
import { assert } from 'chai';
import {
  AbortError,
  childProcess,
  SerializationError,
  ThreadExited,
  TimeoutError,
  thread,
  transfer,
} from '../../../lib/index.ts';
import { QueueStopped, TaskQueue, WorkerLost } from '../../../lib/pool/index.ts';
import { startNode } from '../../placement/support.ts';
import { range } from '../support.ts';
import { type Managed, Manager } from './manager.ts';
import {
  assertBalanced,
  assertSettled,
  type Jobs,
  module,
  progress,
  rejection,
  startQueue,
} from './support.ts';

describe('a TaskQueue on threads', function () {
  this.timeout(30_000);

  it('runs each task in one of its threads, in this process', async () => {
    const node = await startNode();
    const tasks = await startQueue(node, { size: 2 });
    const places = await Promise.all(range(20).map(() => tasks.run('where')));
    assert.isFalse(places.some(({ isMainThread }) => isMainThread));
    assert.isFalse(places.some(({ threadId: id }) => id === threadId));
    assert.deepEqual([...new Set(places.map(({ pid }) => pid))], [process.pid]);
    await assertSettled(tasks, { done: 20 });
    assertBalanced(node);
  });

  it('gives the results of many tasks, each to whoever ran it', async () => {
    const node = await startNode();
    const tasks = await startQueue(node, { size: 2 });
    const results = await Promise.all(range(3000).map(n => tasks.run('double', n)));
    assert.deepEqual(
      results,
      range(3000).map(n => 2 * n),
    );
    await assertSettled(tasks, { done: 3000 });
    assertBalanced(node);
  });

  it('rejects with the error that was thrown there: its name, message, code, fields and stack', async () => {
    const tasks = await startQueue(await startNode());
    const error = await rejection(tasks.run('fail', { times: 1, detail: { n: 7 } }));
    assert.instanceOf(error, RangeError);
    assert.deepEqual({ ...error } as unknown, { code: 'E_SPEC', detail: { n: 7 } });
    assert.match(error.stack ?? '', /RangeError: failed 1 times\n.*jobs\.ts/);
    const odd = await rejection(tasks.run('odd'));
    assert.deepEqual([odd.name, odd.message, odd.code], ['Odd', 'very odd', 'E_ODD']);
    assert.match(odd.stack ?? '', /jobs\.ts/);
  });

  it('says where arguments or a result have something that can not cross', async () => {
    const tasks = await startQueue(await startNode(), { retries: 3 });
    const bad = await rejection(tasks.run('double', { deep: { f: () => 1 } } as never, { retries: 0 }));
    assert.instanceOf(bad, SerializationError);
    assert.equal(
      bad.message,
      'the arguments of "double" can\'t be sent: a function can\'t be sent to another node (at .deep.f)',
    );
    const result = await rejection(tasks.run('unsendable', undefined, { retries: 0 }));
    assert.instanceOf(result, SerializationError);
    assert.match(result.message, /^the result can't be sent: a function .* \(at \.deep\[0\]\)$/);
    assert.equal(await tasks.run('double', 1), 2);
    await assertSettled(tasks, { done: 1, failed: 2 });
  });

  it('ends the thread of a task that never pauses when its time is over', async () => {
    const node = await startNode();
    const tasks = await startQueue(node, { grace: 50 });
    const before = await tasks.run('where');
    assert.instanceOf(await rejection(tasks.run('spin', undefined, { timeout: 100 })), TimeoutError);
    const after = await tasks.run('where');
    assert.notEqual(after.threadId, before.threadId);
    await assertSettled(tasks, { done: 2, failed: 1, lost: 1 });
    assertBalanced(node);
  });

  it('lets a task that never pauses see that it is not wanted, and tell how far it is', async () => {
    const tasks = await startQueue(await startNode(), { grace: 20_000, spares: 0 });
    const before = await tasks.run('where');
    const abort = new AbortController();
    const { onProgress, first } = progress();
    const spinning = tasks.run('politeSpin', undefined, { signal: abort.signal, onProgress });
    spinning.catch(() => {});
    assert.equal(await first, 'spins');
    abort.abort();
    assert.instanceOf(await rejection(spinning), AbortError);
    assert.deepEqual(await tasks.run('where'), before);
    await assertSettled(tasks, { done: 2, cancelled: 1 });
  });

  it('aborts the signal of a task that waits', async () => {
    const tasks = await startQueue(await startNode(), { grace: 20_000, spares: 0 });
    const before = await tasks.run('where');
    const { onProgress, first } = progress();
    const waiting = tasks.run('waitForAbort', undefined, { timeout: 50, onProgress });
    assert.equal(await first, 'waits');
    assert.instanceOf(await rejection(waiting), TimeoutError);
    assert.deepEqual(await tasks.run('where'), before);
  });

  describe('a thread that is lost', () => {
    it('is replaced, and its task is tried again', async () => {
      const node = await startNode();
      const tasks = await startQueue(node, { retries: 1 });
      const before = await tasks.run('where');
      const result = await tasks.run('die', { how: 'exit' });
      assert.equal(result?.attempt, 2);
      assert.notEqual(result?.threadId, before.threadId);
      await assertSettled(tasks, { done: 2, retried: 1, lost: 1 });
      assertBalanced(node);
    });

    it('is a WorkerLost when no attempt is left, with the cause', async () => {
      const tasks = await startQueue(await startNode());
      const error = await rejection(tasks.run('die', { how: 'exit' }));
      assert.instanceOf(error, WorkerLost);
      assert.equal(error.code, 'WORKER_LOST');
      assert.match(error.message, /the worker of the task die was lost in attempt 1: .* with the code 3/);
      const uncaught = await rejection(tasks.run('dieLater'));
      assert.instanceOf(uncaught.cause, ThreadExited);
      assert.match(uncaught.message, /nobody catches this/);
    });

    it('of a task that ends each of them is given up in the end, and harms no other', async () => {
      const tasks = await startQueue(await startNode(), { size: 2, retries: 2 });
      const poison = rejection(tasks.run('die', { how: 'exit', times: 99 }));
      const others = range(200).map(n => tasks.run('double', n));
      assert.match((await poison).message, /lost in attempt 3/);
      assert.lengthOf(await Promise.all(others), 200);
      const { done, failed, lost } = await tasks.stats();
      assert.deepEqual({ done, failed, lost }, { done: 200, failed: 1, lost: 3 });
    });

    it('keeps what it had not begun: without another attempt, each is done', async () => {
      const tasks = await startQueue(await startNode(), { spares: 0, grace: 50 });
      await known(tasks);
      const lock = new Int32Array(new SharedArrayBuffer(4));
      const lasting = rejection(tasks.run('short', transfer({ until: lock }), { timeout: 300 }));
      const others = range(30).map(() => tasks.run('short', {}));
      assert.isAbove((await tasks.stats()).workers[0]?.running ?? 0, 1, 'nothing was ahead of the worker');
      assert.instanceOf(await lasting, TimeoutError);
      assert.lengthOf(await Promise.all(others), 30);
      const { failed, retried, lost } = await tasks.stats();
      assert.deepEqual({ failed, retried, lost }, { failed: 1, retried: 0, lost: 1 });
    });
  });

  it('has nobody wait behind a task that lasts while others are idle', async () => {
    const tasks = await startQueue(await startNode(), { size: 2, spares: 0 });
    await known(tasks);
    const lock = new Int32Array(new SharedArrayBuffer(4));
    const { onProgress, first } = progress();
    const lasting = tasks.run('short', transfer({ until: lock }), { onProgress });
    await first;
    assert.lengthOf(await Promise.all(range(200).map(() => tasks.run('short', {}))), 200);
    assert.equal((await tasks.stats()).running, 1);
    Atomics.store(lock, 0, 1);
    Atomics.notify(lock, 0);
    await lasting;
  });

  it('moves memory there and back', async () => {
    const tasks = await startQueue(await startNode(), { retries: 3 });
    const pixels = new Uint8Array(100_000);
    const painted = await tasks.run('paint', transfer({ pixels, colour: 7 }));
    assert.equal(pixels.byteLength, 0);
    assert.lengthOf(painted.pixels, 100_000);
    assert.isTrue(painted.pixels.every(pixel => pixel === 7));
  });

  it('does not try a task again whose memory is gone with its worker', async () => {
    const tasks = await startQueue(await startNode(), { retries: 3 });
    const args = transfer({ how: 'exit' as const, pixels: new Uint8Array(100_000) });
    assert.match((await rejection(tasks.run('die', args))).message, /lost in attempt 1/);
  });

  it('stops: what runs may end, what waits is rejected, also where it was ahead of a worker', async () => {
    const node = await startNode();
    const tasks = await startQueue(node, { spares: 0 });
    await known(tasks);
    const lock = new Int32Array(new SharedArrayBuffer(4));
    const { onProgress, first } = progress();
    const lasting = tasks.run('short', transfer({ until: lock }), { onProgress });
    const others = range(30).map(() => rejection(tasks.run('short', {})));
    await first;
    const stopped = tasks.stop();
    for (const error of await Promise.all(others)) assert.instanceOf(error, QueueStopped);
    Atomics.store(lock, 0, 1);
    Atomics.notify(lock, 0);
    assert.isAbove(await lasting, 0);
    await stopped;
    assertBalanced(node);
  });

  it('ends a thread that never pauses when it is killed', async () => {
    const tasks = await startQueue(await startNode(), {});
    const { onProgress, first } = progress();
    const spinning = rejection(tasks.run('politeSpin', undefined, { onProgress }));
    await first;
    tasks.ref.kill();
    await tasks.ref.join();
    assert.instanceOf(await spinning, QueueStopped);
  });

  it('can be had by an actor that is in a thread itself', async () => {
    const node = await startNode();
    const manager = node.spawn(Manager, { on: thread({ maxBusy: Number.POSITIVE_INFINITY }) });
    const { own, results, lost } = await manager.ask<Managed>('go', { timeout: 25_000 });
    assert.deepEqual(
      results.map(({ value }) => value),
      [2, 4, 2],
    );
    assert.notEqual(own, threadId);
    assert.equal(lost, 1);
  });

  it('says so when its module can not be loaded', async () => {
    const node = await startNode();
    const error = await rejection(startQueue(node, { module: new URL('./nothing.js', module) }));
    assert.match(error.message, /nothing\.js/);
  });

  it('has a thread for each worker', () => {
    for (const on of [thread({ shared: 'one' }), childProcess({ shared: 'one' })])
      assert.throws(() => TaskQueue.using({ module, size: 1, on }), TypeError, /leave out shared/);
  });
});

/** Has the queue learn that tasks of that name are short. */
async function known(tasks: TaskQueue<Jobs>): Promise<void> {
  await Promise.all(range(200).map(() => tasks.run('short', {})));
}
