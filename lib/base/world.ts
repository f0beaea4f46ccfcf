/**
 * The world: the one object through which everything enters that makes two runs differ. The runtime reads time,
 * randomness and identity nowhere else, so a test or a simulation that replaces the world owns the whole run.
 */
import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

/** Ends a pending timer; calling it again, or after the timer fired, does nothing. */
export type Cancel = () => void;

/** Time. All figures are milliseconds. */
export interface Clock {
  /** Monotonic time: only differences mean anything. */
  now(): number;
  /** Time since the Unix epoch, for people and for ids; it may jump. */
  wall(): number;
  /**
   * Runs `run` once, `delay` ms from now.
   * @param keepsAlive whether the process stays for it (true): not for whoever only looks
   */
  after(delay: number, run: () => void, keepsAlive?: boolean): Cancel;
}

/** When the dispatcher drains its run queue. */
export interface Scheduler {
  /** As soon as the code that is running now has returned: before any I/O. */
  soon(run: () => void): void;
  /** After pending I/O callbacks and timers had their turn. */
  later(run: () => void): void;
}

/** A random number, at least 0 and below 1. */
export type Random = () => number;

export interface World {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  /** A new UUID v7 (RFC 9562): ordered by time. */
  uuid(): string;
  /** Sixteen characters that nobody can guess: 96 random bits. */
  secret(): string;
}

/** The longest delay that a Node.js timer can hold; a longer one is a chain of them. */
const longestDelay = 2 ** 31 - 1;

function after(delay: number, run: () => void, keepsAlive = true): Cancel {
  if (delay > longestDelay) {
    const rest = () => {
      cancel = after(delay - longestDelay, run, keepsAlive);
    };
    let cancel = after(longestDelay, rest, keepsAlive);
    return () => cancel();
  }
  const timer = setTimeout(run, delay);
  if (!keepsAlive) timer.unref();
  return () => clearTimeout(timer);
}

const resolved = Promise.resolve();

export const systemClock: Clock = { now: () => performance.now(), wall: () => Date.now(), after };

export const systemScheduler: Scheduler = {
  // A microtask through a promise that is resolved already: cheaper than queueMicrotask, which adds a resource for async hooks.
  soon: run => void resolved.then(run),
  later: run => void setImmediate(run),
};

/** The parts of a world that are given, the rest from this machine. */
export function world(parts: Partial<Omit<World, 'uuid' | 'secret'>> = {}): World {
  const clock = parts.clock ?? systemClock;
  const random = parts.random ?? Math.random;
  const isOwn = parts.clock !== undefined || parts.random !== undefined;
  return {
    clock,
    random,
    scheduler: parts.scheduler ?? systemScheduler,
    secret: parts.random === undefined ? secrets() : () => encode(sixteenBytes(random)),
    uuid: () => (isOwn ? v7({ msecs: clock.wall(), random: sixteenBytes(random) }) : v7()),
  };
}

const secretLength = 16;

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url').slice(0, secretLength);

/** Drawn many at a time. */
function secrets(): () => string {
  let pool = '';
  let at = 0;
  return () => {
    if (at === pool.length) {
      pool = randomBytes(12 * 1024).toString('base64url');
      at = 0;
    }
    at += secretLength;
    return pool.slice(at - secretLength, at);
  };
}

const sixteenBytes = (random: Random) => Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
