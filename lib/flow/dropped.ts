/** What is told on `node.events` when an event of a flow goes no further. */
import type { Event } from './events/event.ts';
import type { DropReason } from './scope.ts';

/** An event that no actor will handle: nothing is lost silently. */
export class EventDropped {
  /** The name of the director. */
  readonly flow: string;
  readonly event: Event;
  /** The queue that had no room, or the actor that it came from. */
  readonly place: string;
  /** `overflow`: a queue was full; `unroutable`: an error that nobody takes; `stopped`: the flow came to its end. */
  readonly reason: DropReason;
  readonly error: Error | undefined;

  constructor(flow: string, event: Event, place: string, reason: DropReason, error: Error | undefined) {
    this.flow = flow;
    this.event = event;
    this.place = place;
    this.reason = reason;
    this.error = error;
  }
}
