/** The timers of one actor: messages to itself, later or again and again. They end with the actor, and when it restarts. */
import { show } from '../base/errors.ts';
import type { Cancel, Clock } from '../base/world.ts';
import { Notice } from './message.ts';

/** What waits in the mailbox when a timer has fired: the message counts only if the timer has not been cancelled since. */
export class Tick extends Notice {
  readonly timer: Timer;
  readonly message: unknown;

  constructor(timer: Timer, message: unknown) {
    super();
    this.timer = timer;
    this.message = message;
  }
}

interface Timer {
  readonly key: unknown;
  readonly isRepeated: boolean;
  isActive: boolean;
  /** For a repeated timer: whether its last message is still in the mailbox. */
  isQueued: boolean;
  cancel: Cancel;
}

/** `this.timers` of an actor. Keys are any values that a `Map` takes; a new timer takes the place of one with its key. */
export class Timers {
  readonly #clock: Clock;
  readonly #deliver: (tick: Tick) => void;
  readonly #byKey = new Map<unknown, Timer>();

  /** @internal */
  constructor(clock: Clock, deliver: (tick: Tick) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** Delivers `message` once, `delay` ms from now. */
  once(key: unknown, delay: number, message: unknown): void {
    checkDelay('once', 'delay', delay, 0);
    const timer = this.#set(key, false);
    timer.cancel = this.#clock.after(delay, () => this.#deliver(new Tick(timer, message)));
  }

  /**
   * Delivers `message` every `interval` ms, the first time one interval from now. While the last one is still in the
   * mailbox no further one is added, so that a slow actor is not buried under its own timer.
   */
  every(key: unknown, interval: number, message: unknown): void {
    checkDelay('every', 'interval', interval, Number.MIN_VALUE);
    const timer = this.#set(key, true);
    let due = this.#clock.now();
    const arm = () => {
      due = Math.max(due + interval, this.#clock.now());
      timer.cancel = this.#clock.after(due - this.#clock.now(), () => {
        arm();
        if (timer.isQueued) return;
        timer.isQueued = true;
        this.#deliver(new Tick(timer, message));
      });
    };
    arm();
  }

  /** Ends a timer: its message is never delivered, even one that is in the mailbox already. False if there is none. */
  cancel(key: unknown): boolean {
    const timer = this.#byKey.get(key);
    if (timer === undefined) return false;
    this.#byKey.delete(key);
    timer.isActive = false;
    timer.cancel();
    return true;
  }

  /** Whether a timer with this key is set and has not delivered its last message. */
  has(key: unknown): boolean {
    return this.#byKey.has(key);
  }

  /** Ends all timers. */
  cancelAll(): void {
    for (const key of [...this.#byKey.keys()]) this.cancel(key);
  }

  /** @internal The tick has come out of the mailbox: a timer that fires once is over. */
  taken({ timer }: Tick): void {
    timer.isQueued = false;
    if (timer.isActive && !timer.isRepeated) this.cancel(timer.key);
  }

  #set(key: unknown, isRepeated: boolean): Timer {
    this.cancel(key);
    const timer: Timer = { key, isRepeated, isActive: true, isQueued: false, cancel: () => {} };
    this.#byKey.set(key, timer);
    return timer;
  }
}

function checkDelay(method: string, name: string, ms: unknown, least: number): void {
  if (typeof ms === 'number' && ms >= least && ms < Number.POSITIVE_INFINITY) return;
  const expected = least === 0 ? 'milliseconds from 0 up' : 'more than 0 milliseconds';
  throw new TypeError(`timers.${method}: ${name} must be ${expected}, not ${show(ms)}`);
}
