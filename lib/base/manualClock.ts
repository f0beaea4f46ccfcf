/** Time that stands still until somebody moves it: for specs (`Node.start({ clock })`) and for replays. */
import { show } from './errors.ts';
import { type Cancel, type Clock, systemScheduler } from './world.ts';

interface Alarm {
  readonly due: number;
  readonly run: () => void;
}

export class ManualClock implements Clock {
  #now = 0;
  readonly #epoch: number;
  /** By when they are due; of those due at once, the older first. */
  #alarms: Alarm[] = [];

  /** @param epoch what `wall` says when `now` is 0, in ms since 1970 */
  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#epoch + this.#now;
  }

  after(delay: number, run: () => void): Cancel {
    const alarm = { due: this.#now + Math.max(0, delay), run };
    const next = this.#alarms.findIndex(({ due }) => due > alarm.due);
    this.#alarms.splice(next === -1 ? this.#alarms.length : next, 0, alarm);
    return () => {
      this.#alarms = this.#alarms.filter(one => one !== alarm);
    };
  }

  /** How many timers wait: none when all that was started has been stopped. */
  get pending(): number {
    return this.#alarms.length;
  }

  /**
   * Lets `ms` pass: every timer runs at its time, and what follows from it is done before the next one.
   * @throws TypeError when `ms` is no number of milliseconds from 0 up
   */
  async advance(ms: number): Promise<void> {
    if (!(typeof ms === 'number' && ms >= 0))
      throw new TypeError(`advance: expected milliseconds from 0 up, not ${show(ms)}`);
    const end = this.#now + ms;
    await this.settle();
    for (let next = this.#alarms[0]; next !== undefined && next.due <= end; next = this.#alarms[0]) {
      this.#alarms.shift();
      this.#now = Math.max(this.#now, next.due);
      next.run();
      await this.settle();
    }
    this.#now = end;
  }

  /** Waits until nothing more happens by itself: all messages that can be handled now are handled. */
  async settle(): Promise<void> {
    // A turn of the event loop runs all microtasks to their end; a node may begin with a turn of its own.
    for (let turn = 0; turn < 3; turn++) await new Promise<void>(resolve => systemScheduler.later(resolve));
  }
}
