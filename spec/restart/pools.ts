/** What the specs of RestartPool share. */
import { type Logger, RestartPool, type RestartPoolOptions, type TaskContext } from '../../lib/index.ts';
import { ManualClock } from '../../lib/testkit/index.ts';

/** A pool on a clock of its own, with chance in the middle, and what it logs. */
export function world(options: RestartPoolOptions = {}) {
  const clock = new ManualClock();
  const { logger, log } = lines();
  const pool = new RestartPool({ clock, random: () => 0.5, logger, ...options });
  return { clock, log, pool };
}

/** Restarts without limit after pauses that are all the same. */
export const steady = (delay: number): RestartPoolOptions => ({ delay, max: Infinity });

/** A logger that keeps its lines. */
export function lines(): { logger: Logger; log: string[] } {
  const log: string[] = [];
  const writing =
    (level: string) =>
    (text: string, ...details: unknown[]) =>
      void log.push([level, text, ...details].join(' '));
  const logger: Logger = {
    debug: writing('debug'),
    info: writing('info'),
    warn: writing('warn'),
    error: writing('error'),
  };
  return { logger, log };
}

/** Runs until it is cancelled. */
export function hold(this: TaskContext): Promise<void> {
  return new Promise(resolve => this.signal.addEventListener('abort', () => resolve()));
}

export function crash(): never {
  throw new Error('crash');
}

/** A promise, and what resolves it. */
export function gate(): [Promise<void>, () => void] {
  let open = () => {};
  const passed = new Promise<void>(resolve => {
    open = resolve;
  });
  return [passed, () => open()];
}
