/** Events at regular times. */
import type { Event } from '../events/event.ts';
import type { FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isSpan } from '../setup.ts';
import { type Interval, intervalOf } from './interval.ts';
import { EventProducer, type ProducerParams } from './producer.ts';

export interface EventGeneratorParams extends ProducerParams {
  /** The time between two events of a producer: ms, or `{ weeks, days, hours, minutes, seconds }` (5000). */
  interval?: number | Interval | undefined;
}

/**
 * Makes an event every `interval`, the first one after `delay` and one interval, and another one for whatever it is given.
 * Times are counted from the start, so small delays do not add up; while there is no room further on, it makes none. After
 * compysition's EventGenerator.
 */
export class EventGenerator<P extends EventGeneratorParams = EventGeneratorParams> extends EventProducer<P> {
  static override parameters: ParamNames<EventGenerator> = { ...EventProducer.parameters, interval: true };
  readonly #interval: number;

  constructor(name: string, params?: P & FlowActorOptions) {
    super(name, params);
    this.#interval = intervalOf(this, this.params.interval ?? 5000);
  }

  protected override begin(_producer: number): void {
    const cancel = this.every(this.#interval, () => {
      if (this.isDone) cancel();
      return this.tick();
    });
  }
}

export interface TestEventParams extends EventGeneratorParams {
  /** The data of the events ('test'); `eventKwargs` goes before it. */
  dataValue?: unknown;
}

/** An `EventGenerator` whose first event comes at once, after `delay`, and whose data is 'test' unless it is told otherwise. */
export class TestEvent extends EventGenerator<TestEventParams> {
  static override parameters: ParamNames<TestEvent> = { ...EventGenerator.parameters, dataValue: true };
  constructor(name: string, params: TestEventParams & FlowActorOptions = {}) {
    const { dataValue = 'test', eventKwargs = {} } = params;
    super(name, { ...params, eventKwargs: { data: dataValue, ...eventKwargs } });
  }

  protected override begin(producer: number): void {
    this.after(0, () => this.tick());
    super.begin(producer);
  }
}

export interface CallbackEventGeneratorParams extends EventGeneratorParams {
  /** An event that has not come back after so many ms counts as lost (never). */
  graceTime?: number | undefined;
  /** The older name of `graceTime`. */
  intervalGraceTime?: number | undefined;
}

/**
 * An `EventGenerator` that makes no other event until the last one has come back: `connectQueue(last, generator)`. Times that
 * pass meanwhile are left out. What fails on its way comes back by `connectErrorQueue(worker, generator)`.
 */
export class CallbackEventGenerator extends EventGenerator<CallbackEventGeneratorParams> {
  static override parameters: ParamNames<CallbackEventGenerator> = {
    ...EventGenerator.parameters,
    graceTime: true,
    intervalGraceTime: true,
  };
  /** Those under way, by their ids, and since when. */
  readonly #open = new Map<string, number>();

  constructor(name: string, params?: CallbackEventGeneratorParams & FlowActorOptions) {
    super(name, params);
    const graceTime = this.#graceTime;
    demand(this, 'graceTime', graceTime === undefined || isSpan(graceTime), 'more than 0 ms', graceTime);
  }

  get #graceTime(): number | undefined {
    const { intervalGraceTime, graceTime = intervalGraceTime } = this.params;
    return graceTime;
  }

  /** Takes back the event that is under way; any other one is a wish for an event. */
  override consume(event: Event): void {
    if (this.#open.delete(event.eventId)) return;
    super.consume(event);
  }

  protected override get isAllowed(): boolean {
    this.#forgetLost();
    return super.isAllowed && this.#open.size < (this.params.producers ?? 1);
  }

  protected override made(event: Event): void {
    this.#open.set(event.eventId, this.world.clock.now());
  }

  /** Nothing will bring it back. */
  protected override unsent(event: Event): void {
    this.#open.delete(event.eventId);
  }

  #forgetLost(): void {
    const graceTime = this.#graceTime;
    if (graceTime === undefined) return;
    const latest = this.world.clock.now() - graceTime;
    for (const [id, since] of this.#open) {
      if (since > latest) continue;
      this.#open.delete(id);
      this.log.warn(`the event ${id} has not come back within ${graceTime} ms`);
    }
  }
}
