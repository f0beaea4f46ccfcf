/** Whom one actor is linked to, and the ends of such that it has not taken notice of yet. */
import type { Exit } from './message.ts';
import type { Ref } from './ref.ts';
import { Watching } from './watching.ts';

export class Links extends Watching {
  /** Exits that wait for the actor, in its mailbox or stashed. One that is not among them means nothing. */
  readonly #exits = new Set<Exit>();

  expect(exit: Exit): void {
    this.#exits.add(exit);
  }

  expects(exit: Exit): boolean {
    return this.#exits.has(exit);
  }

  taken(exit: Exit): void {
    this.#exits.delete(exit);
  }

  /** The exits of that actor mean nothing any more. */
  withdraw(ref: Ref): void {
    for (const exit of this.#exits) if (ref.equals(exit.ref)) this.#exits.delete(exit);
  }
}
