/**
 * What JavaScript has besides what MessagePack knows, as extensions and back. What a class instance is on the other side is
 * said by `register`; nothing is built that was not registered, and nothing is evaluated.
 */
import { SerializationError, show } from '../base/errors.ts';
import { PoisonPill } from '../core/message.ts';
import { Ref } from '../core/ref.ts';
import { decodeBuffer, encodeBuffer } from './buffers.ts';
import { decodeError, errorFields } from './errorFields.ts';
import { Culprit, unfit } from './faults.ts';
import { extension } from './format.ts';
import { decodeTimestamp, encodeTimestamp } from './timestamp.ts';

/** How refs cross: as their addresses. */
export interface RefCodec {
  /** @throws InvalidAddress */
  refAt(address: string): Ref;
}

export type RegisteredClass = (abstract new (...args: never[]) => object) & { readonly name: string };

/** What stands for an object on the wire: bytes as they are, or a value that is encoded in its turn. */
export class Extension {
  readonly type: number;
  readonly bytes: Uint8Array | undefined;
  readonly value: unknown;

  constructor(type: number, bytes: Uint8Array | undefined, value?: unknown) {
    this.type = type;
    this.bytes = bytes;
    this.value = value;
  }
}

const nothing = new Uint8Array(0);
const poisonPill = new Extension(extension.poisonPill, nothing);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export class Extensions {
  readonly #refs: RefCodec;
  readonly #classes = new Map<string, object>();
  readonly #names = new Map<object, string>();

  constructor(refs: RefCodec) {
    this.#refs = refs;
  }

  /** Lets instances of the class cross as such. @throws TypeError */
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

  /** What stands for an object that is neither plain nor an array nor a Uint8Array. @throws Culprit */
  ofInstance(object: object, prototype: object): Extension {
    if (object instanceof Ref) return ofRef(object);
    const name = this.#names.get(prototype);
    if (name !== undefined) return new Extension(extension.registered, undefined, [name, { ...object }]);
    if (object instanceof Map) return new Extension(extension.map, undefined, [...object].flat(1));
    if (object instanceof Set) return new Extension(extension.set, undefined, [...object]);
    if (object instanceof Error) return new Extension(extension.error, undefined, errorFields(object));
    if (object instanceof Date) return ofDate(object);
    if (object instanceof RegExp)
      return new Extension(extension.regexp, undefined, [object.source, object.flags]);
    if (object instanceof URL) return ofText(extension.url, object.href);
    if (object === PoisonPill) return poisonPill;
    if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer)
      return new Extension(extension.typedArray, encodeBuffer(object));
    const className = object.constructor?.name ?? 'unknown';
    throw new Culprit(
      object,
      `an instance of ${className} can't be sent to another node; register the class on both nodes (node.register(${className})), or send plain data`,
    );
  }

  /** What stands for a bigint. @throws Culprit for what else is no object: a function, a symbol */
  ofOther(value: unknown): Extension {
    if (typeof value === 'bigint') return ofText(extension.bigint, value.toString());
    throw new Culprit(value, `a ${typeof value} can't be sent to another node`);
  }

  /** What the bytes of an opaque extension mean. They are not kept. @throws Error of any kind when they mean nothing */
  fromBytes(type: number, bytes: Uint8Array): unknown {
    switch (type) {
      case extension.undefined:
        return undefined;
      case extension.ref:
        return this.#refs.refAt(decoder.decode(bytes));
      case extension.bigint:
        return decodeBigint(decoder.decode(bytes));
      case extension.typedArray:
        return decodeBuffer(bytes);
      case extension.url:
        return new URL(decoder.decode(bytes));
      case extension.poisonPill:
        return PoisonPill;
      default:
        return decodeTimestamp(bytes);
    }
  }

  /** What the value inside an extension stands for. @throws Error of any kind when it stands for nothing */
  fromValue(type: number, value: unknown): unknown {
    switch (type) {
      case extension.map:
        return decodeMap(asArray(value));
      case extension.set:
        return new Set(asArray(value));
      case extension.error:
        return decodeError(value);
      case extension.regexp:
        return decodeRegExp(asArray(value));
      default:
        return this.#decodeInstance(asArray(value));
    }
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

function ofRef(ref: Ref): Extension {
  const known = ref.inlet.abroad(ref);
  if (known !== undefined) return ofText(extension.ref, known.address);
  throw new Culprit(
    ref,
    `nobody has the name ${ref.address} now, and a name itself can't be sent to another node`,
  );
}

const ofText = (type: number, text: string) => new Extension(type, encoder.encode(text));

function ofDate(date: Date): Extension {
  if (Number.isNaN(date.getTime())) throw new Culprit(date, "an invalid Date can't be sent to another node");
  return new Extension(extension.timestamp, encodeTimestamp(date));
}

function asArray(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unfit('an extension does not hold what it should');
}

function decodeMap(flat: readonly unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let i = 0; i + 1 < flat.length; i += 2) map.set(flat[i], flat[i + 1]);
  return map;
}

function decodeBigint(digits: string): bigint {
  if (/^-?\d{1,100000}$/.test(digits)) return BigInt(digits);
  throw unfit('a bigint is not written in digits');
}

function decodeRegExp([source, flags]: readonly unknown[]): RegExp {
  return new RegExp(String(source), String(flags));
}
