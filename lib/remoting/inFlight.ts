/**
 * Frames that have left and are not confirmed: how much may be on its way, and what is lost when a frame is. As much is sent
 * as the network carries without a queue that would hold up heartbeats: the window doubles while confirmations come quickly,
 * and is halved when they come later than they did at best (as LEDBAT does, RFC 6817).
 */
import type { Freight } from './freight.ts';
import type { Memory } from './memory.ts';
import { confirm } from './places.ts';

/** Bytes that may be on their way: at the least, which is also how it begins, and at the most. */
const leastWindow = 64 * 1024;
const largestWindow = 8 * 1024 * 1024;
/** ZeroMQ at the other end reads on only while it holds fewer frames than its high-water mark. */
const mostFrames = 256;
/** How much later than at best, in ms, a confirmation may come before less is sent, and to send more. */
const late = 100;
const early = 50;
/** The share of the window after which the peer is asked to confirm. */
const asked = 1 / 8;
const smallestFrame = 16 * 1024;
const largestFrame = 512 * 1024;

/** A frame and what it carries. */
export interface Batch {
  readonly frame: Uint8Array;
  readonly freight: Freight;
  /** Whether the transport has taken it, once, and has nothing more to read. */
  hasLeft: boolean;
}

interface Sent {
  readonly sequence: number;
  readonly batch: Batch;
  readonly at: number;
  /** Whether the peer was asked to confirm it at once. */
  readonly isAsking: boolean;
}

export class InFlight {
  readonly #memory: Memory;
  #frames: Sent[] = [];
  #bytes = 0;
  #window = leastWindow;
  /** Whether the window has kept something waiting since it was last changed. */
  #wasFull = false;
  /** The shortest time, in ms, from a frame to its confirmation. */
  #best = Number.POSITIVE_INFINITY;
  #changedAt = Number.NEGATIVE_INFINITY;
  #unaskedBytes = 0;
  #unaskedFrames = 0;

  /** @param memory where the buffers of confirmed frames go back */
  constructor(memory: Memory) {
    this.#memory = memory;
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  /** Whether another frame may leave. */
  get hasRoom(): boolean {
    const hasRoom = this.#bytes < this.#window && this.#frames.length < mostFrames;
    if (!hasRoom) this.#wasFull = true;
    return hasRoom;
  }

  /** How large, in bytes, a frame should be: a slow network is not to be busy with one for long. */
  get frameSize(): number {
    return Math.max(smallestFrame, Math.min(largestFrame, this.#window / 4));
  }

  /** @returns whether the peer should be asked to confirm at once */
  add(sequence: number, batch: Batch, now: number): boolean {
    const size = batch.frame.length;
    this.#unaskedBytes += size;
    const isAsking =
      this.#unaskedBytes >= this.#window * asked || ++this.#unaskedFrames >= mostFrames * asked;
    this.#frames.push({ sequence, batch, at: now, isAsking });
    this.#bytes += size;
    if (!isAsking) return false;
    this.#unaskedBytes = 0;
    this.#unaskedFrames = 0;
    return true;
  }

  /** All frames up to `sequence` have arrived. */
  confirmed(sequence: number, now: number): void {
    let count = 0;
    for (const frame of this.#frames) {
      if (frame.sequence > sequence) break;
      const { batch } = frame;
      confirm(batch.freight);
      this.#bytes -= batch.frame.length;
      if (batch.hasLeft) this.#memory.give(batch.frame);
      count++;
    }
    if (count === 0) return;
    const newest = this.#frames[count - 1] as Sent;
    this.#frames.splice(0, count);
    if (newest.isAsking) this.#adapt(newest.at, now);
  }

  #adapt(sentAt: number, now: number): void {
    const took = now - sentAt;
    this.#best = Math.min(this.#best, took);
    // What was sent before the last change says nothing about it.
    if (sentAt < this.#changedAt) return;
    const before = this.#window;
    if (took - this.#best > late) this.#window = Math.max(leastWindow, before / 2);
    else if (took - this.#best < early && this.#wasFull) this.#window = Math.min(largestWindow, before * 2);
    if (this.#window === before) return;
    this.#changedAt = now;
    this.#wasFull = false;
  }

  /** Those frames have not arrived. @returns what they carried */
  lost(first: number, last: number): Freight[] {
    const lost = this.#frames.filter(({ sequence }) => sequence >= first && sequence <= last);
    if (lost.length > 0) this.#frames = this.#frames.filter(frame => !lost.includes(frame));
    for (const { batch } of lost) this.#bytes -= batch.frame.length;
    return lost.map(({ batch }) => batch.freight);
  }

  /** The end: what is still on its way is in doubt. */
  takeAll(): Freight[] {
    return this.lost(0, Number.POSITIVE_INFINITY);
  }

  /** What is sent from now on takes another way; who reads from what has left, and how long, nobody knows. */
  rerouted(): void {
    for (const { batch } of this.#frames) batch.hasLeft = false;
    this.#best = Number.POSITIVE_INFINITY;
    this.#window = leastWindow;
  }
}
