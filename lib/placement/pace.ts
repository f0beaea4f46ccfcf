/** How many messages one who takes them from a shared queue should have at hand: as many as it begins within a few ms. */
import type { Clock } from '../base/world.ts';

/** How long, in ms, what is at hand should last, and how often that is judged. */
const ahead = 8;
const judgedEvery = 4;
const most = 1024;

export class Pace {
  readonly #clock: Clock;
  #since = Number.NEGATIVE_INFINITY;
  #reached = 0;
  #window = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It has come to a stop there, and has to show again how quick it is. */
  begin(reached: number): void {
    this.#since = this.#clock.now();
    this.#reached = reached;
    this.#window = 1;
  }

  /** @param reached the number of the message that has begun last. @returns how many may be at hand, at least one */
  look(reached: number): number {
    const now = this.#clock.now();
    const took = now - this.#since;
    if (took < judgedEvery) return this.#window;
    const begun = (reached - this.#reached) & 0x7fff_ffff;
    this.#window = Math.max(1, Math.min(most, Math.floor((begun * ahead) / took)));
    this.#since = now;
    this.#reached = reached;
    return this.#window;
  }
}
