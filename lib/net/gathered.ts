/**
 * The part of a frame that is there already. Its memory follows the bytes that have come, not the length that was announced, and a
 * peer that sends byte by byte does not make it larger.
 */

const least = 256;
const nothing = Buffer.alloc(0);

export class Gathered {
  #bytes = nothing;
  size = 0;

  add(bytes: Buffer): void {
    const size = this.size + bytes.length;
    if (size > this.#bytes.length) {
      const wider = Buffer.allocUnsafe(Math.max(least, size, this.#bytes.length * 2));
      this.#bytes.copy(wider, 0, 0, this.size);
      this.#bytes = wider;
    }
    bytes.copy(this.#bytes, this.size);
    this.size = size;
  }

  /** All of it, without a copy; what comes next begins anew. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.size);
    this.#bytes = nothing;
    this.size = 0;
    return taken;
  }
}
