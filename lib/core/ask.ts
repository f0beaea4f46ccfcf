/** One question that waits for its answer: the inlet behind the sender's ref that the asked actor replies to. */
import { setMaxListeners } from 'node:events';
import { AbortError, asError, MailboxFull, NodeDownError, show, TimeoutError } from '../base/errors.ts';
import type { Cancel, Clock, World } from '../base/world.ts';
import { whoRuns } from './ambient.ts';
import type { DeadInlet } from './deadLetters.ts';
import type { OnAnswer } from './delivery.ts';
import { type AskOptions, Inlet, type Realm } from './inlet.ts';
import { type DeadLetterReason, Notice, type Signal } from './message.ts';
import type { Monitor } from './monitor.ts';
import type { Scope } from './operation.ts';
import { ActorStopped, Ref } from './ref.ts';

/** What an ask needs of its node. */
export interface AskDesk extends Realm<Ref> {
  readonly clock: Clock;
  /** Who waits for an answer or an end, by path: that is how other nodes reach them. */
  readonly askers: Map<string, Ref>;
  /** How many there have been: each has a number of its own. */
  asked: number;
  readonly world: World;
  /** Takes answers to questions that have been answered. */
  readonly answered: DeadInlet;
  /** Takes answers to questions whose asker gave up. */
  readonly abandoned: DeadInlet;
  /** Looks at what is told and asked, once somebody wants to know. */
  readonly monitor: Monitor | undefined;
}

/** Below this path live the askers: whoever asks an actor watches it, too, until it answers. */
const askRoot = '/$ask/';
const joinRoot = '/$join/';

/** Whether an ask waits, or waited, at that path. */
export const isAskPath = (path: string) => path.startsWith(askRoot);
const defaultTimeout = 5000;

/** @throws TypeError when an option is of the wrong kind */
export function checkAskOptions({ timeout, signal }: AskOptions): void {
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
    throw new TypeError(`ask: timeout must be milliseconds from 0 up, not ${show(timeout)}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`ask: signal must be an AbortSignal, not ${show(signal)}`);
  }
}

export class Ask extends Inlet<Ref> {
  readonly realm: AskDesk;
  readonly ref: Ref;
  readonly target: Ref;
  /** The actor that asks, where that can be told: in its async code after an `await` it can't. */
  readonly asker: Scope | undefined = whoRuns();
  readonly askedAt: number;
  readonly #resolve: (answer: unknown) => void;
  readonly #reject: (error: Error) => void;
  /** Told how it has ended, where somebody wants to know. */
  #onEnded: OnAnswer | undefined;
  #cancelTimer: Cancel | undefined;
  #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;

  private constructor(
    desk: AskDesk,
    target: Ref,
    resolve: (answer: unknown) => void,
    reject: (error: Error) => void,
  ) {
    super();
    this.realm = desk;
    this.target = target;
    this.askedAt = desk.clock.now();
    this.#resolve = resolve;
    this.#reject = reject;
    this.ref = newAsker(desk, this, askRoot);
  }

  static start(desk: AskDesk, target: Ref, message: unknown, options: AskOptions = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      checkAskOptions(options);
      new Ask(desk, target, resolve, reject).#send(
        message,
        options.timeout ?? defaultTimeout,
        options.signal,
      );
    });
  }

  #send(message: unknown, timeout: number, signal: AbortSignal | undefined): void {
    if (signal?.aborted) {
      this.realm.counts.told++;
      this.realm.deadLetter(message, this.ref, this.target, 'cancelled');
      this.#settle(this.realm.abandoned);
      this.#reject(abortError(this.target, signal));
      return;
    }
    const { monitor } = this.realm;
    if (monitor === undefined || !monitor.seesQuestions)
      this.target.inlet.enqueue(message, this.ref, this.target);
    else
      monitor.ask(message, this.ref, this.target, onEnded => {
        this.#onEnded = onEnded;
      });
    if (this.#isSettled) return;
    this.target.inlet.signal({ type: 'watch', watcher: this.ref }, this.target);
    if (this.#isSettled) return;
    if (timeout < Number.POSITIVE_INFINITY) {
      this.#cancelTimer = this.realm.clock.after(timeout, () =>
        this.#giveUp(timeoutError(this.target, timeout)),
      );
    }
    if (signal !== undefined) {
      this.#signal = signal;
      this.#onAbort = () => this.#giveUp(abortError(this.target, signal));
      setMaxListeners(0, signal); // many asks with one signal are no leak: each takes its listener back
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
  }

  get #isSettled(): boolean {
    return this.ref.inlet !== this;
  }

  enqueue(answer: unknown, sender: Ref | undefined): void {
    this.realm.counts.told++;
    if (answer instanceof Notice) {
      this.realm.counts.withdrawn++;
      return;
    }
    this.realm.counts.handled++;
    this.#settle(this.realm.answered, sender?.inlet.remoteNode === this.target.inlet.remoteNode);
    if (answer instanceof Error) this.#refuse(answer);
    else {
      this.#onEnded?.(undefined, answer);
      this.#resolve(answer);
    }
  }

  signal(signal: Signal<Ref>): void {
    if (signal.type === 'watch') {
      // Whoever watches an ask, or links to one, learns that it is no actor to wait for.
      signal.watcher.inlet.signal({ type: 'terminated', ref: this.ref, reason: 'notFound' }, signal.watcher);
    } else if (signal.type === 'link') {
      signal.peer.inlet.signal({ type: 'exited', ref: this.ref, reason: 'notFound' }, signal.peer);
    } else if (signal.type === 'terminated') {
      this.#settle(this.realm.answered);
      const { ref, reason } = signal;
      const isNode = reason === 'nodeDown' || reason === 'newIncarnation';
      this.#refuse(
        isNode ? nodeDownError(ref, reason) : new ActorStopped(ref, reason, stoppedText(ref, reason)),
      );
    }
  }

  /** The question itself became a dead letter: there will be no answer. */
  questionLost(reason: DeadLetterReason): void {
    if (this.#isSettled) return;
    if (reason === 'overflow') {
      this.#settle(this.realm.answered);
      this.#refuse(
        new MailboxFull(`the mailbox of ${this.target.address} is full; ask again later, or slow down`),
      );
    }
  }

  /** The question can't be sent as it is. */
  fail(error: Error): void {
    if (this.#isSettled) return;
    this.#settle(this.realm.answered);
    this.#refuse(asError(error));
  }

  #giveUp(error: Error): void {
    this.#settle(this.realm.abandoned);
    this.target.inlet.signal({ type: 'abandoned', asker: this.ref }, this.target);
    this.#refuse(error);
  }

  #refuse(error: Error): void {
    this.#onEnded?.(error, undefined);
    this.#reject(error);
  }

  #settle(office: DeadInlet, isAnswered = false): void {
    this.ref.inlet = office;
    this.realm.askers.delete(this.ref.step);
    this.#cancelTimer?.();
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
    this.target.inlet.signal({ type: 'unwatch', watcher: this.ref, isAnswered }, this.target);
  }
}

function newAsker(desk: AskDesk, inlet: Inlet<Ref>, root: string): Ref {
  // Whoever knows the name can answer: it is told to nobody but the asked one, and is of this life alone.
  const name = `${(++desk.asked).toString(36)}-${desk.world.secret()}`;
  const ref = new Ref(inlet, undefined, root + name);
  desk.askers.set(ref.step, ref);
  return ref;
}

/** Waits for the end of one actor, on behalf of `join`. */
export class Joiner extends Inlet<Ref> {
  readonly realm: AskDesk;
  readonly #ref: Ref;
  readonly #resolve: () => void;

  private constructor(desk: AskDesk, resolve: () => void) {
    super();
    this.realm = desk;
    this.#resolve = resolve;
    this.#ref = newAsker(desk, this, joinRoot);
  }

  static start(desk: AskDesk, target: Ref): Promise<void> {
    return new Promise(resolve => {
      const watcher = new Joiner(desk, resolve).#ref;
      target.inlet.signal({ type: 'watch', watcher }, target);
    });
  }

  enqueue(message: unknown, sender: Ref | undefined, to: Ref): void {
    this.realm.answered.enqueue(message, sender, to);
  }

  signal(signal: Signal<Ref>): void {
    if (signal.type !== 'terminated') return;
    this.realm.askers.delete(this.#ref.step);
    this.#ref.inlet = this.realm.answered;
    this.#resolve();
  }
}

const timeoutError = (target: Ref, ms: number) =>
  new TimeoutError(
    `${target.address} did not answer within ${ms} ms; ask with a longer timeout, or see what keeps it busy`,
  );

const abortError = (target: Ref, signal: AbortSignal) =>
  new AbortError(`the ask to ${target.address} was aborted`, { cause: signal.reason });

const nodeDownError = (ref: Ref, reason: string) =>
  new NodeDownError(
    `${ref.address} can't answer: its node ${reason === 'nodeDown' ? 'is down' : 'has restarted'}`,
  );

const stoppedText = (ref: Ref, reason: string) =>
  reason === 'notFound'
    ? `${ref.address} does not exist, so it can't answer`
    : `${ref.address} ended (${reason}) before it answered`;
