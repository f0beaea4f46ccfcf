/** JSON in and out of events: nothing that is no JSON, nothing that nobody can walk through. */
import { show } from '../../base/errors.ts';
import { maxDepth, tooDeep } from './copy.ts';
import { InvalidEventDataModification } from './errors.ts';

/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Reads a JSON text.
 *
 * @throws InvalidEventDataModification when it is none, has a key `__proto__` or goes deeper than 512.
 */
export function parseJson(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidEventDataModification(`the data is no JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (needsCheck(text)) check(value, 0);
  return value;
}

/** Short texts without the word can't hold what has to be refused; most events are such. */
const needsCheck = (text: string): boolean =>
  text.length > maxDepth || text.includes('__proto__') || text.includes('\\u005');

function check(value: Json, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= maxDepth) throw tooDeep();
  if (Array.isArray(value)) {
    for (const item of value) check(item, depth + 1);
    return;
  }
  for (const key of Object.keys(value)) {
    refuseKey(key);
    check(value[key] as Json, depth + 1);
  }
}

/** Whoever merges such an object into another one changes the other one's prototype. */
export function refuseKey(key: string): void {
  if (key === '__proto__') throw new InvalidEventDataModification('the data has a key __proto__: rename it');
}

/**
 * What JSON would make of a value, without going through its text. Bytes become base64, a bigint a number, a map an
 * object, a set an array.
 *
 * @throws InvalidEventDataModification for what JSON cannot say: functions, circles, numbers that are too big.
 */
export function jsonOf(value: unknown, depth = 0): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return numberOf(value);
    case 'object':
      return value === null ? null : jsonOfObject(value, depth);
    default:
      throw new InvalidEventDataModification(`JSON has no way to say ${show(value)}`);
  }
}

function numberOf(value: bigint): number {
  if (BigInt.asIntN(54, value) === value) return Number(value);
  throw new InvalidEventDataModification(`${value}n is too big for a number of JSON: make it a string`);
}

function jsonOfObject(value: object, depth: number): Json {
  if (depth >= maxDepth) throw tooDeep();
  if (Array.isArray(value)) return value.map(item => (item === undefined ? null : jsonOf(item, depth + 1)));
  const { toJSON } = value as { toJSON?: unknown };
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  if (typeof toJSON === 'function') return jsonOf(toJSON.call(value), depth + 1);
  if (value instanceof Set) return jsonOfObject([...value], depth);
  return jsonOfFields(value instanceof Map ? Object.fromEntries(value) : value, depth);
}

function jsonOfFields(value: object, depth: number): Json {
  const copy: { [key: string]: Json } = {};
  for (const key of Object.keys(value)) {
    refuseKey(key);
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) copy[key] = jsonOf(item, depth + 1);
  }
  return copy;
}
