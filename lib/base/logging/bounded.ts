/**
 * Any value as JSON can hold it, and not too much of it: what is put into a log line may be cyclic, huge, or throw when it is
 * looked at, and the line must come out all the same.
 */
import { isNativeError } from 'node:util/types';

/** Characters of one text. */
const longestText = 8192;
/** Entries of one object or list. */
const mostEntries = 100;
/** Objects within objects. */
const deepest = 8;
/** All that one value may come to, in characters, roughly. */
const wholeBudget = 32_768;

/** `value` in plain data: texts, finite numbers, booleans, null, lists and objects without a prototype. Never throws. */
export const bounded = (value: unknown): unknown => new Copy().of(value);

/** `text`, cut short where it is too long. */
export const clipped = (text: string, most = longestText): string =>
  text.length <= most ? text : `${text.slice(0, most)}… (${text.length - most} more characters)`;

class Copy {
  /** The objects that the present one is in. */
  readonly #above: object[] = [];
  #left = wholeBudget;

  of(value: unknown): unknown {
    this.#left -= 4;
    if (this.#left <= 0) return '[Too much]';
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'bigint':
        return this.#text(`${value}n`);
      case 'number':
        return Number.isFinite(value) ? value : String(value);
      case 'symbol':
        return this.#text(String(value));
      case 'function':
        return '[Function]';
      case 'object':
        return value === null ? null : this.#object(value);
      default:
        return value; // a boolean, or undefined
    }
  }

  #text(text: string): string {
    const clip = clipped(text, Math.min(longestText, Math.max(this.#left, 16)));
    this.#left -= clip.length;
    return clip;
  }

  #object(value: object): unknown {
    if (this.#above.includes(value)) return '[Circular]';
    if (this.#above.length >= deepest) return '[Too deep]';
    this.#above.push(value);
    try {
      return this.#inside(value);
    } catch {
      return '[Unreadable]';
    } finally {
      this.#above.pop();
    }
  }

  #inside(value: object): unknown {
    if (isNativeError(value) || value instanceof Error) return this.of(`${value.name}: ${value.message}`);
    if (ArrayBuffer.isView(value)) return `[${value.constructor.name}, ${value.byteLength} bytes]`;
    if (value instanceof Map) return this.#list(value);
    if (value instanceof Set) return this.#list(value);
    if (Array.isArray(value)) return this.#list(value);
    if (value instanceof RegExp) return this.#text(String(value));
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') {
      const shown: unknown = toJSON.call(value);
      if (shown !== value) return this.of(shown);
    }
    return this.#entries(value);
  }

  #list(values: Iterable<unknown> & ({ readonly length: number } | { readonly size: number })): unknown[] {
    const list: unknown[] = [];
    const length = 'length' in values ? values.length : values.size;
    for (const value of values) {
      if (list.length >= mostEntries || this.#left <= 0) {
        list.push(`… (${length - list.length} more)`);
        break;
      }
      list.push(this.of(value));
    }
    return list;
  }

  #entries(value: object): object {
    const copy = Object.create(null) as Record<string, unknown>;
    const keys = Object.keys(value);
    for (const [i, key] of keys.entries()) {
      if (i >= mostEntries || this.#left <= 0) {
        copy['…'] = `(${keys.length - i} more)`;
        break;
      }
      this.#left -= key.length;
      copy[clipped(key, 256)] = this.#property(value as Record<string, unknown>, key);
    }
    return copy;
  }

  #property(of: Record<string, unknown>, key: string): unknown {
    try {
      return this.of(of[key]);
    } catch {
      return '[Unreadable]'; // a getter that throws
    }
  }
}
