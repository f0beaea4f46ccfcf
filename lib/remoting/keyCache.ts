/**
 * Keys that were met before, so that the same bytes are made into a string once: the same few keys come in all messages.
 * A table of fixed size in which a newcomer takes the place of whoever stands there, so it neither grows nor has to be
 * cleared, and bytes that are made to collide cost no more than without it.
 */
import { readText } from './utf8.ts';

const slots = 1024;
/** Longer keys, in bytes, are not kept. */
const longest = 32;

export class KeyCache {
  readonly #keys: string[] = new Array<string>(slots).fill('');

  /** The text that stands from `at` to `end`. */
  read(bytes: Uint8Array, at: number, end: number): string {
    const length = end - at;
    if (length > longest) return readText(bytes, at, end);
    let hash = length;
    for (let i = at; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const slot = (hash ^ (hash >>> 10)) & (slots - 1);
    const key = this.#keys[slot] as string;
    if (key.length === length && isSame(key, bytes, at)) return key;
    const text = readText(bytes, at, end);
    this.#keys[slot] = text;
    return text;
  }
}

/** Only of a key in ASCII; others are never found again. */
function isSame(key: string, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < key.length; i++) if (key.charCodeAt(i) !== bytes[at + i]) return false;
  return true;
}
