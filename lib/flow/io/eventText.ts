/** An event as one line for people. */
import type { Event } from '../events/event.ts';

/** All that it has, as JSON; its error is the message alone, and what JSON can't hold is left out. */
export function eventText(event: Event): string {
  const { error, ...properties } = event.getProperties();
  const message = error instanceof Error ? error.message : null;
  const plain = { eventId: event.eventId, metaId: event.metaId, service: event.service };
  const rest = { error: message, data: event.dataString() };
  return json({ ...properties, ...rest }) ?? json({ ...plain, ...rest }) ?? event.eventId;
}

/** Undefined when it goes round in circles. */
function json(value: object): string | undefined {
  try {
    return JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? String(one) : one));
  } catch {
    return undefined;
  }
}
