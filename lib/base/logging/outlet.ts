/** Where the lines of one source go: one kind of outlet for each kind of logger. */
import type { LogLevel, LogThreshold } from './levels.ts';
import type { Fields, LogRecord } from './record.ts';

export interface Outlet {
  /** The logger that its lines end up in. */
  readonly root: object;
  /** The least level that can be enabled, now or later. */
  readonly floor: LogThreshold;
  isEnabled(level: LogLevel): boolean;
  /** Lines of that level were said here. May throw what the logger throws. */
  write(level: LogLevel, text: string, details: readonly unknown[]): unknown;
  /** A line that was said elsewhere: in a thread or process of the node. */
  relay(record: LogRecord): unknown;
  /** The same for lines with more fields. */
  bind(fields: Fields): Outlet;
}

/** What an outlet needs of its node. */
export interface OutletContext {
  /** ms since the epoch. */
  readonly wall: () => number;
  /** The `host:port` of the node, once it has one. */
  readonly node: () => string | undefined;
  readonly threshold: LogThreshold;
}
