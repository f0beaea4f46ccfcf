/** What an arbiter tells of its monitors, as events of its node. */
import type { Ref } from '../../core/ref.ts';

/** A worker can be given messages: it has started, for the first time or again. */
export class WorkerReady {
  readonly monitor: string;
  readonly slot: number;
  readonly ref: Ref;

  constructor(monitor: string, slot: number, ref: Ref) {
    this.monitor = monitor;
    this.slot = slot;
    this.ref = ref;
  }
}

/** A worker has come to an end that nobody had asked for, or failed to start. The monitor starts another one in its place. */
export class WorkerDown {
  readonly monitor: string;
  readonly slot: number;
  /** Undefined for one that could not even be spawned. */
  readonly ref: Ref | undefined;
  readonly error: Error;
  /** In how many ms the next one is started; undefined when no restart is left, and the monitor gives up. */
  readonly delay: number | undefined;

  constructor(monitor: string, slot: number, ref: Ref | undefined, error: Error, delay: number | undefined) {
    this.monitor = monitor;
    this.slot = slot;
    this.ref = ref;
    this.error = error;
    this.delay = delay;
  }
}

/** Another worker has taken the place of one that was well: the monitor was reloaded, or it had served its time. */
export class WorkerReplaced {
  readonly monitor: string;
  readonly slot: number;
  readonly ref: Ref;
  readonly reason: 'reload' | 'maxMessages' | 'maxAge';

  constructor(monitor: string, slot: number, ref: Ref, reason: WorkerReplaced['reason']) {
    this.monitor = monitor;
    this.slot = slot;
    this.ref = ref;
    this.reason = reason;
  }
}

/** A monitor has no restart left for one of its workers, or has failed otherwise: it has ended, and with it all its workers. */
export class MonitorGaveUp {
  readonly monitor: string;
  readonly ref: Ref;
  readonly error: Error;

  constructor(monitor: string, ref: Ref, error: Error) {
    this.monitor = monitor;
    this.ref = ref;
    this.error = error;
  }
}
