/** First in, first out: a ring that grows as needed. */
export class Ring<T> {
  #places: (T | undefined)[] = new Array(16).fill(undefined);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: T): void {
    if (this.#length === this.#places.length) this.#grow();
    this.#places[(this.#head + this.#length++) & (this.#places.length - 1)] = value;
  }

  /** The oldest; undefined when it is empty. */
  peek(): T | undefined {
    return this.#places[this.#head];
  }

  /** Takes the oldest; undefined when it is empty. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#places[this.#head];
    this.#places[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#places.length - 1);
    this.#length--;
    return value;
  }

  #grow(): void {
    const places = this.#places;
    const wider: (T | undefined)[] = new Array(places.length * 2).fill(undefined);
    for (let i = 0; i < places.length; i++) wider[i] = places[(this.#head + i) & (places.length - 1)];
    this.#places = wider;
    this.#head = 0;
  }
}
