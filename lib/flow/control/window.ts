/** What came in the last while, at regular times or after so many events. */
import { QueueFull } from '../events/errors.ts';
import { Event } from '../events/event.ts';
import { JSONEvent } from '../events/jsonEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isCount, isSpan } from '../setup.ts';
import { gathered } from './gather.ts';
import { type EventKey, keyReader } from './keys.ts';

export interface WindowParams {
  /** How long a window is, in ms. Give this or `count`. */
  size?: number | undefined;
  /** How many events are in a window. */
  count?: number | undefined;
  /** A new window begins every so many ms, or events (`size` or `count`: each event is in one window; less: in several). */
  every?: number | undefined;
  /** A window for each key: a path or a function (one for all). */
  key?: EventKey | undefined;
  /** Makes one value of the events of a window (the list of their data). */
  reduce?: ((events: readonly Event[]) => unknown) | undefined;
  /** So many events are held at most (100 000); what is too much goes to the error outboxes. */
  max?: number | undefined;
}

interface Held {
  readonly event: Event;
  readonly at: number;
}

/**
 * Sends, for every window that has events, one whose data is made of theirs; with the attributes `count`, `windowKey`, and for
 * windows of time `start` and `end` in ms since the Unix epoch. What is in open windows when the flow stops is sent as well.
 */
export class Window extends FlowActor<WindowParams> {
  static override parameters: ParamNames<Window> = {
    count: true,
    every: true,
    key: true,
    max: true,
    reduce: true,
    size: true,
  };
  readonly #held = new Map<string, Held[]>();
  #heldInAll = 0;
  /** Of windows by count: how many have come since the last one. */
  readonly #since = new Map<string, number>();
  readonly #keyOf: (event: Event) => string;

  constructor(name: string, params: WindowParams & FlowActorOptions) {
    super(name, params);
    const { size, count, every, key, max = 100_000, reduce } = this.params;
    demand(this, 'size', size === undefined || isSpan(size), 'more than 0 ms', size);
    demand(this, 'count', count === undefined || isCount(count), 'a whole number from 1 up', count);
    const isOne = (size === undefined) !== (count === undefined);
    demand(this, 'size', isOne, 'given, or count, and not both', { size, count });
    const isStep =
      isSpan(every) && every <= (size ?? (count as number)) && (count === undefined || isCount(every));
    demand(this, 'every', every === undefined || isStep, 'more than 0 and no more than the window', every);
    demand(this, 'max', isCount(max), 'a whole number from 1 up', max);
    demand(this, 'reduce', reduce === undefined || typeof reduce === 'function', 'a function', reduce);
    this.#keyOf = key === undefined ? () => '' : keyReader(this, key);
  }

  override preStart(): void {
    const { size, every = size } = this.params;
    if (every !== undefined && size !== undefined) this.every(every, () => this.#tick(size));
  }

  override consume(event: Event): void {
    const { count, max = 100_000 } = this.params;
    if (this.#heldInAll >= max) throw new QueueFull(`${this.name} holds ${max} events, and no more`);
    const key = this.#keyOf(event);
    const held = this.#held.get(key) ?? [];
    this.#held.set(key, held);
    held.push({ event, at: this.world.clock.now() });
    this.#heldInAll++;
    this.settle(event);
    if (count !== undefined) this.#counted(key, held, count);
  }

  override flush(): void {
    for (const [key, held] of this.#held) {
      const fresh = this.#since.get(key) ?? 0;
      if (this.params.count === undefined || fresh > 0) this.#emit(key, held, undefined);
    }
    this.#held.clear();
    this.#heldInAll = 0;
  }

  #counted(key: string, held: Held[], count: number): void {
    const { every = count } = this.params;
    const since = (this.#since.get(key) ?? 0) + 1;
    this.#since.set(key, since);
    if (held.length < count) return;
    this.#emit(key, held, undefined);
    this.#forget(key, held, every);
    this.#since.set(key, 0);
  }

  #tick(size: number): void {
    const now = this.world.clock.now();
    const { every = size } = this.params;
    for (const [key, held] of [...this.#held]) {
      this.#emit(
        key,
        held.filter(({ at }) => at < now),
        size,
      );
      // What the next window, which ends `every` later, does not reach.
      const old = held.findIndex(({ at }) => at >= now + every - size);
      this.#forget(key, held, old === -1 ? held.length : old);
    }
  }

  #forget(key: string, held: Held[], many: number): void {
    this.#heldInAll -= held.splice(0, many).length;
    if (held.length > 0) return;
    this.#held.delete(key);
    this.#since.delete(key);
  }

  #emit(key: string, held: readonly Held[], size: number | undefined): void {
    if (held.length === 0) return;
    const events = held.map(({ event }) => event);
    const { clock } = this.world;
    const end = clock.wall();
    const attributes = {
      count: events.length,
      ...(this.params.key !== undefined && { windowKey: key.startsWith('s') ? key.slice(1) : parsed(key) }),
      ...(size !== undefined && { start: end - size, end }),
    };
    const { reduce } = this.params;
    try {
      void this.send(
        reduce === undefined ? gathered(events, attributes) : this.#reduced(reduce(events), attributes),
      );
    } catch (error) {
      void this.sendError(gathered(events, attributes), error as Error);
    }
  }

  #reduced(data: unknown, attributes: object): Event {
    const Class = typeof data === 'object' && data !== null ? JSONEvent : Event;
    return new Class({ data, ...attributes });
  }
}

const parsed = (key: string): unknown => (key === 'jundefined' ? undefined : JSON.parse(key.slice(1)));
