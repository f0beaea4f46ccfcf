/**
 * What is said between a node and its threads and processes beside the messages of actors: what is to be run there, and how
 * it does. It goes past the link, so that it waits behind no message, and is encoded as messages are: refs arrive as refs.
 */
import { asError } from '../base/errors.ts';
import { ByteWriter } from '../remoting/byteWriter.ts';
import { FastCodec } from '../remoting/fastCodec.ts';
import type { RegisteredClass, RemotingHost } from '../remoting/index.ts';
import type { Vitals } from './vitals.ts';

/** What a node says. `id` names the life of one actor over there. */
export type Order =
  | {
      readonly op: 'spawn';
      readonly id: number;
      readonly parent: string;
      readonly name: string;
      readonly url: string;
      readonly className: string;
      readonly params: unknown;
      /** Why the life before has ended, when this one takes its place. */
      readonly failure: Error | undefined;
      /** Where its tally is found, unless that was sent. */
      readonly region?: number | undefined;
      /** Whether it says when it has nothing to do. */
      readonly isFed?: boolean;
    }
  | {
      readonly op: 'endInstance';
      readonly id: number;
      readonly failure: Error;
      readonly message: unknown;
      readonly limit: number;
    }
  | { readonly op: 'stop'; readonly id: number; readonly limit: number | undefined }
  | {
      readonly op: 'begin' | 'resume' | 'hold' | 'release' | 'giveUp' | 'kill' | 'killBrutally';
      readonly id: number;
    }
  /** Answered by `measured`, in the order of the questions. */
  | { readonly op: 'measure'; readonly id: number };

/** What it hears. */
export type Report =
  | { readonly report: 'started' | 'ended' | 'idle'; readonly id: number }
  | { readonly report: 'startFailed'; readonly id: number; readonly error: Error }
  | { readonly report: 'failed'; readonly id: number; readonly error: Error; readonly message: unknown }
  | { readonly report: 'gone'; readonly id: number; readonly reason: string }
  | { readonly report: 'measured'; readonly id: number; readonly vitals: Vitals }
  /** Something for whoever had it spawned, which must wait neither for its turn nor for an event loop over there. */
  | { readonly report: 'aside'; readonly id: number; readonly said: unknown }
  /** Its event loop turns. */
  | { readonly report: 'beat' }
  /** A line of its log, packed. */
  | { readonly report: 'log'; readonly record: string }
  | { readonly report: 'stopNode'; readonly reason: string | undefined };

export class ControlCodec {
  readonly #codec: FastCodec;

  constructor(refs: Pick<RemotingHost, 'refAt'>) {
    this.#codec = new FastCodec(refs);
  }

  register(registered: RegisteredClass): void {
    this.#codec.register(registered);
  }

  /** @throws SerializationError */
  encode(said: Order | Report): Uint8Array {
    const writer = new ByteWriter();
    this.#codec.encode(said, writer);
    return writer.bytes.slice(0, writer.at);
  }

  decode(bytes: Uint8Array): Order | Report {
    return this.#codec.decode(bytes, 0, bytes.length) as Order | Report;
  }

  /** What has failed may hold what can't cross: then it crosses without that. */
  encodeFailure(said: Report & { report: 'failed' | 'startFailed' }): Uint8Array {
    try {
      return this.encode(said);
    } catch {
      const { name, message, stack } = asError(said.error);
      const error = Object.assign(new Error(message), { name, stack });
      return this.encode(
        said.report === 'failed' ? { ...said, error, message: undefined } : { ...said, error },
      );
    }
  }
}
