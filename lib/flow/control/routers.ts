/** Actors that decide which outboxes an event goes to. */
import { show } from '../../base/errors.ts';
import type { Event } from '../events/event.ts';
import { FlowActor } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isText, isTexts, patternOf } from '../setup.ts';
import { EventFilter } from './filters.ts';

export interface EventRouterParams {
  /** Every one that matches adds its outboxes. */
  routingFilters?: EventFilter | readonly EventFilter[] | undefined;
  /** What happens to an event that no filter matches: `'whitelist'` discards it (default), `'blacklist'` sends it to the default outboxes. */
  type?: 'whitelist' | 'blacklist' | undefined;
  /** With `blacklist`: of the outboxes that no filter names, those whose name one of these matches (`['.*']`). */
  defaultOutboxRegexes?: readonly (string | RegExp)[] | undefined;
}

/** Sends an event to the outboxes of every filter that it matches, once to each. */
export class EventRouter extends FlowActor<EventRouterParams> {
  static override parameters: ParamNames<EventRouter> = {
    defaultOutboxRegexes: true,
    routingFilters: true,
    type: true,
  };
  #filters: readonly EventFilter[];
  readonly #isWhitelist: boolean;
  readonly #defaults: readonly RegExp[];
  #defaultOutboxes: readonly string[] = [];

  static override shape = 'condition';

  constructor(name: string, params?: EventRouterParams) {
    super(name, params);
    const { routingFilters = [], type = 'whitelist', defaultOutboxRegexes = ['.*'] } = this.params;
    this.#filters = this.#checked(routingFilters);
    demand(this, 'type', type === 'whitelist' || type === 'blacklist', "'whitelist' or 'blacklist'", type);
    this.#isWhitelist = type === 'whitelist';
    demand(this, 'defaultOutboxRegexes', Array.isArray(defaultOutboxRegexes), 'a list', defaultOutboxRegexes);
    this.#defaults = defaultOutboxRegexes.map(one => patternOf(this, 'defaultOutboxRegexes', one));
  }

  override validate(): readonly string[] {
    const faults: string[] = [];
    if (this.#isWhitelist && this.#filters.length === 0)
      faults.push(`${this.name} is a whitelist without filters, so it would discard every event`);
    for (const box of this.#named()) {
      if (!this.outboxes.includes(box))
        faults.push(`${this.name} has a filter for the outbox ${box}, which is not connected`);
    }
    return faults;
  }

  override async preStart(): Promise<void> {
    this.#findDefaults();
    await Promise.all(this.#filters.map(filter => filter.prepare()));
  }

  /**
   * Takes other filters from now on; one with a stylesheet must be prepared.
   * @throws TypeError when it is no filter, and no list of filters; SetupError when one names an outbox that is not connected
   */
  setFilter(filters: EventFilter | readonly EventFilter[]): void {
    if (!areFilters(filters))
      throw new TypeError(
        `${this.name}: setFilter takes a filter or a list of filters, not ${show(filters)}`,
      );
    const before = this.#filters;
    this.#filters = this.#checked(filters);
    const [fault] = this.validate();
    if (fault !== undefined) this.#filters = before;
    demand(this, 'filters', fault === undefined, `such that all is well (${fault})`, filters);
    this.#findDefaults();
  }

  override consume(event: Event): void {
    const matching = this.#filters.filter(filter => filter.matches(event));
    const boxes = matching.length > 0 ? namesOf(matching) : this.#isWhitelist ? [] : this.#defaultOutboxes;
    if (boxes.length > 0) void this.send(event, boxes);
    else {
      if (matching.length === 0 && this.#isWhitelist)
        this.log.debug('discarded: it matches no filter', event);
      else this.log.info('discarded: there is no outbox for it', event);
      this.settle(event);
    }
  }

  #checked(filters: EventFilter | readonly EventFilter[]): readonly EventFilter[] {
    demand(this, 'routingFilters', areFilters(filters), 'a filter or a list of filters', filters);
    return [filters].flat();
  }

  #named(): readonly string[] {
    return namesOf(this.#filters);
  }

  #findDefaults(): void {
    const named = new Set(this.#named());
    this.#defaultOutboxes = this.outboxes
      .filter(box => !named.has(box))
      .filter(box => this.#defaults.some(pattern => pattern.test(box)));
  }
}

const areFilters = (given: unknown): boolean => [given].flat().every(one => one instanceof EventFilter);

const namesOf = (filters: readonly EventFilter[]): string[] => [
  ...new Set(filters.flatMap(({ outboxNames }) => outboxNames)),
];

export interface SimpleRouterParams {
  /** The outbox for events whose value is the name of none (`'default'`); without it they are discarded, with a log line. */
  defaultQueue?: string | undefined;
  /** The value: a path that begins with an attribute of the event (`'data'`). */
  scope?: string | readonly string[] | undefined;
}

/** Sends an event to the outboxes whose name, as a pattern, is found in a value of it; to a default if there is none. */
export class SimpleRouter extends FlowActor<SimpleRouterParams> {
  static override parameters: ParamNames<SimpleRouter> = { defaultQueue: true, scope: true };
  readonly #scope: string | readonly string[];
  #routes: readonly { readonly box: string; readonly pattern: RegExp }[] = [];
  readonly #default: string;

  static override shape = 'condition';

  constructor(name: string, params?: SimpleRouterParams) {
    super(name, params);
    const { defaultQueue = 'default', scope = 'data' } = this.params;
    demand(this, 'defaultQueue', isText(defaultQueue), 'the name of an outbox', defaultQueue);
    demand(this, 'scope', isText(scope) || isTexts(scope), 'a path, or a list of its steps', scope);
    this.#default = defaultQueue;
    this.#scope = scope;
  }

  override preStart(): void {
    this.#routes = this.outboxes
      .filter(box => box !== this.#default)
      .map(box => ({ box, pattern: patternOf(this, `the outbox ${box}`, box) }));
  }

  override consume(event: Event): void {
    const value = event.lookup(this.#scope);
    const text = value === undefined || value === null ? undefined : String(value);
    const boxes = this.#routes.filter(({ pattern }) => text !== undefined && pattern.test(text));
    if (boxes.length > 0)
      void this.send(
        event,
        boxes.map(({ box }) => box),
      );
    else if (this.outboxes.includes(this.#default)) void this.send(event, this.#default);
    else {
      this.log.info('discarded: no outbox is for it, and there is no default', event);
      this.settle(event);
    }
  }
}
