/** A log made of an outlet: sorts out what it is called with, and lets nothing out that a logger throws. */
import { unpackRecord } from './crossing.ts';
import { errorFields, isError } from './errorFields.ts';
import type { LogLevel, LogThreshold } from './levels.ts';
import type { Log, LogMethod } from './logger.ts';
import type { Outlet } from './outlet.ts';
import { writeLine } from './stream.ts';

const outlets = new WeakMap<object, Outlet>();

/** What a log says its lines to; undefined for what is none of Troupe's logs. */
export const outletOf = (log: object): Outlet | undefined => outlets.get(log);

/** The least level at which a log of Troupe's may ever write a line. */
export const floorOf = (log: Log): LogThreshold => outlets.get(log)?.floor ?? 'trace';

export function logOn(outlet: Outlet): Log {
  const method =
    (level: LogLevel): LogMethod =>
    (first: unknown, ...rest: unknown[]) => {
      attempt(outlet, () => {
        return outlet.isEnabled(level) ? said(outlet, level, first, rest) : undefined;
      });
    };
  // Functions of their own: people take `const { warn } = this.log`.
  const log: Log = {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
    child: fields => logOn((attempt(outlet, () => outlet.bind(fields)) as Outlet | undefined) ?? outlet),
    isEnabled: level => attempt(outlet, () => outlet.isEnabled(level)) === true,
  };
  outlets.set(log, outlet);
  return log;
}

/** Writes down a record, packed, of what was said in a thread or process of the node. */
export function relay(log: Log, packed: string): void {
  const outlet = outlets.get(log);
  if (outlet === undefined) return;
  attempt(outlet, () => {
    const record = unpackRecord(packed);
    return outlet.isEnabled(record.level) ? outlet.relay(record) : undefined;
  });
}

function said(outlet: Outlet, level: LogLevel, first: unknown, rest: readonly unknown[]): unknown {
  if (typeof first === 'string') return outlet.write(level, first, rest);
  const [text, ...details] = rest;
  if (typeof text === 'string') return outlet.write(level, text, [first, ...details]);
  if (isError(first)) return outlet.write(level, first.message, [first, ...rest]);
  return typeof first === 'object' && first !== null
    ? outlet.write(level, '', [first, ...rest])
    : outlet.write(level, String(first), rest);
}

/** What the logger throws, or rejects with, is no matter of whoever logs. */
function attempt({ root }: Outlet, run: () => unknown): unknown {
  try {
    const result = run();
    if (result instanceof Promise) result.catch(error => loggerFailed(root, error));
    return result;
  } catch (error) {
    loggerFailed(root, error);
    return undefined;
  }
}

const failed = new WeakSet<object>();

/** Told once of each: a logger that fails does so with every line. */
function loggerFailed(logger: object, error: unknown): void {
  if (failed.has(logger)) return;
  failed.add(logger);
  const { type, message, stack } = errorFields(error);
  writeLine(
    process.stderr,
    `troupe: the logger failed, and lines are lost: ${stack ?? `${type}: ${message}`}`,
  );
}
