/** The options of a pool and of a task, checked and completed once. */
import { show } from '../base/errors.ts';
import { type AnyLogger, consoleLogger, type Logger, openLog } from '../base/log.ts';
import { type Clock, type Random, systemClock, world } from '../base/world.ts';
import { type BackoffOptions, checkBackoff } from './backoff.ts';
import { checkLimits, type Limits } from './intensity.ts';

export interface RestartPoolOptions {
  /** How many tasks may have a place at once (Infinity); more wait for one, in the order in which they were spawned. */
  size?: number | undefined;
  /** Wait so many ms before every restart, always the same: instead of `backoff`. */
  delay?: number | undefined;
  /** Wait before every restart, longer each time (`{ min: 100 }`, unless there is a `delay`). */
  backoff?: BackoffOptions | undefined;
  /** A task is restarted at most so many times (3; Infinity for no limit) ... */
  max?: number | undefined;
  /** ... within any so many ms (5000). One more crash, and it is given up. */
  within?: number | undefined;
  /** Whether tasks are restarted that do not say so themselves (true). */
  restart?: boolean | undefined;
  /** Is told of what nobody listens to: warnings and errors go to standard error unless given. */
  logger?: AnyLogger | undefined;
  /** Time; the system's unless given. */
  clock?: Clock | undefined;
  /** Randomness; `Math.random` unless given. */
  random?: Random | undefined;
}

export interface TaskOptions {
  /** Whether the task is restarted when it crashes: as the pool says, unless given. */
  restart?: boolean | undefined;
}

export interface CompletePoolOptions {
  readonly size: number;
  readonly restart: boolean;
  readonly limits: Limits;
  readonly backoff: BackoffOptions;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

const known = ['size', 'delay', 'backoff', 'max', 'within', 'restart', 'logger', 'clock', 'random'];

/** @throws TypeError that names the option and what is wrong with it */
export function completePoolOptions(options: RestartPoolOptions): CompletePoolOptions {
  checkKeys('new RestartPool(options)', options, known);
  const { size = Number.POSITIVE_INFINITY, restart = true, max = 3, within = 5000 } = options;
  const { logger = consoleLogger, clock = systemClock, random = world().random } = options;
  if (!(size === Number.POSITIVE_INFINITY || (Number.isInteger(size) && size >= 1))) {
    throw new TypeError(`size must be a whole number of tasks from 1 up, or Infinity, not ${show(size)}`);
  }
  checkRestart(restart);
  checkLimits({ max, within });
  if (typeof logger?.error !== 'function' || typeof logger.info !== 'function') {
    throw new TypeError(`logger must have debug(), info(), warn() and error(), not be ${show(logger)}`);
  }
  const log = openLog(logger, { wall: () => clock.wall() });
  return { size, restart, limits: { max, within }, backoff: backoffOf(options), logger: log, clock, random };
}

/** @throws TypeError that names the option and what is wrong with it */
export function checkTaskOptions(options: TaskOptions): TaskOptions {
  checkKeys('spawn(options, fn)', options, ['restart']);
  if (options.restart !== undefined) checkRestart(options.restart);
  return options;
}

function backoffOf({ delay, backoff }: RestartPoolOptions): BackoffOptions {
  if (delay === undefined) return checkBackoff(backoff === undefined ? { min: 100 } : backoff);
  if (backoff !== undefined) {
    throw new TypeError('delay and backoff exclude each other: give delay for pauses that are all the same');
  }
  if (!(typeof delay === 'number' && delay >= 0 && delay < Number.POSITIVE_INFINITY)) {
    throw new TypeError(`delay must be milliseconds from 0 up, not ${show(delay)}`);
  }
  return { min: delay, max: delay, jitter: 0 };
}

function checkKeys(where: string, options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${where}: options must be an object, not ${show(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (names.includes(key)) continue;
    const rest = names.length === 1 ? 'the only one is' : 'the options are';
    throw new TypeError(`${where}: there is no option ${show(key)}; ${rest} ${names.join(', ')}`);
  }
}

function checkRestart(restart: unknown): void {
  if (typeof restart !== 'boolean')
    throw new TypeError(`restart must be true or false, not ${show(restart)}`);
}
