/** What flows from actor to actor: data, two ids, and whatever the actors on the way attach. */
import { inspect } from 'node:util';
import { asError, show } from '../../base/errors.ts';
import { classFor, useClass } from './classes.ts';
import { copyOf } from './copy.ts';
import { type EventEnvelope, envelopeOf, eventOf } from './envelope.ts';
import {
  EventAttributeError,
  InvalidEventConversion,
  InvalidEventDataModification,
  ReservedName,
} from './errors.ts';
import { type FormattedError, formatted } from './errorText.ts';
import { type Format, isXmlNode } from './format.ts';
import { rawFormat } from './formats.ts';
import { eventTime, newEventId } from './identity.ts';
import { lookup } from './lookup.ts';

/** What an event begins with; keys that are not listed here become attributes of it. */
export interface EventInit {
  /** Whatever the class can make its data of; null by default. */
  data?: unknown;
  /** Says to whom it is addressed: the MDP service, the part of an HTTP path; `'default'` by default. */
  service?: string | undefined;
  /** Joins the logs of several events; the event id by default. */
  metaId?: string | undefined;
  /** 32 hexadecimal digits by default. */
  eventId?: string | undefined;
  error?: unknown;
  /** Milliseconds since the Unix epoch; now by default. */
  created?: number | undefined;
  [attribute: string]: unknown;
}

/** A class of events. */
export interface EventClass<E extends Event = Event> {
  new (init?: EventInit): E;
  readonly prototype: E;
  readonly name: string;
  readonly format: Format;
  readonly contentType: string;
  readonly isHttp: boolean;
}

/** What the constructor reads by name. */
const ownFields: ReadonlySet<string> = new Set(['data', 'service', 'metaId', 'eventId', 'error', 'created']);

/** Given to a constructor by `clone` and `convert`, which fill the fields themselves. */
const bare: EventInit = Object.freeze({});

/** @internal The id of an event that has got one: one that nobody has asked for is not there yet. */
export let idOf: (event: Event) => string | undefined;

/**
 * An event with data of any kind.
 *
 * `event.anything = value` attaches an attribute; it goes along with copies, conversions and the serialised form. After
 * compysition's event.
 */
export class Event<Data = unknown> {
  static readonly format: Format = rawFormat;
  static readonly contentType: string = 'text/plain';
  /** Whether the class has what an HTTP message has. */
  static readonly isHttp: boolean = false;

  [attribute: string]: unknown;

  #eventId: string | undefined;
  #metaId: string | undefined;
  #service: string;
  #created: number;
  #error: Error | null;
  #data: unknown;

  static {
    idOf = event => event.#eventId;
  }

  /**
   * @throws InvalidEventDataModification when the class can't make its data of `init.data`.
   * @throws ReservedName for an attribute with the name of a method.
   */
  constructor(init: EventInit = {}) {
    if (init === bare) {
      this.#service = 'default';
      this.#created = 0;
      this.#error = null;
      return;
    }
    this.#eventId = init.eventId;
    this.#metaId = init.metaId;
    this.#service = init.service ?? 'default';
    this.#created = init.created ?? eventTime();
    this.#error = errorOf(init.error);
    this.#data = classOf(this).format.accept(init.data);
    for (const key of Object.keys(init)) if (!ownFields.has(key)) this.#attach(key, init[key]);
  }

  get contentType(): string {
    return classOf(this).contentType;
  }

  /** Kept by copies and conversions; it can't be changed. */
  get eventId(): string {
    this.#eventId ??= newEventId();
    return this.#eventId;
  }

  /** @throws InvalidEventDataModification always: an id is given to the constructor or not at all. */
  set eventId(id: string) {
    throw new InvalidEventDataModification(
      `the event ${this.eventId} can't become ${show(id)}: an event keeps its id; make another event`,
    );
  }

  /** Joins the logs of several events. */
  get metaId(): string {
    return this.#metaId ?? this.eventId;
  }

  set metaId(id: string) {
    this.#metaId = id;
  }

  /** To whom it is addressed. */
  get service(): string {
    return this.#service;
  }

  set service(name: string) {
    this.#service = name;
  }

  /** When it was made, in ms since the Unix epoch. */
  get created(): number {
    return this.#created;
  }

  /** What went wrong with it; null when nothing did. */
  get error(): Error | null {
    return this.#error;
  }

  set error(error: unknown) {
    this.#error = errorOf(error);
  }

  get data(): Data {
    return this.#data as Data;
  }

  /** @throws InvalidEventDataModification when the class can't make its data of it; the event keeps what it had. */
  set data(value: unknown) {
    this.#data = classOf(this).format.accept(value);
  }

  /**
   * The attribute `key`; `fallback` when the event has none.
   *
   * @throws EventAttributeError when it has none and there is no fallback.
   */
  get(key: string, ...fallback: [value?: unknown]): unknown {
    if (this.#isReadable(key)) return this[key];
    if (fallback.length > 0) return fallback[0];
    throw new EventAttributeError(`the event has no attribute ${show(key)}; set it, or give a default`);
  }

  /**
   * Sets an attribute, or one of the fields.
   *
   * @returns true: it has been set; what can't be set is an error.
   * @throws InvalidEventDataModification for data that the class can't take, and for the id.
   * @throws ReservedName for the name of a method.
   */
  set(key: string, value: unknown): true {
    if (fieldOf(this, key)?.set !== undefined) this[key] = value;
    else this.#attach(key, value);
    return true;
  }

  /** What lies at `'data/order/lines/0'` or `['data', 'order', 'lines', 0]`; undefined when nothing does. */
  lookup(path: string | readonly (string | number)[]): unknown {
    const [first = '', ...rest] = typeof path === 'string' ? path.split('/') : path;
    const key = String(first);
    return this.#isReadable(key) ? lookup(this[key], rest) : undefined;
  }

  /** All fields and attributes but the data. */
  getProperties(): Record<string, unknown> {
    const properties: Record<string, unknown> = {
      eventId: this.eventId,
      metaId: this.metaId,
      service: this.service,
      created: this.created,
      error: this.error,
    };
    for (const key of this.extraFields()) properties[key] = this[key];
    return Object.assign(properties, this);
  }

  /** A copy with the same ids that shares no data with this event. */
  clone(): this {
    const copy = new (classOf(this))(bare) as this;
    copy.takeFrom(this);
    copy.#data = classOf(this).format.copy(this.#data);
    return copy;
  }

  /** A copy that is another event: with a new event id, which is its meta id as well. */
  renew(): this {
    const copy = this.clone();
    copy.#eventId = undefined;
    copy.#metaId = undefined;
    copy.#created = eventTime();
    return copy;
  }

  /**
   * The same event in another format: this one when it is of that class already. HTTP events stay HTTP events. The data
   * may be shared with this event.
   *
   * @throws InvalidEventConversion when it would lose its format or what belongs to HTTP.
   * @throws InvalidEventDataModification when the data can't be had in that format.
   */
  convert<E extends Event>(target: EventClass<E>): E {
    const own = classOf(this);
    if ((target as EventClass) === own) return this as unknown as E;
    const Class = this.#targetFor(target as EventClass);
    const copy = new Class(bare) as E;
    copy.takeFrom(this);
    copy.#data = Class.format === classOf(this).format ? this.#data : Class.format.accept(this.#data);
    return copy;
  }

  #targetFor(target: EventClass): EventClass {
    const own = classOf(this);
    if (isA(target, own)) return target;
    if (isA(own, target)) {
      throw new InvalidEventConversion(
        `Narrowing ${own.name} to ${target.name} would lose what ${own.name} has: make a new event`,
      );
    }
    const format = target.format.name === 'raw' ? own.format : target.format;
    const isHttp = own.isHttp || target.isHttp;
    if (target.format === format && target.isHttp === isHttp) return target;
    const found = classFor(format, isHttp) as EventClass | undefined;
    if (found !== undefined && isA(found, target)) return found;
    throw new InvalidEventConversion(
      `${own.name} has no conversion to ${target.name}: let ${target.name} extend ${found?.name ?? 'Event'}`,
    );
  }

  /** The data as text. */
  dataString(): string {
    return classOf(this).format.text(this.#data);
  }

  /** The error as a list of `{ message, code, … }`, or what its `override` says; empty when there is none. */
  formatError(): FormattedError[] | unknown {
    return this.#error === null ? [] : formatted(this.#error);
  }

  /** The error as a text in the format of the event. */
  errorString(): string {
    return classOf(this).format.errorText(this.formatError());
  }

  /** What `JSON.stringify` and `serializeEvent` write. */
  toJSON(): EventEnvelope {
    return envelopeOf(this);
  }

  /**
   * The event of an envelope.
   *
   * @throws MalformedEventData when it is none, or of a class that is not registered here.
   */
  static fromJSON(envelope: unknown): Event {
    return eventOf(envelope) as Event;
  }

  /** What `console.log` shows. */
  [inspect.custom](_depth: number, options: object): string {
    const data = isXmlNode(this.data) ? `<${(this.data as { nodeName?: string }).nodeName}>…` : this.data;
    return `${classOf(this).name} ${inspect({ ...this.getProperties(), data }, options)}`;
  }

  /** Names of the fields that a class adds with accessors: they are copied and serialised like attributes. */
  protected extraFields(): readonly string[] {
    return [];
  }

  /** Takes everything over but the data; a class with fields of its own extends it. */
  protected takeFrom(source: Event): void {
    this.#eventId = source.eventId;
    this.#metaId = source.#metaId;
    this.#service = source.#service;
    this.#created = source.#created;
    this.#error = source.#error;
    for (const key of Object.keys(source)) {
      const value = copyOf(source[key]);
      if (key in this) this.set(key, value);
      else this[key] = value;
    }
  }

  /** Fields that can be written are left to their class. */
  #attach(key: string, value: unknown): void {
    if (Object.hasOwn(this, key) || !(key in this)) this[key] = value;
    else if (fieldOf(this, key)?.set === undefined) {
      throw new ReservedName(`an event can't have an attribute ${show(key)}: every event has that already`);
    }
  }

  #isReadable(key: string): boolean {
    return Object.hasOwn(this, key) || fieldOf(this, key)?.get !== undefined;
  }
}

const classOf = (event: Event): EventClass => event.constructor as unknown as EventClass;

function errorOf(error: unknown): Error | null {
  return error === undefined || error === null ? null : asError(error);
}

/** Whether `Class` is `Base` or one of its kind; a JSON event over HTTP is a JSON event. */
const isA = (Class: EventClass, Base: EventClass): boolean =>
  Class === Base || Class.prototype instanceof (Base as unknown as new () => object);

/** The accessors that the event's classes have for it. */
function fieldOf(event: object, key: string): PropertyDescriptor | undefined {
  let at = Object.getPrototypeOf(event);
  while (at !== Object.prototype && at !== null) {
    const found = Object.getOwnPropertyDescriptor(at, key);
    if (found !== undefined) return found;
    at = Object.getPrototypeOf(at);
  }
  return undefined;
}

useClass(Event);

/** Whether the value is an event of that format, over HTTP or not. */
export const hasFormat = (value: unknown, format: Format): boolean =>
  value instanceof Event && classOf(value).format === format;
