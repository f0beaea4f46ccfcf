/**
 * What a process is to the node that runs in it: a clock, an event loop and incoming data. All three wait while it is held,
 * and are gone once it is dead. While it is held its clock goes on, as that of a suspended process does.
 */
import type { Cancel, Clock, Scheduler } from '../base/world.ts';
import type { VirtualTime } from './virtualTime.ts';

/** What `wall` says at the beginning: 2026-01-01, in ms since 1970. */
const epoch = 1_767_225_600_000;

export class VirtualProcess implements Clock, Scheduler {
  readonly #time: VirtualTime;
  #isDead = false;
  /** Until when it is held; undefined while it runs. */
  #heldUntil: number | undefined;
  readonly #timers = new Set<object>();
  /** What waits for the end of the hold: the event loop's own work, timers that are due, and data. */
  #work: (() => void)[] = [];
  #due: (() => void)[] = [];
  #data: (() => void)[] = [];

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  now(): number {
    return this.#time.now;
  }

  wall(): number {
    return epoch + this.#time.now;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isHeld(): boolean {
    return this.#heldUntil !== undefined;
  }

  after(delay: number, run: () => void): Cancel {
    if (this.#isDead) return () => {};
    const timer = {};
    this.#timers.add(timer);
    const fire = () => {
      if (this.#timers.delete(timer)) run();
    };
    const cancel = this.#time.after(delay, () => {
      if (this.#heldUntil === undefined) fire();
      else this.#due.push(fire);
    });
    return () => {
      this.#timers.delete(timer);
      cancel();
    };
  }

  soon(run: () => void): void {
    this.#time.soon(() => this.#doWork(run));
  }

  later(run: () => void): void {
    this.#time.later(() => this.#doWork(run));
  }

  /** Hands data from outside to the process. */
  receive(run: () => void): void {
    if (this.#isDead) return;
    if (this.#heldUntil === undefined) run();
    else this.#data.push(run);
  }

  /** Nothing of the process runs for `ms`. `then` is called when it is over, unless it was held again for longer. */
  hold(ms: number, then: () => void = () => {}): void {
    const until = this.#time.now + ms;
    if (this.#isDead || until < (this.#heldUntil ?? 0)) return;
    this.#heldUntil = until;
    this.#time.after(ms, () => {
      if (this.#isDead || this.#heldUntil !== until) return;
      then();
      this.#release();
    });
  }

  /** What has come in and was not read yet is lost. */
  dropData(): void {
    this.#data = [];
  }

  die(): void {
    this.#isDead = true;
    this.#timers.clear();
    this.#work = [];
    this.#due = [];
    this.#data = [];
  }

  /** As an event loop goes on: what it was about to do, then timers, then input. */
  #release(): void {
    this.#heldUntil = undefined;
    const missed = [...this.#work, ...this.#due, ...this.#data];
    this.#work = [];
    this.#due = [];
    this.#data = [];
    for (const run of missed) this.later(run);
  }

  #doWork(run: () => void): void {
    if (this.#isDead) return;
    if (this.#heldUntil === undefined) run();
    else this.#work.push(run);
  }
}
