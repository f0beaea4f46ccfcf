/** How long to wait before a restart: longer each time, a little at random, and short again after a quiet time. */
import { show } from '../base/errors.ts';
import type { Random } from '../base/world.ts';

export interface BackoffOptions {
  /** The first delay, in ms. */
  min: number;
  /** The longest delay, in ms (30 000, or `min` if that is more). */
  max?: number;
  /** By how much each delay is longer than the one before (2). */
  factor?: number;
  /** The share of the delay that is left to chance, from 0 to 1 (0.2): so that many do not come back at the same moment. */
  jitter?: number;
  /** After so many ms without a restart the delays begin at `min` again (`max`, at least 10 000). */
  resetAfter?: number;
}

type Complete = Required<BackoffOptions>;

/** @throws TypeError that names the option and what is wrong with it */
export function checkBackoff(options: BackoffOptions): Complete {
  const { min } = options;
  const max = options.max ?? Math.max(30_000, min);
  const { factor = 2, jitter = 0.2, resetAfter = Math.max(max, 10_000) } = options;
  expect('min', 'milliseconds from 0 up', min, min >= 0 && min < Number.POSITIVE_INFINITY);
  expect('max', `milliseconds from min (${min}) up`, max, max >= min && max < Number.POSITIVE_INFINITY);
  expect('factor', 'a number from 1 up', factor, factor >= 1);
  expect('jitter', 'a number from 0 to 1', jitter, jitter >= 0 && jitter <= 1);
  expect('resetAfter', 'more than 0 milliseconds', resetAfter, resetAfter > 0);
  return { min, max, factor, jitter, resetAfter };
}

function expect(name: string, expected: string, value: unknown, holds: boolean): void {
  if (typeof value !== 'number' || !holds) throw new TypeError(`backoff: ${name} must be ${expected}, not ${show(value)}`);
}

/** The delay before restart number `attempt`, which counts from 0. */
export function delayOf({ min, max, factor, jitter }: Complete, attempt: number, random: Random): number {
  const plain = Math.min(max, min * factor ** attempt);
  return Math.min(max, Math.max(0, plain * (1 + jitter * (2 * random() - 1))));
}

export class Backoff {
  readonly #options: Complete;
  #attempt = 0;
  #last = Number.NEGATIVE_INFINITY;

  constructor(options: BackoffOptions) {
    this.#options = checkBackoff(options);
  }

  /** The delay before the next restart, in ms. */
  next(now: number, random: Random): number {
    if (now - this.#last >= this.#options.resetAfter) this.#attempt = 0;
    const delay = delayOf(this.#options, this.#attempt++, random);
    this.#last = now + delay;
    return delay;
  }
}
