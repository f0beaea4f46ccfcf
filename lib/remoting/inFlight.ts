/** Frames that have left and are not confirmed: how much may be on its way, and what is lost when a frame is. */
import type { Freight } from './freight.ts';
import { confirm } from './places.ts';

/** The most bytes that are on their way before the peer has to confirm some; what is more waits here, where nothing is in doubt. */
const windowBytes = 4 * 1024 * 1024;
const windowFrames = 512;
/** After so many bytes or frames the peer is asked to confirm. */
const askAfterBytes = windowBytes / 8;
const askAfterFrames = windowFrames / 8;

interface Sent {
  readonly sequence: number;
  readonly freight: Freight;
  readonly size: number;
}

export class InFlight {
  #frames: Sent[] = [];
  #bytes = 0;
  #unaskedBytes = 0;
  #unaskedFrames = 0;

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  get hasRoom(): boolean {
    return this.#bytes < windowBytes && this.#frames.length < windowFrames;
  }

  /** @returns whether the peer should be asked to confirm with this frame */
  add(sequence: number, freight: Freight, size: number): boolean {
    this.#frames.push({ sequence, freight, size });
    this.#bytes += size;
    this.#unaskedBytes += size;
    if (this.#unaskedBytes < askAfterBytes && ++this.#unaskedFrames < askAfterFrames) return false;
    this.#unaskedBytes = 0;
    this.#unaskedFrames = 0;
    return true;
  }

  /** All frames up to `sequence` have arrived. */
  confirmed(sequence: number): void {
    let count = 0;
    for (const frame of this.#frames) {
      if (frame.sequence > sequence) break;
      confirm(frame.freight);
      this.#bytes -= frame.size;
      count++;
    }
    if (count > 0) this.#frames.splice(0, count);
  }

  /** Those frames have not arrived. @returns what they carried */
  lost(first: number, last: number): Freight[] {
    const lost = this.#frames.filter(({ sequence }) => sequence >= first && sequence <= last);
    if (lost.length > 0) this.#frames = this.#frames.filter(frame => !lost.includes(frame));
    for (const { size } of lost) this.#bytes -= size;
    return lost.map(({ freight }) => freight);
  }

  /** The end: what is still on its way is in doubt. */
  takeAll(): Freight[] {
    return this.lost(0, Number.POSITIVE_INFINITY);
  }
}
