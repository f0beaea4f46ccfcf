/** The outlet of loggers that take a text and details: `console`, and whatever has its four methods. */
import { errorOf } from './errorFields.ts';
import { type LogLevel, type LogThreshold, reaches } from './levels.ts';
import type { Logger } from './logger.ts';
import type { Outlet, OutletContext } from './outlet.ts';
import { type Fields, type LogRecord, nobody, type Source, sourceWith } from './record.ts';

/** The `trace` of a console is something else. */
const methods = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  fatal: 'error',
} as const satisfies Record<LogLevel, keyof Logger>;

/** The address of the actor stands before the text, bound fields are the last detail. */
export class LoggerOutlet implements Outlet {
  readonly #logger: Logger;
  readonly #context: OutletContext;
  readonly #source: Source;

  constructor(logger: Logger, context: OutletContext, source = nobody) {
    this.#logger = logger;
    this.#context = context;
    this.#source = source;
  }

  get root(): object {
    return this.#logger;
  }

  get floor(): LogThreshold {
    return this.#context.threshold;
  }

  isEnabled(level: LogLevel): boolean {
    return reaches(level, this.#context.threshold);
  }

  write(level: LogLevel, text: string, details: readonly unknown[]): unknown {
    const { actor, fields } = this.#source;
    const bound = Object.keys(fields).length > 0 ? [fields] : [];
    const line = actor === undefined ? text : `${actor} ${text}`;
    return this.#logger[methods[level]](line, ...details, ...bound);
  }

  relay({ level, text, actor, err, fields }: LogRecord): unknown {
    const { details, ...others } = fields;
    const rest = Array.isArray(details) ? others : fields;
    const all = [
      ...(err ? [errorOf(err)] : []),
      ...(Array.isArray(details) ? details : []),
      ...(Object.keys(rest).length > 0 ? [rest] : []),
    ];
    return new LoggerOutlet(this.#logger, this.#context, { actor, fields: {} }).write(level, text, all);
  }

  bind(fields: Fields): Outlet {
    return new LoggerOutlet(this.#logger, this.#context, sourceWith(this.#source, fields));
  }
}
