/** How late the event loop of this process is, and how busy. */
import {
  type EventLoopUtilization,
  type IntervalHistogram,
  performance as meter,
  monitorEventLoopDelay,
} from 'node:perf_hooks';
import { systemClock } from '../../base/world.ts';

/** Since the last look, in ms; `utilization` is the share of the time in which it was busy, from 0 to 1. */
export interface LoopFigures {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly utilization: number;
}

/** How often, in ms, it is measured: what a measurement takes longer than that is the delay. */
const resolution = 20;
/** Who looks sooner than so many ms after the last one sees what that one has seen: several may look at the same time. */
const shortest = 1000;

/** Not a number before the first measurement. */
const msOf = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolution) || 0;

export class EventLoop {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution });
  #before: EventLoopUtilization = meter.eventLoopUtilization();
  #lookedAt = systemClock.now();
  #last: LoopFigures | undefined;

  constructor() {
    this.#delay.enable();
  }

  look(): LoopFigures {
    const now = systemClock.now();
    if (this.#last !== undefined && now - this.#lookedAt < shortest) return this.#last;
    const current = meter.eventLoopUtilization();
    const delay = this.#delay;
    this.#last = {
      mean: msOf(delay.mean),
      p50: msOf(delay.percentile(50)),
      p90: msOf(delay.percentile(90)),
      p99: msOf(delay.percentile(99)),
      max: delay.count === 0 ? 0 : msOf(delay.max),
      utilization: meter.eventLoopUtilization(current, this.#before).utilization,
    };
    delay.reset();
    this.#before = current;
    this.#lookedAt = now;
    return this.#last;
  }

  /** Ends the timer. */
  close(): void {
    this.#delay.disable();
  }
}
