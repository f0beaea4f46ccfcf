/** What is told on `node.events` when an actor of a flow failed at an event, and nothing in the wiring deals with that. */
import type { Event } from './events/event.ts';

/** An event went to the error actor of the flow, not to an error queue that somebody connected: it ends there. */
export class EventFailed {
  /** The name of the director. */
  readonly flow: string;
  readonly event: Event;
  /** The actor that failed at it. */
  readonly place: string;
  readonly error: Error;
  /** Whether events get from there to the actor of that name, so that it may be waiting for this one. */
  readonly leadsTo: (actor: string) => boolean;

  constructor(flow: string, event: Event, place: string, error: Error, leadsTo: (actor: string) => boolean) {
    this.flow = flow;
    this.event = event;
    this.place = place;
    this.error = error;
    this.leadsTo = leadsTo;
  }
}
