/** Who is registered under which key: the two indexes of a registry, kept in step. Knows no lifecycle and watches nobody. */
import type { Ref } from '../core/ref.ts';
import { keyOf } from '../core/watching.ts';

/** One actor under one key. */
export interface Entry<K, M, V> {
  readonly key: K;
  readonly ref: Ref<M>;
  readonly value: V;
}

type Row<K, M, V> = { -readonly [P in keyof Entry<K, M, V>]: Entry<K, M, V>[P] };

export class RegistryTable<K, M, V> {
  readonly #byKey = new Map<K, Set<Row<K, M, V>>>();
  readonly #byRef = new Map<unknown, Map<K, Row<K, M, V>>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  has(ref: Ref<M>): boolean {
    return this.#byRef.has(keyOf(ref as Ref));
  }

  /** In the order in which they were put. */
  at(key: K): Iterable<Entry<K, M, V>> {
    return this.#byKey.get(key) ?? [];
  }

  /** The oldest one there. */
  firstAt(key: K): Entry<K, M, V> | undefined {
    const rows = this.#byKey.get(key);
    if (rows !== undefined) for (const row of rows) return row;
    return undefined;
  }

  keysOf(ref: Ref<M>): K[] {
    return [...(this.#byRef.get(keyOf(ref as Ref))?.keys() ?? [])];
  }

  /** One that is there already gets the new value. */
  put(key: K, ref: Ref<M>, value: V): void {
    const id = keyOf(ref as Ref);
    const own = this.#byRef.get(id) ?? new Map<K, Row<K, M, V>>();
    const known = own.get(key);
    if (known !== undefined) {
      known.value = value;
      return;
    }
    const row = { key, ref, value };
    this.#byRef.set(id, own.set(key, row));
    this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(row));
    this.#count++;
  }

  /** False when it was not there. */
  remove(key: K, ref: Ref<M>): boolean {
    const id = keyOf(ref as Ref);
    const own = this.#byRef.get(id);
    const row = own?.get(key);
    if (own === undefined || row === undefined) return false;
    own.delete(key);
    if (own.size === 0) this.#byRef.delete(id);
    this.#removeFromKey(row);
    return true;
  }

  removeAll(ref: Ref<M>): void {
    const id = keyOf(ref as Ref);
    const own = this.#byRef.get(id);
    this.#byRef.delete(id);
    if (own !== undefined) for (const row of own.values()) this.#removeFromKey(row);
  }

  clear(): void {
    this.#byKey.clear();
    this.#byRef.clear();
    this.#count = 0;
  }

  *[Symbol.iterator](): IterableIterator<Entry<K, M, V>> {
    for (const rows of this.#byKey.values()) yield* rows;
  }

  #removeFromKey(row: Row<K, M, V>): void {
    const rows = this.#byKey.get(row.key);
    rows?.delete(row);
    if (rows?.size === 0) this.#byKey.delete(row.key);
    this.#count--;
  }
}
