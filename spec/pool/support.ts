/** What the specs of pools share. */
import { assert } from 'chai';
import { Actor, type Node, type Ref } from '../../lib/index.ts';
import type { Gate } from '../core/support.ts';

/** One message that a worker got. */
export type Job = [worker: string, message: unknown];

/** A worker that keeps what it gets in a list that all share; it fails at 'crash', and waits for a gate that it is given. */
export class Worker extends Actor<unknown, { jobs: Job[]; gate?: Gate }> {
  override receive(message: unknown): unknown {
    this.params.jobs.push([this.ref.name, message]);
    if (message === 'crash') throw new Error('crash');
    if (message === 'who') this.reply(this.ref.name);
    return this.params.gate?.opened;
  }
}

/** The messages of each worker, by its name. */
export function byWorker(jobs: readonly Job[]): Record<string, unknown[]> {
  const messages: Record<string, unknown[]> = {};
  for (const [worker, message] of jobs) {
    messages[worker] ??= [];
    messages[worker].push(message);
  }
  return messages;
}

export const messagesOf = (jobs: readonly Job[]): unknown[] => jobs.map(([, message]) => message);

export const namesOf = (refs: readonly Ref[]): string[] => refs.map(ref => ref.name);

export const range = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Every message that was told is in one bin. */
export function assertBalanced(node: Node): void {
  const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
  assert.equal(
    handled + unhandled + queued + stashed + deadLetters.total,
    sent,
    JSON.stringify({ sent, handled, unhandled, queued, stashed, dead: deadLetters.total }),
  );
}
