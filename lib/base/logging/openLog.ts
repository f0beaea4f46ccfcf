/** What a node makes of the logger that it was given. */
import { show } from '../errors.ts';
import { logOn, outletOf } from './boundLog.ts';
import type { LogThreshold } from './levels.ts';
import type { Log, Logger } from './logger.ts';
import { LoggerOutlet } from './loggerOutlet.ts';
import type { Outlet, OutletContext } from './outlet.ts';
import { isPinoShaped, PinoOutlet, type PinoShaped } from './pinoOutlet.ts';
import { RecordOutlet } from './recordOutlet.ts';

/** What can be given as a logger: Troupe's own, pino and what is shaped like it, `console` and what has its four methods. */
export type AnyLogger = Logger | PinoShaped;

export interface LogContext {
  /** ms since the epoch. */
  readonly wall: () => number;
  /** The `host:port` of the node, once it has one. */
  readonly node?: () => string | undefined;
  /** From which level on lines are written: all that the logger wants unless given. */
  readonly level?: LogThreshold | undefined;
}

/** @throws TypeError when it lacks one of the four methods */
export function checkLogger(logger: unknown): AnyLogger {
  const isObject = (typeof logger === 'object' && logger !== null) || typeof logger === 'function';
  const missing = isObject ? methods.filter(name => typeof (logger as Logger)[name] !== 'function') : methods;
  if (missing.length === 0) return logger as AnyLogger;
  const lacks = isObject && missing.length < methods.length ? `; ${missing.join(', ')} is missing` : '';
  throw new TypeError(`logger must have debug(), info(), warn() and error(), not be ${show(logger)}${lacks}`);
}

const methods = ['debug', 'info', 'warn', 'error'] as const;

/** The log of a node, or of part of one, that says its lines to `logger`. */
export function openLog(
  logger: AnyLogger,
  { wall, node = () => undefined, level = 'trace' }: LogContext,
): Log {
  return logOn(outletFor(logger, { wall, node, threshold: level }));
}

function outletFor(logger: AnyLogger, context: OutletContext): Outlet {
  const outlet = outletOf(logger);
  if (outlet instanceof RecordOutlet) return outlet.at(context);
  if (outlet !== undefined) return outlet;
  return isPinoShaped(logger) ? new PinoOutlet(logger, context) : new LoggerOutlet(logger as Logger, context);
}
