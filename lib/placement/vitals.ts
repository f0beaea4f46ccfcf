/**
 * How a thread or process does, and one actor in it. It is read at once, whatever the actors there are in the middle of: only an
 * event loop that does not turn can't say how it is.
 */
import { threadId } from 'node:worker_threads';
import { EventLoop } from '../base/eventLoop.ts';
import type { Life } from '../core/life.ts';
import type { MailCell } from '../core/mailCell.ts';

/** An event loop, since the last time that it was looked at. */
export interface LoopVitals {
  /** By how many ms what was due was late ... */
  readonly mean: number;
  /** ... in 99 of 100 cases at most ... */
  readonly p99: number;
  /** ... and at worst. */
  readonly max: number;
  /** The share of the time in which it was busy, from 0 to 1. */
  readonly utilization: number;
}

/** Bytes. `rss` is that of the whole process, the rest is the thread's own; all 0 when the system does not say it. */
export interface MemoryVitals {
  readonly rss: number;
  readonly heapTotal: number;
  readonly heapUsed: number;
  readonly external: number;
}

/** A thread or process. */
export interface PlaceVitals {
  readonly pid: number;
  /** 0 for the main thread of a process. */
  readonly threadId: number;
  readonly loop: LoopVitals;
  readonly memory: MemoryVitals;
}

/** One actor. */
export interface ActorVitals {
  readonly state: Life;
  /** The messages that its present instance has taken, commands among them. */
  readonly taken: number;
  /** The messages that wait in its mailbox. */
  readonly queued: number;
  readonly stashed: number;
  /** Whether it is in the middle of a message. */
  readonly isBusy: boolean;
}

export interface Vitals extends PlaceVitals {
  readonly actor: ActorVitals;
}

/** Whether another node, which may say anything, has said how an actor does. */
export function isVitals(said: unknown): said is Vitals {
  const { pid, threadId: id, loop: its, memory, actor } = Object(said) as Partial<Vitals>;
  const figures = [pid, id, ...Object.values(memory ?? {}), ...Object.values(its ?? {}), actor?.taken];
  return figures.length === 11 && [...figures, actor?.queued, actor?.stashed].every(Number.isFinite);
}

/** What an actor is like that runs here. Its messages are counted from the first look on. */
export function actorVitals(cell: MailCell): ActorVitals {
  cell.more();
  const { life: state, taken, isBusy, waiting } = cell;
  return { state, taken, ...waiting, isBusy };
}

/** This thread or process. @param now in ms, of a clock that does not jump */
export function placeVitals(now: number): PlaceVitals {
  loop ??= new Loop(now);
  return { pid: process.pid, threadId, loop: loop.look(now), memory: memoryVitals() };
}

/** Reading it takes a file descriptor, of which there may be none left: that must not end anybody. */
function memoryVitals(): MemoryVitals {
  try {
    const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
    return { rss, heapTotal, heapUsed, external };
  } catch {
    return { rss: 0, heapTotal: 0, heapUsed: 0, external: 0 };
  }
}

/** The event loop of this thread: measured from the first look on. */
let loop: Loop | undefined;

/** How often, in ms, the loop is measured. */
const resolution = 20;

/** Those who look sooner than so many ms after the last one see what that one has seen: less would say nothing. */
const shortest = 500;

const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

class Loop {
  readonly #loop = new EventLoop(resolution);
  #since: number;
  #last: LoopVitals = { mean: 0, p99: 0, max: 0, utilization: 0 };

  constructor(now: number) {
    this.#since = now;
  }

  look(now: number): LoopVitals {
    if (now - this.#since < shortest) return this.#last;
    const { mean, p99, max, utilization } = this.#loop.look();
    this.#last = {
      mean: rounded(mean, 2),
      p99: rounded(p99, 2),
      max: rounded(max, 2),
      utilization: rounded(utilization, 3),
    };
    this.#since = now;
    return this.#last;
  }
}
