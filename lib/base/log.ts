/** The log: what the runtime and its actors say lines to. What it is made of is in `logging/`. The door of `debug`. */
import { formatWithOptions } from 'node:util';
import createDebug from 'debug';
import type { LogThreshold } from './logging/levels.ts';
import type { Log, Logger } from './logging/logger.ts';
import { type AnyLogger, openLog } from './logging/openLog.ts';
import { writeLine } from './logging/stream.ts';
import { logTo } from './logging/structured.ts';
import { levelOfEnvironment, streamSink } from './logging/terminal.ts';
import { systemClock } from './world.ts';

export { floorOf, relay } from './logging/boundLog.ts';
export { packRecord } from './logging/crossing.ts';
export type { ErrorFields } from './logging/errorFields.ts';
export { checkThreshold, type LogLevel, type LogThreshold } from './logging/levels.ts';
export type { Log, Logger, LogMethod } from './logging/logger.ts';
export { type AnyLogger, checkLogger, openLog } from './logging/openLog.ts';
export type { PinoShaped } from './logging/pinoOutlet.ts';
export type { LogRecord } from './logging/record.ts';
export { structuredLogger } from './logging/structured.ts';

/** From which level on standard error gets lines, when nobody says. */
const usual: LogThreshold = 'warn';

/** Lines on standard error from `level` on: in colours on a terminal, else plain. */
const terminalLog = (level: LogThreshold): Log => logTo(streamSink(level));

/**
 * The logger of a node that is given none: `level`, else the environment's `TROUPE_LOG_LEVEL`, else `otherwise`.
 * @throws TypeError when the environment's is no level
 */
export const defaultLogger = (level: LogThreshold | undefined, otherwise: LogThreshold = usual): Log =>
  terminalLog(level ?? levelOfEnvironment(process.env) ?? otherwise);

/** Warnings and errors to standard error, or what the environment's `TROUPE_LOG_LEVEL` says. */
export const consoleLogger: Logger = terminalLog(levelOrUsual());

function levelOrUsual(): LogThreshold {
  try {
    return levelOfEnvironment(process.env) ?? usual;
  } catch {
    return usual; // nodes say what is wrong with it when they start
  }
}

/** Says nothing. */
export const silentLogger: Logger = logTo({ threshold: 'silent', write: () => {} });

/** `logger` with `prefix` before every text. */
export function prefixed(logger: AnyLogger, prefix: string): Logger {
  const log = openLog(logger, { wall: systemClock.wall });
  return {
    debug: (text, ...details) => log.debug(`${prefix} ${text}`, ...details),
    info: (text, ...details) => log.info(`${prefix} ${text}`, ...details),
    warn: (text, ...details) => log.warn(`${prefix} ${text}`, ...details),
    error: (text, ...details) => log.error(`${prefix} ${text}`, ...details),
  };
}

/** Says a line to a namespace of `debug`, or does nothing when `DEBUG` does not name it. */
export interface Namespace {
  readonly isEnabled: boolean;
  say(text: string, ...details: unknown[]): void;
}

/** What `debug` itself writes with: as it does, but a closed pipe must not end the process. */
const usualLog = createDebug.log;

/** `troupe:<name>`, as `DEBUG` has it now. */
export function namespace(name: string): Namespace {
  const debug: createDebug.Debugger & { useColors?: boolean } = createDebug(`troupe:${name}`);
  debug.log = (...line: unknown[]) => {
    if (createDebug.log !== usualLog) return createDebug.log(...line);
    writeLine(process.stderr, formatWithOptions({ colors: debug.useColors === true }, ...line));
  };
  return {
    isEnabled: debug.enabled,
    // The text is no format, whoever wrote it.
    say: (text, ...details) => debug('%s', text, ...details),
  };
}
