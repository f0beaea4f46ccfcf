/** Sixty-four bits that stand for all that happened in a simulation: two runs with the same hash were the same run. */

export class TraceHash {
  #a = 0x243f6a88;
  #b = 0x85a308d3;
  readonly #number = new DataView(new ArrayBuffer(8));

  number(value: number): void {
    this.#number.setFloat64(0, value);
    this.#word(this.#number.getInt32(0));
    this.#word(this.#number.getInt32(4));
  }

  text(text: string): void {
    this.#word(text.length);
    for (let i = 0; i < text.length; i++) this.#word(text.charCodeAt(i));
  }

  bytes(bytes: Uint8Array): void {
    this.#word(bytes.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const whole = bytes.length & ~3;
    for (let at = 0; at < whole; at += 4) this.#word(view.getInt32(at, true));
    for (let at = whole; at < bytes.length; at++) this.#word(bytes[at] as number);
  }

  /** Sixteen hexadecimal digits. */
  get digits(): string {
    return [this.#a, this.#b].map(half => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }

  /** Two lanes of the inner loop of MurmurHash3. */
  #word(word: number): void {
    const k = Math.imul(word, 0xcc9e2d51);
    const a = this.#a ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    this.#a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    const b = this.#b ^ Math.imul((k << 11) | (k >>> 21), 0x38b34ae5);
    this.#b = (Math.imul((b << 17) | (b >>> 15), 5) + 0x561ccd1b) | 0;
  }
}
