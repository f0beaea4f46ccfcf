/** One line of the log as data, before somebody makes a text of it. */
import { type ErrorFields, errorFields, isError } from './errorFields.ts';
import type { LogLevel } from './levels.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A line of the log. */
export interface LogRecord {
  /** When it was said, in ms since the epoch, by the clock of the node. */
  readonly time: number;
  readonly level: LogLevel;
  readonly text: string;
  /** The address of the actor that it is from, or about. */
  readonly actor?: string | undefined;
  /** The class of that actor. */
  readonly class?: string | undefined;
  /** The `host:port` of the node, where it has one. */
  readonly node?: string | undefined;
  /** The first error among what was said. */
  readonly err?: ErrorFields | undefined;
  /** What else was said: objects lend their fields, other values are in `details`. */
  readonly fields: Fields;
}

/** What a record holds besides fields: a field of that name gets a `_` behind it. */
const own: ReadonlySet<string> = new Set(['time', 'level', 'text', 'actor', 'class', 'node', 'err']);

/** What is known of a line before it is said: who says it, and the fields of all that he says. */
export interface Source {
  readonly actor?: string | undefined;
  readonly class?: string | undefined;
  readonly fields: Fields;
}

export const nobody: Source = { fields: {} };

/** `source` with more fields; `actor` and `class` say who it is. */
export function sourceWith(source: Source, fields: Fields): Source {
  const { actor = source.actor, class: className = source.class, ...rest } = fields ?? {};
  return {
    actor: actor === undefined ? undefined : String(actor),
    class: className === undefined ? undefined : String(className),
    fields: { ...source.fields, ...rest },
  };
}

/** What the details of a line come to. */
export interface Gathered {
  /** The first error. */
  readonly error: Error | undefined;
  readonly fields: Fields;
}

export function gather(details: readonly unknown[], fields: Fields = {}): Gathered {
  const all = Object.create(null) as Record<string, unknown> & { details?: unknown[]; details_?: unknown };
  const others: unknown[] = [];
  let error: Error | undefined;
  for (const detail of [fields, ...details]) {
    if (isError(detail)) {
      if (error === undefined) error = detail;
      else others.push(detail);
    } else if (isPlain(detail)) {
      for (const key of Object.keys(detail)) {
        const value = read(detail, key);
        if (key === 'err' && error === undefined && isError(value)) error = value;
        else all[own.has(key) ? `${key}_` : key] = value;
      }
    } else if (detail !== undefined) others.push(detail);
  }
  if (others.length === 0) return { error, fields: all };
  if ('details' in all) all.details_ = all.details;
  all.details = others;
  return { error, fields: all };
}

/** Its fields are those of the line; an instance of a class is one value. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === null || prototype === Object.prototype;
  } catch {
    return false; // a proxy that can't be looked at
  }
}

function read(of: Record<string, unknown>, key: string): unknown {
  try {
    return of[key];
  } catch {
    return '[Unreadable]'; // a getter that throws
  }
}

/** @param said when, how grave and where */
export function recordOf(
  said: Pick<LogRecord, 'time' | 'level' | 'node'>,
  text: string,
  details: readonly unknown[],
  source: Source,
): LogRecord {
  const { error, fields } = gather(details, source.fields);
  const { actor, class: className } = source;
  return {
    time: said.time,
    level: said.level,
    text: withoutColon(text, details),
    ...(actor !== undefined && { actor }),
    ...(className !== undefined && { class: className }),
    ...(said.node !== undefined && { node: said.node }),
    ...(error !== undefined && { err: errorFields(error) }),
    fields,
  };
}

/** `failed:` announces what comes behind it; here that stands elsewhere. */
export const withoutColon = (text: string, details: readonly unknown[]) =>
  details.length > 0 && text.endsWith(':') ? text.slice(0, -1) : text;
