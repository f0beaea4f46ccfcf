/** What a router asks of an event: does it match, and where is it to go? */
import type { Event } from '../events/event.ts';
import { demand, isText, isTexts, patternOf } from '../setup.ts';

export interface EventFilterParams {
  /** Patterns, one of which must be found in the value (`'.*'`). */
  valueRegexes?: string | RegExp | readonly (string | RegExp)[] | undefined;
  /** Where matching events go; none: they are discarded. */
  outboxNames?: string | readonly string[] | undefined;
  /** The value: a path that begins with an attribute of the event (`['data']`). */
  eventScope?: string | readonly string[] | undefined;
  /** One that must match as well. */
  nextFilter?: EventFilter | undefined;
}

/** Matches events by patterns that are looked for in one of their values; null matches nothing. */
export class EventFilter {
  /** The names of all parameters that this very class takes. */
  static readonly parameters: Readonly<Record<string, true>> = {
    valueRegexes: true,
    outboxNames: true,
    eventScope: true,
    nextFilter: true,
  } satisfies Record<keyof EventFilterParams, true>;

  readonly outboxNames: readonly string[];
  readonly #patterns: readonly RegExp[];
  readonly #scope: readonly string[];
  readonly #next: EventFilter | undefined;
  /** For error messages. */
  readonly name: string = this.constructor.name;

  /** @throws SetupError that names the parameter and what is wrong with it */
  constructor(params: EventFilterParams = {}) {
    const { valueRegexes = '.*', outboxNames = [], eventScope = ['data'], nextFilter } = params;
    const boxes = typeof outboxNames === 'string' ? [outboxNames] : outboxNames;
    demand(this, 'outboxNames', isTexts(boxes), 'the name of an outbox, or a list of them', outboxNames);
    const scope = typeof eventScope === 'string' ? eventScope.split('/') : eventScope;
    demand(
      this,
      'eventScope',
      isTexts(scope) && scope.length > 0,
      'a path, or a list of its steps',
      eventScope,
    );
    const isFilter = nextFilter === undefined || nextFilter instanceof EventFilter;
    demand(this, 'nextFilter', isFilter, 'a filter', nextFilter);
    const patterns = Array.isArray(valueRegexes) ? valueRegexes : [valueRegexes];
    this.#patterns = patterns.map(pattern => patternOf(this, 'valueRegexes', pattern));
    this.outboxNames = boxes;
    this.#scope = scope;
    this.#next = nextFilter;
  }

  /** Whether the event, and the next filter, match. */
  matches(event: Event): boolean {
    const found = event.lookup(this.#scope);
    const patterns = this.patternsFor(event, found);
    if (!this.valuesIn(found, event).some(value => isFoundIn(value, patterns))) return false;
    return this.#next === undefined || this.#next.matches(event);
  }

  /** Called before the first event: for what takes time. */
  async prepare(): Promise<void> {
    await this.#next?.prepare();
  }

  /** What is to be looked at, of that which the scope led to. */
  protected valuesIn(found: unknown, _event: Event): readonly unknown[] {
    return [found];
  }

  /** What is to be found in the value, one of them at least. */
  protected patternsFor(_event: Event, _found: unknown): readonly RegExp[] {
    return this.#patterns;
  }
}

export interface EventJSONFilterParams extends EventFilterParams {
  /** A path within the value; in lists every element is looked at. */
  jsonScope: string | readonly string[];
}

/** Looks at what lies at a path within JSON; of lists, any element may match. */
export class EventJSONFilter extends EventFilter {
  static override readonly parameters = { ...EventFilter.parameters, jsonScope: true } as const;

  readonly #path: readonly string[];

  constructor(params: EventJSONFilterParams) {
    super(params);
    const { jsonScope } = params;
    const path = typeof jsonScope === 'string' ? jsonScope.split('/') : jsonScope;
    demand(
      this,
      'jsonScope',
      isTexts(path) && path.every(isText),
      'a path, or a list of its steps',
      jsonScope,
    );
    this.#path = path;
  }

  protected override valuesIn(found: unknown): readonly unknown[] {
    return allAt(found, this.#path);
  }
}

function allAt(value: unknown, [step, ...rest]: readonly string[]): unknown[] {
  if (Array.isArray(value) && (step === undefined || !/^\d+$/.test(step)))
    return value.flatMap(element => allAt(element, step === undefined ? [] : [step, ...rest]));
  if (step === undefined) return [value];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return [];
  return allAt((value as Record<string, unknown>)[step], rest);
}

function isFoundIn(value: unknown, patterns: readonly RegExp[]): boolean {
  if (value === undefined || value === null) return false;
  const text = textOf(value);
  return patterns.some(pattern => pattern.test(text));
}

/** Objects as JSON, so that patterns find something in them. */
function textOf(value: unknown): string {
  if (typeof value !== 'object') return String(value);
  return Object.getPrototypeOf(value) === Object.prototype || Array.isArray(value)
    ? JSON.stringify(value)
    : String(value);
}
