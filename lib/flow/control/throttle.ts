/** No more than so many events in so much time. */
import { EventRateExceeded } from '../events/errors.ts';
import type { Event } from '../events/event.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isCount, isSpan } from '../setup.ts';

export interface ThrottleParams {
  /** So many events may pass ... */
  rate: number;
  /** ... in any so many ms (1000). */
  interval?: number | undefined;
  /** What is too much waits (`'delay'`, the default: slows the source), goes to the error outboxes as an EventRateExceeded (`'fail'`), or is discarded (`'drop'`). */
  excess?: 'delay' | 'fail' | 'drop' | undefined;
}

/** Lets at most `rate` events pass in any `interval`. They keep their order. */
export class Throttle extends FlowActor<ThrottleParams> {
  static override parameters: ParamNames<Throttle> = { excess: true, interval: true, rate: true };
  /** When the last `rate` events passed or will pass, as a ring. */
  readonly #passes: number[] = [];
  #at = 0;

  constructor(name: string, params: ThrottleParams & FlowActorOptions) {
    super(name, params);
    const { rate, interval = 1000, excess = 'delay' } = this.params;
    demand(this, 'rate', isCount(rate), 'a whole number from 1 up', rate);
    demand(this, 'interval', isSpan(interval), 'more than 0 ms', interval);
    const isRight = excess === 'delay' || excess === 'fail' || excess === 'drop';
    demand(this, 'excess', isRight, "'delay', 'fail' or 'drop'", excess);
  }

  override consume(event: Event): void | Promise<void> {
    const { rate, interval = 1000, excess = 'delay' } = this.params;
    const now = this.world.clock.now();
    const oldest = this.#passes[this.#at];
    const wait = oldest === undefined ? 0 : Math.max(0, oldest + interval - now);
    if (wait > 0 && excess !== 'delay') {
      const error = this.#tooMuch(wait);
      if (excess === 'fail') throw error;
      this.log.info(`discarded: ${error.message}`, event);
      this.settle(event, error);
      return;
    }
    this.#passes[this.#at] = now + wait;
    this.#at = (this.#at + 1) % rate;
    if (wait === 0) void this.send(event);
    else return this.#sendAfter(wait, event);
  }

  #tooMuch(wait: number): Error {
    const { rate, interval = 1000 } = this.params;
    const text = `more than ${rate} events in ${interval} ms came to ${this.name}`;
    return new EventRateExceeded(text, { retryAfter: Math.ceil(wait / 1000) });
  }

  async #sendAfter(ms: number, event: Event): Promise<void> {
    await new Promise<void>(resolve => {
      this.after(ms, resolve);
    });
    // Not in the timer: what can't be sent is the event's failure, not the actor's.
    void this.send(event);
  }
}
