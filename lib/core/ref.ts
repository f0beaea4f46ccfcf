/** The handle of an actor, wherever it lives: an address and an inlet. It is all that other actors ever hold of it. */
import { TroupeError } from '../base/errors.ts';
import type { AskOptions, Inlet } from './inlet.ts';
import type { Signal } from './message.ts';

const stop: Signal<never> = Object.freeze({ type: 'stop' });
const kill: Signal<never> = Object.freeze({ type: 'kill' });

/**
 * Reaches one actor. Refs can be put anywhere in a message and arrive as refs, on other nodes too. Two refs to the same
 * address are `equals`, though one may lead to an actor that is dead and the other to its successor of the same name.
 * @typeParam M the messages that the actor understands
 */
export class Ref<M = unknown> {
  /** @internal Where messages go: swapped for a dead-letter office when the actor ends. */
  inlet: Inlet<Ref>;
  /** @internal The parent of a local actor; undefined for a root, an ask and a remote actor. */
  readonly up: Ref | undefined;
  /** @internal The last step of the path, or the whole path where `up` is undefined. */
  readonly step: string;

  /** @internal Refs are made by the runtime. */
  constructor(inlet: Inlet<Ref>, up: Ref | undefined, step: string) {
    this.inlet = inlet;
    this.up = up;
    this.step = step;
  }

  /**
   * Sends a message and returns the ref, so that calls chain. Never throws and never waits: a message that cannot be
   * delivered becomes a `DeadLetter` event.
   * @param sender who the receiver sees as `this.sender`; nobody unless given
   */
  tell(message: M, sender?: Ref): this {
    this.inlet.enqueue(message, sender, this as Ref);
    return this;
  }

  /**
   * Sends a message and waits for the answer: what the actor passes to `this.reply`.
   * @throws TimeoutError after `timeout` (5000 ms); ActorStopped when the actor ends before it answers; NodeDownError;
   * AbortError when `signal` is aborted; and the very error that the actor replied with, if it replied with an `Error`
   */
  ask<Reply = unknown>(message: M, options?: AskOptions): Promise<Reply> {
    return this.inlet.realm.ask(this as Ref, message, options) as Promise<Reply>;
  }

  /** Stops the actor after the message that it is handling now; what is queued becomes dead letters. */
  stop(): void {
    this.inlet.signal(stop, this as Ref);
  }

  /** Stops the actor and its children at once: waits neither for the message that it is handling nor for the queue. */
  kill(): void {
    this.inlet.signal(kill, this as Ref);
  }

  /** Resolves when the actor has stopped; at once when it has already, or never existed. */
  join(): Promise<void> {
    return this.inlet.realm.join(this as Ref);
  }

  /**
   * The actor `path` below this one. `/a` is looked up from the root, as in a file system.
   * @throws LookupFailed when the actor would live on this node and does not exist
   */
  child<C = unknown>(path: string): Ref<C> {
    return this.inlet.realm.child(this as Ref, path) as Ref<C>;
  }

  /** The name: the last step of the path. */
  get name(): string {
    return this.step.slice(this.step.lastIndexOf('/') + 1);
  }

  /** The path without the node: `/` for the guardian, `/a/b` for a child `b` of `a`. */
  get path(): string {
    if (this.up === undefined) return this.step;
    return this.up.up === undefined ? `/${this.step}` : `${this.up.path}/${this.step}`;
  }

  /** `host:port/path`, or just `/path` on a node without remoting. */
  get address(): string {
    return (this.inlet.remoteNode ?? this.inlet.realm.address ?? '') + this.path;
  }

  /** Whether the actor lives, or lived, on this node. */
  get isLocal(): boolean {
    return this.inlet.remoteNode === undefined;
  }

  /** Whether the actor is known to have stopped; always false for a remote one, of which only `watch` and `join` tell. */
  get isStopped(): boolean {
    return this.inlet.isDead;
  }

  /** Whether both lead to the same address. */
  equals(other: unknown): boolean {
    return other === this || (other instanceof Ref && other.address === this.address);
  }

  toString(): string {
    return this.address;
  }

  toJSON(): string {
    return this.address;
  }

  /** @internal How `console.log` shows it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Ref(${this.address}${this.isStopped ? ', stopped' : ''})`;
  }
}

/**
 * The actor that was asked stopped before it answered, or an operation was cut short because its actor stopped. The same
 * class is the event that tells that an actor has ended.
 */
export class ActorStopped extends TroupeError {
  readonly ref: Ref;
  /** Why it ended; `notFound` when it never lived. */
  readonly reason: string;

  constructor(ref: Ref, reason: string, message = `${ref.address} has ended (${reason})`) {
    super('ACTOR_STOPPED', message);
    this.ref = ref;
    this.reason = reason;
  }
}
