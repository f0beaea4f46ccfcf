/** An actor that runs in a thread, and has a task queue with threads of its own there. */
import { threadId } from 'node:worker_threads';
import { Actor } from '../../../lib/index.ts';
import { startQueue } from './support.ts';

export interface Managed {
  readonly own: number;
  readonly results: { readonly value: unknown }[];
  readonly lost: number;
}

export class Manager extends Actor<string> {
  static module = import.meta.url;

  override async receive() {
    const tasks = await startQueue(this, { retries: 1 });
    const results = [
      { value: await tasks.run('double', 1) },
      { value: await tasks.run('double', 2) },
      { value: (await tasks.run('die', { how: 'exit' }))?.attempt },
    ];
    const { lost } = await tasks.stats();
    this.reply({ own: threadId, results, lost } satisfies Managed);
  }
}
