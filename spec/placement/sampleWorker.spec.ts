import { once } from 'node:events';
import { Session } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import { assert } from 'chai';
import { systemClock } from '../../lib/base/world.ts';
import { busyActor, sampleWorker } from '../../lib/placement/sampleWorker.ts';

/** A thread that does something without end from its first message on. */
function busy(what: string): Worker {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const program = `
    const { parentPort, workerData: words } = require('node:worker_threads');
    globalThis[Symbol.for('${busyActor.description}')] = () => '/spinner';
    function spin() { ${what} }
    parentPort.on('message', () => {
      Atomics.store(words, 0, 1);
      Atomics.notify(words, 0);
      spin();
    });`;
  const worker = new Worker(program, { eval: true, workerData: words });
  worker.postMessage('go');
  assert.notEqual(Atomics.wait(words, 0, 0, 10_000), 'timed-out');
  return worker;
}

/** Node.js may lose the order to end that comes right after a look: so does whoever has threads looked at, in lib. */
async function end(worker: Worker): Promise<void> {
  const exit = once(worker, 'exit').then(() => true);
  for (let isOver = false; !isOver; ) {
    void worker.terminate();
    const soon = new Promise<boolean>(resolve => systemClock.after(50, () => resolve(false)));
    isOver = await Promise.race([exit, soon]);
  }
}

const look = (worker: Worker, timeout: number) =>
  sampleWorker(new Session(), worker.threadId, systemClock, timeout);

describe('a look at what a thread is doing', function () {
  this.timeout(30_000);

  it('finds the calls and the actor in the middle of a loop that never pauses, again and again', async () => {
    for (let i = 0; i < 5; i++) {
      const worker = busy('for (;;);');
      const sample = await look(worker, 10_000);
      assert.match(String(sample?.calls[0]), /^spin \(/);
      assert.equal(sample?.actor, '/spinner');
      await end(worker);
    }
  });

  it('leaves no listener behind', async () => {
    const before = process.listenerCount('exit');
    const worker = busy('for (;;);');
    await look(worker, 10_000);
    await end(worker);
    assert.equal(process.listenerCount('exit'), before);
  });
});
