/** Lets what happens often be told seldom: a stranger that knocks all day must not fill the log. */
import type { Clock } from '../base/world.ts';

/** How long, in ms, the same thing is not told again. */
const pause = 1000;
/** Things that are remembered: a stranger chooses what they are called. */
const mostThings = 1000;

export class Seldom {
  readonly #clock: Clock;
  readonly #toldAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether `thing` may be told now; if so, it counts as told. */
  mayTell(thing: string): boolean {
    const now = this.#clock.now();
    const toldAt = this.#toldAt.get(thing);
    if (toldAt !== undefined && now - toldAt < pause) return false;
    this.#toldAt.delete(thing);
    this.#toldAt.set(thing, now);
    if (this.#toldAt.size > mostThings) this.#toldAt.delete(this.#toldAt.keys().next().value as string);
    return true;
  }
}
