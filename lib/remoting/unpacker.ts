/**
 * Values from MessagePack that nobody vouches for. Every length is held against the bytes that are there before anything is
 * made of it, nothing is nested too deep, every extension is known: a frame of a few bytes that claims an array of a billion
 * elements ends here at once.
 */
import type { Extensions } from './extensions.ts';
import { unfit } from './faults.ts';
import { kindOf, maxDepth } from './format.ts';
import { KeyCache } from './keyCache.ts';
import { readText } from './utf8.ts';

/** From this size on, in bytes, a Uint8Array is a view of the frame that it came in; a smaller one does not keep the frame. */
const shared = 64 * 1024;
const nothing = new Uint8Array(0);
const number = new DataView(new ArrayBuffer(8));

export class Unpacker {
  readonly #extensions: Extensions;
  readonly #keys = new KeyCache();
  #bytes = nothing as Uint8Array;
  #at = 0;
  #end = 0;

  constructor(extensions: Extensions) {
    this.#extensions = extensions;
  }

  /** The one value that stands from `start` to `end`. @throws Error of any kind when there is none */
  unpack(bytes: Uint8Array, start: number, end: number): unknown {
    if (end > bytes.length) throw claim('bytes');
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    try {
      const value = this.#value(0);
      if (this.#at !== end) throw unfit('there are bytes behind the value');
      return value;
    } finally {
      // What was read is not kept from being collected.
      this.#bytes = nothing;
    }
  }

  #value(depth: number): unknown {
    if (this.#at >= this.#end) throw unfit('the bytes end too early');
    if (depth > maxDepth) throw unfit(`it is nested deeper than ${maxDepth} levels`);
    const head = this.#bytes[this.#at++] as number;
    if (head < 0x80) return head;
    if (head < 0x90) return this.#map(head & 0x0f, depth);
    if (head < 0xa0) return this.#array(head & 0x0f, depth);
    if (head < 0xc0) return this.#text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    return this.#long(head, depth);
  }

  #long(head: number, depth: number): unknown {
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#binary(this.#u8());
      case 0xc5:
        return this.#binary(this.#u16());
      case 0xc6:
        return this.#binary(this.#u32());
      case 0xc7:
        return this.#extension(this.#u8(), depth);
      case 0xc8:
        return this.#extension(this.#u16(), depth);
      case 0xc9:
        return this.#extension(this.#u32(), depth);
      case 0xca:
        number.setUint32(0, this.#u32());
        return number.getFloat32(0);
      case 0xcb:
        number.setUint32(0, this.#u32());
        number.setUint32(4, this.#u32());
        return number.getFloat64(0);
      case 0xcc:
        return this.#u8();
      case 0xcd:
        return this.#u16();
      case 0xce:
        return this.#u32();
      case 0xcf:
        return this.#u32() * 0x1_0000_0000 + this.#u32();
      case 0xd0:
        return (this.#u8() << 24) >> 24;
      case 0xd1:
        return (this.#u16() << 16) >> 16;
      case 0xd2:
        return this.#u32() | 0;
      case 0xd3:
        return (this.#u32() | 0) * 0x1_0000_0000 + this.#u32();
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (head - 0xd4), depth);
      case 0xd9:
        return this.#text(this.#u8());
      case 0xda:
        return this.#text(this.#u16());
      case 0xdb:
        return this.#text(this.#u32());
      case 0xdc:
        return this.#array(this.#u16(), depth);
      case 0xdd:
        return this.#array(this.#u32(), depth);
      case 0xde:
        return this.#map(this.#u16(), depth);
      case 0xdf:
        return this.#map(this.#u32(), depth);
      default:
        throw unfit(`0x${head.toString(16)} begins no value`);
    }
  }

  // ---- numbers and lengths ----

  /** Goes on by `count` bytes, which must be there, and gives where they begin. */
  #take(count: number): number {
    const at = this.#at;
    if (count > this.#end - at) throw claim('bytes');
    this.#at = at + count;
    return at;
  }

  #u8(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  #u16(): number {
    const at = this.#take(2);
    const bytes = this.#bytes;
    return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  }

  #u32(): number {
    const at = this.#take(4);
    const bytes = this.#bytes;
    return (
      (((bytes[at] as number) << 24) |
        ((bytes[at + 1] as number) << 16) |
        ((bytes[at + 2] as number) << 8) |
        (bytes[at + 3] as number)) >>>
      0
    );
  }

  // ---- texts and bytes ----

  #text(length: number): string {
    const at = this.#take(length);
    return readText(this.#bytes, at, at + length);
  }

  /** Never a Buffer, as the frames of ZeroMQ are. */
  #binary(length: number): Uint8Array {
    const at = this.#take(length);
    const view = this.#view(at, length);
    return length < shared ? new Uint8Array(view) : view;
  }

  #view(at: number, length: number): Uint8Array {
    const bytes = this.#bytes;
    return new Uint8Array(bytes.buffer, bytes.byteOffset + at, length);
  }

  // ---- what holds values ----

  #array(count: number, depth: number): unknown[] {
    // Every element takes a byte at least. Still no room is made for all: each of those inside may claim as many.
    if (count > this.#end - this.#at) throw claim('elements');
    const array: unknown[] = [];
    for (let i = 0; i < count; i++) array.push(this.#value(depth + 1));
    return array;
  }

  #map(count: number, depth: number): Record<string, unknown> {
    if (2 * count > this.#end - this.#at) throw claim('elements');
    const map: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) {
      const key = this.#key(depth + 1);
      map[key] = this.#value(depth + 1);
    }
    return map;
  }

  #key(depth: number): string {
    const head = this.#bytes[this.#at] as number;
    let key: unknown;
    if (head >= 0xa0 && head < 0xc0 && this.#at < this.#end && depth <= maxDepth) {
      this.#at++;
      const at = this.#take(head & 0x1f);
      key = this.#keys.read(this.#bytes, at, this.#at);
    } else key = this.#value(depth);
    if (key === '__proto__') throw unfit('the key __proto__ is not allowed');
    if (typeof key === 'string') return key;
    if (typeof key === 'number') return String(key);
    throw unfit(`a key is a text or a number, not ${key === null ? 'null' : typeof key}`);
  }

  #extension(length: number, depth: number): unknown {
    const type = (this.#u8() << 24) >> 24;
    const kind = kindOf(type);
    if (kind === undefined) throw unfit(`the extension type ${type} is not known`);
    const at = this.#take(length);
    if (kind === 'opaque') return this.#extensions.fromBytes(type, this.#view(at, length));
    const end = this.#end;
    this.#at = at;
    this.#end = at + length;
    const value = this.#value(depth + 1);
    if (this.#at !== this.#end) throw unfit('there are bytes behind the value of an extension');
    this.#end = end;
    return this.#extensions.fromValue(type, value);
  }
}

const claim = (what: string) =>
  unfit(`it claims more ${what} than there are${what === 'bytes' ? '' : ' bytes'}`);
