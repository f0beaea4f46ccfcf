/**
 * How long a frame takes to the peer and back. Once in five heartbeat intervals one asks to be answered at once: a numbered one,
 * and the first frame that confirms it is the answer; or, when nothing else is on its way, a heartbeat, which a frame answers
 * that says nothing.
 */

/** After an answer, so many intervals pass without a measurement. */
const pause = 4;

export class RoundTrip {
  /** In ms; undefined until it has been measured. */
  last: number | undefined = undefined;
  #isDue = false;
  #rest = 0;
  #sentAt = Number.NaN;
  /** The number of the frame that is to be answered; 0 for one without. */
  #sequence = 0;

  /** Another heartbeat interval has passed: it may be time that the next frame is answered. */
  tick(): void {
    if (this.#rest > 0) this.#rest--;
    else this.#isDue = true;
  }

  /**
   * A frame leaves.
   * @param sequence its number; 0 for one without
   * @param isQuiet whether the peer has confirmed all that was sent before
   * @returns whether it is to ask the peer to answer at once
   */
  leaves(sequence: number, isQuiet: boolean, now: number): boolean {
    // What the peer says from now on may be about this one.
    if (sequence > 0 && this.#sequence === 0) this.forget();
    if (!this.#isDue || (sequence === 0 && !isQuiet)) return false;
    this.#isDue = false;
    this.#sentAt = now;
    this.#sequence = sequence;
    return true;
  }

  /**
   * A frame has come.
   * @param ack the number up to which it confirms
   * @param kind `numbered`; `control` for one without a number, and `empty` for such a one that says nothing
   */
  comes(ack: number, kind: 'numbered' | 'control' | 'empty', now: number): void {
    if (Number.isNaN(this.#sentAt)) return;
    if (this.#sequence > 0 ? ack >= this.#sequence : kind === 'empty') {
      this.last = now - this.#sentAt;
      this.#rest = pause;
      this.forget();
    } else if (this.#sequence === 0 && kind === 'numbered') this.forget(); // it may be the answer, or not
  }

  /** The answer would tell nothing any more: something was lost, or it may come on another way. */
  forget(): void {
    this.#sentAt = Number.NaN;
  }
}
