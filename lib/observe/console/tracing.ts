/** The deliveries of one actor as they happen, in words: no more a second than somebody can read, and the others counted. */
import { show } from '../../base/errors.ts';
import type { Cancel } from '../../base/world.ts';
import type { NodeFace } from '../../core/actor.ts';
import type { Delivery, Outcome } from '../../core/delivery.ts';
import { Words, type WordsOptions } from '../observatory/words.ts';

/** How many a second are told. */
const mostPerSecond = 200;

/** One delivery. */
export interface TraceView {
  /** When the actor began with it, in ms since the Unix epoch. */
  readonly at: number;
  readonly path: string;
  readonly className: string;
  /** The address of who sent it. */
  readonly sender: string | undefined;
  readonly message: string;
  /** How long it took, in ms. */
  readonly ms: number;
  readonly outcome: Outcome;
  readonly error: string | undefined;
}

/** @param skipped how many there were since the last one that are not told */
export type Hear = (trace: TraceView | undefined, skipped: number) => void;

export class Tracing {
  readonly #node: NodeFace;
  readonly #words: Words;
  readonly #hear: Hear;
  readonly #leave: () => void;
  #told = 0;
  #skipped = 0;
  #cancel: Cancel | undefined;

  /**
   * @param path of an actor, which need not be there yet
   * @throws TypeError when it is no path
   */
  constructor(node: NodeFace, path: string, words: WordsOptions, hear: Hear) {
    if (typeof path !== 'string' || !/^\/[^/]/.test(path))
      throw new TypeError(`trace: expected the path of an actor, such as /a/b, not ${show(path)}`);
    this.#node = node;
    this.#words = new Words(words);
    this.#hear = hear;
    this.#leave = node.instruments.observe({
      observes: ref => ref.path === path,
      ended: delivery => this.#ended(delivery),
    });
  }

  #ended(delivery: Delivery): void {
    const { clock } = this.#node.instruments;
    this.#cancel ??= clock.after(1000, () => this.#nextSecond());
    if (this.#told >= mostPerSecond) {
      this.#skipped++;
      return;
    }
    this.#told++;
    const { ref, className, sender, message, startedAt, endedAt, outcome = 'handled', error } = delivery;
    this.#hear(
      {
        at: clock.wall() - (clock.now() - startedAt),
        ...{ path: ref.path, className, sender: sender?.address, message: this.#words.of(message) },
        ...{ ms: endedAt - startedAt, outcome, error: error && String(error) },
      },
      0,
    );
  }

  #nextSecond(): void {
    const skipped = this.#skipped;
    this.#cancel = undefined;
    this.#told = 0;
    this.#skipped = 0;
    if (skipped > 0) this.#hear(undefined, skipped);
  }

  stop(): void {
    this.#leave();
    this.#cancel?.();
  }
}
