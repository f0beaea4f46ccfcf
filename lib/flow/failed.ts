/** What is told on `node.events` when an event of a flow will not come to its end, and nothing in the wiring deals with that. */
import type { Event } from './events/event.ts';
import type { FlowActor } from './flowActor.ts';

/**
 * An actor failed at an event, which went to the error actor of the flow and not to an error queue that somebody connected; or
 * there was no room for it in the actor's queue. It ends there.
 */
export class EventFailed {
  /** The name of the director. */
  readonly flow: string;
  readonly event: Event;
  /** The actor that failed at it, or did not get it. */
  readonly place: string;
  readonly error: Error;
  /** Whether it is that actor, or events get from there to it, so that it may be waiting for this one. */
  readonly leadsTo: (actor: FlowActor) => boolean;

  constructor(
    flow: string,
    event: Event,
    place: string,
    error: Error,
    leadsTo: (actor: FlowActor) => boolean,
  ) {
    this.flow = flow;
    this.event = event;
    this.place = place;
    this.error = error;
    this.leadsTo = leadsTo;
  }
}
