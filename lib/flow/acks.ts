/**
 * At least once: follows an event that a source emitted, through all its copies and all that is sent because of them, to the
 * end of the last branch, and tells the source how it ended.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { TimeoutError } from '../base/errors.ts';
import type { Cancel, Clock } from '../base/world.ts';
import type { Event } from './events/event.ts';

/** Who is told. */
export interface Acknowledged {
  readonly name: string;
  /** Whether it wants to be told. */
  readonly wantsAcks: boolean;
  acked(event: Event): void;
  nacked(event: Event, error: Error): void;
}

/** One emitted event and how many copies of it are under way. */
export class Tracker {
  readonly event: Event;
  readonly source: Acknowledged;
  readonly due: number;
  pending = 0;
  isSettled = false;

  constructor(event: Event, source: Acknowledged, due: number) {
    this.event = event;
    this.source = source;
    this.due = due;
  }
}

export class Acks {
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #copies: boolean;
  readonly #of = new WeakMap<Event, Tracker>();
  readonly #current = new AsyncLocalStorage<Tracker | undefined>();
  /** Those that are under way, the oldest first: all have the same time. */
  readonly #open = new Set<Tracker>();
  #cancel: Cancel | undefined;
  #isClosed = false;

  /**
   * @param timeout ms
   * @param copies whether what is sent on is a copy, so that the event itself stays as it was emitted
   */
  constructor(clock: Clock, timeout: number, copies: boolean) {
    this.#clock = clock;
    this.#timeout = timeout;
    this.#copies = copies;
  }

  /** How many events are under way. */
  get size(): number {
    return this.#open.size;
  }

  /** Who follows an event that is about to be sent: nobody when its source does not want to know. */
  trackerOf(event: Event, sender: Acknowledged, isEmitted: boolean): Tracker | undefined {
    const inherited = isEmitted ? undefined : (this.#of.get(event) ?? this.#current.getStore());
    if (inherited !== undefined) return inherited.isSettled ? undefined : inherited;
    if (!sender.wantsAcks) return undefined;
    const kept = this.#copies ? event : event.clone();
    const tracker = new Tracker(kept, sender, this.#clock.now() + this.#timeout);
    this.#open.add(tracker);
    if (this.#cancel === undefined) this.#arm(this.#timeout);
    return tracker;
  }

  /** A copy has been put in a queue. */
  sent(copy: Event, tracker: Tracker): void {
    tracker.pending++;
    this.#of.set(copy, tracker);
  }

  /** Calls a function in which everything that is sent belongs to the event. */
  run<T>(event: Event, fn: () => T): T {
    return this.#isClosed ? fn() : this.#current.run(this.#of.get(event), fn);
  }

  /** A copy has come to the end of its branch. */
  done(copy: Event): void {
    const tracker = this.#of.get(copy);
    if (tracker === undefined || tracker.isSettled || --tracker.pending > 0) return;
    this.#settle(tracker);
    tracker.source.acked(tracker.event);
  }

  /** A copy has been lost, or its error has reached nobody who would deal with it. */
  failed(copy: Event, error: Error): void {
    const tracker = this.#of.get(copy);
    if (tracker !== undefined) this.#fail(tracker, error);
  }

  /** None of the copies of an emitted event got anywhere. */
  unsent(tracker: Tracker, error: Error): void {
    this.#fail(tracker, error);
  }

  /** The flow has stopped: those that are still under way have not been handled. */
  stop(error: Error): void {
    for (const tracker of [...this.#open]) this.#fail(tracker, error);
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** As `stop`, for good. A storage that was used costs every promise of the process something until it is disabled. */
  close(error: Error): void {
    this.stop(error);
    this.#isClosed = true;
    this.#current.disable();
  }

  #fail(tracker: Tracker, error: Error): void {
    if (tracker.isSettled) return;
    this.#settle(tracker);
    tracker.event.set('redelivered', true);
    tracker.source.nacked(tracker.event, error);
  }

  #settle(tracker: Tracker): void {
    tracker.isSettled = true;
    this.#open.delete(tracker);
  }

  #arm(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => this.#sweep());
  }

  #sweep(): void {
    this.#cancel = undefined;
    const now = this.#clock.now();
    for (const tracker of this.#open) {
      if (tracker.due > now) break;
      const text = `an event of ${tracker.source.name} was not handled within ${this.#timeout} ms`;
      this.#fail(tracker, new TimeoutError(text));
    }
    const [oldest] = this.#open;
    if (oldest !== undefined && this.#cancel === undefined) this.#arm(Math.max(0, oldest.due - now));
  }
}
