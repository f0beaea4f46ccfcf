/** Many events as one, and one as many. */
import type { Cancel } from '../../base/world.ts';
import { MalformedEventData } from '../events/errors.ts';
import type { Event, EventClass } from '../events/event.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isCount, isSpan } from '../setup.ts';
import { gathered } from './gather.ts';
import { type EventKey, keyReader } from './keys.ts';

export interface BatchParams {
  /** So many events make a batch (100). */
  count?: number | undefined;
  /** So many characters of data, as text, make a batch (no limit); the event that goes beyond is in it. */
  size?: number | undefined;
  /** A batch waits no longer than this for more, in ms (no limit). */
  period?: number | undefined;
  /** A batch holds only events with the same key: a path or a function (all are the same). */
  key?: EventKey | undefined;
}

interface Open {
  readonly events: Event[];
  size: number;
  readonly cancel: Cancel | undefined;
}

/**
 * Gathers events and sends one whose data is the list of theirs, with the attribute `count`. What is there when the flow
 * stops is sent as well. After the tipping buckets of wishbone.
 *
 * With `acks`, an event counts as handled when it is in the batch, not when the batch has been handled.
 */
export class Batch extends FlowActor<BatchParams> {
  static override parameters: ParamNames<Batch> = { count: true, key: true, period: true, size: true };
  readonly #open = new Map<string, Open>();
  readonly #keyOf: (event: Event) => string;

  constructor(name: string, params?: BatchParams & FlowActorOptions) {
    super(name, params);
    const { count = 100, size, period, key } = this.params;
    demand(this, 'count', isCount(count), 'a whole number from 1 up', count);
    demand(this, 'size', size === undefined || isCount(size), 'a number of characters from 1 up', size);
    demand(this, 'period', period === undefined || isSpan(period), 'more than 0 ms', period);
    this.#keyOf = key === undefined ? () => '' : keyReader(this, key);
  }

  override consume(event: Event): void {
    const { count = 100, size = Number.POSITIVE_INFINITY } = this.params;
    const key = this.#keyOf(event);
    const open = this.#openFor(key);
    open.events.push(event);
    this.settle(event);
    if (size < Number.POSITIVE_INFINITY) open.size += event.dataString().length;
    if (open.events.length >= count || open.size >= size) this.#close(key);
  }

  override flush(): void {
    for (const key of [...this.#open.keys()]) this.#close(key);
  }

  #openFor(key: string): Open {
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const { period } = this.params;
    const cancel = period === undefined ? undefined : this.after(period, () => this.#close(key));
    const open = { events: [], size: 0, cancel };
    this.#open.set(key, open);
    return open;
  }

  #close(key: string): void {
    const { events, cancel } = this.#open.get(key) as Open;
    cancel?.();
    this.#open.delete(key);
    const batch = gathered(events, { count: events.length });
    try {
      void this.send(batch);
    } catch (error) {
      void this.sendError(batch, error as Error);
    }
  }
}

/** Sends one event for every element of a list that is the data: with an id of its own, the same metaId and attributes. */
export class Split extends FlowActor {
  static override parameters: ParamNames<Split> = {};
  override consume(event: Event): void {
    const { data } = event;
    if (!Array.isArray(data)) throw new MalformedEventData('the data is no list: there is nothing to split');
    const { eventId: _, created: __, error: ___, ...attributes } = event.getProperties();
    const Class = event.constructor as EventClass;
    for (const element of data) void this.send(new Class({ ...attributes, data: element }));
  }
}
