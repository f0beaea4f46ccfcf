import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { assert } from 'chai';
import { childProcess, Node, silentLogger } from '../../lib/index.ts';
import { TaskQueue } from '../../lib/pool/index.ts';
import { within } from './support/deadline.ts';

/** For how long, in ms, workers are killed: longer for a soak. */
const { CHAOS_SOAK: soak = '4000', CHAOS_FIGURES: figures } = process.env;
const duration = Number(soak);
const killEvery = 200;
const inFlight = 50;

describe('workers of a task queue that are killed', function () {
  this.timeout(duration + 60_000);

  it('lose no task: each is done, with the right result, and settled once', async () => {
    const node = await Node.start({ logger: silentLogger });
    const module = new URL('./support/taskJobs.ts', import.meta.url);
    const tasks = await TaskQueue.start<typeof import('./support/taskJobs.ts')>(node, {
      ...{ module, size: 4, on: childProcess(), retries: 1000 },
    });
    const settled: number[] = [];
    let isOver = false;
    const client = async (first: number) => {
      for (let n = first; !isOver; n += inFlight) {
        assert.equal(await tasks.run('square', { n, ms: 5 }), n * n);
        settled[n] = (settled[n] ?? 0) + 1;
      }
    };
    const clients = Array.from({ length: inFlight }, (_, n) => client(n));
    let kills = 0;
    // On a machine with more work than cores, workers take their time to come.
    for (
      const end = performance.now() + duration;
      performance.now() < end || kills < 3;
      await setTimeout(killEvery)
    ) {
      const { workers } = await tasks.stats();
      const busy = workers.filter(({ state }) => state === 'busy');
      const victim = busy[kills % (busy.length || 1)]?.pid;
      if (victim === undefined) continue;
      process.kill(victim, 'SIGKILL');
      kills++;
    }
    isOver = true;
    await within('the last tasks', Promise.all(clients), 30_000);
    await tasks.drain();
    const { done, failed, cancelled, refused, retried, lost, waiting, running } = await tasks.stats();
    assert.equal(lost, kills);
    assert.deepEqual({ failed, cancelled, refused, waiting, running }, allZero);
    assert.equal(done, settled.filter(times => times === 1).length);
    assert.lengthOf(
      settled.filter(times => times !== 1),
      0,
    );
    await node.stop();
    note({ kills, done, retried });
  });
});

const allZero = { failed: 0, cancelled: 0, refused: 0, waiting: 0, running: 0 };

function note({ kills, done, retried }: { kills: number; done: number; retried: number }): void {
  if (figures === undefined) return;
  const what = `SIGKILL of one of four workers every ${killEvery} ms for ${duration / 1000} s`;
  appendFileSync(
    figures,
    `| ${what} | ${kills} kills | ${done} tasks done | ${retried} attempts again | none lost |\n`,
  );
}
