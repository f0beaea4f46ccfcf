/**
 * Tasks: work that keeps a CPU busy is done in threads, most urgent first. One task gets stuck and is ended, one is given up, one
 * ends its whole thread and is tried again; the others do not notice.
 *
 *     npx startnode --actor examples.tasks.Studio
 */
import { Process } from 'troupe';
import { TaskQueue } from 'troupe/pool';

export class Studio extends Process {
  async run() {
    const tasks = await TaskQueue.start<typeof import('./taskJobs.ts')>(this, {
      module: new URL('./taskJobs.ts', import.meta.url),
      size: 2,
      timeout: 5000,
      retries: 1,
      name: 'tasks',
    });
    const counts = [1, 2, 3].map(n => tasks.run('countPrimes', { below: n * 100_000 }));
    console.log(`primes: ${(await Promise.all(counts)).join(', ')}`);

    const stuck = tasks.run('getStuck', undefined, { timeout: 300, retries: 0 });
    await stuck.catch((error: Error) => console.log(`stuck: ${error.name}`));

    const enough = new AbortController();
    const search = tasks.run('search', undefined, {
      signal: enough.signal,
      onProgress: (found: number) => found === 1000 && enough.abort(),
    });
    await search.catch((error: Error) => console.log(`search: ${error.name}`));

    console.log(`crash: done in attempt ${await tasks.run('crashOnce')}`);
    const { done, failed, cancelled, retried } = await tasks.stats();
    console.log({ done, failed, cancelled, retried });
    await tasks.stop();
  }
}
