/** The queues of one actor that have events: all get their turns, however full another one is. */
import type { Queue } from './queue.ts';
import { Ring } from './ring.ts';

/** Events taken from one queue before it is the next one's turn. */
const quota = 16;

export class Turns {
  readonly #ready = new Ring<Queue>();
  #left = quota;

  /** Whether no queue stands in the row. */
  get isEmpty(): boolean {
    return this.#ready.length === 0;
  }

  /** Puts a queue that has events at the end of the row. */
  add(queue: Queue): void {
    this.#ready.push(queue);
  }

  /** The queue to take the next event from; undefined when no event can be taken. */
  next(): Queue | undefined {
    for (;;) {
      const queue = this.#ready.peek();
      if (queue === undefined) return undefined;
      if (queue.length === 0) {
        this.#ready.shift();
        queue.isOffered = false;
      } else if (queue.gateOf?.isFull) {
        this.#ready.shift();
        queue.gateOf.holdBack(queue);
      } else if (this.#left === 0) {
        this.#ready.shift();
        this.#ready.push(queue);
      } else {
        this.#left--;
        return queue;
      }
      this.#left = quota;
    }
  }
}
