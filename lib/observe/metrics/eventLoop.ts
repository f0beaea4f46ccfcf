/** The event loop of this process, for several that look at the same time: who comes soon after another sees what that one has seen. */
import { EventLoop, type LoopFigures } from '../../base/eventLoop.ts';
import { systemClock } from '../../base/world.ts';

/** How often, in ms, it is measured. */
const resolution = 20;
/** So soon after the last look, in ms, there is nothing new. */
const shortest = 1000;

export class SharedEventLoop {
  readonly #loop = new EventLoop(resolution);
  #lookedAt = systemClock.now();
  #last: LoopFigures | undefined;

  look(): LoopFigures {
    const now = systemClock.now();
    if (this.#last !== undefined && now - this.#lookedAt < shortest) return this.#last;
    this.#last = this.#loop.look();
    this.#lookedAt = now;
    return this.#last;
  }

  /** Ends the timer. */
  close(): void {
    this.#loop.close();
  }
}
