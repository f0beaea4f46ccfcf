/**
 * The dispatcher: whose turn it is. Cells that have something to do stand in one queue; each gets a turn of at most
 * `throughput` messages; after a time slice, I/O and timers get theirs.
 */

import type { World } from '../base/world.ts';
import { enter, leaveAll } from './ambient.ts';

/** Whoever can be given a turn. */
export interface Runnable {
  /** Handles at most `messages` messages and returns how many it handled. */
  turn(messages: number): number;
  /** All is quiet: give back what an idle one need not hold. */
  rest(): void;
  /** Something has changed that a turn looks at in the beginning: the present one is to look again, after its present message. */
  lookAnew(): void;
}

/** The most messages that one cell handles in a turn. */
const throughput = 64;
/** The ms after which I/O is let in. */
const slice = 4;
/** How long, in ms, the clock may go unread while messages are handled: the pace is measured and the next look planned. */
const lookEvery = 0.5;
const mostUnseen = 4096;
/** Messages after which I/O is let in even if the clock says that no time has passed: a clock that stands still, in a spec. */
const mostInSlice = 1_000_000;
/** Rings that idle cells may hold while others are busy. */
const mostResting = 1024;

export class Dispatcher {
  readonly #world: World;
  /** A ring of those who wait for their turn. */
  #queue: (Runnable | undefined)[] = new Array(64).fill(undefined);
  #head = 0;
  #size = 0;
  /** Those who are to be told when all is quiet. */
  readonly #resting: Runnable[] = [];
  #isScheduled = false;
  #isDraining = false;
  /** Whose turn it is. */
  #present: Runnable | undefined = undefined;
  readonly #drain = () => {
    if (this.around === undefined) this.#run();
    else this.around(this.#turns);
  };
  readonly #turns = () => this.#run();
  /** When I/O had its last chance. */
  #sliceStart = Number.NEGATIVE_INFINITY;
  readonly #nextSlice = () => {
    this.#sliceStart = this.#world.clock.now();
    this.#drain();
  };
  /** Hears when turns begin to be given, and when there are no more for now: for whoever measures. */
  watcher: { runBegins(now: number): void; runEnds(): void } | undefined = undefined;
  /** What turns are run within, while somebody needs that. */
  around: ((turns: () => void) => void) | undefined = undefined;
  /** Messages to handle between two looks at the clock, found from how long the last ones took. */
  #unseen = throughput;

  constructor(world: World) {
    this.#world = world;
  }

  /** Puts `runnable` at the end of the queue; it must not be in it. */
  ready(runnable: Runnable): void {
    if (this.#size === this.#queue.length) this.#grow();
    this.#queue[(this.#head + this.#size++) & (this.#queue.length - 1)] = runnable;
    if (!this.#isScheduled && !this.#isDraining) this.#schedule();
  }

  /** Calls `runnable.rest` once all is quiet. */
  restLater(runnable: Runnable): void {
    this.#resting.push(runnable);
    if (this.#resting.length > mostResting) this.#restAll();
  }

  /** Whoever has a turn looks anew at what it looks at in the beginning of one. */
  lookAnew(): void {
    this.#present?.lookAnew();
  }

  #restAll(): void {
    for (let runnable = this.#resting.pop(); runnable !== undefined; runnable = this.#resting.pop())
      runnable.rest();
  }

  #schedule(): void {
    this.#isScheduled = true;
    // Microtasks run before any I/O: once the slice is used up, a chain of them has to be broken.
    if (this.#world.clock.now() - this.#sliceStart < slice) this.#world.scheduler.soon(this.#drain);
    else this.#world.scheduler.later(this.#nextSlice);
  }

  #run(): void {
    const { clock } = this.#world;
    this.#isScheduled = false;
    this.#isDraining = true;
    leaveAll();
    let seen = clock.now();
    this.watcher?.runBegins(seen);
    let left = this.#unseen;
    let handled = 0;
    while (this.#size > 0) {
      const runnable = this.#queue[this.#head] as Runnable;
      this.#queue[this.#head] = undefined;
      this.#head = (this.#head + 1) & (this.#queue.length - 1);
      this.#size--;
      this.#present = runnable;
      // A turn without a message has its cost too.
      left -= runnable.turn(Math.min(left, throughput)) + 1;
      if (left > 0) continue;
      const now = clock.now();
      handled += this.#unseen - left;
      this.#plan(this.#unseen - left, now - seen);
      if (now - this.#sliceStart >= slice || handled > mostInSlice) {
        this.#sliceStart = Number.NEGATIVE_INFINITY;
        break;
      }
      seen = now;
      left = this.#unseen;
    }
    this.#isDraining = false;
    this.#present = undefined;
    this.watcher?.runEnds();
    enter(undefined);
    if (this.#size > 0) this.#schedule();
    else this.#restAll();
  }

  #plan(handled: number, took: number): void {
    const pace = took > 0 ? (handled * lookEvery) / took : mostUnseen;
    this.#unseen = Math.max(1, Math.min(mostUnseen, this.#unseen * 2, Math.floor(pace)));
  }

  #grow(): void {
    const queue = this.#queue;
    const wider: (Runnable | undefined)[] = new Array(queue.length * 2).fill(undefined);
    for (let i = 0; i < queue.length; i++) wider[i] = queue[(this.#head + i) & (queue.length - 1)];
    this.#queue = wider;
    this.#head = 0;
  }
}
