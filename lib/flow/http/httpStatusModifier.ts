/** Gives every event the same HTTP status. */
import { show } from '../../base/errors.ts';
import { SetupError } from '../events/errors.ts';
import { HttpEvent } from '../events/httpEvent.ts';
import { type HttpStatus, statusFrom } from '../events/status.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';

export interface HTTPStatusModifierParams {
  /** A code, `[404, 'Not Found']`, `'404 Not Found'` or `'404-Not Found'` (200). */
  value?: number | string | HttpStatus | undefined;
}

/** Sets the status of every event and sends it on. After compysition's HTTPStatusModifier. */
export class HTTPStatusModifier extends FlowActor<HTTPStatusModifierParams> {
  static override parameters: ParamNames<HTTPStatusModifier> = { value: true };
  static override input = HttpEvent;
  static override output = HttpEvent;

  readonly #status: HttpStatus;

  /** @throws SetupError when `value` is no status */
  constructor(name: string, params?: HTTPStatusModifierParams & FlowActorOptions) {
    super(name, params);
    const value = params?.value ?? 200;
    try {
      this.#status = statusFrom(value);
    } catch (error) {
      throw new SetupError(`${name}: value must be an HTTP status, not ${show(value)}`, { cause: error });
    }
  }

  override consume(event: HttpEvent): void {
    event.status = this.#status;
    void this.send(event);
  }
}
