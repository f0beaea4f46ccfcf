/** How an actor in a thread or process says what it has begun, so that the node knows it even when nothing else is left. */
import { after, asideOf, doing, isClosed, isUpTo, mostAside, numberIn, type Tally, word } from './tally.ts';

export class Progress {
  readonly #tally: Tally;
  /** The number of the message that has arrived last. */
  #arrived: number;
  #reached: number;
  #doing: number = doing.nothing;
  /** Where messages stand that were put aside, by their numbers. */
  readonly #aside = new Map<number, number>();
  readonly #freeWords: number[] = [];
  #asideUsed = 0;
  /** Numbers of messages that could not be read. */
  readonly #holes = new Set<number>();

  constructor(tally: Tally) {
    this.#tally = tally;
    this.#reached = tally.load(word.reached);
    this.#arrived = this.#reached;
  }

  /** The next message has arrived. @returns its number */
  arrived(): number {
    this.#arrived = after(this.#arrived);
    // One who waits for something else may never try to begin what was taken back.
    this.#skipTakenBack();
    return this.#arrived;
  }

  /** The next message has arrived, and could not be read. */
  missed(): void {
    const number = this.arrived();
    if (number === after(this.#reached)) this.#reach(number);
    else this.#holes.add(number);
  }

  /** To be called before a message is handled. @returns false when it may not be: the node has taken it back */
  begin(number: number): boolean {
    if (number !== after(this.#reached) || this.#holes.size > 0) return this.#beginOutOfTurn(number);
    this.#does(doing.reached);
    return this.#reach(number) || this.#beginOutOfTurn(number);
  }

  #beginOutOfTurn(number: number): boolean {
    this.#skipTakenBack();
    const before = this.#reached;
    if (isUpTo(number, before)) return this.#beginAside(number);
    // It has overtaken those: a process takes what it waits for.
    for (let n = after(before); n !== number; n = after(n)) if (!this.#holes.has(n)) this.putAside(n);
    this.#doesOther(number);
    let to = number;
    while (this.#holes.has(after(to))) to = after(to);
    if (!this.#reach(to)) {
      for (let n = after(before); n !== number; n = after(n)) this.#takeAside(n);
      this.#skipTakenBack();
      return false;
    }
    for (let n = after(before); n !== after(to); n = after(n)) this.#holes.delete(n);
    return true;
  }

  /** The node has closed the tally: all that was handed over until then is its own again, but for what was put aside. */
  #skipTakenBack(): void {
    for (;;) {
      const value = this.#tally.load(word.reached);
      if (!isClosed(value)) return;
      if (!this.#tally.swap(word.reached, value, numberIn(value))) continue;
      this.#reached = numberIn(value);
      for (const hole of this.#holes) if (isUpTo(hole, this.#reached)) this.#holes.delete(hole);
    }
  }

  #reach(number: number): boolean {
    if (!this.#tally.swap(word.reached, this.#reached, number)) return false;
    this.#reached = number;
    return true;
  }

  #beginAside(number: number): boolean {
    if (!this.#aside.has(number)) return false;
    this.#doesOther(number);
    return this.#takeAside(number);
  }

  #does(what: number): void {
    if (this.#doing === what) return;
    this.#doing = what;
    this.#tally.store(word.doing, what);
  }

  #doesOther(number: number): void {
    this.#tally.store(word.other, number);
    this.#does(doing.other);
  }

  /** What is handled now was not handed over, or nothing is. */
  doesNothing(): void {
    this.#does(doing.nothing);
  }

  /** A message is to come again, or has been overtaken: it counts as one that has not begun. */
  putAside(number: number): void {
    const at = this.#freeWords.pop() ?? (this.#asideUsed < mostAside ? word.aside + this.#asideUsed : noWord);
    this.#aside.set(number, at);
    if (at === noWord) return;
    this.#tally.store(at, asideOf(number));
    if (at - word.aside < this.#asideUsed) return;
    this.#asideUsed++;
    this.#tally.store(word.asideUsed, this.#asideUsed);
  }

  /** @returns false when the node has taken it back */
  #takeAside(number: number): boolean {
    const at = this.#aside.get(number);
    if (at === undefined) return false;
    this.#aside.delete(number);
    if (at === noWord) return true;
    this.#freeWords.push(at);
    return this.#tally.swap(at, asideOf(number), 0);
  }
}

/** There was no word left for it. */
const noWord = -1;
