/** Who waits for which event, and until when. */
import type { Cancel } from '../../base/world.ts';

/** @internal The time, and a timer. */
export interface Timers {
  now(): number;
  after(ms: number, run: () => void): Cancel;
}

interface Entry<T> {
  readonly waiter: T;
  readonly due: number;
}

/** A table in the order of time: all wait equally long, so one timer, for the first, does for all. */
export class Pending<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #patience: number;
  readonly #timers: Timers;
  readonly #late: (id: string, waiter: T) => void;
  #cancel: Cancel | undefined;

  /**
   * @param patience how long anybody waits, in ms; Infinity for ever
   * @param late called for one that has waited that long, and is not in the table any more
   */
  constructor(patience: number, timers: Timers, late: (id: string, waiter: T) => void) {
    this.#patience = patience;
    this.#timers = timers;
    this.#late = late;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(id: string, waiter: T): void {
    this.#entries.set(id, { waiter, due: this.#timers.now() + this.#patience });
    if (this.#cancel === undefined && this.#patience !== Number.POSITIVE_INFINITY) this.#arm(this.#patience);
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Whoever waits for that, and does so no more. */
  take(id: string): T | undefined {
    const waiter = this.#entries.get(id)?.waiter;
    if (waiter !== undefined) this.#entries.delete(id);
    return waiter;
  }

  /** All that wait, who do so no more. */
  takeAll(): [id: string, waiter: T][] {
    const all = [...this.#entries].map(([id, { waiter }]) => [id, waiter] as [string, T]);
    this.#entries.clear();
    this.#cancel?.();
    this.#cancel = undefined;
    return all;
  }

  #arm(delay: number): void {
    this.#cancel = this.#timers.after(delay, () => this.#ring());
  }

  #ring(): void {
    this.#cancel = undefined;
    const now = this.#timers.now();
    for (const [id, { waiter, due }] of this.#entries) {
      if (due > now) {
        this.#arm(Math.max(1, due - now));
        return;
      }
      this.#entries.delete(id);
      this.#late(id, waiter);
    }
  }
}
