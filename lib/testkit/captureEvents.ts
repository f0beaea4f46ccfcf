/** Keeps the events of a node for a spec to look at. */
import type { EventClass, EventStream } from '../core/events.ts';

/** All events of a class from now on; `stop` ends it. */
export function captureEvents<E>(
  node: { readonly events: EventStream },
  event: EventClass<E>,
): { readonly events: E[]; stop(): void } {
  const events: E[] = [];
  const stop = node.events.subscribe(event, one => events.push(one));
  return { events, stop };
}
