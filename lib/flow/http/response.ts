/** What goes back to the client for an event. */
import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import { FlowError } from '../events/errors.ts';
import { formatted } from '../events/errorText.ts';
import type { Event } from '../events/event.ts';
import type { Format } from '../events/format.ts';
import { jsonFormat, rawFormat } from '../events/formats.ts';
import type { HttpEvent } from '../events/httpEvent.ts';
import { type HttpStatus, statusOf } from '../events/status.ts';
import { partsOf } from './environment.ts';
import { classOfType } from './mediaTypes.ts';

export interface Response {
  status: HttpStatus;
  headers: Record<string, string | string[]>;
  /** Undefined for statuses that have none. */
  body: string | Buffer | undefined;
}

export interface ResponseOptions {
  /** Puts JSON in `{ "data": … }`. */
  readonly wraps: boolean;
  /** Tells the client the messages also of errors that are no FlowErrors. */
  readonly exposes: boolean;
}

const contentType = 'content-type';

/** Part of the connection, not of what an actor has to say. */
const ofConnection: ReadonlySet<string> = new Set([
  ...['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer'],
]);

const hasNoBody = (code: number): boolean => code === 204 || code === 304;

/**
 * The response that an event makes, in the format that the client accepts; in the event's own where it can't be had in that.
 *
 * @param accept a media type
 * @throws FlowError when it has a status or headers that can't be sent.
 */
export function responseOf(event: HttpEvent, accept: string, options: ResponseOptions): Response {
  const { error, status } = event;
  const [code] = status;
  if (code < 200) throw new FlowError(`${code} is no status that an answer can have`);
  const headers = headersOf(event.headers);
  if (hasNoBody(code)) return { status, headers, body: undefined };
  const format = formatFor(event, accept);
  if (error !== null) {
    headers[contentType] = format.contentType;
    return { status, headers, body: errorBody(error, format, options) };
  }
  return { status, headers, body: bodyOf(event, format, headers, options) };
}

/** The response to a request that makes no event. */
export function errorResponse(error: Error, type: string, options: ResponseOptions): Response {
  const format = classOfType(type)?.format ?? jsonFormat;
  const [code, text, headers] = statusOf(error);
  return {
    status: [code, text],
    headers: { ...lowerCase(headers ?? {}), [contentType]: format.contentType },
    body: errorBody(error, format, options),
  };
}

/** The response where there is none: an error only if the status says so. */
export function noResponse(
  error: Error,
  status: HttpStatus,
  type: string,
  options: ResponseOptions,
): Response {
  if (status[0] >= 400) return { ...errorResponse(error, type, options), status };
  return { status, headers: {}, body: hasNoBody(status[0]) ? undefined : '' };
}

function headersOf(given: Readonly<Record<string, string | string[]>>): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const name in given) {
    const value = given[name];
    const lower = name.toLowerCase();
    if (value === undefined || value === null || ofConnection.has(lower)) continue;
    const sent = Array.isArray(value) ? value.map(String) : String(value);
    check(lower, sent);
    headers[lower] = sent;
  }
  return headers;
}

function check(name: string, value: string | string[]): void {
  try {
    validateHeaderName(name);
    for (const each of Array.isArray(value) ? value : [value]) validateHeaderValue(name, each);
  } catch (error) {
    throw new FlowError(`the header ${JSON.stringify(name)} can't be sent: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const formatOf = (event: Event): Format => (event.constructor as unknown as { format: Format }).format;

/** Every event will do for whoever accepts plain text, or anything. */
function formatFor(event: Event, accept: string): Format {
  const own = formatOf(event);
  const wanted = accept === '*/*' ? rawFormat : (classOfType(accept)?.format ?? rawFormat);
  return wanted === rawFormat ? own : wanted;
}

function bodyOf(
  event: HttpEvent,
  format: Format,
  headers: Record<string, string | string[]>,
  options: ResponseOptions,
): string | Buffer {
  const own = formatOf(event);
  if (format !== own) {
    try {
      const data = own === rawFormat && format === jsonFormat ? plain(event.data) : format.accept(event.data);
      headers[contentType] = format.contentType;
      return textIn(format, data, event, options);
    } catch {
      // A server may send what it has (RFC 9110, 12.1): nothing would be gained by an error.
    }
  }
  headers[contentType] ??= format === own ? event.contentType : own.contentType;
  return textIn(own, event.data, event, options);
}

/** A text that comes from nowhere is a text in JSON, whatever it looks like. */
const plain = (data: unknown): unknown => (typeof data === 'string' ? data : jsonFormat.accept(data));

function textIn(format: Format, data: unknown, event: HttpEvent, options: ResponseOptions): string | Buffer {
  if (format === jsonFormat) return JSON.stringify(wrapped(data, event, options));
  if (format === rawFormat && data instanceof Uint8Array) return Buffer.from(data);
  return format.text(data);
}

function wrapped(data: unknown, event: HttpEvent, { wraps }: ResponseOptions): unknown {
  if (!event.get('useResponseWrapper', wraps)) return data;
  const pages = pagesOf(event, data);
  if (isWrapped(data)) return pages === undefined ? data : { ...data, _pagination: pages };
  return pages === undefined ? { data } : { data, _pagination: pages };
}

function isWrapped(data: unknown): data is { data: unknown } {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return false;
  const [key, another] = Object.keys(data);
  return key === 'data' && another === undefined && Boolean((data as { data: unknown }).data);
}

/** Links to the page before and, if this one is full, to the page after. */
function pagesOf(event: HttpEvent, data: unknown): { prev: string; next?: string } | undefined {
  const { limit, offset } = (event.get('pagination', undefined) ?? {}) as {
    limit?: unknown;
    offset?: unknown;
  };
  if (typeof limit !== 'number' || typeof offset !== 'number' || !(limit > 0)) return undefined;
  const list = isWrapped(data) ? data.data : data;
  const link = (to: number) => linkTo(event, limit, Math.max(0, to));
  const prev = link(offset - limit);
  const isFull = Array.isArray(list) && list.length >= limit;
  return isFull ? { prev, next: link(offset + limit) } : { prev };
}

function linkTo({ environment }: HttpEvent, limit: number, offset: number): string {
  const { REQUEST_URI = '/' } = environment;
  const [path, query] = partsOf(String(REQUEST_URI));
  const parameters = new URLSearchParams(query);
  parameters.set('limit', String(limit));
  parameters.set('offset', String(offset));
  // Two slashes at the beginning would be those of another server.
  return `${path.replace(/^\/+/, '/')}?${parameters}`;
}

function errorBody(error: Error, format: Format, options: ResponseOptions): string {
  const shown = listOf(error, options);
  return format === jsonFormat ? JSON.stringify({ errors: shown }) : format.errorText(shown);
}

/** What went wrong inside is nobody's business outside, unless the error was made to be told. */
const listOf = (error: Error, { exposes }: ResponseOptions): unknown =>
  exposes || error instanceof FlowError ? formatted(error) : [{ message: STATUS_CODES[500], code: null }];

/** A status text of which nothing can break the response apart. */
export const safeText = ([code, text]: HttpStatus): string =>
  text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '') || (STATUS_CODES[code] ?? '');
