/** Who can be given messages: all members, or without those whose node does not respond at the moment. */
import type { Ref } from '../core/ref.ts';

export class Members {
  /** By what they are known by, in the order in which they came. */
  readonly #byKey = new Map<string, Ref>();
  readonly #unresponsive = new Set<string>();
  #refs: readonly Ref[] = [];
  #keys: readonly string[] = [];
  /** Whether somebody has come or gone since these two were made. */
  #isStale = false;

  /** Those who can be given messages now: another array whenever that changes. */
  get refs(): readonly Ref[] {
    if (this.#isStale) this.#choose();
    return this.#refs;
  }

  /** What each of them is known by: the same for a worker and for the one that takes its place. */
  get keys(): readonly string[] {
    if (this.#isStale) this.#choose();
    return this.#keys;
  }

  /** All members, in the order in which they came. */
  get all(): Ref[] {
    return [...this.#byKey.values()];
  }

  get(key: string): Ref | undefined {
    return this.#byKey.get(key);
  }

  set(key: string, ref: Ref): void {
    this.#byKey.set(key, ref);
    this.#isStale = true;
  }

  /** False if nobody is known by it. */
  delete(key: string): boolean {
    this.#isStale = true;
    return this.#byKey.delete(key);
  }

  /** From now on these are the members, and nobody else. */
  replace(chosen: ReadonlyMap<string, Ref>): void {
    const isSame =
      chosen.size === this.#byKey.size && [...chosen].every(([key, ref]) => this.#byKey.get(key) === ref);
    if (isSame) return;
    this.#byKey.clear();
    for (const [key, ref] of chosen) this.#byKey.set(key, ref);
    this.#isStale = true;
  }

  /** A node does not respond any more, or does again. */
  nodeResponds(address: string, responds: boolean): void {
    if (responds) this.#unresponsive.delete(address);
    else this.#unresponsive.add(address);
    this.#isStale = true;
  }

  #choose(): void {
    const all = [...this.#byKey];
    const able = all.filter(([, ref]) => !this.#unresponsive.has(ref.inlet.remoteNode ?? ''));
    // When nobody responds, waiting for one of them is better than giving up.
    const chosen = able.length > 0 ? able : all;
    this.#refs = chosen.map(([, ref]) => ref);
    this.#keys = chosen.map(([key]) => key);
    this.#isStale = false;
  }
}
