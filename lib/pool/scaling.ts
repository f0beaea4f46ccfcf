/**
 * How many workers a pool should have, judged at regular looks. It grows fast and shrinks slowly, and between the two marks
 * it stays as it is. Knows no actor and no clock.
 */
import { show } from '../base/errors.ts';

export interface ScalingOptions {
  /** The ms from one look to the next (1000). */
  interval?: number | undefined;
  /** When more messages than this wait for each worker (4), a quarter more of them are started, at least one. */
  high?: number | undefined;
  /** When for each worker fewer than this wait or are being handled (0.5) ... */
  low?: number | undefined;
  /** ... at so many looks in a row (10), one worker is retired. */
  patience?: number | undefined;
}

/** What there is to do at one look. */
export interface Demand {
  /** Messages that wait. */
  readonly queued: number;
  /** Workers that are in the middle of one. */
  readonly busy: number;
}

export class Scaling {
  readonly interval: number;
  readonly min: number;
  readonly max: number;
  readonly #high: number;
  readonly #low: number;
  readonly #patience: number;
  /** How many looks in a row have found too little to do. */
  #quiet = 0;

  constructor(
    min: number,
    max: number,
    { interval = 1000, high = 4, low = 0.5, patience = 10 }: ScalingOptions,
  ) {
    check(
      'interval',
      'more than 0 milliseconds',
      interval,
      interval > 0 && interval < Number.POSITIVE_INFINITY,
    );
    check('high', 'a number above 0', high, high > 0);
    check('low', `a number from 0 to high (${high})`, low, low >= 0 && low <= high);
    check('patience', 'a whole number from 1 up', patience, Number.isInteger(patience) && patience >= 1);
    this.interval = interval;
    this.min = min;
    this.max = max;
    this.#high = high;
    this.#low = low;
    this.#patience = patience;
  }

  /** How many there should be, after one more look. */
  look({ queued, busy }: Demand, size: number): number {
    if (queued > this.#high * size) {
      this.#quiet = 0;
      return Math.min(this.max, size + Math.max(1, Math.ceil(size / 4)));
    }
    if (queued + busy >= this.#low * size) this.#quiet = 0;
    else if (++this.#quiet >= this.#patience) {
      this.#quiet = 0;
      return Math.max(this.min, size - 1);
    }
    return size;
  }
}

function check(name: string, expected: string, value: unknown, holds: boolean): void {
  if (typeof value === 'number' && holds) return;
  throw new TypeError(`pool: scaling.${name} must be ${expected}, not ${show(value)}`);
}
