/** How the events on one connection are told apart. Knows no socket. */
import { PayloadTooLarge } from '../events/errors.ts';

/**
 * `connection`: one event per connection, until its end; `line`: one per line; `length`: each after its length in bytes, as 4 bytes,
 * the highest first.
 */
export type Framing = 'connection' | 'line' | 'length';
export const framings: readonly Framing[] = ['connection', 'line', 'length'];

/** What the receiving side answers to each event: there was room for it, or it never will be taken. */
export const taken = 0x06;
export const refused = 0x15;

/** A connection that says nothing for so many ms is asked whether the other side is still there; the system's two hours are long. */
export const keepAlive = 30_000;

const lengthBytes = 4;
const newline = 10;
/** Bytes of a block for small parts. */
const block = 8192;

/** A text of one line as it goes over the wire. */
export function frameOf(text: string, framing: Framing): Buffer {
  if (framing === 'connection') return Buffer.from(text);
  if (framing === 'line') return Buffer.from(`${text}\n`);
  const body = Buffer.from(text);
  const head = Buffer.alloc(lengthBytes);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** Takes apart what one connection brings. */
export class Unframer {
  readonly #framing: Framing;
  readonly #most: number;
  #chunks: Buffer[] = [];
  #size = 0;
  /** The block that the last chunk is the beginning of, if it is of small parts. */
  #tail: Buffer | undefined;
  #used = 0;

  /** @param most bytes of one event */
  constructor(framing: Framing, most: number) {
    this.#framing = framing;
    this.#most = most;
  }

  /** Whether there is a part of an event. */
  get isInside(): boolean {
    return this.#size > 0;
  }

  /**
   * The events that are complete now.
   * @throws PayloadTooLarge as soon as one is known to be too large: the connection is of no use any more
   */
  *take(chunk: Buffer): Generator<Buffer> {
    if (this.#framing === 'length') yield* this.#takeLengths(chunk);
    else if (this.#framing === 'line') yield* this.#takeLines(chunk);
    else this.#keep(chunk);
  }

  /** What is there at the end of the connection; undefined when there is nothing. */
  end(): Buffer | undefined {
    return this.#size === 0 ? undefined : this.#all();
  }

  *#takeLines(chunk: Buffer): Generator<Buffer> {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      const line = this.#all();
      if (line.length > 0) yield line;
    }
    this.#keep(chunk.subarray(start));
  }

  *#takeLengths(chunk: Buffer): Generator<Buffer> {
    let rest = this.#size === 0 ? chunk : this.#joinIfWorth(chunk);
    while (rest !== undefined && rest.length >= lengthBytes) {
      const length = rest.readUInt32BE();
      if (length > this.#most) throw tooLarge(length, this.#most);
      if (rest.length < lengthBytes + length) break;
      yield rest.subarray(lengthBytes, lengthBytes + length);
      rest = rest.subarray(lengthBytes + length);
    }
    if (rest !== undefined && rest.length > 0) this.#push(rest);
  }

  /** All that is there and the chunk in one piece; undefined, and the chunk kept, when that completes nothing. */
  #joinIfWorth(chunk: Buffer): Buffer | undefined {
    this.#push(chunk);
    const [first] = this.#chunks;
    const known = first !== undefined && first.length >= lengthBytes ? first.readUInt32BE() : 0;
    return this.#size < lengthBytes + known ? undefined : this.#all();
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    if (this.#size + part.length > this.#most) throw tooLarge(this.#size + part.length, this.#most);
    this.#push(part);
  }

  /** Small parts share a block, or whoever sends byte by byte would make us keep a hundred times what has come. */
  #push(part: Buffer): void {
    this.#size += part.length;
    const isSmall = part.length < block / 2;
    if (isSmall && this.#tail !== undefined && this.#used + part.length <= block) {
      this.#used += part.copy(this.#tail, this.#used);
      this.#chunks[this.#chunks.length - 1] = this.#tail.subarray(0, this.#used);
      return;
    }
    this.#tail = undefined;
    if (isSmall && this.#chunks.length > 0) {
      this.#tail = Buffer.allocUnsafeSlow(block);
      this.#used = part.copy(this.#tail);
      this.#chunks.push(this.#tail.subarray(0, this.#used));
    } else this.#chunks.push(part);
  }

  #all(): Buffer {
    const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#tail = undefined;
    this.#size = 0;
    return all;
  }
}

const tooLarge = (bytes: number, most: number) =>
  new PayloadTooLarge(`an event of ${bytes} bytes or more has come; maxBytes is ${most}`);
