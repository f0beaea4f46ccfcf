/**
 * Buffers of one link that are used again: fresh memory costs more than what is written into it. A frame's buffer comes back
 * when the peer has confirmed the frame, since the transport reads from it until it has left. Each link has its own, so that
 * a peer which confirms what it has not got sees nothing of another's.
 */

/** Smaller ones are not worth it. */
const worthKeeping = 32 * 1024;
/** Bytes that wait to be used again, at the most. */
const mostKept = 8 * 1024 * 1024;

export class Memory {
  readonly #free: Uint8Array[] = [];
  #bytes = 0;
  #isUsed = false;

  /** A buffer of at least that size. Not cleared: nothing is read that was not written before. */
  take(size: number): Uint8Array {
    if (size < worthKeeping) return fresh(size);
    this.#isUsed = true;
    const at = this.#free.findIndex(({ length }) => length >= size && length <= 4 * size);
    if (at === -1) return fresh(size);
    const [found] = this.#free.splice(at, 1) as [Uint8Array];
    this.#bytes -= found.length;
    return found;
  }

  /** Nobody else reads from it any more. */
  give({ buffer }: Uint8Array): void {
    const { byteLength } = buffer;
    if (byteLength < worthKeeping || this.#bytes + byteLength > mostKept) return;
    this.#free.push(new Uint8Array(buffer));
    this.#bytes += byteLength;
  }

  /** To be called at times: what was not used since the last time is left to the garbage collector. */
  shrink(): void {
    if (!this.#isUsed) {
      this.#free.length = 0;
      this.#bytes = 0;
    }
    this.#isUsed = false;
  }
}

const fresh = (size: number) => new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
