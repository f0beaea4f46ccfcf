/** The tasks of the specs of this folder. */

import { setTimeout } from 'node:timers/promises';
import { isMainThread, threadId } from 'node:worker_threads';
import { transfer } from '../../../lib/index.ts';
import type { Job } from '../../../lib/pool/index.ts';

/** For workers that are here: what they have begun, and what each of them waits for. */
export const here = {
  begun: [] as unknown[],
  jobs: [] as Job[],
  waiting: new Map<unknown, { end: (value?: unknown) => void; fail: (error: Error) => void }>(),
};

export const version = 7;

export function double(n: number): number {
  return 2 * n;
}

export const where = () => ({ isMainThread, threadId, pid: process.pid });

/** Ends when the spec says so. */
export function held(id: unknown, job: Job): Promise<unknown> {
  here.begun.push(id);
  here.jobs.push(job);
  return new Promise((end, fail) => here.waiting.set(id, { end, fail }));
}

export function fail({ times, detail }: { times: number; detail?: unknown }, job: Job): number {
  if (job.attempt <= times)
    throw Object.assign(new RangeError(`failed ${job.attempt} times`), { code: 'E_SPEC', detail });
  return job.attempt;
}

export class Odd extends Error {
  override readonly name = 'Odd';
  readonly code = 'E_ODD';
  /** Can't cross. */
  readonly because = () => 'because';
}

export function odd(): never {
  throw new Odd('very odd');
}

export function unsendable() {
  return { deep: [() => 1] };
}

export function spin(_: undefined, job: Job): never {
  if (job.attempt > 100) throw new Error('never');
  for (;;) Math.sqrt(2);
}

/** Never pauses, but looks whether it is wanted. */
export function politeSpin(_: undefined, job: Job): string {
  job.progress('spins');
  while (!job.isCancelled) Math.sqrt(2);
  return 'was told';
}

export async function waitForAbort(_: undefined, job: Job): Promise<string> {
  job.progress('waits');
  await new Promise<void>(resolve => job.signal.addEventListener('abort', () => resolve()));
  return (job.signal.reason as Error).name;
}

export function die({ how, times = 1 }: { how: 'exit' | 'SIGKILL'; times?: number }, { attempt }: Job) {
  if (attempt > times) return { attempt, threadId, pid: process.pid };
  if (how === 'exit') return process.exit(3);
  process.kill(process.pid, 'SIGKILL');
  for (;;) Math.sqrt(2);
}

export async function dieLater(): Promise<void> {
  void setTimeout(5).then(() => {
    throw new Error('nobody catches this');
  });
  await new Promise(() => {});
}

/** As the task before it, a thousand times, so that it is known to be short; then it lasts. */
export function short({ until }: { until?: Int32Array<SharedArrayBuffer> }, job: Job): number {
  if (until !== undefined) {
    job.progress('lasts');
    Atomics.wait(until, 0, 0);
  }
  return threadId;
}

/** Paints what it is given. */
export function paint({ pixels, colour }: { pixels: Uint8Array; colour: number }) {
  pixels.fill(colour);
  return transfer({ pixels });
}
