/** The outlet of pino, and of whatever is shaped like it: an object before the text, and children that have fields. */
import { errorOf } from './errorFields.ts';
import { type LogLevel, type LogThreshold, reaches } from './levels.ts';
import type { Outlet, OutletContext } from './outlet.ts';
import {
  type Fields,
  gather,
  type LogRecord,
  nobody,
  type Source,
  sourceWith,
  withoutColon,
} from './record.ts';

type Method = (fields: object, text?: string) => unknown;

/** What is taken for pino: a logger with children that has `bindings()`, or symbols of pino's. `trace` and `fatal` may be missing. */
export interface PinoShaped {
  child(bindings: Record<string, unknown>): PinoShaped;
  debug: Method;
  info: Method;
  warn: Method;
  error: Method;
  trace?: Method;
  fatal?: Method;
  isLevelEnabled?(level: string): boolean;
}

export function isPinoShaped(value: object): value is PinoShaped {
  const { child, bindings } = value as { child?: unknown; bindings?: unknown };
  return typeof child === 'function' && (typeof bindings === 'function' || hasSymbolOfPino(value));
}

const hasSymbolOfPino = (value: object) =>
  Object.getOwnPropertySymbols(value).some(({ description }) => description?.startsWith('pino.'));

export class PinoOutlet implements Outlet {
  readonly root: PinoShaped;
  readonly #context: OutletContext;
  readonly #source: Source;
  /** Made for the first line, once for all; made anew if the node gets its address later. */
  #child: { readonly logger: PinoShaped; readonly node: string | undefined } | undefined;

  constructor(root: PinoShaped, context: OutletContext, source = nobody) {
    this.root = root;
    this.#context = context;
    this.#source = source;
  }

  get floor(): LogThreshold {
    return this.#context.threshold;
  }

  isEnabled(level: LogLevel): boolean {
    if (!reaches(level, this.#context.threshold)) return false;
    const root = this.root;
    return root.isLevelEnabled?.(root[level] === undefined ? standIn(level) : level) ?? true;
  }

  write(level: LogLevel, text: string, details: readonly unknown[]): unknown {
    const { error, fields } = gather(details);
    return say(
      this.#childOf(),
      level,
      { ...fields, ...(error && { err: error }) },
      withoutColon(text, details),
    );
  }

  /** No child: actors that come and go elsewhere would leave theirs behind. */
  relay({ level, text, actor, class: className, node, err, fields }: LogRecord): unknown {
    const who = bindingsOf({ actor, class: className }, node);
    return say(this.root, level, { ...who, ...fields, ...(err && { err: errorOf(err) }) }, text);
  }

  bind(fields: Fields): Outlet {
    return new PinoOutlet(this.root, this.#context, sourceWith(this.#source, fields));
  }

  #childOf(): PinoShaped {
    const node = this.#context.node();
    if (this.#child === undefined || this.#child.node !== node) {
      const { error, fields } = gather([], this.#source.fields);
      const bindings = { ...fields, ...(error && { err: error }), ...bindingsOf(this.#source, node) };
      this.#child = { logger: this.root.child(bindings), node };
    }
    return this.#child.logger;
  }
}

const bindingsOf = ({ actor, class: className }: Omit<Source, 'fields'>, node: string | undefined) => ({
  ...(actor !== undefined && { actor }),
  ...(className !== undefined && { class: className }),
  ...(node !== undefined && { node }),
});

function say(logger: PinoShaped, level: LogLevel, fields: object, text: string): unknown {
  return logger[logger[level] === undefined ? standIn(level) : level]?.(fields, text);
}

const standIn = (level: LogLevel) => (level === 'fatal' ? 'error' : 'debug');
