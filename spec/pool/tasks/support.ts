/** What the specs of task queues share. */
import { assert } from 'chai';
import type { Node, Spawn } from '../../../lib/index.ts';
import { type StartOptions, TaskQueue } from '../../../lib/pool/index.ts';

export type Jobs = typeof import('./jobs.ts');

export const module = new URL('./jobs.ts', import.meta.url);

export const startQueue = (node: { spawn: Spawn }, options: Partial<StartOptions> = {}) =>
  TaskQueue.start<Jobs>(node, { module, size: 1, ...options });

/** What a promise is rejected with. */
export const rejection = async (promise: Promise<unknown>): Promise<Error & { code?: string }> => {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was not rejected');
};

/** What is passed on as progress, to be awaited. */
export function progress<T = unknown>(): { onProgress: (value: T) => void; first: Promise<T> } {
  let onProgress: (value: T) => void = () => {};
  const first = new Promise<T>(resolve => {
    onProgress = resolve;
  });
  return { onProgress, first };
}

/** Every task that was accepted is in one bin. */
export async function assertSettled(tasks: TaskQueue<Jobs>, figures: object): Promise<void> {
  await tasks.drain();
  const { workers: _, ...stats } = await tasks.stats();
  const none = { waiting: 0, pausing: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
  assert.deepEqual(stats, { ...none, retried: 0, refused: 0, lost: 0, ...figures });
}

/** Every message that was told is in one bin. */
export function assertBalanced(node: Node): void {
  const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
  assert.equal(handled + unhandled + queued + stashed + deadLetters.total, sent);
}
