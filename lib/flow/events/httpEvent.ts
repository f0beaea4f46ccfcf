/** Events that came as an HTTP request, or go out as a response. */
import { show } from '../../base/errors.ts';
import { useClass } from './classes.ts';
import { copyOf } from './copy.ts';
import { InvalidEventDataModification } from './errors.ts';
import { Event, type EventInit } from './event.ts';
import { jsonFormat, xmlFormat } from './formats.ts';
import { type FormFields, formFormat } from './formFormat.ts';
import { type HttpStatus, ok, statusFrom, statusOf } from './status.ts';
import type { XmlElement } from './xml.ts';

export interface HttpEventInit extends EventInit {
  /** Of the response. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** A code, `[404, 'Not Found']`, `'404 Not Found'` or `'404-Not Found'`; 200 by default. */
  status?: number | string | HttpStatus | undefined;
  /** The request as CGI has it: `REQUEST_METHOD`, `PATH_INFO`, `HTTP_ACCEPT`, … */
  environment?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * An event with data of any kind, a status and headers. Its `error` decides on the status: `ResourceNotFound` is 404,
 * any error without a status of its own 500; without an error it is again what it was.
 */
export class HttpEvent<Data = unknown> extends Event<Data> {
  static override readonly isHttp = true;

  #status: HttpStatus = ok;
  /** What the status was before the error changed it. */
  #statusBefore: HttpStatus | undefined;
  #headers: Record<string, string> = {};
  #environment: Record<string, unknown> = {};

  constructor(init: HttpEventInit = {}) {
    super(init);
    if (init.headers !== undefined) this.headers = init.headers;
    if (init.environment !== undefined) this.environment = init.environment;
    if (init.status !== undefined) this.status = init.status;
    if (super.error !== null) this.#follow(super.error);
  }

  get status(): HttpStatus {
    return this.#status;
  }

  /** @throws InvalidEventDataModification when it is no status. */
  set status(value: number | string | HttpStatus) {
    this.#status = statusFrom(value);
    // Saying what the error says already takes nothing back.
    if (super.error === null || statusOf(super.error)[0] !== this.#status[0]) this.#statusBefore = undefined;
  }

  /** Of the response; the event's own object, so `event.headers['Allow'] = 'GET'` works. */
  get headers(): Record<string, string> {
    return this.#headers;
  }

  /** @throws InvalidEventDataModification when it is no object. */
  set headers(value: Readonly<Record<string, string>>) {
    this.#headers = { ...objectFrom(value, 'headers') } as Record<string, string>;
  }

  get environment(): Record<string, unknown> {
    return this.#environment;
  }

  /** @throws InvalidEventDataModification when it is no object. */
  set environment(value: Readonly<Record<string, unknown>>) {
    this.#environment = copyOf(objectFrom(value, 'environment'));
  }

  /** The method of the request, in capitals; undefined when it came from elsewhere. */
  get method(): string | undefined {
    const { REQUEST_METHOD: method } = this.#environment as { REQUEST_METHOD?: unknown };
    return typeof method === 'string' ? method.toUpperCase() : undefined;
  }

  override get error(): Error | null {
    return super.error;
  }

  override set error(error: unknown) {
    const before = super.error;
    // Another status may have been set since: the same error once more says nothing new.
    if (error === before) return;
    super.error = error;
    this.#forget(before);
    this.#follow(super.error);
  }

  /** Takes back what an error has set. */
  #forget(error: Error | null): void {
    if (error === null) return;
    for (const [name, value] of Object.entries(statusOf(error)[2] ?? {})) {
      if (this.#headers[name] === value) delete this.#headers[name];
    }
    if (this.#statusBefore === undefined) return;
    this.#status = this.#statusBefore;
    this.#statusBefore = undefined;
  }

  /** Sets what an error stands for. */
  #follow(error: Error | null): void {
    if (error === null) return;
    const [code, text, headers] = statusOf(error);
    this.#statusBefore = this.#status;
    this.#status = [code, text];
    Object.assign(this.#headers, headers);
  }

  protected override extraFields(): readonly string[] {
    return ['status', 'headers', 'environment'];
  }

  protected override takeFrom(source: Event): void {
    super.takeFrom(source);
    if (!(source instanceof HttpEvent)) {
      this.#follow(source.error);
      return;
    }
    this.#status = source.#status;
    this.#statusBefore = source.#statusBefore;
    this.#headers = { ...source.#headers };
    this.#environment = copyOf(source.#environment);
  }
}

function objectFrom<T extends object>(value: T, name: string): T {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new InvalidEventDataModification(`${show(value)} can't be the ${name} of an event: give an object`);
}

/** A `JSONEvent` with a status and headers. */
export class JSONHttpEvent<Data = unknown> extends HttpEvent<Data> {
  static override readonly format = jsonFormat;
  static override readonly contentType: string = 'application/json';
}

/** An `XMLEvent` with a status and headers. */
export class XMLHttpEvent extends HttpEvent<XmlElement> {
  static override readonly format = xmlFormat;
  static override readonly contentType: string = 'application/xml';
}

/** A `FormEvent` with a status and headers. */
export class FormHttpEvent extends HttpEvent<FormFields> {
  static override readonly format = formFormat;
  static override readonly contentType: string = 'application/x-www-form-urlencoded';
}

for (const Class of [HttpEvent, JSONHttpEvent, XMLHttpEvent, FormHttpEvent]) useClass(Class);
