/**
 * How long to wait before a restart: longer each time, a little at random, and short again after a quiet time. Knows no
 * actor, no clock and no timer.
 */
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
  /** So many quiet ms after the end of a delay, the delays begin at `min` again (`max`, at least 10 000). */
  resetAfter?: number;
}

type Complete = Readonly<Required<BackoffOptions>>;

/**
 * The options with their defaults.
 * @throws TypeError that names the option and what is wrong with it
 */
export function checkBackoff(options: BackoffOptions): Complete {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`backoff must be an object such as { min: 100 }, not ${show(options)}`);
  }
  const { min, factor = 2, jitter = 0.2 } = options;
  check('min', 'milliseconds from 0 up', min, min >= 0 && min < Number.POSITIVE_INFINITY);
  const { max = Math.max(30_000, min) } = options;
  check('max', `milliseconds from min (${min}) up`, max, max >= min && max < Number.POSITIVE_INFINITY);
  check('factor', 'a number from 1 up', factor, factor >= 1 && factor < Number.POSITIVE_INFINITY);
  check('jitter', 'a number from 0 to 1', jitter, jitter >= 0 && jitter <= 1);
  const { resetAfter = Math.max(max, 10_000) } = options;
  check('resetAfter', 'more than 0 milliseconds, or Infinity', resetAfter, resetAfter > 0);
  return Object.freeze({ min, max, factor, jitter, resetAfter });
}

function check(name: string, expected: string, value: unknown, holds: boolean): void {
  if (typeof value !== 'number' || !holds) {
    throw new TypeError(`backoff: ${name} must be ${expected}, not ${show(value)}`);
  }
}

/** The delays before restarts that follow one another. */
export class Backoff {
  readonly #options: Complete;
  #attempt = 0;
  /** When the last delay ends. */
  #until = Number.NEGATIVE_INFINITY;

  /** @throws TypeError that names the option and what is wrong with it */
  constructor(options: BackoffOptions) {
    this.#options = checkBackoff(options);
  }

  /** The ms to wait before restart number `attempt`, which counts from 0: from 0 to `max`, whatever chance says. */
  delay(attempt: number, random: Random): number {
    const { min, max, factor, jitter } = this.#options;
    // No delay stays none, however often it is multiplied: 0 times Infinity would be NaN.
    const plain = min === 0 ? 0 : Math.min(max, min * factor ** attempt);
    return Math.min(max, plain * (1 + jitter * (2 * random() - 1)));
  }

  /** The ms to wait before the next restart, which is counted. */
  next(now: number, random: Random): number {
    if (now - this.#until >= this.#options.resetAfter) this.#attempt = 0;
    const delay = this.delay(this.#attempt++, random);
    this.#until = now + delay;
    return delay;
  }
}
