/** Lines of text. */
import { show } from '../base/errors.ts';
import type { Decoder, Framing } from './framing.ts';
import { Gathered } from './gathered.ts';
import { checkBytes } from './options.ts';
import { TcpError } from './tcpError.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Lines of UTF-8 text that end with `\n`; a `\r` before it belongs to the ending. They are received without their ending, and
 * sent with `\n`. A last line without an ending is no line: it may be half of one (`truncated`).
 * @param options.max the most bytes of a line, its ending not included (65 536)
 * @throws TypeError when `max` is no whole number from 1 up
 */
export function lines({ max = 65_536 }: { max?: number } = {}): Framing<string> {
  checkBytes('lines: max', max);
  return { decoder: () => new LineDecoder(max), encode: encodeLine };
}

function encodeLine(line: string): string {
  if (typeof line !== 'string') throw new TypeError(`lines: only texts can be sent, not ${show(line)}`);
  if (line.includes('\n') || line.endsWith('\r'))
    throw new TypeError(`lines: what is sent must be one line, without its ending, not ${show(line)}`);
  return `${line}\n`;
}

class LineDecoder implements Decoder<string> {
  readonly #max: number;
  /** The beginning of a line whose end has not come. */
  readonly #begun = new Gathered();

  constructor(max: number) {
    this.#max = max;
  }

  *push(bytes: Buffer): Iterable<string> {
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      const line = this.#join(bytes.subarray(start, end));
      start = end + 1;
      yield this.#text(line);
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
  }

  // biome-ignore lint/correctness/useYield: half a line is no frame
  *end(): Iterable<string> {
    if (this.#begun.size === 0) return;
    throw new TcpError(
      'truncated',
      `the input ended after ${this.#begun.size} bytes of a line without its end`,
    );
  }

  #join(rest: Buffer): Buffer {
    if (this.#begun.size === 0) return rest;
    if (this.#begun.size + rest.length > this.#max + 1) throw this.#tooLarge();
    this.#begun.add(rest);
    return this.#begun.take();
  }

  #text(line: Buffer): string {
    const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length;
    if (end > this.#max) throw this.#tooLarge();
    return line.toString('utf8', 0, end);
  }

  #keep(bytes: Buffer): void {
    // A \r at the end may be half of the ending.
    const most = this.#max + (bytes.at(-1) === carriageReturn ? 1 : 0);
    if (this.#begun.size + bytes.length > most) throw this.#tooLarge();
    this.#begun.add(bytes);
  }

  #tooLarge(): TcpError {
    return new TcpError(
      'tooLarge',
      `the peer has sent a line of more than ${this.#max} bytes; if that is no mistake, allow more with lines({ max })`,
    );
  }
}
