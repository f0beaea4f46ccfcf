/**
 * Time that passes as fast as its events are handled. Events run one by one, by when they are due; of those due at once,
 * the older first. Nothing else decides the order, so a run can be repeated.
 */
import { show } from '../base/errors.ts';
import { type Cancel, systemScheduler } from '../base/world.ts';

interface Alarm {
  readonly due: number;
  /** Which of those due at once was set first. */
  readonly order: number;
  /** Undefined once it was called off: it is dropped when its time comes. */
  run: (() => void) | undefined;
}

export class VirtualTime {
  #now = 0;
  #set = 0;
  /** A binary heap: the next one first. */
  readonly #alarms: Alarm[] = [];
  #soon: (() => void)[] = [];
  #later: (() => void)[] = [];
  #end = 0;
  #finish: ((thrown?: { error: unknown }) => void) | undefined;

  get now(): number {
    return this.#now;
  }

  /** Runs `run` once, `delay` ms from now. */
  after(delay: number, run: () => void): Cancel {
    const alarm: Alarm = { due: this.#now + Math.max(0, delay), order: this.#set++, run };
    this.#push(alarm);
    return () => {
      alarm.run = undefined;
    };
  }

  /** Runs `run` right after the event that is being handled, at the same time. */
  soon(run: () => void): void {
    this.#soon.push(run);
  }

  /** Runs `run` at the same time too, when nothing is left to run soon. */
  later(run: () => void): void {
    this.#later.push(run);
  }

  /**
   * Lets `ms` pass, with all that happens then. What an event throws ends it.
   * @throws TypeError when `ms` is no number of milliseconds from 0 up, or time is passing already
   */
  advance(ms: number): Promise<void> {
    if (!(typeof ms === 'number' && ms >= 0))
      throw new TypeError(`expected milliseconds from 0 up, not ${show(ms)}`);
    if (this.#finish !== undefined)
      throw new TypeError('time is passing already: await one run before the next one');
    this.#end = this.#now + ms;
    return new Promise((resolve, reject) => {
      this.#finish = thrown => {
        this.#finish = undefined;
        if (thrown === undefined) resolve();
        else reject(thrown.error);
      };
      // What was done before this call may have promises under way.
      systemScheduler.later(this.#step);
    });
  }

  /** Lets happen what happens by itself, at this time, until that promise is settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    promise.then(settled, settled);
    while (!isSettled) await this.advance(0);
    return promise;
  }

  /** One event. The turn of the real event loop that follows lets all promises of this process come to rest. */
  readonly #step = (): void => {
    try {
      if (!this.#happens()) {
        this.#now = this.#end;
        return this.#finish?.();
      }
    } catch (error) {
      return this.#finish?.({ error });
    }
    systemScheduler.later(this.#step);
  };

  /** Handles what comes next; false when nothing is left to happen until the end. */
  #happens(): boolean {
    if (this.#soon.length === 0) {
      const run = this.#later.shift() ?? this.#nextAlarm();
      if (run === undefined) return false;
      run();
    }
    this.#drainSoon();
    return true;
  }

  #drainSoon(): void {
    const soon = this.#soon;
    let at = 0;
    try {
      while (at < soon.length) (soon[at++] as () => void)();
    } finally {
      this.#soon = soon.slice(at);
    }
  }

  #nextAlarm(): (() => void) | undefined {
    for (let next = this.#alarms[0]; next !== undefined && next.due <= this.#end; next = this.#alarms[0]) {
      this.#pop();
      if (next.run === undefined) continue;
      this.#now = next.due;
      return next.run;
    }
    return undefined;
  }

  #push(alarm: Alarm): void {
    const heap = this.#alarms;
    let at = heap.length;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!isBefore(alarm, heap[up] as Alarm)) break;
      heap[at] = heap[up] as Alarm;
      at = up;
    }
    heap[at] = alarm;
  }

  #pop(): void {
    const heap = this.#alarms;
    const last = heap.pop() as Alarm;
    if (heap.length === 0) return;
    let at = 0;
    for (let down = 1; down < heap.length; down = 2 * at + 1) {
      if (down + 1 < heap.length && isBefore(heap[down + 1] as Alarm, heap[down] as Alarm)) down++;
      if (!isBefore(heap[down] as Alarm, last)) break;
      heap[at] = heap[down] as Alarm;
      at = down;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Alarm, b: Alarm) => a.due < b.due || (a.due === b.due && a.order < b.order);
