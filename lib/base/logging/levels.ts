/** How grave a line is, the least first. */
import { show } from '../errors.ts';

export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** How grave a line of the log is. `trace` and `fatal` are pino's: where there is no such level, `debug` and `error` stand for them. */
export type LogLevel = (typeof levels)[number];

/** From which level on lines are written; `silent` for none. */
export type LogThreshold = LogLevel | 'silent';

const thresholds: readonly LogThreshold[] = [...levels, 'silent'];
const ranks = new Map(thresholds.map((level, rank) => [level, rank]));

/** Whether a line of that level is written where `threshold` is set. */
export const reaches = (level: LogLevel, threshold: LogThreshold): boolean =>
  (ranks.get(level) as number) >= (ranks.get(threshold) as number);

/** The one that lets less through. */
export const graver = (a: LogThreshold, b: LogThreshold): LogThreshold =>
  (ranks.get(a) as number) > (ranks.get(b) as number) ? a : b;

/**
 * @param source what it is called in the error
 * @throws TypeError when it is none
 */
export function checkThreshold(value: unknown, source: string): LogThreshold {
  const found = thresholds.find(threshold => threshold === value);
  if (found !== undefined) return found;
  throw new TypeError(`${source} must be one of ${thresholds.join(', ')}, not ${show(value)}`);
}
