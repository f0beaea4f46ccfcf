/**
 * What turns messages into bytes and back, and the codec that does so with @msgpack/msgpack: slower than `FastCodec`, which
 * nodes use, and its measure, for the two are to agree on every byte.
 */
import { Decoder, Encoder, ExtData, type ExtensionCodecType } from '@msgpack/msgpack';
import { asError, SerializationError } from '../base/errors.ts';
import type { ByteWriter } from './byteWriter.ts';
import { type Extension, Extensions, type RefCodec, type RegisteredClass } from './extensions.ts';
import { located, reentered, tooDeep, unfit } from './faults.ts';
import { extension, kindOf, maxDepth } from './format.ts';
import { scan } from './scan.ts';

export type { RefCodec, RegisteredClass } from './extensions.ts';

/** Turns messages into bytes and back: MessagePack, with the extension types of Troupe. */
export interface Codec {
  /**
   * Appends the bytes of `value` to `writer`. Not to be called again from a getter of that value.
   * @throws SerializationError, and then `writer.at` is what it was
   */
  encode(value: unknown, writer: ByteWriter): void;
  /** The value that stands from `start` to `end` of `bytes`. @throws SerializationError when they are not exactly one value */
  decode(bytes: Uint8Array, start: number, end: number): unknown;
  /** Lets instances of the class cross as such. @throws TypeError */
  register(registered: RegisteredClass): void;
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

export class MessagePackCodec implements Codec {
  /** @internal What @msgpack/msgpack asks about all that it does not know. */
  readonly adapter: ExtensionCodecType<undefined> = {
    tryToEncode: object => this.#tryToEncode(object),
    decode: (data, type) =>
      kindOf(type) === 'opaque'
        ? this.#extensions.fromBytes(type, data)
        : this.#extensions.fromValue(type, new Decoder({ extensionCodec: this.adapter }).decode(data)),
  };
  readonly #extensions: Extensions;
  readonly #encoder = newEncoder(this.adapter);
  readonly #decoder = new Decoder({ extensionCodec: this.adapter });
  /** Whether an extension with a value inside has been met in the message that is being encoded. */
  #isNested = false;
  #isEncoding = false;

  constructor(refs: RefCodec) {
    this.#extensions = new Extensions(refs);
  }

  register(registered: RegisteredClass): void {
    this.#extensions.register(registered);
  }

  encode(value: unknown, writer: ByteWriter): void {
    if (this.#isEncoding) throw new SerializationError(reentered);
    this.#isEncoding = true;
    this.#isNested = false;
    try {
      const bytes = this.#encoder.encodeSharedRef(value);
      // The encoder counts the levels of each extension by itself; the whole is counted here.
      const fault = this.#isNested ? scan(bytes, kindOf) : undefined;
      if (fault !== undefined) throw new SerializationError(`the message can't be sent: ${fault}`);
      writer.append(bytes);
    } catch (error) {
      if (error instanceof SerializationError) throw located(error, value);
      throw new SerializationError(tooDeep, { cause: error });
    } finally {
      this.#isEncoding = false;
    }
  }

  decode(bytes: Uint8Array, start: number, end: number): unknown {
    // Otherwise what is a Uint8Array in a message would be a Buffer, as the frames of ZeroMQ are.
    const own = new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
    const fault = scan(own, kindOf);
    if (fault !== undefined) throw unfit(fault);
    try {
      return this.#decoder.decode(own);
    } catch (error) {
      throw error instanceof SerializationError ? error : unfit(asError(error).message, error);
    }
  }

  /** Called for every object: plain ones and arrays are not its business. */
  #tryToEncode(object: unknown): ExtData | null {
    if (typeof object !== 'object' || object === null) return this.#dataOf(this.#extensions.ofOther(object));
    const prototype = Object.getPrototypeOf(object) as object | null;
    if (prototype === Object.prototype || prototype === null || prototype === Array.prototype) return null;
    if (prototype === ExtData.prototype) return object as ExtData;
    if (object instanceof Uint8Array || Array.isArray(object)) return null;
    return this.#dataOf(this.#extensions.ofInstance(object, prototype));
  }

  #dataOf({ type, bytes, value }: Extension): ExtData {
    if (bytes !== undefined) return new ExtData(type, bytes);
    this.#isNested = true;
    return new ExtData(type, this.#encoder.encode(value));
  }
}
