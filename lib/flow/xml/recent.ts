/** Remembers what takes long to make, as far as it has been asked for of late. */

export class Recent<T> {
  readonly #most: number;
  /** What was asked for last comes last. */
  readonly #made = new Map<string, Promise<T>>();

  /** @param most so many are remembered */
  constructor(most: number) {
    this.#most = most;
  }

  /** What was made for that key, or is being made; what could not be made is tried again the next time. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const thing = this.#made.get(key) ?? make();
    this.#made.delete(key);
    this.#made.set(key, thing);
    thing.catch(() => {
      if (this.#made.get(key) === thing) this.#made.delete(key);
    });
    const [oldest] = this.#made.keys();
    if (this.#made.size > this.#most) this.#made.delete(oldest as string);
    return thing;
  }
}
