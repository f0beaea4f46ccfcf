/** How late the event loop of this process comes to what is due, and how busy it is. */
import { type EventLoopUtilization, performance as meter, monitorEventLoopDelay } from 'node:perf_hooks';

/** Over the time between two looks: how late it was, in ms; `utilization` is the share of the time in which it was busy, from 0 to 1. */
export interface LoopFigures {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly utilization: number;
}

/** Measures from the moment that it is made until it is closed. */
export class EventLoop {
  readonly #resolution: number;
  readonly #delay: ReturnType<typeof monitorEventLoopDelay>;
  #before: EventLoopUtilization = meter.eventLoopUtilization();

  /** @param resolution how often, in ms, it is measured: what a measurement takes longer than that is the delay */
  constructor(resolution: number) {
    this.#resolution = resolution;
    this.#delay = monitorEventLoopDelay({ resolution });
    this.#delay.enable();
  }

  /** What has been measured since the last call of this; all zeros where nothing has been yet. */
  look(): LoopFigures {
    const delay = this.#delay;
    const now = meter.eventLoopUtilization();
    const figures = {
      mean: this.#msOf(delay.mean),
      p50: this.#msOf(delay.percentile(50)),
      p90: this.#msOf(delay.percentile(90)),
      p99: this.#msOf(delay.percentile(99)),
      max: delay.count === 0 ? 0 : this.#msOf(delay.max),
      utilization: meter.eventLoopUtilization(now, this.#before).utilization,
    };
    delay.reset();
    this.#before = now;
    return figures;
  }

  /** Not a number before the first measurement. */
  #msOf(nanoseconds: number): number {
    return Math.max(0, nanoseconds / 1e6 - this.#resolution) || 0;
  }

  /** Ends the timer. */
  close(): void {
    this.#delay.disable();
  }
}
