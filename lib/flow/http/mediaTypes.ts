/** What the body of a request is, and which class of events that makes. */
import { isUtf8 } from 'node:buffer';
import { parse } from 'node:querystring';
import { show } from '../../base/errors.ts';
import { MalformedEventData } from '../events/errors.ts';
import type { Event, EventClass } from '../events/event.ts';
import { FormHttpEvent, HttpEvent, JSONHttpEvent, XMLHttpEvent } from '../events/httpEvent.ts';

const form = 'application/x-www-form-urlencoded';

const classes = new Map<string, EventClass>([
  ['application/json', JSONHttpEvent as EventClass],
  ['application/json+schema', JSONHttpEvent as EventClass],
  ['text/xml', XMLHttpEvent as unknown as EventClass],
  ['text/html', XMLHttpEvent as unknown as EventClass],
  ['application/xml', XMLHttpEvent as unknown as EventClass],
  ['application/xml+schema', XMLHttpEvent as unknown as EventClass],
  [form, FormHttpEvent as unknown as EventClass],
  ['text/plain', HttpEvent as EventClass],
  ['*/*', HttpEvent as EventClass],
]);

/** Types that a route takes unless it says more. */
export const usualTypes: ReadonlySet<string> = new Set([
  ...['text/xml', 'application/xml', 'text/plain', 'text/html', 'application/json', form],
]);

/** The type without its parameters: `text/xml; charset=utf-8` is `text/xml`. */
export function mediaTypeOf(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** The class of events for a type; JSON for none, undefined for one that nothing is known of. */
export function classOfType(type: string | undefined): EventClass | undefined {
  if (type === undefined) return JSONHttpEvent as EventClass;
  const known = classes.get(type);
  if (known !== undefined) return known;
  if (type.endsWith('+json')) return JSONHttpEvent as EventClass;
  return type.endsWith('+xml') ? (XMLHttpEvent as unknown as EventClass) : undefined;
}

/**
 * The event that a body makes: of the class of its type; bytes for a type that nothing is known of.
 *
 * @param contentType with its parameters, as it came
 * @throws MalformedEventData, InvalidEventDataModification when it is not what its type says.
 */
export function eventOfBody(body: Buffer | undefined, contentType: string | undefined): Event {
  const type = contentType === undefined ? undefined : mediaTypeOf(contentType);
  if (type === form && body !== undefined) return eventOfForm(body);
  const Class = classOfType(type) ?? HttpEvent;
  if (body === undefined) return new Class();
  const charset = contentType === undefined ? undefined : charsetOf(contentType);
  // XML says itself what it is written in, unless HTTP does.
  const isBytes =
    charset === undefined && ((Class as unknown) === XMLHttpEvent || (type !== undefined && !isKnown(type)));
  return new Class({ data: isBytes ? body : textOf(body, charset) });
}

const isKnown = (type: string): boolean => classOfType(type) !== undefined;

function charsetOf(contentType: string): string | undefined {
  if (!contentType.includes('=')) return undefined;
  return /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase();
}

function textOf(body: Buffer, charset = 'utf-8'): string {
  if (charset === 'utf-8' || charset === 'utf8') {
    if (isUtf8(body)) return withoutMark(body.toString());
    throw new MalformedEventData('the body is no UTF-8 text');
  }
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch (error) {
    throw new MalformedEventData(`the body is no ${show(charset)} text`, { cause: error });
  }
}

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

/** A form that carries XML or JSON in its first field is that; another one is a form. */
function eventOfForm(body: Buffer): Event {
  const event = new FormHttpEvent({ data: textOf(body) });
  const [first] = Object.entries(event.data);
  if (first === undefined) throw new MalformedEventData('the form is empty');
  const [field, value] = first;
  if (/^xml$/i.test(field)) return new XMLHttpEvent({ data: value });
  if (/^json$/i.test(field)) return new JSONHttpEvent({ data: value });
  return event;
}

/** Fields that a query may have; more are left out. */
const mostFields = 1000;

/** The fields of a query; one that comes several times is an array. */
export function fieldsOf(text: string): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  const parsed = parse(text, '&', '=', { maxKeys: mostFields });
  for (const key of Object.keys(parsed)) {
    const value = parsed[key];
    if (key !== '__proto__' && key !== '' && value !== undefined) fields[key] = value;
  }
  return fields;
}
