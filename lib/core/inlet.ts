/**
 * The one interface underneath everything that takes messages: an actor's cell, the dead-letter office, an ask that
 * waits for its answer, the proxy of a remote actor, a probe. A `Ref` holds one and never asks which. `R` stands for
 * `Ref`, which is defined above this file.
 */
import type { Counts } from './counts.ts';
import type { DeadLetterReason, Signal } from './message.ts';

export abstract class Inlet<R> {
  /** The node that holds this inlet. */
  abstract readonly realm: Realm<R>;

  /** Takes a user message for `to`, which is the ref that it was told to. Never throws. */
  abstract enqueue(message: unknown, sender: R | undefined, to: R): void;

  /** Takes a system message for `to`. Never throws. */
  abstract signal(signal: Signal<R>, to: R): void;

  /** Whether what it leads to is known to have ended. */
  get isDead(): boolean {
    return false;
  }

  /** The `host:port` of the other node for the proxy of a remote actor; undefined for all that is here. */
  get remoteNode(): string | undefined {
    return undefined;
  }

  /** Whom other nodes get for `to` when it crosses to them: undefined for nobody. */
  abroad(to: R): R | undefined {
    return to;
  }
}

export interface AskOptions {
  /** How long to wait for the answer, in ms; 5000 unless given, `Infinity` for ever. */
  timeout?: number | undefined;
  /** Gives up when aborted. */
  signal?: AbortSignal | undefined;
}

/** What a ref and an inlet need of the node they belong to. */
export interface Realm<R> {
  /** `host:port`, or undefined on a node without remoting. */
  readonly address: string | undefined;
  readonly counts: Counts;
  ask(ref: R, message: unknown, options: AskOptions | undefined): Promise<unknown>;
  join(ref: R): Promise<void>;
  child(ref: R, path: string): R;
  /** Counts a message that nobody will handle, and tells the event stream. */
  deadLetter(message: unknown, sender: R | undefined, to: R, reason: DeadLetterReason): void;
}
