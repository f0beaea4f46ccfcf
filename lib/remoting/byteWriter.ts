/** Bytes that grow: what frames and messages are written into, without a copy between the two. Numbers are big-endian. */

import { Memory } from './memory.ts';

const encoder = new TextEncoder();

export class ByteWriter {
  bytes: Uint8Array;
  view: DataView;
  /** Where the next byte goes. */
  at = 0;

  readonly #memory: Memory;

  /** @param memory where it gets its buffers */
  constructor(capacity = 4096, memory = new Memory()) {
    this.#memory = memory;
    this.bytes = memory.take(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Starts anew with other memory: what was written belongs to whoever took it. */
  renew(capacity: number): void {
    this.bytes = this.#memory.take(capacity);
    this.view = new DataView(this.bytes.buffer);
    this.at = 0;
  }

  /**
   * Takes out all that stands from `from` on, and the memory with it, so that nothing large is copied.
   * @param keep what stands before that place stays in the writer
   */
  detach(from: number, keep: number, capacity: number): Uint8Array {
    const { bytes, at } = this;
    this.renew(Math.max(capacity, keep));
    this.bytes.set(bytes.subarray(0, keep));
    this.at = keep;
    return bytes.subarray(from, at);
  }

  /** Makes room for `count` more bytes. */
  need(count: number): void {
    if (this.at + count > this.bytes.length) this.#widen(this.at + count);
  }

  u8(value: number): void {
    this.need(1);
    this.bytes[this.at++] = value;
  }

  u32(value: number): void {
    this.need(4);
    this.view.setUint32(this.at, value);
    this.at += 4;
  }

  /** As MessagePack and the wire write a number beyond 32 bits; `value` is a safe integer. */
  u64(value: number): void {
    this.need(8);
    this.view.setUint32(this.at, Math.floor(value / 0x1_0000_0000));
    this.view.setUint32(this.at + 4, value >>> 0);
    this.at += 8;
  }

  append(bytes: Uint8Array): void {
    this.need(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** A text behind its length in 16 bits; what is longer is cut. */
  text(text: string): void {
    const bytes = encoder.encode(text);
    const length = Math.min(bytes.length, 0xffff);
    this.need(length + 2);
    this.view.setUint16(this.at, length);
    this.bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.at + 2);
    this.at += length + 2;
  }

  #widen(least: number): void {
    const { bytes } = this;
    const wider = this.#memory.take(Math.max(bytes.length * 2, least));
    wider.set(bytes.subarray(0, this.at));
    this.#memory.give(bytes);
    this.bytes = wider;
    this.view = new DataView(wider.buffer);
  }
}
