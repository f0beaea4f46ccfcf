/** How often something may be restarted: a true sliding window, as in OTP's supervisor. Knows no actor and no clock. */
import { show } from '../base/errors.ts';

export interface Limits {
  /** The most restarts ... */
  readonly max: number;
  /** ... within any so many ms. */
  readonly within: number;
}

/** @throws TypeError that names the limit and what is wrong with it */
export function checkLimits({ max, within }: Limits): void {
  if (!(max === Number.POSITIVE_INFINITY || (Number.isInteger(max) && max >= 0))) {
    throw new TypeError(`max must be a whole number of restarts from 0 up, or Infinity, not ${show(max)}`);
  }
  if (!(typeof within === 'number' && within > 0)) {
    throw new TypeError(`within must be more than 0 milliseconds, not ${show(within)}`);
  }
}

/** At most `max` restarts within any `within` milliseconds. */
export class Intensity {
  readonly #max: number;
  readonly #within: number;
  /** When the last restarts were, oldest first; never more than `max`. */
  #admitted: number[] = [];

  constructor(limits: Limits) {
    checkLimits(limits);
    this.#max = limits.max;
    this.#within = limits.within;
  }

  /** Spends one restart; false if none is left. */
  admit(now: number): boolean {
    if (this.#max === Number.POSITIVE_INFINITY) return true;
    this.#forget(now);
    if (this.#admitted.length >= this.#max) return false;
    this.#admitted.push(now);
    return true;
  }

  /** How many restarts are left. */
  left(now: number): number {
    this.#forget(now);
    return this.#max - this.#admitted.length;
  }

  #forget(now: number): void {
    const admitted = this.#admitted;
    if (admitted.length > 0 && now - (admitted[0] as number) >= this.#within) {
      this.#admitted = admitted.filter(at => now - at < this.#within);
    }
  }
}
