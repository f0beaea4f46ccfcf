/** Values as MessagePack, straight into the bytes of a frame. */
import { SerializationError } from '../base/errors.ts';
import { ByteWriter } from './byteWriter.ts';
import type { Extension, Extensions } from './extensions.ts';
import { tooDeep } from './faults.ts';
import { extension, maxDepth } from './format.ts';
import { shortText, writeAscii, writeUtf8 } from './utf8.ts';

/** A longer text is measured first; for others room is made as if every character took the most bytes. */
const measured = 4096;
/** What is left for the header of an extension, which is written when its length is known. */
const usualHeader = 3;
/** Stands in while nothing is packed, so that no other writer is held. */
const idle = new ByteWriter(0);
const hasOwn = Object.prototype.hasOwnProperty;

export class Packer {
  readonly #extensions: Extensions;
  #writer = idle;

  constructor(extensions: Extensions) {
    this.#extensions = extensions;
  }

  /** Appends a value. @throws SerializationError, and whatever a getter throws */
  pack(value: unknown, writer: ByteWriter): void {
    this.#writer = writer;
    try {
      this.#value(value, 0);
    } finally {
      this.#writer = idle;
    }
  }

  #value(value: unknown, depth: number): void {
    if (depth > maxDepth) throw new SerializationError(tooDeep);
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'object') {
      if (value === null) this.#writer.u8(0xc0);
      else this.#object(value, depth);
    } else if (typeof value === 'boolean') this.#writer.u8(value ? 0xc3 : 0xc2);
    else if (value === undefined) this.#extensionHeader(extension.undefined, 0);
    else this.#extension(this.#extensions.ofOther(value), depth);
  }

  // ---- numbers ----

  #number(value: number): void {
    const writer = this.#writer;
    writer.need(9);
    const { bytes, at } = writer;
    // Takes -0 as 0, as do the bytes of a whole number.
    const int = value | 0;
    if (int !== value) return this.#beyond(value);
    if (int >= -0x20 && int < 0x80) {
      bytes[at] = int;
      writer.at = at + 1;
    } else if (int >= -0x80 && int < 0x100) {
      bytes[at] = int < 0 ? 0xd0 : 0xcc;
      bytes[at + 1] = int;
      writer.at = at + 2;
    } else if (int >= -0x8000 && int < 0x1_0000) {
      bytes[at] = int < 0 ? 0xd1 : 0xcd;
      bytes[at + 1] = int >> 8;
      bytes[at + 2] = int;
      writer.at = at + 3;
    } else {
      bytes[at] = int < 0 ? 0xd2 : 0xce;
      writer.view.setInt32(at + 1, int);
      writer.at = at + 5;
    }
  }

  /** Beyond 31 bits and a sign, or not whole. There is room for it. */
  #beyond(value: number): void {
    const writer = this.#writer;
    if (!Number.isSafeInteger(value)) {
      writer.u8(0xcb);
      writer.view.setFloat64(writer.at, value);
      writer.at += 8;
    } else if (value >= 0 && value < 0x1_0000_0000) {
      writer.u8(0xce);
      writer.u32(value);
    } else {
      writer.u8(value < 0 ? 0xd3 : 0xcf);
      writer.u64(value);
    }
  }

  // ---- texts ----

  #text(text: string): void {
    const { length } = text;
    if (length > shortText) return this.#longText(text);
    const writer = this.#writer;
    writer.need(2 + 3 * length);
    const { bytes, at } = writer;
    const start = length < 32 ? at + 1 : at + 2;
    if (!writeAscii(bytes, start, text)) return this.#unevenText(text);
    if (length < 32) bytes[at] = 0xa0 | length;
    else {
      bytes[at] = 0xd9;
      bytes[at + 1] = length;
    }
    writer.at = start + length;
  }

  #longText(text: string): void {
    if (text.length <= measured) return this.#unevenText(text);
    const size = Buffer.byteLength(text);
    this.#textHeader(size);
    this.#writer.need(size);
    this.#writer.at = writeUtf8(this.#writer.bytes, this.#writer.at, text);
  }

  /** Its bytes are written as if there were one for each character, and moved when there are so many more. */
  #unevenText(text: string): void {
    const writer = this.#writer;
    writer.need(5 + 3 * text.length);
    const { at } = writer;
    const left = textHeaderSize(text.length);
    writer.at = writeUtf8(writer.bytes, at + left, text);
    const length = writer.at - at - left;
    this.#putBefore(at, left, textHeaderSize(length), () => this.#textHeader(length));
  }

  // ---- what holds values ----

  #object(object: object, depth: number): void {
    if (Array.isArray(object)) return this.#array(object, depth);
    const prototype = Object.getPrototypeOf(object) as object | null;
    if (prototype === Object.prototype || prototype === null) this.#map(object, depth);
    else if (object instanceof Uint8Array) {
      this.#header(object.length, 0, 0, 0xc4, 0xc5);
      this.#writer.append(object);
    } else this.#extension(this.#extensions.ofInstance(object, prototype), depth);
  }

  #array(array: readonly unknown[], depth: number): void {
    const { length } = array;
    this.#header(length, 0x90, 16, 0, 0xdc);
    for (let i = 0; i < length; i++) this.#value(array[i], depth + 1);
  }

  /** The number of entries is known behind the last one; most often it fits into the byte that was left for it. */
  #map(object: object, depth: number): void {
    const writer = this.#writer;
    const { at } = writer;
    writer.u8(0x80);
    let count = 0;
    // No array of keys is made for it, and the values are found faster. What an Object.prototype was given is left out.
    for (const key in object) {
      if (!hasOwn.call(object, key)) continue;
      this.#text(key);
      this.#value((object as Record<string, unknown>)[key], depth + 1);
      count++;
    }
    if (count < 16) writer.bytes[at] = 0x80 | count;
    else this.#putBefore(at, 1, count < 0x1_0000 ? 3 : 5, () => this.#header(count, 0, 0, 0, 0xde));
  }

  #extension({ type, bytes, value }: Extension, depth: number): void {
    const writer = this.#writer;
    if (bytes !== undefined) {
      this.#extensionHeader(type, bytes.length);
      return writer.append(bytes);
    }
    const { at } = writer;
    writer.need(usualHeader);
    writer.at = at + usualHeader;
    this.#value(value, depth + 1);
    const length = writer.at - at - usualHeader;
    this.#putBefore(at, usualHeader, extensionHeaderSize(length), () => this.#extensionHeader(type, length));
  }

  // ---- headers ----

  /** Writes a header at `from`, where `left` bytes were left for it, and moves what stands behind when it takes another size. */
  #putBefore(from: number, left: number, size: number, write: () => void): void {
    const writer = this.#writer;
    if (size > left) writer.need(size - left);
    const end = writer.at;
    if (size !== left) writer.bytes.copyWithin(from + size, from + left, end);
    writer.at = from;
    write();
    writer.at = end + size - left;
  }

  /** @param fix what is added to a length below `fixed` to make the one byte that says both; `head16 + 1` is the one for 32 bits */
  #header(length: number, fix: number, fixed: number, head8: number, head16: number): void {
    const writer = this.#writer;
    if (length < fixed) writer.u8(fix | length);
    else if (head8 !== 0 && length < 0x100) {
      writer.u8(head8);
      writer.u8(length);
    } else if (length < 0x1_0000) {
      writer.u8(head16);
      writer.u8(length >> 8);
      writer.u8(length);
    } else {
      writer.u8(head16 + 1);
      writer.u32(length);
    }
  }

  #textHeader(length: number): void {
    this.#header(length, 0xa0, 32, 0xd9, 0xda);
  }

  #extensionHeader(type: number, length: number): void {
    if (extensionHeaderSize(length) === 2) this.#writer.u8(0xd4 + Math.log2(length));
    else this.#header(length, 0, 0, 0xc7, 0xc8);
    this.#writer.u8(type);
  }
}

/** With the byte of the type. Lengths of 1, 2, 4, 8 and 16 are said by the first byte alone. */
function extensionHeaderSize(length: number): 2 | 3 | 4 | 6 {
  if (length <= 16 && length > 0 && (length & (length - 1)) === 0) return 2;
  if (length < 0x100) return 3;
  return length < 0x1_0000 ? 4 : 6;
}

function textHeaderSize(length: number): 1 | 2 | 3 | 5 {
  if (length < 0x100) return length < 32 ? 1 : 2;
  return length < 0x1_0000 ? 3 : 5;
}
