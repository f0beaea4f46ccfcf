/** Events by a schedule. */
import { asError } from '../../base/errors.ts';
import { SetupError } from '../events/errors.ts';
import type { FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isObject, isText } from '../setup.ts';
import { type CronFields, Schedule } from './cron.ts';
import { EventProducer, type ProducerParams } from './producer.ts';

export interface CronEventGeneratorParams extends ProducerParams {
  /** A text of cron with five to seven fields, or `{ year, month, day, week, dayOfWeek, hour, minute, second }` (every 12 seconds). */
  interval?: string | CronFields | undefined;
  /** Such as `'Europe/Paris'` or `'UTC'` (that of this machine). */
  timezone?: string | undefined;
}

/** Timers are no longer than this, in ms, so that a change of the clock is noticed. */
const longestWait = 60_000;

/**
 * Makes an event whenever the schedule says so, and another one for whatever it is given. What falls into a time without room
 * further on is left out. Needs the package croner. After compysition's CronEventGenerator.
 */
export class CronEventGenerator<
  P extends CronEventGeneratorParams = CronEventGeneratorParams,
> extends EventProducer<P> {
  static override parameters: ParamNames<CronEventGenerator> = {
    ...EventProducer.parameters,
    interval: true,
    timezone: true,
  };
  readonly #schedule: Schedule;

  constructor(name: string, params?: P & FlowActorOptions) {
    super(name, params);
    const { interval = { second: '*/12' }, timezone } = this.params;
    const isRight = isText(interval) || isObject(interval);
    demand(this, 'interval', isRight, 'a text of cron, or an object such as { hour: 4 }', interval);
    demand(this, 'timezone', timezone === undefined || isText(timezone), 'the name of one', timezone);
    try {
      this.#schedule = new Schedule(interval, timezone, 'CronEventGenerator');
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      throw new SetupError(`${name}: interval: ${asError(error).message}`, { cause: error });
    }
  }

  protected override begin(_producer: number): void {
    this.#arm({ isBusy: false });
  }

  #arm(state: { isBusy: boolean }): void {
    const due = this.#schedule.next(this.world.clock.wall());
    if (due !== undefined) this.#await(due, state);
  }

  #await(due: number, state: { isBusy: boolean }): void {
    const wait = due - this.world.clock.wall();
    this.after(Math.max(0, Math.min(wait, longestWait)), () => {
      // Timers may fire a little early, and clocks be set back.
      if (this.world.clock.wall() < due) return this.#await(due, state);
      if (this.isDone) return undefined;
      this.#arm(state);
      if (state.isBusy) return undefined;
      const wait = this.tick();
      if (wait === undefined) return undefined;
      state.isBusy = true;
      return wait.then(() => {
        state.isBusy = false;
      });
    });
  }
}
