/** How often something may be restarted: a true sliding window, as in OTP's supervisor. Knows no actor and no clock. */
import { show } from '../base/errors.ts';

/** At most `max` restarts within any `within` ms. */
export interface Limits {
  /** The most restarts (Infinity: as many as it takes) ... */
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

/**
 * Admits at most `max` restarts within any `within` milliseconds: one that is exactly `within` old counts no more, unless
 * the window is closed, as that of OTP's supervisors is. What is not admitted does not count either. Times never go back.
 */
export class Intensity {
  readonly #max: number;
  readonly #within: number;
  readonly #isClosed: boolean;
  /** When the last ones were admitted: a ring that grows up to `max` places. */
  readonly #ring: number[] = [];
  /** The place of the oldest one that still counts, and how many do; the places after these are free. */
  #oldest = 0;
  #count = 0;

  /** @throws TypeError that names the limit and what is wrong with it */
  constructor(limits: Limits, { isClosed = false }: { isClosed?: boolean } = {}) {
    checkLimits(limits);
    this.#isClosed = isClosed;
    this.#max = limits.max;
    this.#within = limits.within;
  }

  /** Spends one restart; false if none is left. */
  admit(now: number): boolean {
    if (this.#max === Number.POSITIVE_INFINITY) return true;
    if (this.left(now) === 0) return false;
    this.#ring[(this.#oldest + this.#count) % this.#max] = now;
    this.#count++;
    return true;
  }

  /** How many restarts have been spent and still count; none ever does if `max` is Infinity. */
  used(now: number): number {
    while (this.#count > 0 && this.#isOver(now - (this.#ring[this.#oldest] as number))) {
      this.#oldest = (this.#oldest + 1) % this.#max;
      this.#count--;
    }
    if (this.#count === 0) this.#oldest = 0; // so that few, far apart, fill few places
    return this.#count;
  }

  #isOver(age: number): boolean {
    return this.#isClosed ? age > this.#within : age >= this.#within;
  }

  /** How many restarts are left. */
  left(now: number): number {
    return this.#max - this.used(now);
  }
}
