/** Whom one actor watches. */
import type { Ref } from './ref.ts';

/** What tells actors apart: a local one is known by its ref, of which it has just one; a remote one by its address. */
export const keyOf = (ref: Ref): unknown => (ref.isLocal ? ref : ref.address);

export class Watching {
  readonly #refs = new Map<unknown, Ref>();

  /** False if it was watched already. */
  add(ref: Ref): boolean {
    if (this.has(ref)) return false;
    this.#refs.set(keyOf(ref), ref);
    return true;
  }

  has(ref: Ref): boolean {
    return this.#refs.has(keyOf(ref));
  }

  /** The ref that was given to `watch`, for one that means the same actor. */
  get(ref: Ref): Ref {
    return this.#refs.get(keyOf(ref)) ?? ref;
  }

  remove(ref: Ref): boolean {
    return this.#refs.delete(keyOf(ref));
  }

  [Symbol.iterator](): IterableIterator<Ref> {
    return this.#refs.values();
  }

  /** Forgets all, and gives them. */
  takeAll(): Ref[] {
    const refs = [...this.#refs.values()];
    this.#refs.clear();
    return refs;
  }
}
