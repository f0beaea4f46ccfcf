/**
 * Values as JSON that can be read back: what crosses between nodes, and instances of classes besides. A plain value is the JSON
 * that everybody expects; what JSON lacks is an object with a `$` that says what it is. What can't be written is noted in its
 * place, as a text.
 */
import { asError } from '../../base/errors.ts';
import { messageOf } from '../../base/explain.ts';
import { Command } from '../../command/command.ts';
import { CellMessage, Exit, PoisonPill, ReceiveTimeout, Terminated } from '../../core/message.ts';
import { Ref } from '../../core/ref.ts';
import { decodeError, errorFields } from '../../remoting/errorFields.ts';

/** A value as JSON has it: plain, or tagged with `$`. */
export type Written = null | boolean | number | string | Written[] | { [key: string]: Written };

/** Stands for what could not be recorded. */
export class Lost {
  /** What it was, or why it is not here. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return `(${this.text})`;
  }
}

/** The deepest nesting: as on the wire. */
const maxDepth = 64;

/** Says that a value is too large, or too deep. */
class Unfit extends Error {}

/** The path of an actor of this node, the address of another. Who asks has a secret name, which lets anybody answer: it is left out. */
export const addressOf = (ref: Ref): string => withoutSecret(ref.isLocal ? ref.path : ref.address);

const withoutSecret = (address: string) => address.replace(/(\/\$(?:ask|join)\/[^-/]*)-.*$/, '$1');

/**
 * A value as JSON text, as it is now.
 * @param maxSize the most characters that it may take; what is larger is noted as such
 */
export function write(value: unknown, maxSize: number): string {
  try {
    const room = { left: maxSize };
    if (isPlain(value, room, 0)) return JSON.stringify(value);
    const again = { left: maxSize };
    return JSON.stringify(tagged(value, again, 0));
  } catch (error) {
    // What a getter throws may hold what is not to be recorded.
    const text =
      error instanceof Unfit ? error.message : `it can't be read: a getter threw ${asError(error).name}`;
    return JSON.stringify(lost(text));
  }
}

/** What was not recorded, as it stands in the file. */
export const lost = (text: string): Written => ({ $: 'lost', value: text });

interface Room {
  left: number;
}

function take(room: Room, size: number): void {
  room.left -= size;
  if (room.left < 0) throw new Unfit('it is larger than maxMessageSize');
}

/** Whether JSON can say it as it is: most messages are of that kind. */
function isPlain(value: unknown, room: Room, depth: number): boolean {
  if (typeof value === 'string') {
    take(room, value.length + 2);
    return true;
  }
  take(room, 4);
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value === 'boolean' || value === null) return true;
  if (typeof value !== 'object') return false;
  if (depth >= maxDepth) throw new Unfit(tooDeep);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return arePlain(value, room, depth);
  if (prototype !== Array.prototype) return false;
  const list = value as readonly unknown[];
  for (let i = 0; i < list.length; i++) if (!isPlain(list[i], room, depth + 1)) return false;
  return true;
}

function arePlain(value: object, room: Room, depth: number): boolean {
  for (const key of Object.keys(value)) {
    if (key === '$' || key === '__proto__') return false;
    take(room, key.length + 4);
    if (!isPlain((value as Record<string, unknown>)[key], room, depth + 1)) return false;
  }
  return true;
}

const tooDeep = `it is nested deeper than ${maxDepth} levels, or in a circle`;

function tagged(value: unknown, room: Room, depth: number): Written {
  take(room, typeof value === 'string' ? value.length + 2 : 4);
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { $: 'number', value: Object.is(value, -0) ? '-0' : String(value) };
    case 'undefined':
      return { $: 'undefined' };
    case 'bigint':
      return { $: 'bigint', value: value.toString() };
    case 'object':
      return value === null ? null : taggedObject(value, room, depth);
    case 'function':
      return lost(`a function${value.name === '' ? '' : ` ${value.name}()`}`);
    default:
      return lost(String(value));
  }
}

function taggedObject(value: object, room: Room, depth: number): Written {
  if (depth >= maxDepth) throw new Unfit(tooDeep);
  const inner = (one: unknown) => tagged(one, room, depth + 1);
  if (Array.isArray(value)) return Array.from(value, inner);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype || prototype === null) {
    const fields = fieldsOf(value, room, inner);
    return Object.hasOwn(value, '$') ? { $: 'object', value: fields } : fields;
  }
  if (value instanceof Ref) return { $: 'Ref', value: addressOf(value) };
  if (value instanceof CellMessage) return taggedNotice(value, inner);
  if (value instanceof Date)
    return { $: 'Date', value: Number.isNaN(value.getTime()) ? null : value.toISOString() };
  if (value instanceof Map)
    return { $: 'Map', value: [...value].map(([key, one]) => [inner(key), inner(one)]) };
  if (value instanceof Set) return { $: 'Set', value: [...value].map(inner) };
  if (value instanceof Error) return { $: 'Error', value: fieldsOf(errorFields(value), room, inner) };
  if (value instanceof RegExp) return { $: 'RegExp', value: [value.source, value.flags] };
  if (value instanceof URL) return { $: 'URL', value: value.href };
  if (value instanceof Lost) return lost(value.text);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return taggedBytes(value, room);
  return taggedInstance(value, room, inner);
}

function fieldsOf(value: object, room: Room, inner: (one: unknown) => Written): { [key: string]: Written } {
  const fields: { [key: string]: Written } = {};
  for (const key of Object.keys(value)) {
    take(room, key.length + 4);
    const written = inner((value as Record<string, unknown>)[key]);
    // A plain assignment to `__proto__` would be lost.
    if (key === '__proto__') Object.defineProperty(fields, key, { value: written, enumerable: true });
    else fields[key] = written;
  }
  return fields;
}

function taggedNotice(notice: CellMessage, inner: (one: unknown) => Written): Written {
  if (notice instanceof Terminated) return { $: 'Terminated', value: [inner(notice.ref), notice.reason] };
  if (notice instanceof Exit) return { $: 'Exit', value: [inner(notice.ref), notice.reason] };
  if (notice instanceof ReceiveTimeout) return { $: 'ReceiveTimeout' };
  if (notice === PoisonPill) return { $: 'PoisonPill' };
  if (notice instanceof Command) return { $: 'Command', value: [notice.name, inner(notice.args)] };
  return lost(`a ${notice.constructor.name} of the runtime`);
}

/** The kinds of buffers that may be read back. */
const buffers = [
  ...[ArrayBuffer, DataView, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array],
  ...[Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array],
];

function taggedBytes(value: ArrayBuffer | ArrayBufferView, room: Room): Written {
  take(room, Math.ceil(value.byteLength * 1.34));
  const kind =
    buffers.find(({ name, prototype }) => name !== 'ArrayBuffer' && isA(prototype, value)) ?? ArrayBuffer;
  const bytes = ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value);
  return { $: 'bytes', kind: kind.name, value: bytes.toString('base64') };
}

const isA = (prototype: object, value: object) => Object.prototype.isPrototypeOf.call(prototype, value);

function taggedInstance(value: object, room: Room, inner: (one: unknown) => Written): Written {
  const made = (value as { constructor?: { name?: unknown } }).constructor;
  const name = typeof made?.name === 'string' ? made.name : '';
  // A Promise, a WeakMap: what they hold is not in their fields.
  const isBuiltIn = made !== undefined && (globalThis as Record<string, unknown>)[name] === made;
  return isBuiltIn ? lost(`a ${name}`) : { $: 'instance', class: name, value: fieldsOf(value, room, inner) };
}

/** What reading needs to know of the place where it is read. */
export interface Reading {
  /** The ref for an address; unless given, a `Lost` that says the address. */
  refAt?(address: string): unknown;
  /** The class of that name; unless there is one, its instances come back as plain objects. */
  classNamed?(name: string): (abstract new (...args: never[]) => object) | undefined;
}

/**
 * The value that was written. What can't be made again comes back as a `Lost`.
 * @throws TypeError when it has a tag that is not known
 */
export function read(written: Written, reading: Reading = {}): unknown {
  if (typeof written !== 'object' || written === null) return written;
  const inner = (one: unknown) => read(one as Written, reading);
  if (Array.isArray(written)) return written.map(inner);
  const { $: tag, value, kind, class: className } = written;
  switch (tag) {
    case undefined:
    case 'object':
      return readFields((tag === undefined ? written : value) as object, inner);
    case 'number':
    case 'bigint':
      return tag === 'number' ? Number(value) : BigInt(value as string);
    case 'undefined':
      return undefined;
    case 'Date':
      return new Date((value as string | null) ?? Number.NaN);
    case 'Map':
      return new Map((value as [Written, Written][]).map(([key, one]) => [inner(key), inner(one)]));
    case 'Set':
      return new Set((value as Written[]).map(inner));
    case 'Error':
      return decodeError(readFields(value as object, inner));
    case 'RegExp':
      return new RegExp(...(value as [string, string]));
    case 'URL':
      return new URL(value as string);
    case 'bytes':
      return readBytes(String(kind), String(value));
    case 'Ref':
      return reading.refAt?.(value as string) ?? new Lost(`a ref to ${value as string}`);
    case 'Terminated':
    case 'Exit':
      return readEnd(tag, (value as Written[]).map(inner));
    case 'ReceiveTimeout':
      return new ReceiveTimeout();
    case 'PoisonPill':
      return PoisonPill;
    case 'Command':
      return new Command(...((value as Written[]).map(inner) as [string, unknown[]]));
    case 'instance':
      return readInstance(reading.classNamed?.(String(className)), readFields(value as object, inner));
    case 'lost':
      return new Lost(String(value));
    default:
      throw new TypeError(
        `a recorded value is tagged ${JSON.stringify(tag)}, which this version does not know`,
      );
  }
}

const readEnd = (tag: string, [ref, reason]: unknown[]) =>
  tag === 'Exit' ? new Exit(ref, reason as 'stopped') : new Terminated(ref, reason as 'stopped');

function readFields(fields: object, inner: (one: unknown) => unknown): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(fields))
    Object.defineProperty(value, key, {
      value: inner(one),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  return value;
}

/** Its constructor is not called: an instance is its own fields. */
const readInstance = (of: (abstract new (...args: never[]) => object) | undefined, fields: object) =>
  of === undefined ? fields : Object.create(of.prototype as object, Object.getOwnPropertyDescriptors(fields));

function readBytes(kind: string, base64: string): unknown {
  const { buffer } = Uint8Array.from(Buffer.from(base64, 'base64'));
  const found = buffers.find(({ name }) => name === kind);
  if (found === undefined || found === ArrayBuffer) return buffer;
  return new (found as typeof Uint8Array)(buffer);
}

/** In a few words, for people: never throws. */
export function brief(written: Written | undefined, most = 60): string {
  const text = written === undefined ? '' : plainText(written);
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

function plainText(written: Written): string {
  if (typeof written === 'string') return JSON.stringify(written);
  if (typeof written !== 'object' || written === null) return String(written);
  if (Array.isArray(written)) return `[${written.map(plainText).join(', ')}]`;
  const { $: tag, value, kind, class: className } = written;
  if (tag === undefined) return fieldText(written);
  if (tag === 'instance') return `${String(className)} ${fieldText(value as object)}`;
  if (tag === 'object') return fieldText(value as object);
  if (tag === 'lost') return `(${String(value)})`;
  if (tag === 'bytes') return `${String(kind)}(${Buffer.from(String(value), 'base64').length} bytes)`;
  if (tag === 'number' || tag === 'bigint' || tag === 'Ref' || tag === 'URL') return String(value);
  if (tag === 'Error') {
    const { name, message } = value as Record<string, Written>;
    return messageOf(`${String(name)}: ${String(message)}`);
  }
  if (tag === 'Command')
    return `${String((value as Written[])[0])}(${((value as Written[][])[1] ?? []).map(plainText).join(', ')})`;
  return value === undefined ? String(tag) : `${String(tag)} ${plainText(value)}`;
}

function fieldText(fields: object): string {
  const shown = Object.entries(fields).map(([key, one]) => `${key}: ${plainText(one as Written)}`);
  return shown.length === 0 ? '{}' : `{ ${shown.join(', ')} }`;
}
