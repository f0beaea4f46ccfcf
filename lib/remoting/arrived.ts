/** What has come from the peer, frame by frame: which is the next one, which are lost, and what to tell the peer about it. */

/** Frames that have not come, while those behind them have. */
export interface Gap {
  readonly first: number;
  readonly last: number;
}

/** Gaps that are remembered one by one; when there are more, two become one. */
const mostGaps = 256;

export class Arrived {
  #heard = 0;
  #gaps: Gap[] = [];

  /** Whether that frame is to be read: not if it has come before, or has been given up. */
  take(sequence: number): boolean {
    if (sequence <= this.#heard) return false;
    this.passed(sequence - 1);
    this.#heard = sequence;
    return true;
  }

  /** The peer has sent all frames up to this one: those that have not come will not be taken any more. */
  passed(sequence: number): void {
    if (sequence <= this.#heard) return;
    this.#gaps.push({ first: this.#heard + 1, last: sequence });
    this.#heard = sequence;
    if (this.#gaps.length > mostGaps) this.#joinOldest();
  }

  /** What the peer does not know yet that it has to count as lost. */
  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  /** The peer knows about that gap. */
  noted(first: number, last: number): void {
    this.#gaps = this.#gaps.filter(gap => gap.first !== first || gap.last !== last);
  }

  /** Up to where nothing is open: every frame has arrived, or both sides know that it has not. */
  get settled(): number {
    const [oldest] = this.#gaps;
    return oldest === undefined ? this.#heard : oldest.first - 1;
  }

  /** What came between the two was taken; the peer will be in doubt about it, and not forget it. */
  #joinOldest(): void {
    const [oldest, next] = this.#gaps.splice(0, 2) as [Gap, Gap];
    this.#gaps.unshift({ first: oldest.first, last: next.last });
  }
}
