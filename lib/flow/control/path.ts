/** Places in an event: `data/order/id` is the member `id` of the member `order` of its data. */
import { show } from '../../base/errors.ts';
import { put } from '../events/copy.ts';
import { MalformedEventData } from '../events/errors.ts';
import type { Event } from '../events/event.ts';
import { isXmlNode } from '../events/format.ts';

/** The steps of a path. */
export const stepsOf = (path: string | readonly string[], separator: string): readonly string[] =>
  typeof path === 'string' ? path.split(separator) : path;

/**
 * Puts a value at a place in an event; objects on the way are made where there is nothing.
 * @throws MalformedEventData when something that is no object is in the way
 */
export function putAt(event: Event, [attribute = '', ...steps]: readonly string[], value: unknown): void {
  const last = steps.pop();
  if (last === undefined) {
    event.set(attribute, value);
    return;
  }
  let place = event.get(attribute, undefined);
  if (place === undefined || place === null) {
    place = {};
    event.set(attribute, place);
    place = event.get(attribute);
  }
  let way = attribute;
  for (const step of steps) {
    const holder = asHolder(place, way);
    if (!Object.hasOwn(holder, step) || holder[step] === null || holder[step] === undefined)
      put(holder, step, {});
    place = holder[step];
    way += `/${step}`;
  }
  const holder = asHolder(place, way);
  if (Array.isArray(holder) && !isIndex(last, holder.length))
    throw new MalformedEventData(`${way} is a list of ${holder.length}: nothing can be put at ${show(last)}`);
  put(holder, last, value);
}

/** Takes away what is at a place in an event; false when there was nothing. */
export function removeAt(event: Event, [attribute = '', ...steps]: readonly string[]): boolean {
  const last = steps.pop();
  if (last === undefined) {
    if (attribute === 'data') event.data = null;
    else if (Object.hasOwn(event, attribute)) delete event[attribute];
    else return false;
    return true;
  }
  const holder = event.lookup([attribute, ...steps]);
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, last)) return false;
  if (Array.isArray(holder))
    return isIndex(last, holder.length - 1) && holder.splice(Number(last), 1).length > 0;
  delete (holder as Record<string, unknown>)[last];
  return true;
}

/** The end of a list is a place as well: there it grows. */
const isIndex = (step: string, most: number): boolean => /^(0|[1-9]\d*)$/.test(step) && Number(step) <= most;

function asHolder(value: unknown, way: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !isXmlNode(value))
    return value as Record<string, unknown>;
  const what = isXmlNode(value) ? 'XML' : show(value);
  throw new MalformedEventData(`${way} is ${what}: nothing can be put into it`);
}
