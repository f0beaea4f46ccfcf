/** Prints events. */
import type { Event } from '../events/event.ts';
import { LogEvent } from '../events/logEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams, flag, type Rule } from '../setup.ts';
import { eventText } from './eventText.ts';
import { logLine, timestamp } from './logLine.ts';

export interface StdoutParams {
  /** Prints all that the event has, not only its data (false). */
  complete?: boolean | undefined;
  /** Comes before the data (''). */
  prefix?: string | undefined;
  /** Begins with the time in brackets (false). */
  timestamp?: boolean | undefined;
  /** Where to print: standard output unless given. */
  write?: ((line: string) => unknown) | undefined;
}

/**
 * Prints the data of each event on a line of its own and sends the event on. A log event is printed as one line with its
 * time, level, actor and id. After compysition's STDOUT.
 */
export class STDOUT extends FlowActor<StdoutParams> {
  static override parameters: ParamNames<STDOUT> = {
    complete: true,
    prefix: true,
    timestamp: true,
    write: true,
  };
  /** @throws SetupError that names the parameter and what is wrong with it */
  constructor(name: string, params?: StdoutParams & FlowActorOptions) {
    super(name, params);
    checkParams(name, params, { complete: flag, prefix: anyText, timestamp: flag, write: action });
  }

  override consume(event: Event): void {
    const { prefix = '', timestamp: isTimed = false, write = print } = this.params;
    const time = isTimed ? `[${timestamp(this.world.clock.wall())}] ` : '';
    write(`${time}${prefix}${this.#textOf(event)}\n`);
    this.send(event);
  }

  #textOf(event: Event): string {
    if (this.params.complete === true) return eventText(event);
    return event instanceof LogEvent ? logLine(event) : event.dataString();
  }
}

const anyText: Rule = [value => typeof value === 'string', 'a text'];
const action: Rule = [value => typeof value === 'function', 'a function that takes a line'];
const print = (text: string) => process.stdout.write(text);
