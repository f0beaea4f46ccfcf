/** Who of a group is its master, by what they say of themselves. Knows no socket and no timer. */

/** How many silent intervals a peer may have. */
const lifetime = 10;
/** How many times one says that one is there before one may be master. */
const burnIn = 5;
/** Whoever floods the group with ids does not fill the memory: only high ids matter. */
const mostPeers = 1000;

/**
 * The highest id of a group is its master; nobody is before it has said five times that it is there, so that it has heard of all
 * others. Whoever is silent for ten intervals is not there any more.
 */
export class Election {
  readonly #id: string;
  readonly #scope: string;
  readonly #interval: number;
  readonly #heard = new Map<string, number>();
  #said = 0;

  /**
   * @param id 32 hexadecimal digits
   * @param interval ms between two of its messages
   */
  constructor(scope: string, id: string, interval: number) {
    this.#scope = scope;
    this.#id = id;
    this.#interval = interval;
  }

  /** What is to be said now, once each interval. */
  say(): string {
    this.#said++;
    return this.#scope + this.#id;
  }

  /** Something has arrived; what is not of this group is ignored. */
  hear(text: string, now: number): void {
    const id = text.slice(-32);
    if (text.slice(0, -32) !== this.#scope || !/^[\da-f]{32}$/.test(id) || id === this.#id) return;
    this.#heard.set(id, now);
    if (this.#heard.size > mostPeers) this.#heard.delete(this.#lowest());
  }

  isMaster(now: number): boolean {
    for (const [id, at] of this.#heard) {
      if (now - at >= this.#interval * lifetime) this.#heard.delete(id);
      else if (id > this.#id) return false;
    }
    return this.#said > burnIn;
  }

  #lowest(): string {
    let lowest = '';
    for (const id of this.#heard.keys()) if (lowest === '' || id < lowest) lowest = id;
    return lowest;
  }
}
