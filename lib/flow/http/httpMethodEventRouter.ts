/** Sends requests where their method says. */
import { EventCommandNotAllowed } from '../events/errors.ts';
import { HttpEvent } from '../events/httpEvent.ts';
import { FlowActor } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { methods } from './routes.ts';

/**
 * The outbox is the method of the request: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS; HEAD goes to GET where it has none of
 * its own. An event for which there is no outbox is an `EventCommandNotAllowed`: 405, with the header `Allow`.
 * After compysition's HTTPMethodEventRouter.
 */
export class HTTPMethodEventRouter extends FlowActor {
  static override parameters: ParamNames<HTTPMethodEventRouter> = {};
  static override input = HttpEvent;
  static override output = HttpEvent;
  static override shape = 'condition';

  override validate(): readonly string[] {
    return this.outboxes
      .filter(outbox => !(methods as readonly string[]).includes(outbox))
      .map(outbox => `the outbox ${outbox} is none of ${methods.join(', ')}, so nothing would go there`);
  }

  override consume(event: HttpEvent): void {
    const method = event.method ?? '';
    const { outboxes } = this;
    const outbox = method === 'HEAD' && !outboxes.includes('HEAD') ? 'GET' : method;
    if (outboxes.includes(outbox)) {
      void this.send(event, outbox);
      return;
    }
    Object.assign(event.headers, { Allow: outboxes.join(', ') });
    throw new EventCommandNotAllowed(`${method === '' ? 'no method' : method} is not allowed here`);
  }
}
