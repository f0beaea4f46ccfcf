/** What a queue and its workers tell each other. Arrays, because they are many and small. */
import type { Ref } from '../../core/ref.ts';

/** What a worker is spawned with. */
export interface WorkerParams {
  /** Where the functions are. */
  readonly module: string;
  /** Where to report to. */
  readonly reports: Ref;
  /** Which worker it is. */
  readonly id: number;
  /** How many tasks it does at a time. */
  readonly concurrency: number;
}

/** A task: its number with this worker, its place on the board, which function, and the number of the attempt. */
export type HandOver = readonly [number: number, place: number, name: string, args: unknown, attempt: number];
/** Nobody wants it any more. */
export type Cancellation = { readonly cancel: number; readonly why: Error };
/** The board that is shared from now on. */
export type Sharing = { readonly board: Int32Array<SharedArrayBuffer> };

export type WorkerMessage = HandOver | Cancellation | Sharing;

export const isHandOver = (message: WorkerMessage): message is HandOver => Array.isArray(message);

export type Outcome = 'up' | 'done' | 'failed' | 'progress';

/** From which worker; of a task: its number, what came of it, and the ms that it took. */
export type WorkerReport = readonly [
  worker: number,
  outcome: Outcome,
  number: number,
  value: unknown,
  took: number,
];

/** The value of the report that a worker is up. */
export interface Arrival {
  readonly pid: number;
  readonly threadId: number;
  /** What its module exports. */
  readonly names: readonly string[];
}

/** Beside the messages: how far a task has come. */
export type Aside = readonly [number: number, value: unknown];
