/**
 * What a queue and a worker in another thread of this process both see: for each task that has been handed over, whether it
 * has begun. Only one of the two can change that, so what has not begun can be taken back, and what a lost worker had begun
 * is known, even of one that never said another word.
 */

/** The most tasks that one worker can have at a time. */
export const places = 64;

const handed = 1;
const begun = 2;
const cancelled = 3;
const states = 4;
/** Numbers begin again after so many: a place holds a number and a state. */
const numbers = 2 ** 28;

const word = (number: number, state: number) => (number % numbers) * states + state;

export class Board {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(words = new Int32Array(new SharedArrayBuffer(4 * places))) {
    this.#words = words;
  }

  /** For the other side. */
  get words(): Int32Array<SharedArrayBuffer> {
    return this.#words;
  }

  // ---- the queue's side ---------------------------------------------------------------------------------------------

  hand(place: number, number: number): void {
    Atomics.store(this.#words, place, word(number, handed));
  }

  /** False if it has begun: then it can't be taken back. */
  takeBack(place: number, number: number): boolean {
    return this.#change(place, word(number, handed), 0);
  }

  isBegun(place: number, number: number): boolean {
    return Atomics.load(this.#words, place) !== word(number, handed);
  }

  /** Tells a task that has begun, and may never pause, that nobody wants it any more. */
  cancel(place: number, number: number): void {
    this.#change(place, word(number, begun), word(number, cancelled));
  }

  // ---- the worker's side --------------------------------------------------------------------------------------------

  /** False if it has been taken back. */
  begin(place: number, number: number): boolean {
    return this.#change(place, word(number, handed), word(number, begun));
  }

  isCancelled(place: number, number: number): boolean {
    return Atomics.load(this.#words, place) === word(number, cancelled);
  }

  #change(place: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#words, place, from, to) === from;
  }
}
