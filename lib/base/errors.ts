/**
 * Every error that Troupe throws or rejects with, each with a `code` that never changes its meaning. The messages say
 * what was wrong and what to do about it.
 */

/** The base of all errors of Troupe: `error instanceof TroupeError` tells ours from yours. */
export class TroupeError extends Error {
  /** Stable across versions; compare this, not the message. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** Declares an error class whose constructor takes the message and, as any `Error`, a cause. */
function errorClass(code: string) {
  return class extends TroupeError {
    constructor(message: string, options?: ErrorOptions) {
      super(code, message, options);
    }
  };
}

/** Something did not happen in time: an ask, a `get`, a `withTimeout`. */
export class TimeoutError extends errorClass('TIMEOUT') {}
/** The caller gave up through an `AbortSignal`; `cause` is the signal's reason. */
export class AbortError extends errorClass('ABORTED') {}
/** The name is taken by a sibling that lives or is still stopping. */
export class NameConflict extends errorClass('NAME_CONFLICT') {}
/** No actor lives at that local path. */
export class LookupFailed extends errorClass('LOOKUP_FAILED') {}
/** An actor's constructor, `preStart` or `postRestart` failed; `cause` is what it threw. */
export class CreateFailed extends errorClass('CREATE_FAILED') {}
/** Throw it in `receive` to say that the message is not yours: the same as `this.unhandled(message)`. */
export class Unhandled extends errorClass('UNHANDLED') {
  constructor(message = 'the message was not handled', options?: ErrorOptions) {
    super(message, options);
  }
}
/** A watched actor ended and the watcher did not handle its `Terminated`. */
export class UnhandledTermination extends errorClass('UNHANDLED_TERMINATION') {}
/** The node that was asked is down, or cannot be reached from here. */
export class NodeDownError extends errorClass('NODE_DOWN') {}
/** The node has been stopped: it spawns nothing any more. */
export class NodeStopped extends errorClass('NODE_STOPPED') {}
/** The text is no address of the form `[host:port]/path/of/names`. */
export class InvalidAddress extends errorClass('INVALID_ADDRESS') {}
/** `escalate` was called with nothing to escalate. */
export class InvalidEscalation extends errorClass('INVALID_ESCALATION') {}
/** `supervise` or a strategy's `decide` gave something that is no decision; `cause` is the child's error. */
export class BadSupervision extends errorClass('BAD_SUPERVISION') {}
/** A supervisor has no restarts left for its children, and fails; `cause` is the child's last error. */
export class RestartsExhausted extends errorClass('RESTARTS_EXHAUSTED') {
  /** The child that has failed once too often. */
  readonly child: string;
  /** Its last errors, the oldest first. */
  readonly errors: readonly Error[];

  constructor(message: string, child = '', errors: readonly Error[] = []) {
    super(message, errors.length > 0 ? { cause: errors.at(-1) } : undefined);
    this.child = child;
    this.errors = errors;
  }
}
/** What a supervisor was asked to do with a child can't be done: there is none, or it is in another state; `problem` says which. */
export class ChildError extends errorClass('CHILD') {
  readonly problem: 'notFound' | 'alreadyPresent' | 'running' | 'restarting' | 'maxChildren';

  constructor(problem: ChildError['problem'], message: string) {
    super(message);
    this.problem = problem;
  }
}
/** The actor has no such command, or no such task for `run`; the message lists what it has. */
export class CommandNotFound extends errorClass('COMMAND_NOT_FOUND') {
  /** What was asked for. */
  readonly command: string;
  /** What there is. */
  readonly available: readonly string[];

  constructor(message: string, command = '', available: readonly string[] = []) {
    super(message);
    this.command = command;
    this.available = available;
  }
}
/** A bounded mailbox with `overflow: 'fail'` had no room for the message. */
export class MailboxFull extends errorClass('MAILBOX_FULL') {}
/** A message cannot cross to another node as it is. */
export class SerializationError extends errorClass('SERIALIZATION') {}
/** Remoting could not do what it was asked to: an address that cannot be bound, an option that makes no sense. */
export class RemotingError extends errorClass('REMOTING') {}
/** The thread that an actor ran in has ended; `cause` is the error that nobody caught there, if there was one. */
export class ThreadExited extends errorClass('THREAD_EXITED') {}
/** The child process that an actor ran in has ended. */
export class ProcessExited extends errorClass('PROCESS_EXITED') {}
/** The thread or process of an actor has not answered for `maxBusy` ms and was ended. */
export class Overrun extends errorClass('OVERRUN') {
  /** What its JavaScript was doing, the innermost call first; empty where that could not be found out. */
  readonly sample: readonly string[];

  constructor(message: string, sample: readonly string[] = []) {
    super(message);
    this.sample = sample;
  }
}
/** A member of the actor was used where it does not exist yet (the constructor) or any more. */
export class ActorContextError extends errorClass('NO_CONTEXT') {}

/** `value` for an error message: short, on one line, never throwing. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(clip(value));
  if (typeof value === 'function') return `${value.name || 'an anonymous function'}()`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return clip(JSON.stringify(value) ?? String(value));
  } catch {
    return tagOf(value);
  }
}

function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    return 'an object that cannot be read';
  }
}

const clip = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}...` : text);

/** What was thrown, as an `Error`: people do throw strings. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new TroupeError('THROWN', `${show(thrown)} was thrown`, { cause: thrown });
}
