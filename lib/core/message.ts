/**
 * What travels beside the messages of users: signals between the parts of the runtime, and notices, which wait in a
 * mailbox like any message but are looked at by the cell before `receive` sees them. `R` stands for `Ref`, which is
 * defined above this file.
 */

/** Why a watched actor is gone. */
export type TerminationReason = 'stopped' | 'killed' | 'failed' | 'nodeDown' | 'newIncarnation' | 'notFound';

/** Why a message became a dead letter. */
export const deadLetterReasons = [
  'stopped',
  'notFound',
  'overflow',
  'expired',
  'nodeDown',
  'inDoubt',
  'staleIncarnation',
  'quarantined',
  'unserializable',
  'undecodable',
  'tooLarge',
  'refused',
  'lateReply',
  'cancelled',
] as const;
export type DeadLetterReason = (typeof deadLetterReasons)[number];

/** System messages: they never wait behind user messages and are never dropped. */
export type Signal<R> =
  /** An ancestor failed: handle no messages until `release`. */
  | { readonly type: 'hold' }
  | { readonly type: 'release' }
  /** The supervisor's decisions about this actor's own failure, or about its part in a sibling's. */
  | { readonly type: 'resume' }
  | { readonly type: 'restart'; readonly failure: Failure; readonly delay: number }
  /** End the instance now, within `limit` ms, and start a new one at `begin`. */
  | { readonly type: 'endInstance'; readonly failure: Failure; readonly limit: number }
  | { readonly type: 'begin' }
  /** `limit`: so many ms, then it is killed. */
  | { readonly type: 'stop'; readonly limit?: number }
  /** Stop because of a failure: as `stop`, but watchers hear `failed`. */
  | { readonly type: 'giveUpChild'; readonly limit?: number }
  /** `isBrutal`: without its `postStop`. */
  | { readonly type: 'kill'; readonly isBrutal?: boolean }
  | { readonly type: 'watch'; readonly watcher: R }
  /** `isAnswered`: the watcher was an ask, and got its answer from the node that it had asked. */
  | { readonly type: 'unwatch'; readonly watcher: R; readonly isAnswered?: boolean }
  | { readonly type: 'terminated'; readonly ref: R; readonly reason: TerminationReason }
  /** The lives of two actors are tied together, or not any more: both sides keep who the other one is. */
  | { readonly type: 'link'; readonly peer: R }
  | { readonly type: 'unlink'; readonly peer: R }
  /** An actor that this one is linked to has ended. */
  | { readonly type: 'exited'; readonly ref: R; readonly reason: TerminationReason }
  /** Who asked does not wait for the answer any more. */
  | { readonly type: 'abandoned'; readonly asker: R }
  | { readonly type: 'childFailed'; readonly child: R; readonly failure: Failure }
  | { readonly type: 'childStopped'; readonly child: R };

/** What an actor reports to its supervisor: the error, and the message that it was handling, if any. */
export interface Failure {
  readonly error: Error;
  readonly message: unknown;
}

// Symbols: no field of a message that came from elsewhere can stand in their place.
export const needed: unique symbol = Symbol('needed');
export const carryOut: unique symbol = Symbol('carryOut');

/** A message that the cell looks at before `receive` does. */
export abstract class CellMessage {
  /** What else a peer must be allowed to do here before it may send this: of `remoting.allow`; nothing unless given. */
  get [needed](): 'stop' | undefined {
    return undefined;
  }
}

/** One of the runtime itself: it never waits for room, and is no dead letter when nobody hears it. */
export abstract class Notice extends CellMessage {}

/**
 * A message of users that brings with it what is to be done: the cell carries it out in its turn, in the place of `receive`.
 */
export abstract class Errand extends CellMessage {
  /** Gives a promise or a generator when it takes time, as `receive` does. */
  abstract [carryOut](actor: object, host: unknown): unknown;
}

/** One that an actor of the runtime tells itself: nobody else is to see it, in an event or a hook. */
export abstract class PrivateNotice extends Notice {}

/** Tells of the end of an actor. */
abstract class EndNotice<R> extends Notice {
  readonly ref: R;
  readonly reason: TerminationReason;

  constructor(ref: R, reason: TerminationReason) {
    super();
    this.ref = ref;
    this.reason = reason;
  }
}

/** Tells a watcher that an actor has ended: delivered once for each `watch`, as an ordinary message. */
export class Terminated<R = unknown> extends EndNotice<R> {}

/**
 * Tells an actor with `trapExit` that one it is linked to has ended: delivered once, as an ordinary message. The reason is
 * `stopped` for a normal end; any other is one that would have stopped an actor without `trapExit`.
 */
export class Exit<R = unknown> extends EndNotice<R> {}

/** Nothing has arrived for the time that was set with `setReceiveTimeout`. */
export class ReceiveTimeout extends Notice {}

/** The class of the one message `PoisonPill`. */
export class PoisonPillNotice extends Notice {
  override get [needed](): 'stop' {
    return 'stop';
  }
}

/** Stops the actor that it is told to in its turn: after all that was sent before. */
export const PoisonPill: PoisonPillNotice = Object.freeze(new PoisonPillNotice());
