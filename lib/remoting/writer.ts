/** A buffer that grows while it is written to. All numbers are big-endian. Fields are open: this is the hottest path of sending. */

const smallest = 1024;
/** A buffer that has grown larger than this is not kept. */
const largestKept = 256 * 1024;
/** From so many characters on, a native call writes text faster than a loop. */
const shortText = 48;

export class Writer {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** The same memory, for what only Buffer can do. */
  buffer: Buffer<ArrayBuffer>;
  at = 0;

  constructor(size = smallest) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    this.buffer = Buffer.from(this.bytes.buffer);
  }

  /** Makes room for `more` bytes. */
  reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const { bytes } = this;
    this.bytes = new Uint8Array(Math.max(bytes.length * 2, this.at + more));
    this.bytes.set(bytes);
    this.view = new DataView(this.bytes.buffer);
    this.buffer = Buffer.from(this.bytes.buffer);
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.view.setUint16(this.at, value);
    this.at += 2;
  }

  u32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.at, value);
    this.at += 4;
  }

  /** A whole number up to 2^53 - 1 in eight bytes. */
  u64(value: number): void {
    this.u32(Math.floor(value / 2 ** 32));
    this.u32(value >>> 0);
  }

  /** One byte, then four. */
  u8u32(first: number, second: number): void {
    this.reserve(5);
    this.bytes[this.at] = first;
    this.view.setUint32(this.at + 1, second);
    this.at += 5;
  }

  f64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.at, value);
    this.at += 8;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** The text as UTF-8 with its length in two bytes before it. */
  text16(text: string): void {
    const start = this.at;
    this.u16(0);
    const length = this.utf8(text);
    if (length > 0xffff) throw new RangeError(`a text of ${length} bytes does not fit into a record`);
    this.view.setUint16(start, length);
  }

  /** The text as UTF-8, and how many bytes that were. */
  utf8(text: string): number {
    if (text.length < shortText && this.ascii(text)) return text.length;
    this.reserve(text.length * 3);
    const written = this.buffer.write(text, this.at, 'utf8');
    this.at += written;
    return written;
  }

  /** Writes the text if it is ASCII only. */
  ascii(text: string): boolean {
    const { length } = text;
    this.reserve(length);
    const { bytes, at } = this;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[at + i] = code;
    }
    this.at = at + length;
    return true;
  }

  /** A copy of what was written from `start` on. */
  copy(start = 0): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(start, this.at);
  }
}

const mostIdle = 8;
const idle: Writer[] = [];

/** An empty writer; links that have nothing to send hold none. */
export function borrowWriter(): Writer {
  return idle.pop() ?? new Writer();
}

export function returnWriter(writer: Writer): void {
  writer.at = 0;
  if (idle.length < mostIdle && writer.bytes.length <= largestKept) idle.push(writer);
}
