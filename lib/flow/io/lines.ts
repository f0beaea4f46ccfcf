/** Takes bytes apart into lines. Knows no file. */
import { type Found, markOf, mostShown, type Place } from './record.ts';

const newline = 10;
const carriageReturn = 13;

/**
 * The lines, without their ends, which are `\n` or `\r\n`; the last one may have none. What is no UTF-8, or longer than `most` bytes,
 * is a fault. No more than one line and one chunk is kept.
 */
export async function* linesOf(
  bytes: AsyncIterable<Buffer>,
  from: Place,
  most: number,
): AsyncGenerator<Found> {
  const lines = new Lines(from, most);
  for await (const chunk of bytes) yield* lines.take(chunk);
  yield* lines.finish();
}

class Lines {
  readonly #most: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #line: number;
  #end: number;
  #parts: Buffer[] = [];
  /** Bytes of the line so far; of one that is too long, only its beginning is kept. */
  #size = 0;

  constructor({ line, end }: Place, most: number) {
    this.#line = line;
    this.#end = end;
    this.#most = most;
  }

  *take(chunk: Buffer): Generator<Found> {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#add(chunk.subarray(start, end));
      yield this.#close(1);
      start = end + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start));
  }

  *finish(): Generator<Found> {
    if (this.#size > 0) yield this.#close(0);
  }

  #add(part: Buffer): void {
    if (this.#size <= this.#most) this.#parts.push(part);
    this.#size += part.length;
  }

  #close(terminator: number): Found {
    const size = this.#size;
    const bytes = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.#line++;
    this.#end += size + terminator;
    this.#parts = [];
    this.#size = 0;
    const place = { line: this.#line, end: this.#end, mark: markOf(bytes, size + terminator) };
    if (size > this.#most)
      return { ...place, fault: faultOf(`it has ${size} bytes; maxLineBytes is ${this.#most}`, bytes) };
    try {
      const text = this.#decoder.decode(withoutReturn(bytes));
      return { ...place, value: this.#line === 1 && text.startsWith('\ufeff') ? text.slice(1) : text };
    } catch {
      return { ...place, fault: faultOf('it is no UTF-8 text', bytes) };
    }
  }
}

const withoutReturn = (bytes: Buffer): Buffer =>
  bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;

const faultOf = (message: string, bytes: Buffer) => ({
  message,
  text: bytes.subarray(0, mostShown).toString(),
});
