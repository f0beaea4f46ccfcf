/** URLs with places for what an event holds: `https://shop.example/orders/{data/id}`. */
import { show } from '../../base/errors.ts';
import { FlowError, MalformedEventData } from '../events/errors.ts';
import type { Event } from '../events/event.ts';

const place = /\{(\+?)([^{}]*)\}/g;

/** A scheme and a host that the template says itself. */
const fixedOrigin = /^https?:\/\/[^/{?#]+(?=[/?#]|$)/i;

/**
 * The text with its places filled: `{data/id}` by what `event.lookup('data/id')` finds, encoded so that it is one part of a
 * URL; `{+data/url}` as it is.
 *
 * @throws MalformedEventData when there is nothing to be found, or nothing that makes a text.
 */
export function fill(template: string, event: Event, encode: (text: string) => string): string {
  return template.replace(place, (_whole, raw: string, path: string) => {
    const value = textAt(event, path);
    return raw === '+' ? value : encode(value);
  });
}

function textAt(event: Event, path: string): string {
  const value = event.lookup(path);
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  throw new MalformedEventData(`the event has no text or number at ${show(path)}, but ${show(value)}`);
}

/**
 * The URL that a template makes.
 *
 * @throws MalformedEventData when it makes none, or one of another server than the template names.
 */
export function urlFrom(template: string, event: Event): URL {
  const filled = fill(template, event, asPart);
  if (!URL.canParse(filled)) throw nowhere(`${show(filled)} is no URL`);
  const url = new URL(filled);
  const [origin] = fixedOrigin.exec(template) ?? [];
  if (origin !== undefined && new URL(origin).origin !== url.origin)
    throw nowhere(`${show(filled)} is not at ${origin}, where it should be`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw nowhere(`${show(filled)} is no URL of http or https`);
  return url;
}

/** The address that was made up may be nobody's business outside: it is in the cause. */
const nowhere = (details: string): Error =>
  new MalformedEventData('the event leads to no address that may be asked', {
    cause: new FlowError(details),
  });

/** `..` would go up, whatever way it is written. */
function asPart(text: string): string {
  if (text === '.' || text === '..')
    throw new MalformedEventData(`${show(text)} can't be a part of a URL: it would lead elsewhere`);
  return encodeURIComponent(text);
}
