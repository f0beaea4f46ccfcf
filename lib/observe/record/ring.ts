/** The newest of what was pushed: at most so many rows, and of no more than so much size together. */

export interface Sized {
  readonly size: number;
}

export class Ring<R extends Sized> implements Iterable<R> {
  readonly #rows: (R | undefined)[] = [];
  readonly #count: number;
  readonly #maxSize: number;
  readonly #onOverwritten: (row: R) => void;
  #first = 0;
  #length = 0;
  #size = 0;

  /** @param onOverwritten called with each row that had to go for a newer one */
  constructor(count: number, maxSize: number, onOverwritten: (row: R) => void) {
    this.#count = count;
    this.#maxSize = maxSize;
    this.#onOverwritten = onOverwritten;
  }

  get length(): number {
    return this.#length;
  }

  /** The sizes of all rows together. */
  get size(): number {
    return this.#size;
  }

  push(row: R): void {
    if (this.#length === this.#count) this.#drop();
    while (this.#length > 0 && this.#size + row.size > this.#maxSize) this.#drop();
    this.#rows[(this.#first + this.#length++) % this.#count] = row;
    this.#size += row.size;
  }

  /** Makes room for a row that has grown since it was pushed. The newest one stays, whatever its size. */
  grew(by: number): void {
    this.#size += by;
    while (this.#length > 1 && this.#size > this.#maxSize) this.#drop();
  }

  /** The oldest first. */
  *[Symbol.iterator](): IterableIterator<R> {
    for (let i = 0; i < this.#length; i++) yield this.#rows[(this.#first + i) % this.#count] as R;
  }

  #drop(): void {
    const row = this.#rows[this.#first] as R;
    this.#rows[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#count;
    this.#length--;
    this.#size -= row.size;
    this.#onOverwritten(row);
  }
}
