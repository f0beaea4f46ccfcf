/** What the system says of this process. What it does not say is undefined. */
import { readdirSync, readFileSync } from 'node:fs';
import { systemClock } from '../../base/world.ts';

export interface ProcessFigures {
  /** In seconds, of all threads. */
  readonly cpu: number;
  /** In seconds since the Unix epoch. */
  readonly startedAt: number;
  /** Bytes. */
  readonly rss: number | undefined;
  readonly heapTotal: number | undefined;
  readonly heapUsed: number | undefined;
  readonly external: number | undefined;
  /** File descriptors: only Linux says it. */
  readonly openFds: number | undefined;
  readonly maxFds: number | undefined;
}

/** Said once: the clock of the system may be set. */
const startedAt = systemClock.wall() / 1000 - process.uptime();

export function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  // Reading it takes a file descriptor, of which there may be none left.
  const memory = unlessItFails(() => process.memoryUsage());
  return {
    cpu: (user + system) / 1e6,
    startedAt,
    rss: memory?.rss,
    heapTotal: memory?.heapTotal,
    heapUsed: memory?.heapUsed,
    external: memory?.external,
    openFds: unlessItFails(() => readdirSync('/proc/self/fd').length - 1), // but for the one that reads it
    maxFds: unlessItFails(readMaxFds),
  };
}

function readMaxFds(): number | undefined {
  const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return limit === undefined ? undefined : Number(limit);
}

function unlessItFails<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
