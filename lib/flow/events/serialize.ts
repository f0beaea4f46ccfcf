/** Events as a text for wires and files, and back. */
import { MalformedEventData } from './errors.ts';
import { Event } from './event.ts';
import { type Json, parseJson } from './json.ts';

/**
 * The event as a text of one line. Dates, bigints, bytes, maps, sets, XML and the error survive.
 *
 * @throws MalformedEventData when it holds a function or a symbol; InvalidEventDataModification for circles.
 */
export const serializeEvent = (event: Event): string => JSON.stringify(event);

/**
 * The event that `serializeEvent` wrote: ids, attributes and class are as they were.
 *
 * @throws MalformedEventData for anything else, and for a class that is not registered here.
 */
export const parseEvent = (text: string): Event => Event.fromJSON(envelopeIn(text));

function envelopeIn(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw new MalformedEventData(`no event can be read: ${(error as Error).message}`, { cause: error });
  }
}
