/**
 * Values as JSON that says what JSON has no word for: dates, bigints, bytes, maps, sets, errors and XML are objects
 * with one key that begins with `$`. Reading it back runs nothing and sets no prototype.
 */
import { show } from '../../base/errors.ts';
import { maxDepth, put, tooDeep } from './copy.ts';
import { FlowError, flowErrors, MalformedEventData } from './errors.ts';
import { isXmlNode } from './format.ts';
import { type Json, refuseKey } from './json.ts';
import { parseXml, rootOf, xmlText } from './xml.ts';

type JsonObject = { [key: string]: Json };

/**
 * The value for a wire.
 *
 * @throws InvalidEventDataModification for circles and depth; MalformedEventData for functions and symbols.
 */
export function encode(value: unknown, depth = 0): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { $bigint: String(value) };
    case 'undefined':
      return { $undefined: true };
    case 'object':
      return value === null ? null : encodeObject(value, depth);
    default:
      throw new MalformedEventData(`${show(value)} can't be serialised: take it out of the event`);
  }
}

function encodeObject(value: object, depth: number): Json {
  if (depth >= maxDepth) throw tooDeep();
  if (Array.isArray(value)) return value.map(item => encode(item, depth + 1));
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() };
  if (value instanceof Error) return { $error: encodeError(value, depth) };
  if (value instanceof Map) return { $map: encode([...value], depth + 1) };
  if (value instanceof Set) return { $set: encode([...value], depth + 1) };
  if (ArrayBuffer.isView(value)) return { $bytes: base64(value) };
  if (isXmlNode(value)) return { $xml: xmlText(rootOf(value)) };
  return encodePlain(value, depth);
}

const base64 = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

/** An object that could be taken for one of ours is wrapped. */
function encodePlain(value: object, depth: number): Json {
  const copy: JsonObject = {};
  const keys = Object.keys(value);
  for (const key of keys) {
    refuseKey(key);
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) copy[key] = encode(item, depth + 1);
  }
  return keys.length === 1 && keys[0]?.startsWith('$') ? { $object: copy } : copy;
}

/** An error on the wire. */
interface WireError {
  name?: Json;
  message?: Json;
  code?: Json;
  messages?: Json;
  override?: Json;
  extra?: Json;
}

/** Without its stack: that is nobody else's business. */
function encodeError(error: Error, depth: number): Json {
  const { name, message, code } = error as Error & { code?: unknown };
  const found: WireError = { name, message, ...(typeof code === 'string' ? { code } : {}) };
  if (error instanceof FlowError) {
    found.messages = [...error.messages];
    found.extra = encode(error.extra, depth + 1);
    if (error.override !== undefined) found.override = encode(error.override, depth + 1);
  }
  return found as JsonObject;
}

/**
 * The value that was encoded.
 *
 * @throws MalformedEventData for what `encode` never makes.
 */
export function decode(value: Json, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 2 * maxDepth) throw new MalformedEventData('the serialised event goes too deep');
  if (Array.isArray(value)) return value.map(item => decode(item, depth + 1));
  const keys = Object.keys(value);
  const [key = ''] = keys;
  if (keys.length !== 1 || !key.startsWith('$')) return decodePlain(value, depth);
  const reader = readers.get(key);
  if (reader === undefined) throw new MalformedEventData(`the serialised event has an unknown ${show(key)}`);
  return reader(value[key] as Json, depth + 1);
}

function decodePlain(value: JsonObject, depth: number): unknown {
  const copy = {};
  for (const key of Object.keys(value)) put(copy, key, decode(value[key] as Json, depth + 1));
  return copy;
}

const readers: ReadonlyMap<string, (value: Json, depth: number) => unknown> = new Map<
  string,
  (value: Json, depth: number) => unknown
>([
  ['$number', value => Number(textOf(value, '$number'))],
  ['$bigint', bigintOf],
  ['$undefined', () => undefined],
  ['$date', value => new Date(value === null ? Number.NaN : textOf(value, '$date'))],
  ['$bytes', value => Buffer.from(textOf(value, '$bytes'), 'base64')],
  ['$xml', value => parseXml(textOf(value, '$xml'))],
  ['$set', (value, depth) => new Set(listOf(value, '$set').map(item => decode(item, depth)))],
  ['$map', (value, depth) => new Map(listOf(value, '$map').map(item => pairOf(item, depth)))],
  ['$object', (value, depth) => decodePlain(objectOf(value, '$object'), depth)],
  ['$error', (value, depth) => errorOf(objectOf(value, '$error'), depth)],
]);

function bigintOf(value: Json): bigint {
  const digits = textOf(value, '$bigint');
  // A number of a million digits takes a second to read.
  if (/^-?\d{1,4096}$/.test(digits)) return BigInt(digits);
  throw malformed(digits, '$bigint');
}

function pairOf(value: Json, depth: number): [unknown, unknown] {
  const [key = null, item = null] = listOf(value, '$map');
  return [decode(key, depth), decode(item, depth)];
}

/** An error of a class of ours is one again; another one is a FlowError with its name in front. */
function errorOf(value: JsonObject, depth: number): Error {
  const { name = 'Error', message = '', code, messages, override, extra = {} } = value as WireError;
  const known = flowErrors.get(textOf(name, 'name'));
  const Class = known ?? FlowError;
  const texts =
    messages === undefined ? [textOf(message, 'message')] : listOf(messages, 'messages').map(String);
  return new Class(known === undefined ? texts.map(text => `${name}: ${text}`) : texts, {
    ...(decodePlain(objectOf(extra, 'extra'), depth) as Record<string, unknown>),
    code: typeof code === 'string' ? code : undefined,
    override: override === undefined ? undefined : decode(override, depth),
  });
}

function textOf(value: Json, name: string): string {
  if (typeof value === 'string') return value;
  throw malformed(value, name);
}

function listOf(value: Json, name: string): Json[] {
  if (Array.isArray(value)) return value;
  throw malformed(value, name);
}

function objectOf(value: Json, name: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw malformed(value, name);
}

const malformed = (value: Json, name: string): Error =>
  new MalformedEventData(`the serialised event has ${show(value)} for ${name}`);
