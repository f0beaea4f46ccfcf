/**
 * Walks through MessagePack bytes without building anything, to see that they are exactly one value: every length fits
 * into the bytes that are there, nothing is nested too deep, every extension is known. A frame of a few bytes that claims
 * an array of a billion elements ends here, not in the memory of the decoder.
 */
import { maxDepth } from './format.ts';

/** Says how an extension's bytes are to be looked at; undefined for one that is not known. */
export type ExtensionKind = (type: number) => 'opaque' | 'value' | undefined;

/** Why the bytes are no value; undefined when they are one. */
export function scan(bytes: Uint8Array, kindOf: ExtensionKind): string | undefined {
  const scanner = new Scanner(bytes, kindOf);
  const fault = scanner.value(0, bytes.length, 0);
  if (fault !== undefined) return fault;
  return scanner.at === bytes.length ? undefined : 'there are bytes behind the value';
}

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #kindOf: ExtensionKind;
  at = 0;

  constructor(bytes: Uint8Array, kindOf: ExtensionKind) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#kindOf = kindOf;
  }

  value(at: number, end: number, depth: number): string | undefined {
    this.at = at;
    if (at >= end) return 'the bytes end too early';
    if (depth > maxDepth) return `it is nested deeper than ${maxDepth} levels`;
    const head = this.#bytes[this.at++] as number;
    if (head <= 0x7f || head >= 0xe0) return undefined;
    if (head <= 0x8f) return this.#values(2 * (head & 0x0f), end, depth);
    if (head <= 0x9f) return this.#values(head & 0x0f, end, depth);
    if (head <= 0xbf) return this.#skip(head & 0x1f, end);
    return this.#long(head, end, depth);
  }

  #long(head: number, end: number, depth: number): string | undefined {
    switch (head) {
      case 0xc0:
      case 0xc2:
      case 0xc3:
        return undefined;
      case 0xc4:
      case 0xd9:
        return this.#counted(1, end);
      case 0xc5:
      case 0xda:
        return this.#counted(2, end);
      case 0xc6:
      case 0xdb:
        return this.#counted(4, end);
      case 0xc7:
        return this.#extension(this.#length(1, end), end, depth);
      case 0xc8:
        return this.#extension(this.#length(2, end), end, depth);
      case 0xc9:
        return this.#extension(this.#length(4, end), end, depth);
      case 0xca:
        return this.#skip(4, end);
      case 0xcb:
        return this.#skip(8, end);
      case 0xcc:
      case 0xd0:
        return this.#skip(1, end);
      case 0xcd:
      case 0xd1:
        return this.#skip(2, end);
      case 0xce:
      case 0xd2:
        return this.#skip(4, end);
      case 0xcf:
      case 0xd3:
        return this.#skip(8, end);
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (head - 0xd4), end, depth);
      case 0xdc:
        return this.#values(this.#length(2, end), end, depth);
      case 0xdd:
        return this.#values(this.#length(4, end), end, depth);
      case 0xde:
        return this.#values(2 * this.#length(2, end), end, depth);
      case 0xdf:
        return this.#values(2 * this.#length(4, end), end, depth);
      default:
        return `0x${head.toString(16)} begins no value`;
    }
  }

  #length(size: 1 | 2 | 4, end: number): number {
    const { at } = this;
    if (at + size > end) return Number.POSITIVE_INFINITY;
    this.at += size;
    if (size === 1) return this.#bytes[at] as number;
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #counted(size: 1 | 2 | 4, end: number): string | undefined {
    return this.#skip(this.#length(size, end), end);
  }

  #skip(count: number, end: number): string | undefined {
    if (this.at + count > end) return 'it claims more bytes than there are';
    this.at += count;
    return undefined;
  }

  #values(count: number, end: number, depth: number): string | undefined {
    // Every value takes a byte at least.
    if (this.at + count > end) return 'it claims more elements than there are bytes';
    for (let i = 0; i < count; i++) {
      const fault = this.value(this.at, end, depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #extension(length: number, end: number, depth: number): string | undefined {
    if (this.at + 1 + length > end) return 'it claims more bytes than there are';
    const type = this.#view.getInt8(this.at++);
    const kind = this.#kindOf(type);
    if (kind === undefined) return `the extension type ${type} is not known`;
    if (kind === 'opaque') return this.#skip(length, end);
    const inside = this.at + length;
    const fault = this.value(this.at, inside, depth + 1);
    if (fault !== undefined) return fault;
    return this.at === inside ? undefined : 'there are bytes behind the value of an extension';
  }
}
