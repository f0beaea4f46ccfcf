/**
 * The place of one worker, which has a number, and how often it may be filled again. Knows no actor, no clock and no timer.
 *
 *   starting ──▶ ready ──▶ waiting ──▶ starting        waiting: for the end of its delay
 *       └─────────────────▶┘
 */
import type { Random } from '../../base/world.ts';
import { Backoff, type BackoffOptions, Intensity } from '../../restart/index.ts';

export type SlotState = 'starting' | 'ready' | 'waiting';

export interface SlotOptions {
  /** At most so many restarts ... */
  readonly intensity: number;
  /** ... within so many ms. */
  readonly period: number;
  readonly backoff: BackoffOptions;
}

/** A worker that has been ready for so many ms is replaced at once; sooner, the next one may end the same way. */
const soonest = 1000;

export class Slot {
  readonly index: number;
  readonly #intensity: Intensity;
  readonly #backoff: Backoff;
  #state: SlotState = 'starting';
  #since: number;
  #restarts = 0;
  #lastCause: Error | undefined;

  constructor(index: number, { intensity, period, backoff }: SlotOptions, now: number) {
    this.index = index;
    this.#intensity = new Intensity({ max: intensity, within: period });
    this.#backoff = new Backoff(backoff);
    this.#since = now;
  }

  get state(): SlotState {
    return this.#state;
  }

  /** Since when it has been in that state. */
  get since(): number {
    return this.#since;
  }

  /** How often a worker that had come to an end has been replaced. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Why that was, the last time. */
  get lastCause(): Error | undefined {
    return this.#lastCause;
  }

  /** Its worker has been told to start. */
  starting(now: number): void {
    this.#to('starting', now);
  }

  /** Its worker can be given messages. */
  ready(now: number): void {
    this.#to('ready', now);
  }

  /** Its worker has come to an end. @returns the ms until the next one is to start; undefined when no restart is left */
  down(cause: Error, now: number, random: Random): number | undefined {
    this.#lastCause = cause;
    const wasStable = this.#state === 'ready' && now - this.#since >= soonest;
    this.#to('waiting', now);
    if (!this.#intensity.admit(now)) return undefined;
    this.#restarts++;
    return wasStable ? 0 : this.#backoff.next(now, random);
  }

  #to(state: SlotState, now: number): void {
    this.#state = state;
    this.#since = now;
  }
}
