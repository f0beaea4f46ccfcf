/** So often and no more: what a stranger can cause at will must not fill the log. */
import type { Clock } from './world.ts';

export class RateLimit {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #within: number;
  #since = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** @param within ms */
  constructor(clock: Clock, most: number, within: number) {
    this.#clock = clock;
    this.#most = most;
    this.#within = within;
  }

  /** Whether it may happen once more now; if so, it counts. */
  take(): boolean {
    const now = this.#clock.now();
    if (now - this.#since >= this.#within) {
      this.#since = now;
      this.#count = 0;
    }
    return this.#count++ < this.#most;
  }
}
