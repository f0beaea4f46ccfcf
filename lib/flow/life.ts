/** One life of an actor: what ends when it crashes or stops. Its timers, its signal, its loops; the queues are not among them. */
import { show } from '../base/errors.ts';
import type { Cancel, World } from '../base/world.ts';
import type { Host, NodeFace } from '../core/actor.ts';
import { PrivateNotice } from '../core/message.ts';
import { FlowError } from './events/errors.ts';
import type { Event } from './events/event.ts';
import type { LogLevel } from './events/logEvent.ts';
import { type Desk, FatalError } from './flowActor.ts';

/** @internal Makes the host fail in its turn. */
export class Crash extends PrivateNotice {
  readonly error: Error;
  /** Which life is to end: a later one has nothing to do with it. */
  readonly life: Life;

  constructor(error: Error, life: Life) {
    super();
    this.error = error;
    this.life = life;
  }
}

/** What of an actor outlives its lives. */
export type Estate = Pick<
  Desk,
  | 'outboxes'
  | 'inboxes'
  | 'errorOutboxes'
  | 'hasAcks'
  | 'isDraining'
  | 'send'
  | 'emit'
  | 'sendError'
  | 'settle'
  | 'log'
  | 'hold'
> & {
  readonly name: string;
  follow(event: Event, life: Life, ended: (error: Error | undefined) => void): () => void;
  leave(life: Life): void;
  crash(error: Error, life: Life): void;
  rested(): void;
};

export class Life implements Desk {
  readonly #estate: Estate;
  readonly #host: Host | undefined;
  readonly #abort = new AbortController();
  readonly #timers = new Set<Cancel>();
  /** Those of them that go off again and again. */
  #repeating = 0;
  /** Functions of the actor that are under way: those of timers, and loops. */
  #tasks = 0;
  /** What it holds: nobody else would let go of it. */
  readonly #holds = new Set<() => void>();

  /** @param host undefined before the start */
  constructor(estate: Estate, host?: Host) {
    this.#estate = estate;
    this.#host = host;
  }

  /** Whether no timer and no loop is left that could bring anything. */
  get isIdle(): boolean {
    return this.#timers.size === 0 && this.#tasks === 0;
  }

  /** Whether a timer is to go off once: something waits for it. */
  get isWaiting(): boolean {
    return this.#timers.size > this.#repeating;
  }

  /** Cancels its timers, aborts its signal and lets go of what it holds. */
  end(): void {
    for (const release of this.#holds) release();
    this.#estate.leave(this);
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#abort.abort();
  }

  get isLive(): boolean {
    return this.#host !== undefined;
  }

  get outboxes(): readonly string[] {
    return this.#estate.outboxes;
  }

  get inboxes(): readonly string[] {
    return this.#estate.inboxes;
  }

  get errorOutboxes(): readonly string[] {
    return this.#estate.errorOutboxes;
  }

  get hasAcks(): boolean {
    return this.#estate.hasAcks;
  }

  get isDraining(): boolean {
    return this.#estate.isDraining;
  }

  get node(): NodeFace {
    return this.#at('node').node;
  }

  get world(): World {
    return this.#at('world').world;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  send(event: Event, outboxes: string | readonly string[] | undefined, isChecked: boolean) {
    return this.#estate.send(event, outboxes, isChecked);
  }

  emit(event: Event, outboxes: string | readonly string[] | undefined) {
    return this.#estate.emit(event, outboxes);
  }

  sendError(event: Event, error: Error | undefined) {
    return this.#estate.sendError(event, error);
  }

  log(level: LogLevel, message: string, event: Event | undefined): void {
    this.#estate.log(level, message, event);
  }

  hold(): () => void {
    if (this.#abort.signal.aborted) return () => {};
    const release = this.#estate.hold();
    const forget = () => {
      this.#holds.delete(forget);
      release();
    };
    this.#holds.add(forget);
    return forget;
  }

  settle(event: Event, error: Error | undefined): void {
    this.#estate.settle(event, error);
  }

  follow(event: Event, ended: (error: Error | undefined) => void): () => void {
    if (this.#abort.signal.aborted) return () => {};
    return this.#estate.follow(event, this, error => void this.#call(() => ended(error)));
  }

  after(ms: number, fn: () => unknown): Cancel {
    const { clock } = this.#at('after').world;
    checkDelay('after', ms, 0);
    if (this.#abort.signal.aborted) return () => {};
    const cancel = clock.after(ms, () => {
      void this.#call(fn);
      forget();
    });
    const forget = () => {
      this.#timers.delete(forget);
      cancel();
      this.#estate.rested();
    };
    this.#timers.add(forget);
    return forget;
  }

  every(ms: number, fn: () => unknown): Cancel {
    const { clock } = this.#at('every').world;
    checkDelay('every', ms, Number.MIN_VALUE);
    if (this.#abort.signal.aborted) return () => {};
    let due = clock.now();
    let isBusy = false;
    let cancel: Cancel = () => {};
    const forget = () => {
      if (this.#timers.delete(forget)) this.#repeating--;
      cancel();
      this.#estate.rested();
    };
    const tick = () => {
      arm();
      if (isBusy) return;
      const result = this.#call(fn);
      if (result === undefined) return;
      isBusy = true;
      void result.then(() => {
        isBusy = false;
      });
    };
    // Counted from the start, so that small delays do not add up; ticks that were missed are left out.
    const arm = () => {
      due = Math.max(due + ms, clock.now());
      cancel = clock.after(due - clock.now(), tick);
    };
    this.#timers.add(forget);
    this.#repeating++;
    arm();
    return forget;
  }

  background(task: (signal: AbortSignal) => unknown): void {
    this.#at('background');
    void this.#call(() => task(this.signal));
  }

  /** Calls a function of the actor whose failure is the actor's. A promise when it takes time; that one is never rejected. */
  #call(fn: () => unknown): Promise<void> | undefined {
    try {
      const result = fn();
      if (!isThenable(result)) return undefined;
      this.#tasks++;
      return Promise.resolve(result)
        .then(
          () => {},
          thrown => this.#failed(thrown),
        )
        .finally(() => {
          this.#tasks--;
          this.#estate.rested();
        });
    } catch (thrown) {
      this.#failed(thrown);
      return undefined;
    }
  }

  #failed(thrown: unknown): void {
    const error = reasonOf(thrown);
    if (!this.#abort.signal.aborted) this.#estate.crash(error, this);
    // What is cut short by its own end complains about that.
    else this.#estate.log('DEBUG', `after its end: ${error.message}`, undefined);
  }

  #at(member: string): Host {
    if (this.#host !== undefined) return this.#host;
    throw new FlowError(
      `this.${member} of ${show(this.#estate.name)} does not exist before director.start(); use it from preStart on`,
    );
  }
}

/** What was thrown, without the wrapping that says that it is fatal. */
export function reasonOf(thrown: unknown): Error {
  if (thrown instanceof FatalError) return thrown.reason;
  return thrown instanceof Error ? thrown : new FlowError(`${show(thrown)} was thrown`, { cause: thrown });
}

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

function checkDelay(method: string, ms: unknown, least: number): void {
  if (typeof ms === 'number' && ms >= least && ms < Number.POSITIVE_INFINITY) return;
  const expected = least === 0 ? 'milliseconds from 0 up' : 'more than 0 milliseconds';
  throw new TypeError(`this.${method}(ms, fn): ms must be ${expected}, not ${show(ms)}`);
}
