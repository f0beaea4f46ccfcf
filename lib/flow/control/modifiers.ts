/** Actors that set, move and take away what an event has, and send it on. */
import { isDeepStrictEqual } from 'node:util';
import { show } from '../../base/errors.ts';
import { FlowError, MalformedEventData } from '../events/errors.ts';
import type { Event, EventClass } from '../events/event.ts';
import { JSONHttpEvent } from '../events/httpEvent.ts';
import { JSONEvent } from '../events/jsonEvent.ts';
import { XMLEvent } from '../events/xmlEvent.ts';
import { FlowActor } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isText, isTexts, patternOf } from '../setup.ts';
import { putAt, removeAt, stepsOf } from './path.ts';

export interface ModifierParams {
  /** Where the value goes: an attribute, or a path into one (`'data'`); null: the name of the actor. */
  key?: string | null | undefined;
  /** Parts the steps of a path (`'/'`). */
  separator?: string | undefined;
  /** Writes an INFO line for every change (false). */
  logChange?: boolean | undefined;
}

/** Puts a value somewhere; those that extend it differ only in where the value comes from. */
export abstract class Modifier<P extends ModifierParams> extends FlowActor<P> {
  static override parameters: ParamNames<Modifier<ModifierParams>> = {
    key: true,
    logChange: true,
    separator: true,
  };
  readonly #steps: readonly string[];

  constructor(name: string, params?: P) {
    super(name, params);
    const { key = 'data', separator = '/' } = this.params;
    demand(this, 'key', key === null || isText(key), 'a path, or null for the name of the actor', key);
    demand(this, 'separator', isText(separator), 'a text', separator);
    this.#steps = key === null ? [name] : stepsOf(key, separator);
  }

  /** What is to be put there. */
  protected abstract valueFor(event: Event): unknown;

  override consume(event: Event): void {
    const value = this.valueFor(event);
    putAt(event, this.#steps, value);
    if (this.params.logChange === true)
      this.log.info(`${this.#steps.join('/')} is ${show(value)} now`, event);
    void this.send(event);
  }
}

export interface EventAttributeModifierParams extends ModifierParams {
  /** The value (`{}`); every event gets a copy of its own. */
  value?: unknown;
}

/** Sets an attribute, or a place within one, to a fixed value. */
export class EventAttributeModifier extends Modifier<EventAttributeModifierParams> {
  static override parameters: ParamNames<EventAttributeModifier> = { ...Modifier.parameters, value: true };
  protected override valueFor(): unknown {
    const { value = {} } = this.params;
    return typeof value === 'object' ? structuredClone(value) : value;
  }
}

const isPath = (value: unknown): boolean => isText(value) || (isTexts(value) && value.length > 0);

export interface LookupParams extends ModifierParams {
  /** Where the value comes from: a path, or a list of its steps, that begins with an attribute of the event. */
  value: string | readonly string[];
}

/** Sets an attribute, or a place within one, to what lies at another place of the event; null when nothing does. */
export class EventAttributeLookupModifier extends Modifier<LookupParams> {
  static override parameters: ParamNames<EventAttributeLookupModifier> = {
    ...Modifier.parameters,
    value: true,
  };
  constructor(name: string, params: LookupParams) {
    super(name, params);
    demand(this, 'value', isPath(this.params.value), 'a path', this.params.value);
  }

  protected override valueFor(event: Event): unknown {
    return event.lookup(stepsOf(this.params.value, this.params.separator ?? '/')) ?? null;
  }
}

/** The same for a path within the data; where that holds a list, for its first element that has something there. */
export class JSONEventAttributeModifier extends Modifier<LookupParams> {
  static override parameters: ParamNames<JSONEventAttributeModifier> = {
    ...Modifier.parameters,
    value: true,
  };
  static override input: EventClass = JSONEvent;
  static override output: EventClass = JSONEvent;

  constructor(name: string, params: LookupParams) {
    super(name, params);
    demand(this, 'value', isPath(this.params.value), 'a path within the data', this.params.value);
  }

  protected override valueFor(event: Event): unknown {
    return first(event.data, stepsOf(this.params.value, this.params.separator ?? '/')) ?? null;
  }
}

/** As JSONEventAttributeModifier, for HTTP events. */
export class HTTPJSONAttributeModifier extends JSONEventAttributeModifier {
  static override parameters: ParamNames<HTTPJSONAttributeModifier> = JSONEventAttributeModifier.parameters;
  static override input: EventClass = JSONHttpEvent;
  static override output: EventClass = JSONHttpEvent;
}

/** What lies at a path; in lists, at that of the first element that has it. */
function first(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return value;
  if (Array.isArray(value) && !/^\d+$/.test(step)) {
    for (const element of value) {
      const found = first(element, [step, ...rest]);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return first((value as Record<string, unknown>)[step], rest);
}

/** Makes the data `{ [key]: what the event has as the attribute key }`. */
export class EventDataEventAttributeModifier extends FlowActor<{ key: string }> {
  static override parameters: ParamNames<EventDataEventAttributeModifier> = { key: true };
  constructor(name: string, params: { key: string }) {
    super(name, params);
    demand(this, 'key', isText(this.params.key), 'the name of an attribute', this.params.key);
  }

  override consume(event: Event): void {
    const { key } = this.params;
    event.data = { [key]: event.get(key, null) };
    void this.send(event);
  }
}

/** Makes the data `{ [key]: value }`. */
export class EventDataStaticAttributeModifier extends FlowActor<{ key: string; value?: unknown }> {
  static override parameters: ParamNames<EventDataStaticAttributeModifier> = { key: true, value: true };
  constructor(name: string, params: { key: string; value?: unknown }) {
    super(name, params);
    demand(this, 'key', isText(this.params.key), 'a name', this.params.key);
  }

  override consume(event: Event): void {
    event.data = structuredClone({ [this.params.key]: this.params.value ?? null });
    void this.send(event);
  }
}

/** The older name of an EventAttributeModifier for the data: the whole of it, or `data[key]`. */
export class Data extends FlowActor<{ key?: string | null | undefined; data?: unknown }> {
  static override parameters: ParamNames<Data> = { data: true, key: true };
  override consume(event: Event): void {
    const { key, data = {} } = this.params;
    putAt(event, key === undefined || key === null ? ['data'] : ['data', key], structuredClone(data));
    void this.send(event);
  }
}

/** The older name of an EventAttributeModifier for an attribute: that of `key`, or of the actor's name. */
export class Header extends FlowActor<{ key?: string | null | undefined; header?: unknown }> {
  static override parameters: ParamNames<Header> = { header: true, key: true };
  override consume(event: Event): void {
    event.set(this.params.key ?? this.name, structuredClone(this.params.header ?? {}));
    void this.send(event);
  }
}

export interface DeleteParams {
  /** Paths, each beginning with an attribute of the event. */
  keyPaths: string | readonly string[];
  separator?: string | undefined;
  /** Writes a WARNING when there was nothing to delete (false). */
  logFailedDelete?: boolean | undefined;
}

/** Takes away attributes, or what lies within them. */
export class EventAttributeDelete extends FlowActor<DeleteParams> {
  static override parameters: ParamNames<EventAttributeDelete> = {
    keyPaths: true,
    logFailedDelete: true,
    separator: true,
  };
  readonly #paths: readonly (readonly string[])[];

  constructor(name: string, params: DeleteParams) {
    super(name, params);
    const { keyPaths, separator = '/' } = this.params;
    const paths = typeof keyPaths === 'string' ? [keyPaths] : keyPaths;
    demand(this, 'keyPaths', isTexts(paths) && paths.length > 0, 'a path or a list of paths', keyPaths);
    this.#paths = paths.map(path => this.rooted(stepsOf(path, separator)));
  }

  /** The steps from the event on. */
  protected rooted(steps: readonly string[]): readonly string[] {
    return steps;
  }

  override consume(event: Event): void {
    for (const path of this.#paths) {
      if (!removeAt(event, path) && this.params.logFailedDelete === true)
        this.log.warn(`there is no ${path.join('/')} to delete`, event);
    }
    void this.send(event);
  }
}

/** The same for paths within the data. */
export class JSONEventAttributeDelete extends EventAttributeDelete {
  static override parameters: ParamNames<JSONEventAttributeDelete> = EventAttributeDelete.parameters;
  static override input: EventClass = JSONEvent;
  static override output: EventClass = JSONEvent;

  protected override rooted(steps: readonly string[]): readonly string[] {
    return ['data', ...steps];
  }
}

export interface SubstitutionParams {
  pattern: string | RegExp;
  /** Where the text is: a path (`'data'`). */
  eventAttr?: string | undefined;
  /** What takes the place of every match; `$1` and the like as in String.replace. */
  replaceWith: string;
}

/** Replaces all that a pattern matches in a text of the event. */
export class EventAttributeRegexSubstitution extends FlowActor<SubstitutionParams> {
  static override parameters: ParamNames<EventAttributeRegexSubstitution> = {
    eventAttr: true,
    pattern: true,
    replaceWith: true,
  };
  readonly #pattern: RegExp;
  readonly #steps: readonly string[];

  constructor(name: string, params: SubstitutionParams) {
    super(name, params);
    const { pattern, eventAttr = 'data', replaceWith } = this.params;
    const { source, flags } = patternOf(this, 'pattern', pattern);
    this.#pattern = new RegExp(source, `${flags}g`);
    demand(this, 'eventAttr', isText(eventAttr), 'a path', eventAttr);
    demand(this, 'replaceWith', typeof replaceWith === 'string', 'a text', replaceWith);
    this.#steps = stepsOf(eventAttr, '/');
  }

  override consume(event: Event): void {
    const text = event.lookup(this.#steps);
    if (typeof text !== 'string')
      throw new MalformedEventData(`${this.#steps.join('/')} is ${show(text)}, and no text to replace in`);
    putAt(event, this.#steps, text.replace(this.#pattern, this.params.replaceWith));
    void this.send(event);
  }
}

export interface ErrorModifierParams {
  message?: string | undefined;
  /** The code that the client sees. */
  code?: string | number | undefined;
  /** Another class of error: with that comes its status. */
  errorClass?: (new (message: never, options?: object) => Error) | undefined;
  /** Takes the place of the whole error in what the client sees. */
  override?: unknown;
}

/** Rewrites the error of events, so that clients see another one; an event without error passes as it is. */
export class ErrorEventAttributeModifier extends FlowActor<ErrorModifierParams> {
  static override parameters: ParamNames<ErrorEventAttributeModifier> = {
    code: true,
    errorClass: true,
    message: true,
    override: true,
  };
  constructor(name: string, params?: ErrorModifierParams) {
    super(name, params);
    const { errorClass } = this.params;
    const isError = errorClass === undefined || errorClass.prototype instanceof Error;
    demand(this, 'errorClass', isError, 'a class of errors', errorClass);
  }

  override consume(event: Event): void {
    if (event.error !== null) event.error = this.#rewritten(event.error);
    void this.send(event);
  }

  /** Another error: the one that was may be shared with copies of the event. */
  #rewritten(error: Error): Error {
    const { message, code, override, errorClass } = this.params;
    const own = error instanceof FlowError ? (error.constructor as typeof FlowError) : FlowError;
    const Class = errorClass ?? own;
    const extra = error instanceof FlowError ? error.extra : {};
    const options = { ...extra, cause: error, ...(override !== undefined && { override }) };
    const written = new Class((message ?? messagesOf(error)) as never, options);
    return code === undefined ? written : Object.assign(written, { code });
  }
}

/** As ErrorEventAttributeModifier, for events with XML. */
export class XMLErrorEventAttributeModifier extends ErrorEventAttributeModifier {
  static override parameters: ParamNames<XMLErrorEventAttributeModifier> =
    ErrorEventAttributeModifier.parameters;
  static override input: EventClass = XMLEvent;
  static override output: EventClass = XMLEvent;
}

const messagesOf = (error: Error): never =>
  (error instanceof FlowError ? error.messages : error.message) as never;

export interface CompareParams {
  /** Paths that begin with an attribute of the event. */
  left: string;
  right: string;
}

/** Makes the data `{ comparison_result }`: whether two places of the event hold equal values. */
export class EventDataCompare extends FlowActor<CompareParams> {
  static override parameters: ParamNames<EventDataCompare> = { left: true, right: true };
  constructor(name: string, params: CompareParams) {
    super(name, params);
    demand(this, 'left', isText(this.params.left), 'a path', this.params.left);
    demand(this, 'right', isText(this.params.right), 'a path', this.params.right);
  }

  override consume(event: Event): void {
    const { left, right } = this.params;
    event.data = { comparison_result: isDeepStrictEqual(event.lookup(left), event.lookup(right)) };
    void this.send(event);
  }
}
