/** What actors log flows like everything else. */
import { registerEvent } from './classes.ts';
import { Event, type EventInit } from './event.ts';
import type { Format } from './format.ts';
import { rawFormat } from './formats.ts';
import { eventTime } from './identity.ts';

export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';

/** What a `LogEvent` holds. */
export interface LogEntry {
  /** The meta id of the event that it is about; null without one. */
  id: string | null;
  level: LogLevel;
  /** When it was logged, local time: `2026-01-31 13:59:59,123`. */
  time: string;
  /** The name of the actor that logged it; empty when nobody did. */
  originActor: string;
  message: string;
}

export interface LogEventInit extends EventInit {
  level?: LogLevel | undefined;
  originActor?: string | undefined;
  message?: string | undefined;
  /** The meta id of the event that it is about. */
  id?: string | undefined;
}

const levels: readonly string[] = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

/** A log entry; anything else becomes the message of one. Its text is the line of a log file. */
const logFormat: Format = {
  ...rawFormat,
  accept(value): LogEntry {
    const given: Partial<LogEntry> = isEntry(value) ? value : { message: rawFormat.text(value) };
    return {
      id: given.id ?? null,
      level: levels.includes(String(given.level)) ? (given.level as LogLevel) : 'INFO',
      time: given.time ?? timeText(eventTime()),
      originActor: given.originActor ?? '',
      message: String(given.message),
    };
  },
  text(data) {
    const { time, level, originActor, id, message } = data as LogEntry;
    return `${time} ${level} actor=${originActor}${id === null ? '' : `, id=${id}`} :: ${message}`;
  },
};

const isEntry = (value: unknown): value is Partial<LogEntry> =>
  typeof value === 'object' && value !== null && 'message' in value;

/**
 * A line for a log: `new LogEvent({ level: 'INFO', originActor: 'orders', message: 'stored', id: event.metaId })`. Its
 * meta id is that id, or its own. `dataString()` is the line: `<time> <LEVEL> actor=<actor>, id=<id> :: <message>`.
 */
export class LogEvent extends Event<LogEntry> {
  static override readonly format = logFormat;

  constructor(init: LogEventInit = {}) {
    super(isAboutEntry(init) ? withEntry(init) : init);
  }

  get level(): LogLevel {
    return this.data.level;
  }
  get time(): string {
    return this.data.time;
  }
  get originActor(): string {
    return this.data.originActor;
  }
  get message(): string {
    return this.data.message;
  }
}

registerEvent(LogEvent);

const isAboutEntry = ({ level, originActor, message, id }: LogEventInit): boolean =>
  [level, originActor, message, id].some(part => part !== undefined);

function withEntry({ level, originActor, message = '', id, ...init }: LogEventInit): EventInit {
  const created = init.created ?? eventTime();
  const data = { level, originActor, message, id, time: timeText(created) };
  return { ...init, created, data, metaId: init.metaId ?? id };
}

/** `2026-01-31 13:59:59,123`, local time. */
function timeText(time: number): string {
  const date = new Date(time);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(two).join('-');
  const hour = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day} ${hour},${String(date.getMilliseconds()).padStart(3, '0')}`;
}

const two = (part: number): string => String(part).padStart(2, '0');
