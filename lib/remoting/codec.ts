/**
 * Messages as bytes and back: MessagePack, with extension types for what JavaScript has besides. What a class instance is
 * on the other side is said by `register`; nothing is built that was not registered, and nothing is evaluated.
 */
import {
  Decoder,
  decodeTimestampExtension,
  Encoder,
  ExtData,
  type ExtensionCodecType,
  encodeTimestampExtension,
} from '@msgpack/msgpack';
import * as errors from '../base/errors.ts';
import { SerializationError, show, TroupeError } from '../base/errors.ts';
import { PoisonPill } from '../core/message.ts';
import { ActorStopped, Ref } from '../core/ref.ts';
import { maxDepth, scan } from './scan.ts';

/** The extension types on the wire. Numbers never change their meaning; -1 is MessagePack's own timestamp. */
export const extension = {
  undefined: 1,
  ref: 2,
  map: 3,
  set: 4,
  bigint: 5,
  error: 6,
  typedArray: 7,
  regexp: 8,
  url: 9,
  registered: 10,
  poisonPill: 11,
  timestamp: -1,
} as const;

const withValue = new Set<number>([
  extension.map,
  extension.set,
  extension.error,
  extension.regexp,
  extension.registered,
]);
const known = new Set<number>(Object.values(extension));

/** How refs cross: as their addresses. */
export interface RefCodec {
  /** @throws InvalidAddress */
  refAt(address: string): Ref;
}

/** Turns messages into bytes and back. The default speaks MessagePack; another one must speak the same bytes. */
export interface Codec {
  /** The bytes of `value`, valid until the next call. @throws SerializationError */
  encode(value: unknown): Uint8Array;
  /** @throws SerializationError when the bytes are no value */
  decode(bytes: Uint8Array): unknown;
  /** Lets instances of the class cross as such. @throws TypeError */
  register(registered: RegisteredClass): void;
}

export type RegisteredClass = (abstract new (...args: never[]) => object) & { readonly name: string };

const typedArrays = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;
/** Marks bytes that are an ArrayBuffer or a DataView, behind the numbers of the arrays above. */
const arrayBufferTag = 100;
const dataViewTag = 101;

/** Errors that come back as what they were. Others come back as an `Error` with the same name. */
const errorClasses = new Map<string, new () => Error>();
for (const one of [
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
]) {
  errorClasses.set(one.name, one as unknown as new () => Error);
}
for (const one of [...Object.values(errors), ActorStopped]) {
  if (typeof one === 'function' && one.prototype instanceof TroupeError) {
    errorClasses.set(one.name, one as unknown as new () => Error);
  }
}

/** What of @msgpack/msgpack's encoder is adapted here. */
interface Adaptable {
  doEncode(value: unknown, depth: number): void;
  clone(): Encoder;
}

/** The library writes undefined as null; before it does, undefined is told from it. Depth it counts from 1. */
function newEncoder(extensionCodec: ExtensionCodecType<undefined>): Encoder {
  const encoder = new Encoder({ extensionCodec, maxDepth: maxDepth + 1 });
  const adapted = encoder as unknown as Adaptable;
  const { doEncode } = adapted;
  adapted.doEncode = function (value, depth) {
    doEncode.call(this, value === undefined ? undefinedData : value, depth);
  };
  // Extensions are encoded by a clone, while the encoder is at work on what holds them.
  adapted.clone = () => newEncoder(extensionCodec);
  return encoder;
}

const undefinedData = new ExtData(extension.undefined, new Uint8Array(0));
const poisonPillData = new ExtData(extension.poisonPill, new Uint8Array(0));
const text = { encoder: new TextEncoder(), decoder: new TextDecoder('utf-8', { fatal: true }) };

export class MessagePackCodec implements Codec {
  /** @internal What @msgpack/msgpack asks about all that it does not know. */
  readonly extensions: ExtensionCodecType<undefined> = {
    tryToEncode: object => this.#tryToEncode(object),
    decode: (data, type) => this.#decodeExtension(data, type),
  };
  readonly #refs: RefCodec;
  readonly #encoder = newEncoder(this.extensions);
  readonly #decoder = new Decoder({ extensionCodec: this.extensions });
  /** Whether an extension with a value inside has been met in the message that is being encoded. */
  #isNested = false;
  readonly #classes = new Map<string, object>();
  readonly #names = new Map<object, string>();

  constructor(refs: RefCodec) {
    this.#refs = refs;
  }

  register(registered: RegisteredClass): void {
    if (
      typeof registered !== 'function' ||
      registered.name === '' ||
      typeof registered.prototype !== 'object'
    ) {
      throw new TypeError(`register: expected a class with a name, not ${show(registered)}`);
    }
    const { name, prototype } = registered;
    const before = this.#classes.get(name);
    if (before !== undefined && before !== prototype) {
      throw new TypeError(
        `register: another class is registered as ${name}; names must differ, since they cross the wire`,
      );
    }
    this.#classes.set(name, prototype);
    this.#names.set(prototype, name);
  }

  encode(value: unknown): Uint8Array {
    try {
      this.#isNested = false;
      const bytes = this.#encoder.encodeSharedRef(value);
      // The encoder counts the levels of each extension by itself; the whole is counted here.
      const fault = this.#isNested ? scan(bytes, kindOf) : undefined;
      if (fault === undefined) return bytes;
      throw new SerializationError(`the message can't be sent: ${fault}`);
    } catch (error) {
      if (error instanceof SerializationError) throw at(error, pathTo(value, error));
      throw new SerializationError(
        `the message is nested deeper than ${maxDepth} levels, or contains itself; send its parts, or ids of them`,
        { cause: error },
      );
    }
  }

  decode(bytes: Uint8Array): unknown {
    const fault = scan(bytes, kindOf);
    if (fault !== undefined) throw new SerializationError(`the bytes are no message: ${fault}`);
    // Otherwise what is a Uint8Array in a message would be a Buffer, as the frames of ZeroMQ are.
    return this.#decodeScanned(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  #decodeScanned(bytes: Uint8Array): unknown {
    try {
      return this.#decoder.decode(bytes);
    } catch (error) {
      if (error instanceof SerializationError) throw error;
      throw new SerializationError(`the bytes are no message: ${errors.asError(error).message}`, {
        cause: error,
      });
    }
  }

  /** Called for every object: plain ones and arrays are not its business. */
  #tryToEncode(object: unknown): ExtData | null {
    if (typeof object !== 'object' || object === null) return this.#encodeOther(object);
    const prototype = Object.getPrototypeOf(object) as object | null;
    if (prototype === Object.prototype || prototype === null || prototype === Array.prototype) return null;
    if (prototype === ExtData.prototype) return object as ExtData;
    if (object instanceof Uint8Array || Array.isArray(object)) return null;
    return this.#encodeInstance(object, prototype);
  }

  #encodeOther(value: unknown): ExtData {
    if (typeof value === 'bigint')
      return new ExtData(extension.bigint, text.encoder.encode(value.toString()));
    throw new Culprit(value, `a ${typeof value} can't be sent to another node`);
  }

  #encodeInstance(object: object, prototype: object): ExtData {
    if (object instanceof Ref) return new ExtData(extension.ref, text.encoder.encode(object.address));
    const name = this.#names.get(prototype);
    if (name !== undefined) return this.#nested(extension.registered, [name, { ...object }]);
    if (object instanceof Map) return this.#nested(extension.map, [...object].flat(1));
    if (object instanceof Set) return this.#nested(extension.set, [...object]);
    if (object instanceof Error) return this.#nested(extension.error, errorFields(object));
    if (object instanceof Date) return this.#encodeDate(object);
    if (object instanceof RegExp) return this.#nested(extension.regexp, [object.source, object.flags]);
    if (object instanceof URL) return new ExtData(extension.url, text.encoder.encode(object.href));
    if (object === PoisonPill) return poisonPillData;
    if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) return encodeBuffer(object);
    const className = object.constructor?.name ?? 'unknown';
    throw new Culprit(
      object,
      `an instance of ${className} can't be sent to another node; register the class on both nodes (node.register(${className})), or send plain data`,
    );
  }

  #encodeDate(date: Date): ExtData {
    if (Number.isNaN(date.getTime()))
      throw new Culprit(date, "an invalid Date can't be sent to another node");
    return new ExtData(extension.timestamp, encodeTimestampExtension(date) as Uint8Array);
  }

  #nested(type: number, value: unknown): ExtData {
    this.#isNested = true;
    return new ExtData(type, this.#encoder.encode(value));
  }

  #decodeExtension(data: Uint8Array, type: number): unknown {
    switch (type) {
      case extension.undefined:
        return undefined;
      case extension.ref:
        return this.#refs.refAt(text.decoder.decode(data));
      case extension.map:
        return this.#decodeMap(data);
      case extension.set:
        return new Set(asArray(this.#inner(data)));
      case extension.bigint:
        return decodeBigint(text.decoder.decode(data));
      case extension.error:
        return decodeError(this.#inner(data));
      case extension.typedArray:
        return decodeBuffer(data);
      case extension.regexp:
        return decodeRegExp(asArray(this.#inner(data)));
      case extension.url:
        return new URL(text.decoder.decode(data));
      case extension.registered:
        return this.#decodeInstance(asArray(this.#inner(data)));
      case extension.poisonPill:
        return PoisonPill;
      default:
        return decodeTimestampExtension(data);
    }
  }

  #inner(data: Uint8Array): unknown {
    return new Decoder({ extensionCodec: this.extensions }).decode(data);
  }

  #decodeMap(data: Uint8Array): Map<unknown, unknown> {
    const flat = asArray(this.#inner(data));
    const map = new Map<unknown, unknown>();
    for (let i = 0; i + 1 < flat.length; i += 2) map.set(flat[i], flat[i + 1]);
    return map;
  }

  #decodeInstance([name, fields]: readonly unknown[]): object {
    const prototype = typeof name === 'string' ? this.#classes.get(name) : undefined;
    if (prototype === undefined) {
      throw new SerializationError(
        `an instance of ${show(name)} has come, which is not registered here; call node.register with the class`,
      );
    }
    // Defined, not assigned: what has come calls no code of the class.
    return Object.create(prototype, Object.getOwnPropertyDescriptors(Object(fields))) as object;
  }
}

/** An error that knows which part of the message it is about. */
class Culprit extends SerializationError {
  readonly part: unknown;

  constructor(part: unknown, message: string) {
    super(message);
    this.part = part;
  }
}

const at = (error: SerializationError, path: string | undefined) =>
  new SerializationError(path === undefined || path === '' ? error.message : `${error.message} (at ${path})`);

/** Where in `value` the part is that could not be encoded. Looked for only after it has failed. */
function pathTo(value: unknown, error: SerializationError): string | undefined {
  if (!(error instanceof Culprit)) return undefined;
  const seen = new Set<unknown>();
  const find = (one: unknown, path: string): string | undefined => {
    if (one === error.part) return path;
    if (typeof one !== 'object' || one === null || seen.has(one)) return undefined;
    seen.add(one);
    const parts = one instanceof Map || one instanceof Set ? [...one].flat(1).entries() : Object.entries(one);
    for (const [key, part] of parts) {
      const found = find(
        part,
        Array.isArray(one) || typeof key === 'number' ? `${path}[${key}]` : `${path}.${key}`,
      );
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return find(value, '');
}

const kindOf = (type: number): 'opaque' | 'value' | undefined => {
  if (withValue.has(type)) return 'value';
  return known.has(type) ? 'opaque' : undefined;
};

function asArray(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new SerializationError('the bytes are no message: an extension does not hold what it should');
}

function decodeBigint(digits: string): bigint {
  if (/^-?\d{1,100000}$/.test(digits)) return BigInt(digits);
  throw new SerializationError('the bytes are no message: a bigint is not written in digits');
}

function decodeRegExp([source, flags]: readonly unknown[]): RegExp {
  return new RegExp(String(source), String(flags));
}

function errorFields(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const errors = error instanceof AggregateError ? { errors: error.errors } : {};
  return { ...error, name, message, stack, ...(cause !== undefined && { cause }), ...errors };
}

function decodeError(fields: unknown): Error {
  const { name, message, stack, ...rest } = (
    typeof fields === 'object' && fields !== null ? fields : {}
  ) as Record<string, unknown>;
  const prototype = (errorClasses.get(String(name)) ?? Error).prototype;
  const error = Object.create(
    prototype,
    Object.getOwnPropertyDescriptors(new Error(String(message))),
  ) as Error;
  hide(error, 'stack', typeof stack === 'string' ? stack : String(message));
  if (error.name !== name) hide(error, 'name', String(name));
  for (const [key, value] of Object.entries(rest)) {
    if (key === 'cause' || key === 'errors') hide(error, key, value);
    else if (key !== '__proto__')
      Object.defineProperty(error, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return error;
}

const hide = (error: Error, key: string, value: unknown) =>
  Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });

function encodeBuffer(value: ArrayBufferView | ArrayBuffer): ExtData {
  const tag =
    value instanceof ArrayBuffer
      ? arrayBufferTag
      : value instanceof DataView
        ? dataViewTag
        : typedArrays.findIndex(one => value instanceof one);
  const bytes =
    value instanceof ArrayBuffer
      ? new Uint8Array(value)
      : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const data = new Uint8Array(1 + bytes.length);
  data[0] = tag;
  data.set(bytes, 1);
  return new ExtData(extension.typedArray, data);
}

function decodeBuffer(data: Uint8Array): object {
  const [tag] = data;
  const { buffer } = data.slice(1);
  if (tag === arrayBufferTag) return buffer;
  if (tag === dataViewTag) return new DataView(buffer);
  const TypedArray = typedArrays[tag ?? -1];
  if (TypedArray !== undefined && buffer.byteLength % TypedArray.BYTES_PER_ELEMENT === 0)
    return new TypedArray(buffer);
  throw new SerializationError('the bytes are no message: a typed array has the wrong kind or length');
}
