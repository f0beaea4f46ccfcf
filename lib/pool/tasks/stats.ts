/** What a queue tells of itself. */

/** A worker, as `stats` shows it. */
export interface WorkerStats {
  readonly name: string;
  readonly state: 'starting' | 'idle' | 'busy' | 'ending';
  /** Undefined until it is up. */
  readonly pid: number | undefined;
  /** 0 for the main thread of a process; undefined until it is up. */
  readonly threadId: number | undefined;
  /** Tasks that it has. */
  readonly running: number;
  /** Tasks that it has come to the end of. */
  readonly done: number;
}

/** What a queue has done, and what it is doing. */
export interface TaskQueueStats {
  /** Tasks that wait for a worker. */
  readonly waiting: number;
  /** Tasks that wait until it is time for another attempt. */
  readonly pausing: number;
  /** Tasks that workers are doing. */
  readonly running: number;
  /** Since it started: tasks with a result, ... */
  readonly done: number;
  /** ... that have failed, have taken too long or were not begun in time, ... */
  readonly failed: number;
  /** ... and that whoever ran them has given up. */
  readonly cancelled: number;
  /** Attempts beyond the first one of a task. */
  readonly retried: number;
  /** Tasks that were not accepted. */
  readonly refused: number;
  /** Workers that were lost. */
  readonly lost: number;
  readonly workers: readonly WorkerStats[];
}
