import { once } from 'node:events';
import { Session } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import { assert } from 'chai';
import { systemClock } from '../../lib/base/world.ts';
import { letSample, sampleWorker } from '../../lib/placement/sampleWorker.ts';

/** A thread that spins from its first message on, and says in `words` that it has been looked at. */
const spinner = `
  const { parentPort, workerData: words } = require('node:worker_threads');
  globalThis[Symbol.for('troupe.look')] = () => {
    Atomics.store(words, 1, 1);
    Atomics.notify(words, 1);
    return { calls: ['spin (here:1)'], actor: '/spinner' };
  };
  parentPort.on('message', () => {
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
    for (;;);
  });`;

function spin(): { worker: Worker; words: Int32Array } {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(spinner, { eval: true, workerData: words });
  worker.postMessage('go');
  assert.notEqual(Atomics.wait(words, 0, 0, 10_000), 'timed-out');
  return { worker, words };
}

describe('a look at what a thread is doing', function () {
  this.timeout(30_000);

  it('is answered in the middle of a loop that never pauses', async () => {
    const { worker } = spin();
    const sample = await sampleWorker(new Session(), worker.threadId, systemClock, 10_000);
    assert.deepEqual(sample, { calls: ['spin (here:1)'], actor: '/spinner' });
    await worker.terminate();
  });

  it('leaves a thread that can be ended, though its answer has not been heard', async () => {
    const { worker, words } = spin();
    const exit = once(worker, 'exit');
    const sample = sampleWorker(new Session(), worker.threadId, systemClock, 1);
    assert.notEqual(Atomics.wait(words, 1, 0, 10_000), 'timed-out');
    await worker.terminate();
    await exit;
    await sample;
  });

  it('finds nothing in a thread that never spoke of it', async () => {
    const worker = new Worker('require("node:worker_threads").parentPort.on("message", () => {})', {
      eval: true,
    });
    await once(worker, 'online');
    assert.isUndefined(await sampleWorker(new Session(), worker.threadId, systemClock, 10_000));
    await worker.terminate();
  });

  it('says which calls are under way, and leaves `Error` as it was', () => {
    const { stackTraceLimit, prepareStackTrace } = Error;
    letSample(() => '/me');
    const look = (globalThis as never)[Symbol.for('troupe.look')] as () => unknown;
    // In the place of what the inspector runs.
    const evaluated = () => look();
    const busy = () => evaluated();
    const { calls, actor } = busy() as { calls: string[]; actor: string };
    assert.equal(actor, '/me');
    assert.match(calls[0] as string, /^busy \(.*sampleWorker\.spec\.ts:\d+\)$/);
    assert.deepEqual([Error.stackTraceLimit, Error.prepareStackTrace], [stackTraceLimit, prepareStackTrace]);
  });
});
