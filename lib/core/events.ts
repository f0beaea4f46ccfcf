/** What the runtime tells about itself: one class a fact, and the stream that carries them to whoever subscribed. */
import { asError } from '../base/errors.ts';
import type { DeadLetterReason } from './message.ts';
import type { Ref } from './ref.ts';
import type { ShutdownPhase } from './shutdown.ts';

/** Nobody handled this message, and nobody will. */
export class DeadLetter {
  readonly recipient: Ref;
  readonly message: unknown;
  readonly sender: Ref | undefined;
  readonly reason: DeadLetterReason;

  constructor(recipient: Ref, message: unknown, sender: Ref | undefined, reason: DeadLetterReason) {
    this.recipient = recipient;
    this.message = message;
    this.sender = sender;
    this.reason = reason;
  }
}

/** The actor got the message and said that it is not one of its own. */
export class UnhandledMessage {
  readonly ref: Ref;
  readonly message: unknown;
  readonly sender: Ref | undefined;

  constructor(ref: Ref, message: unknown, sender: Ref | undefined) {
    this.ref = ref;
    this.message = message;
    this.sender = sender;
  }
}

/** An actor failed; its supervisor is asked what to do. Told for every failure, handled or not. */
export class ActorError {
  readonly ref: Ref;
  readonly error: Error;
  /** What it was handling, undefined when it failed outside `receive`. */
  readonly message: unknown;

  constructor(ref: Ref, error: Error, message: unknown) {
    this.ref = ref;
    this.error = error;
    this.message = message;
  }
}

/** An error that changes nothing any more, because what it concerns is already stopping, or belongs to nobody. */
export class ErrorIgnored {
  readonly ref: Ref | undefined;
  readonly error: Error;
  /** Where it happened: `postStop`, `preRestart`, a subscriber, ... */
  readonly where: string;

  constructor(ref: Ref | undefined, error: Error, where: string) {
    this.ref = ref;
    this.error = error;
    this.where = where;
  }
}

/** An actor is ready: its `preStart` is done. */
export class ActorStarted {
  readonly ref: Ref;

  constructor(ref: Ref) {
    this.ref = ref;
  }
}

/** A new instance has taken the place of the one that failed. */
export class ActorRestarted {
  readonly ref: Ref;
  readonly error: Error;

  constructor(ref: Ref, error: Error) {
    this.ref = ref;
    this.error = error;
  }
}

/** A mailbox has grown past a multiple of its high-water mark. */
export class HighWaterMarkReached {
  readonly ref: Ref;
  /** The messages in the mailbox. */
  readonly count: number;

  constructor(ref: Ref, count: number) {
    this.ref = ref;
    this.count = count;
  }
}

/** A bounded mailbox had no room: `message` was dropped. Told beside its `DeadLetter`. */
export class MailboxOverflow {
  readonly ref: Ref;
  readonly message: unknown;
  readonly capacity: number;

  constructor(ref: Ref, message: unknown, capacity: number) {
    this.ref = ref;
    this.message = message;
    this.capacity = capacity;
  }
}

/** What happened to a decision or an actor that the runtime had to bend: for example the resume of a failed start. */
export class SupervisionWarning {
  readonly ref: Ref;
  readonly text: string;

  constructor(ref: Ref, text: string) {
    this.ref = ref;
    this.text = text;
  }
}

/** Another node can be reached. */
export class NodeUp {
  readonly address: string;
  readonly incarnation: string;

  constructor(address: string, incarnation: string) {
    this.address = address;
    this.incarnation = incarnation;
  }
}

/** Another node can no longer be reached, or never could. */
export class NodeDown {
  readonly address: string;
  /** Undefined for a node that never answered. */
  readonly incarnation: string | undefined;
  readonly reason: string;

  constructor(address: string, incarnation: string | undefined, reason: string) {
    this.address = address;
    this.incarnation = incarnation;
    this.reason = reason;
  }
}

/** A node that was declared down is heard again in the same incarnation: it stays cut off until it restarts. */
export class NodeQuarantined {
  readonly address: string;
  readonly incarnation: string;

  constructor(address: string, incarnation: string) {
    this.address = address;
    this.incarnation = incarnation;
  }
}

/** A node's process is alive, but its event loop does not answer. */
export class NodeUnresponsive {
  readonly address: string;
  readonly incarnation: string;

  constructor(address: string, incarnation: string) {
    this.address = address;
    this.incarnation = incarnation;
  }
}

/** A node that did not respond does again. */
export class NodeResponsive {
  readonly address: string;
  readonly incarnation: string;

  constructor(address: string, incarnation: string) {
    this.address = address;
    this.incarnation = incarnation;
  }
}

/** A connection was turned down, here or at the other end: for its key, or since the other speaks another protocol. */
export class NodeRefused {
  /** The node or the route, as far as it is known. */
  readonly address: string;
  readonly reason: string;

  constructor(address: string, reason: string) {
    this.address = address;
    this.reason = reason;
  }
}

/** Another node wanted to do something here that the policy `remoting.allow` does not let it. */
export class OperationRefused {
  /** The node that wanted it. */
  readonly peer: string;
  readonly operation: string;
  readonly path: string;

  constructor(peer: string, operation: string, path: string) {
    this.peer = peer;
    this.operation = operation;
    this.path = path;
  }
}

/** Bytes arrived that are no frame of Troupe's protocol, or that break it. */
export class MalformedInput {
  /** The node or the route that it came from, as far as it is known. */
  readonly from: string;
  readonly reason: string;
  /** How often it has happened since the last such event: there are no more than ten in a second. */
  readonly count: number;

  constructor(from: string, reason: string, count = 1) {
    this.from = from;
    this.reason = reason;
    this.count = count;
  }
}

/** A message from another node does not conform to the `accepts` schema of the actor it was sent to. */
export class InvalidMessage {
  readonly ref: Ref;
  readonly message: unknown;
  readonly issues: readonly unknown[];

  constructor(ref: Ref, message: unknown, issues: readonly unknown[]) {
    this.ref = ref;
    this.message = message;
    this.issues = issues;
  }
}

/** A task of the node's end threw, or took too long. It keeps nothing: the phase goes on without it. */
export class ShutdownTaskFailed {
  readonly phase: ShutdownPhase;
  /** The name that the task was added with. */
  readonly task: string;
  /** A `TimeoutError` when it took too long. */
  readonly error: Error;

  constructor(phase: ShutdownPhase, task: string, error: Error) {
    this.phase = phase;
    this.task = task;
    this.error = error;
  }
}

/** A class of events; subscribe with one. */
export type EventClass<E> = abstract new (...args: never[]) => E;

type Listener = (event: never) => void;

/** Carries events to their subscribers, one by one, in the order of subscription. A subscriber that throws harms nobody else. */
export class EventStream {
  readonly #listeners = new Map<unknown, Set<Listener>>();
  /** The answers of `hears`, until somebody subscribes or leaves. */
  readonly #isHeard = new Map<unknown, boolean>();

  /**
   * Calls `fn` with every event of the class, and of classes that extend it; `Object` stands for all events.
   * @returns a function that unsubscribes
   */
  subscribe<E>(event: EventClass<E>, fn: (event: E) => unknown): () => void {
    if (typeof event !== 'function')
      throw new TypeError('subscribe(EventClass, fn): the first argument must be a class');
    if (typeof fn !== 'function')
      throw new TypeError('subscribe(EventClass, fn): the second argument must be a function');
    const listener: Listener = (told: never) => this.#call(fn as (event: never) => unknown, told);
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    this.#isHeard.clear();
    return () => {
      this.#isHeard.clear();
      if (listeners.delete(listener) && listeners.size === 0 && this.#listeners.get(event) === listeners) {
        this.#listeners.delete(event);
      }
    };
  }

  /** Resolves with the next event of the class for which `predicate` holds. */
  once<E>(event: EventClass<E>, predicate: (event: E) => boolean = () => true): Promise<E> {
    return new Promise((resolve, reject) => {
      const unsubscribe = this.subscribe(event, told => {
        try {
          if (!predicate(told)) return;
          resolve(told);
        } catch (error) {
          reject(error);
        }
        unsubscribe();
      });
    });
  }

  /** All events of the class from now on, as they come; ends the subscription when the loop is left. */
  stream<E>(event: EventClass<E>): AsyncIterableIterator<E> {
    const arrived: E[] = [];
    const waiting: ((result: IteratorResult<E>) => void)[] = [];
    let isOver = false;
    const unsubscribe = this.subscribe(event, told => {
      const next = waiting.shift();
      if (next === undefined) arrived.push(told);
      else next({ done: false, value: told });
    });
    const end: IteratorResult<E> = { done: true, value: undefined };
    return {
      next: () => {
        if (arrived.length > 0) return Promise.resolve({ done: false, value: arrived.shift() as E });
        if (isOver) return Promise.resolve(end);
        return new Promise(resolve => waiting.push(resolve));
      },
      return: () => {
        isOver = true;
        unsubscribe();
        arrived.length = 0;
        for (const next of waiting.splice(0)) next(end);
        return Promise.resolve(end);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Whether anybody would hear an event of this very class: asked before an event is made on a busy path. */
  hears(event: EventClass<unknown>): boolean {
    let answer = this.#isHeard.get(event);
    if (answer === undefined) {
      answer = ancestry(event).some(one => this.#listeners.has(one));
      this.#isHeard.set(event, answer);
    }
    return answer;
  }

  /** Tells an event to all who subscribed to its class or to one that it extends. */
  publish(event: object): void {
    if (this.#listeners.size === 0) return;
    for (const one of ancestry(event.constructor)) {
      const listeners = this.#listeners.get(one);
      if (listeners !== undefined) for (const listener of [...listeners]) listener(event as never);
    }
  }

  #call(fn: (event: never) => unknown, event: never): void {
    try {
      const result = fn(event);
      if (result instanceof Promise) result.catch(error => this.#subscriberFailed(event, error));
    } catch (error) {
      this.#subscriberFailed(event, error);
    }
  }

  #subscriberFailed(event: object, error: unknown): void {
    // A subscriber to ErrorIgnored that throws on every one would go round for ever: that one error is told no further.
    if (event instanceof ErrorIgnored && event.where === 'subscriber') return;
    this.publish(new ErrorIgnored(undefined, asError(error), 'subscriber'));
  }
}

/** A class and all that it extends; `Object` is among them, though a class that extends nothing does not say so. */
function ancestry(event: unknown): unknown[] {
  const classes: unknown[] = [];
  for (
    let one = event;
    typeof one === 'function' && one !== Function.prototype;
    one = Object.getPrototypeOf(one)
  ) {
    classes.push(one);
  }
  classes.push(Object);
  return classes;
}
