/** Frames of bytes, each after its length. */
import { show } from '../base/errors.ts';
import type { Decoder, Framing } from './framing.ts';
import { Gathered } from './gathered.ts';
import { checkBytes } from './options.ts';
import { TcpError } from './tcpError.ts';

export interface LengthPrefixOptions {
  /** The bytes of the length: 1, 2, 3 or 4 (4). It is unsigned, big-endian, and does not count itself. */
  bytes?: 1 | 2 | 3 | 4;
  /** The most bytes of a frame (1 048 576, or as many as the length can say). */
  max?: number;
}

/**
 * Frames of bytes, each after its length. They are received as a `Buffer`; a text is sent as UTF-8.
 * @throws TypeError when an option makes no sense
 */
export function lengthPrefix(options: LengthPrefixOptions = {}): Framing<Buffer, Uint8Array | string> {
  const { bytes = 4 } = options;
  if (![1, 2, 3, 4].includes(bytes))
    throw new TypeError(`lengthPrefix: bytes must be 1, 2, 3 or 4, not ${show(bytes)}`);
  const longest = 2 ** (8 * bytes) - 1;
  const { max = Math.min(1_048_576, longest) } = options;
  checkBytes('lengthPrefix: max', max);
  if (max > longest)
    throw new TypeError(
      `lengthPrefix: a length of ${bytes} bytes can't say more than ${longest}, so max can't be ${max}`,
    );
  return {
    decoder: () => new LengthPrefixDecoder(bytes, max),
    encode: frame => encodeFrame(frame, bytes, max),
  };
}

function encodeFrame(frame: Uint8Array | string, bytes: number, max: number): Uint8Array {
  if (typeof frame !== 'string' && !(frame instanceof Uint8Array))
    throw new TypeError(`lengthPrefix: only bytes and texts can be sent, not ${show(frame)}`);
  const length = typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length;
  if (length > max)
    throw new TypeError(
      `lengthPrefix: a frame of ${length} bytes can't be sent, the most is ${max}; see its max`,
    );
  const encoded = Buffer.allocUnsafe(bytes + length);
  encoded.writeUIntBE(length, 0, bytes);
  if (typeof frame === 'string') encoded.write(frame, bytes);
  else encoded.set(frame, bytes);
  return encoded;
}

class LengthPrefixDecoder implements Decoder<Buffer> {
  readonly #prefix: number;
  readonly #max: number;
  /** The part of the length, or of the frame, that is there. */
  readonly #begun = new Gathered();
  /** The length of the frame that has begun; undefined while its length is still to come. */
  #length: number | undefined;

  constructor(prefix: number, max: number) {
    this.#prefix = prefix;
    this.#max = max;
  }

  *push(bytes: Buffer): Iterable<Buffer> {
    for (let start = 0; start < bytes.length; ) {
      const wanted = (this.#length ?? this.#prefix) - this.#begun.size;
      const part = bytes.subarray(start, start + wanted);
      start += part.length;
      if (part.length < wanted) return this.#begun.add(part);
      const whole = this.#join(part);
      if (this.#length === undefined) {
        this.#length = this.#announcedBy(whole);
        if (this.#length > 0) continue;
      }
      const frame = whole.subarray(whole.length - this.#length);
      this.#length = undefined;
      yield frame;
    }
  }

  // biome-ignore lint/correctness/useYield: a part of a frame is no frame
  *end(): Iterable<Buffer> {
    if (this.#begun.size === 0 && this.#length === undefined) return;
    const of = this.#length === undefined ? 'the length' : `the ${this.#length} bytes`;
    throw new TcpError('truncated', `the input ended after ${this.#begun.size} bytes of ${of} of a frame`);
  }

  #join(part: Buffer): Buffer {
    if (this.#begun.size === 0) return part;
    this.#begun.add(part);
    return this.#begun.take();
  }

  /** Checked before a byte of the frame is kept. */
  #announcedBy(prefix: Buffer): number {
    const length = prefix.readUIntBE(0, this.#prefix);
    if (length <= this.#max) return length;
    throw new TcpError(
      'tooLarge',
      `the peer has announced a frame of ${length} bytes, the most is ${this.#max}; if that is no mistake, allow more with lengthPrefix({ max })`,
    );
  }
}
