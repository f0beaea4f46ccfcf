/**
 * How far an actor in a thread or process has got with what it was handed: a few words of memory that both sides see, and that
 * outlive the thread or process. Messages are numbered in the order in which they are handed over.
 */

/** The words, by where they stand. */
export const word = {
  /**
   * The number of the message up to which all have begun, but for those put aside. With the highest bit: nothing up to that
   * number may begin any more.
   */
  reached: 0,
  /** What is being handled: `doing`. */
  doing: 1,
  /** The number of what is being handled, when that is not the one in `reached`. */
  other: 2,
  /** How many of the words from `aside` on have been used. */
  asideUsed: 3,
  /** Messages that others have overtaken, or that were stashed: their number and 1, or 0 for none. */
  aside: 4,
} as const;

/** What the word `doing` says. */
export const doing = {
  /** None of the messages that were handed over. */
  nothing: 0,
  /** The one in `reached`. */
  reached: 1,
  /** The one in `other`. */
  other: 2,
} as const;

/** The words of one actor. */
export const tallyWords = 1024;

/** Messages that can be put aside; what is put aside beyond counts as begun. */
export const mostAside = tallyWords - word.aside;

// ---- numbers: they have 31 bits, and begin anew when they have been used up --------------------------------------------

const bits = 0x7fff_ffff;
/** The bit that says that nothing may begin. */
export const closedBit = -0x8000_0000;

export const after = (number: number) => (number + 1) & bits;
/** The number in a word, whatever its highest bit says. */
export const numberIn = (value: number) => value & bits;
export const isClosed = (value: number) => value < 0;
/** Whether `a` is `b`, or was handed over before it. */
export const isUpTo = (a: number, b: number) => ((b - a) & bits) < 0x4000_0000;
/** What stands in a word of `aside` for a number. */
export const asideOf = (number: number) => (number + 1) | 0;
export const numberAside = (value: number) => (value - 1) & bits;

/** The words, as one of the two sides reads and writes them. */
export interface Tally {
  load(at: number): number;
  store(at: number, value: number): void;
  /** Writes `to` where `from` stands. @returns whether it stood there */
  swap(at: number, from: number, to: number): boolean;
  /** Reads anew what the other side has written, where that does not show by itself. */
  refresh(): void;
  /** Whether both sides can write, and see at once what the other has written. */
  readonly isShared: boolean;
}

/** Between threads. */
export class SharedTally implements Tally {
  readonly isShared = true;
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory = new SharedArrayBuffer(4 * tallyWords)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  load(at: number): number {
    return Atomics.load(this.#words, at);
  }

  store(at: number, value: number): void {
    Atomics.store(this.#words, at, value);
  }

  swap(at: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#words, at, from, to) === from;
  }

  refresh(): void {}
}
