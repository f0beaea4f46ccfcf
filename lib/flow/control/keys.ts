/** How an actor tells events apart: by what lies at a place, or by what a function says. */
import type { Event } from '../events/event.ts';
import { demand, isText } from '../setup.ts';

/** A path that begins with an attribute of the event, or a function. */
export type EventKey = string | ((event: Event) => unknown);

/** The key as a function; values that are equal as JSON give the same text. */
export function keyReader(actor: { readonly name: string }, key: EventKey): (event: Event) => string {
  demand(actor, 'key', typeof key === 'function' || isText(key), 'a path or a function', key);
  const read = typeof key === 'function' ? key : (event: Event) => event.lookup(key);
  return event => {
    const value = read(event);
    return typeof value === 'string' ? `s${value}` : `j${JSON.stringify(value)}`;
  };
}
