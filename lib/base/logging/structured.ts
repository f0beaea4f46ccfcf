/** Loggers that get each line as a record. */
import { systemClock } from '../world.ts';
import { logOn, outletOf } from './boundLog.ts';
import { checkThreshold, type LogThreshold } from './levels.ts';
import type { Log, Logger } from './logger.ts';
import type { LogRecord } from './record.ts';
import { RecordOutlet, type RecordSink } from './recordOutlet.ts';

/**
 * A logger for `Node.start({ logger })` that gets each line as a record, with its fields, its actor and its error, and does
 * with it what it likes.
 * @param write gets the record; what it throws, or a promise of it rejects with, harms nobody
 * @param options.level from which level on it wants lines: all of them unless given
 * @throws TypeError when `write` is no function, or the level is none
 */
export function structuredLogger(
  write: (record: LogRecord) => unknown,
  { level = 'trace' }: { level?: LogThreshold } = {},
): Log {
  if (typeof write !== 'function') throw new TypeError('structuredLogger(write): write must be a function');
  return logTo({ write, threshold: checkThreshold(level, 'structuredLogger: level') });
}

/** A log of no node that writes there. */
export const logTo = (sink: RecordSink): Log =>
  logOn(new RecordOutlet(sink, { wall: systemClock.wall, node: () => undefined, threshold: 'trace' }));

/** Where a logger that takes records writes them; undefined for any other. */
export function sinkOf(logger: Logger): RecordSink | undefined {
  const outlet = outletOf(logger);
  return outlet instanceof RecordOutlet ? outlet.sink : undefined;
}
