/** What all generators of events have in common: what they make, how many, and how it is sent. */
import { asError } from '../../base/errors.ts';
import { copyOf } from '../events/copy.ts';
import { SetupError } from '../events/errors.ts';
import { Event, type EventClass } from '../events/event.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams, demand, flag, isCount, isObject } from '../setup.ts';

export interface ProducerParams {
  /** The class of the events (`Event`). */
  eventClass?: EventClass | undefined;
  /** What each of them is made of: `{ data, service, ... }`; each gets a copy (`{}`). */
  eventKwargs?: Readonly<Record<string, unknown>> | undefined;
  /** So many producers work side by side (1). */
  producers?: number | undefined;
  /** ms before they begin (0). Nobody else's start waits for it. */
  delay?: number | undefined;
  /** With every event, sends another one to the error outboxes (false). */
  generateError?: boolean | undefined;
  /** No more than so many in all, for each life of the actor (no limit). */
  maxEvents?: number | undefined;
}

/** Makes an event when it is given one; those that extend it, by themselves as well. */
export class EventProducer<P extends ProducerParams = ProducerParams> extends FlowActor<P> {
  static override parameters: ParamNames<EventProducer<ProducerParams>> = {
    delay: true,
    eventClass: true,
    eventKwargs: true,
    generateError: true,
    maxEvents: true,
    producers: true,
  };
  static override shape = 'input';

  override readonly output: EventClass;
  #made = 0;

  constructor(name: string, params?: P & FlowActorOptions) {
    super(name, params);
    const { eventClass = Event, eventKwargs = {}, producers = 1, delay = 0, maxEvents } = this.params;
    demand(this, 'eventClass', isEventClass(eventClass), 'a class of events', eventClass);
    demand(this, 'eventKwargs', isObject(eventKwargs), 'an object such as { data: 1 }', eventKwargs);
    demand(this, 'producers', isCount(producers), 'a whole number from 1 up', producers);
    demand(this, 'delay', Number.isFinite(delay) && delay >= 0, 'ms from 0 up', delay);
    checkParams(name, params, { generateError: flag });
    demand(
      this,
      'maxEvents',
      maxEvents === undefined || maxEvents === Number.POSITIVE_INFINITY || isCount(maxEvents, 0),
      'a whole number from 0 up',
      maxEvents,
    );
    this.output = eventClass;
    this.#tryOut();
  }

  override preStart(): void | Promise<void> {
    const { producers = 1, delay = 0 } = this.params;
    for (let producer = 0; producer < producers; producer++) {
      if (delay === 0) this.begin(producer);
      else this.after(delay, () => this.begin(producer));
    }
  }

  /** Whatever comes in is a wish for an event. */
  override consume(_event: Event): void {
    if (this.isAllowed)
      this.produce((event, isError) => (isError ? this.sendError(event) : this.send(event)));
  }

  /** Arms the timers of a producer: none. */
  protected begin(_producer: number): void {}

  /** Whether it is to make any now. */
  protected get isAllowed(): boolean {
    return !this.draining;
  }

  /** Whether it has made all that it was to make. */
  protected get isDone(): boolean {
    return this.#made >= (this.params.maxEvents ?? Number.POSITIVE_INFINITY);
  }

  /** What a timer does: a promise while there is no room for the event. */
  protected tick(): Promise<void> | undefined {
    if (!this.isAllowed) return undefined;
    return this.produce((event, isError) => (isError ? this.sendError(event) : this.emit(event)));
  }

  /** Makes an event and sends it; what can't be sent, since a queue with the policy `fail` is full, goes to the error outboxes. */
  protected produce(
    send: (event: Event, isError: boolean) => Promise<void> | undefined,
  ): Promise<void> | undefined {
    if (this.isDone) return undefined;
    this.#made++;
    const event = this.#make();
    this.made(event);
    if (this.params.generateError === true) void send(this.#make(), true);
    try {
      return send(event, false);
    } catch (error) {
      this.unsent(event);
      return this.sendError(event, asError(error));
    }
  }

  /** Hears of every event before it is sent. */
  protected made(_event: Event): void {}

  /** Hears of those that could not be sent. */
  protected unsent(_event: Event): void {}

  #make(): Event {
    const { eventClass = Event, eventKwargs = {} } = this.params;
    return new eventClass(copyOf(eventKwargs));
  }

  #tryOut(): void {
    try {
      this.#make();
    } catch (error) {
      const { code, message } = asError(error) as Error & { code?: string };
      if (code === 'PACKAGE_MISSING') throw error;
      throw new SetupError(`${this.name}: no event can be made of eventKwargs: ${message}`, { cause: error });
    }
  }
}

const isEventClass = (value: unknown): value is EventClass =>
  typeof value === 'function' && (value === Event || value.prototype instanceof Event);
