/** MessagePack's own types, written one by one. Knows nothing of what Troupe adds to them. */
import type { Writer } from './writer.ts';

const mostAscii = 64;

export function text(w: Writer, value: string): void {
  const { length } = value;
  if (length < mostAscii) {
    // Most texts are short and ASCII: then the length in bytes is known before a byte is looked at.
    const start = w.at;
    textHeader(w, length);
    if (w.ascii(value)) return;
    w.at = start;
  }
  textHeader(w, Buffer.byteLength(value));
  w.utf8(value);
}

function textHeader(w: Writer, length: number): void {
  if (length < 32) w.u8(0xa0 + length);
  else sized(w, length, 0xd9, 0xda, 0xdb);
}

export function number(w: Writer, value: number): void {
  // Minus zero is an integer to JavaScript, but MessagePack's integers have none.
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    w.u8(0xcb);
    w.f64(value);
  } else if (value >= 0) natural(w, value);
  else negative(w, value);
}

function natural(w: Writer, value: number): void {
  if (value < 0x80) w.u8(value);
  else if (value <= 0xffff_ffff) sized(w, value, 0xcc, 0xcd, 0xce);
  else {
    w.u8(0xcf);
    w.u64(value);
  }
}

function negative(w: Writer, value: number): void {
  if (value >= -0x20) w.u8(value & 0xff);
  else if (value >= -0x80) {
    w.u8(0xd0);
    w.u8(value & 0xff);
  } else if (value >= -0x8000) {
    w.u8(0xd1);
    w.u16(value & 0xffff);
  } else if (value >= -0x8000_0000) w.u8u32(0xd2, value >>> 0);
  else {
    w.u8(0xd3);
    w.u64(value);
  }
}

/** A value of one, two or four bytes behind the byte that says which. */
function sized(w: Writer, value: number, in8: number, in16: number, in32: number): void {
  if (value < 0x100) {
    w.u8(in8);
    w.u8(value);
  } else if (value < 0x1_0000) {
    w.u8(in16);
    w.u16(value);
  } else w.u8u32(in32, value);
}

export function arrayHeader(w: Writer, length: number): void {
  if (length < 16) w.u8(0x90 + length);
  else if (length < 0x1_0000) {
    w.u8(0xdc);
    w.u16(length);
  } else w.u8u32(0xdd, length);
}

export function mapHeader(w: Writer, size: number): void {
  if (size < 16) w.u8(0x80 + size);
  else if (size < 0x1_0000) {
    w.u8(0xde);
    w.u16(size);
  } else w.u8u32(0xdf, size);
}

export const binaryHeader = (w: Writer, length: number) => sized(w, length, 0xc4, 0xc5, 0xc6);

/** An extension whose content `write` writes: its length is filled in afterwards. */
export function extended(w: Writer, type: number, write: () => void): void {
  const start = w.at;
  w.u8u32(0xc9, 0);
  w.u8(type);
  write();
  w.view.setUint32(start + 1, w.at - start - 6);
}

export const extendedText = (w: Writer, type: number, value: string) => extended(w, type, () => void w.utf8(value));
