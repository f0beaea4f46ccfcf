/**
 * Texts as UTF-8 and back. Short ones are put together here, for a call into the engine costs more; long ones are left to
 * it. A half of a surrogate pair, which UTF-8 has no place for, crosses within short texts and becomes U+FFFD in long ones,
 * and so do bytes that are no UTF-8: a text is never the reason why a message is lost.
 */

/** Texts of at most so many UTF-16 units are short. Changing it changes what half pairs become on the wire. */
export const shortText = 50;
/** The most bytes that a short text takes, and some: longer ones hold no half pairs. */
const shortBytes = 200;
const replacement = '\ufffd';

const encoder = new TextEncoder();
/** Reads any Uint8Array; `toString` is slower by a quarter, and for a Buffer only. */
const { utf8Slice } = Buffer.prototype as unknown as {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
};

/** Writes a text that is plain ASCII, for which there is room; false when it is not, and then nothing is to be kept. */
export function writeAscii(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return false;
    bytes[at + i] = unit;
  }
  return true;
}

/** Writes a text, for which there is room, and gives where it ends. */
export function writeUtf8(bytes: Uint8Array, at: number, text: string): number {
  if (text.length > shortText) return at + encoder.encodeInto(text, bytes.subarray(at)).written;
  let end = at;
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i) as number;
    if (point < 0x80) bytes[end++] = point;
    else if (point < 0x800) {
      bytes[end++] = 0xc0 | (point >> 6);
      bytes[end++] = 0x80 | (point & 0x3f);
    } else if (point < 0x1_0000) {
      bytes[end++] = 0xe0 | (point >> 12);
      bytes[end++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[end++] = 0x80 | (point & 0x3f);
    } else {
      bytes[end++] = 0xf0 | (point >> 18);
      bytes[end++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[end++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[end++] = 0x80 | (point & 0x3f);
      i++;
    }
  }
  return end;
}

/** Units that are read are known to be there. */
const fromUnits = String.fromCharCode as (...units: (number | undefined)[]) => string;

/** The text that stands from `at` to `end`. */
export function readText(bytes: Uint8Array, at: number, end: number): string {
  if (end - at <= 8) {
    const text = readAscii(bytes, at, end);
    if (text !== undefined) return text;
  }
  const text = utf8Slice.call(bytes, at, end);
  // Looking for it costs nothing in a text that is all ASCII or Latin-1.
  return end - at <= shortBytes && text.includes(replacement) ? readHalves(bytes, at, end) : text;
}

/** Up to 8 characters of ASCII, in one call: a text that is put together piece by piece costs a call for each. */
function readAscii(bytes: Uint8Array, at: number, end: number): string | undefined {
  for (let i = at; i < end; i++) if ((bytes[i] as number) > 0x7f) return undefined;
  switch (end - at) {
    case 1:
      return fromUnits(bytes[at]);
    case 2:
      return fromUnits(bytes[at], bytes[at + 1]);
    case 3:
      return fromUnits(bytes[at], bytes[at + 1], bytes[at + 2]);
    case 4:
      return fromUnits(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
    case 5:
      return fromUnits(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3], bytes[at + 4]);
    case 6:
      return fromUnits(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3], bytes[at + 4], bytes[at + 5]);
    case 7:
      return fromUnits(
        bytes[at],
        bytes[at + 1],
        bytes[at + 2],
        bytes[at + 3],
        bytes[at + 4],
        bytes[at + 5],
        bytes[at + 6],
      );
    case 8:
      return fromUnits(
        bytes[at],
        bytes[at + 1],
        bytes[at + 2],
        bytes[at + 3],
        bytes[at + 4],
        bytes[at + 5],
        bytes[at + 6],
        bytes[at + 7],
      );
    default:
      return '';
  }
}

/** Reads with care a text in which the engine found what is no UTF-8: halves of surrogate pairs are kept. */
function readHalves(bytes: Uint8Array, at: number, end: number): string {
  let text = '';
  let from = at;
  for (let i = at; i + 3 <= end; i++) {
    const [a, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]] as [number, number, number];
    if (a !== 0xed || (b & 0xe0) !== 0xa0 || (c & 0xc0) !== 0x80) continue;
    text += utf8Slice.call(bytes, from, i) + fromUnits(0xd000 | ((b & 0x3f) << 6) | (c & 0x3f));
    from = i + 3;
    i += 2;
  }
  return text + utf8Slice.call(bytes, from, end);
}
