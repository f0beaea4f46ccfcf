/** The observatory of a node, open only while somebody looks: nothing is measured for a page that nobody has open. */
import type { Cancel } from '../../base/world.ts';
import type { NodeFace } from '../../core/actor.ts';
import { Observatory, type ObservatoryOptions } from '../observatory/observatory.ts';

/** How long, in ms, it stays open after the last look: a page that is loaded again finds its figures. */
const lingers = 10_000;

export class Lens {
  readonly #node: NodeFace;
  readonly #options: ObservatoryOptions;
  readonly #onSample: () => void;
  readonly #forget: () => void;
  #observatory: Observatory | undefined;
  #unhear: () => void = () => {};
  #holders = 0;
  #cancel: Cancel = () => {};

  /** @param onSample called after each look at all actors, while it is open */
  constructor(node: NodeFace, options: ObservatoryOptions, onSample: () => void) {
    this.#node = node;
    this.#options = options;
    this.#onSample = onSample;
    // What happened before the first look is worth knowing, and costs little.
    this.#forget = Observatory.remember(node, options);
  }

  /** For one look. */
  look(): Observatory {
    const observatory = this.#opened();
    if (this.#holders === 0) this.#closeSoon();
    return observatory;
  }

  /** For as long as until the function that is returned is called. */
  hold(): () => void {
    this.#opened();
    this.#cancel();
    this.#holders++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--this.#holders === 0) this.#closeSoon();
    };
  }

  #opened(): Observatory {
    if (this.#observatory === undefined) {
      this.#observatory = Observatory.open(this.#node, this.#options);
      this.#unhear = this.#observatory.onSample(this.#onSample);
    }
    return this.#observatory;
  }

  #closeSoon(): void {
    this.#cancel();
    if (this.#observatory !== undefined)
      this.#cancel = this.#node.instruments.clock.after(lingers, () => this.#close());
  }

  #close(): void {
    this.#unhear();
    this.#observatory?.close();
    this.#observatory = undefined;
  }

  /** For good. */
  shut(): void {
    this.#cancel();
    this.#close();
    this.#forget();
  }
}
