/** The simplest of actors: one that lets pass, one that lets nothing pass. */
import type { Event } from '../events/event.ts';
import { FlowActor } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';

export interface FlowControllerParams {
  /** Sends events with an error to the error outboxes (false). */
  triggerErrors?: boolean | undefined;
  /** Makes other events of them, with new ids (false). */
  generateFreshIds?: boolean | undefined;
}

/** Sends all that comes in, from wherever, to all outboxes: what follows sees one inbox. */
export class FlowController extends FlowActor<FlowControllerParams> {
  static override parameters: ParamNames<FlowController> = { generateFreshIds: true, triggerErrors: true };
  override consume(event: Event): void {
    const { triggerErrors = false, generateFreshIds = false } = this.params;
    const sent = generateFreshIds ? event.renew() : event;
    if (generateFreshIds) this.settle(event);
    if (triggerErrors && sent.error !== null) void this.sendError(sent);
    else void this.send(sent);
  }
}

/** Discards all that comes in. */
export class Null extends FlowActor {
  static override parameters: ParamNames<Null> = {};

  override consume(event: Event): void {
    this.settle(event);
  }
}
