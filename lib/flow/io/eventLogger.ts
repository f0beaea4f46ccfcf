/** Writes events to the log. */
import type { Event } from '../events/event.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams, flag, isTexts, oneOf, type Rule } from '../setup.ts';
import { eventText } from './eventText.ts';

export interface EventLoggerParams {
  /** `DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL` (`INFO`). */
  level?: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL' | undefined;
  /** The attributes to log, unless the whole event is (`['data']`). */
  loggedTags?: readonly string[] | undefined;
  /** Logs all that the event has (true). */
  logFullEvent?: boolean | undefined;
  /** Comes before the text (''). */
  prefix?: string | undefined;
}

const methods = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'critical',
} as const;

const level = oneOf(...Object.keys(methods));
const tags: Rule = [isTexts, 'a list of names of attributes'];
const anyText: Rule = [value => typeof value === 'string', 'a text'];

/**
 * Logs every event, with its error if it has one, and sends it on. A director's error actor unless another one is
 * registered. After compysition's EventLogger.
 */
export class EventLogger extends FlowActor<EventLoggerParams> {
  static override parameters: ParamNames<EventLogger> = {
    level: true,
    logFullEvent: true,
    loggedTags: true,
    prefix: true,
  };
  /** @throws SetupError that names the parameter and what is wrong with it */
  constructor(name: string, params?: EventLoggerParams & FlowActorOptions) {
    super(name, params);
    checkParams(name, params, { level, loggedTags: tags, logFullEvent: flag, prefix: anyText });
  }

  override consume(event: Event): void {
    const { level = 'INFO', prefix = '' } = this.params;
    this.log[methods[level]](`${prefix}${this.#textOf(event)}`, event);
    this.send(event);
  }

  #textOf(event: Event): string {
    const { loggedTags = ['data'], logFullEvent = true } = this.params;
    if (!logFullEvent) return loggedTags.map(tag => `${tag}: ${this.#show(event, tag)}`).join(', ');
    const { error } = event;
    const trace = error === null ? '' : ` error: ${error.stack ?? error.message}`;
    return `${eventText(event)}${trace}`;
  }

  #show(event: Event, tag: string): string {
    if (tag === 'data') return event.dataString();
    const value = event.get(tag, undefined);
    return value instanceof Error ? value.message : String(value);
  }
}
