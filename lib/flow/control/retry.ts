/** Tries again what went wrong further on, and gives up at a dead-letter outbox. */
import { Backoff, type BackoffOptions } from '../../restart/backoff.ts';
import type { Event } from '../events/event.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isCount, isText, setUp } from '../setup.ts';

export interface RetryParams {
  /** How often an event is tried again (3). */
  max?: number | undefined;
  /** How long to wait before that (`{ min: 100, max: 30_000, factor: 2, jitter: 0.2 }`, in ms). */
  backoff?: BackoffOptions | undefined;
  /** The outbox for events that are given up (`'dead_letter'`); without it they go to the error outboxes. */
  deadLetter?: string | undefined;
}

/**
 * Stands before an actor that may fail. Events go through to all outboxes but the dead-letter one; those that come back with
 * an error, by `connectErrorQueue(worker, retry)`, are sent again after a while. How often is in the attribute `<name>_attempts`.
 *
 * ```ts
 * director.connectQueue(source, retry);
 * director.connectQueue(retry, worker);
 * director.connectErrorQueue(worker, retry);
 * director.connectQueue([retry, 'dead_letter'], deadLetters);
 * ```
 */
export class Retry extends FlowActor<RetryParams> {
  static override parameters: ParamNames<Retry> = { backoff: true, deadLetter: true, max: true };
  readonly #backoff: Backoff;
  readonly #attempts: string;

  constructor(name: string, params?: RetryParams & FlowActorOptions) {
    super(name, params);
    const { max = 3, deadLetter = 'dead_letter', backoff = { min: 100 } } = this.params;
    demand(this, 'max', isCount(max, 0), 'a whole number from 0 up', max);
    demand(this, 'deadLetter', isText(deadLetter), 'the name of an outbox', deadLetter);
    this.#backoff = setUp(this, () => new Backoff(backoff));
    this.#attempts = `${name}_attempts`;
  }

  override validate(): readonly string[] {
    const isThere = this.#onward.length > 0;
    return isThere ? [] : [`${this.name} has no outbox to send events to, beside that for dead letters`];
  }

  override consume(event: Event): void | Promise<void> {
    if (event.error === null) {
      void this.send(event, this.#onward);
      return;
    }
    const attempts = Number(event.get(this.#attempts, 0));
    if (attempts >= (this.params.max ?? 3)) this.#giveUp(event, attempts);
    else return this.#again(event, attempts);
  }

  get #deadLetter(): string {
    return this.params.deadLetter ?? 'dead_letter';
  }

  get #onward(): readonly string[] {
    return this.outboxes.filter(box => box !== this.#deadLetter);
  }

  async #again(event: Event, attempts: number): Promise<void> {
    const delay = this.#backoff.delay(attempts, this.world.random);
    this.log.info(`${event.error?.message ?? 'an error'}: once more in ${Math.round(delay)} ms`, event);
    event.set(this.#attempts, attempts + 1);
    event.error = null;
    await new Promise<void>(resolve => {
      this.after(delay, resolve);
    });
    void this.send(event, this.#onward);
  }

  #giveUp(event: Event, attempts: number): void {
    this.log.warn(`given up after ${attempts + 1} attempts: ${event.error?.message ?? 'an error'}`, event);
    if (this.outboxes.includes(this.#deadLetter)) void this.send(event, this.#deadLetter);
    else void this.sendError(event);
  }
}
