/** What one event for many has as its data: JSON if all of theirs is, else a plain list. */
import { Event } from '../events/event.ts';
import { JSONEvent } from '../events/jsonEvent.ts';

/** One event with the data of several as a list, in their order; `attributes` beside it. */
export function gathered(events: readonly Event[], attributes: object): Event {
  const Class = events.every(event => event instanceof JSONEvent) ? JSONEvent : Event;
  return new Class({ data: events.map(({ data }) => data), ...attributes });
}
