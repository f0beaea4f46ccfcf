/** The codec that nodes use: MessagePack written and read by our own packer and unpacker. */
import { asError, SerializationError } from '../base/errors.ts';
import type { ByteWriter } from './byteWriter.ts';
import type { Codec } from './codec.ts';
import { Extensions, type RefCodec, type RegisteredClass } from './extensions.ts';
import { located, reentered, unfit } from './faults.ts';
import { Packer } from './packer.ts';
import { Unpacker } from './unpacker.ts';

export class FastCodec implements Codec {
  readonly #extensions: Extensions;
  readonly #packer: Packer;
  readonly #unpacker: Unpacker;
  #isEncoding = false;

  constructor(refs: RefCodec) {
    this.#extensions = new Extensions(refs);
    this.#packer = new Packer(this.#extensions);
    this.#unpacker = new Unpacker(this.#extensions);
  }

  register(registered: RegisteredClass): void {
    this.#extensions.register(registered);
  }

  encode(value: unknown, writer: ByteWriter): void {
    // Else the one message would stand in the midst of the other.
    if (this.#isEncoding) throw new SerializationError(reentered);
    const { at } = writer;
    this.#isEncoding = true;
    try {
      this.#packer.pack(value, writer);
    } catch (error) {
      writer.at = at;
      if (error instanceof SerializationError) throw located(error, value);
      throw new SerializationError(`the message can't be read: ${asError(error).message}`, { cause: error });
    } finally {
      this.#isEncoding = false;
    }
  }

  decode(bytes: Uint8Array, start: number, end: number): unknown {
    try {
      return this.#unpacker.unpack(bytes, start, end);
    } catch (error) {
      throw error instanceof SerializationError ? error : unfit(asError(error).message, error);
    }
  }
}
