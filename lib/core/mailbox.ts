/**
 * Mailboxes: where messages wait for their actor. Two slots a message, no envelope. None of them knows an actor; what a
 * full one dropped is left in `victim` for the cell to report.
 */
import { show } from '../base/errors.ts';
import { CellMessage, Notice } from './message.ts';
import type { From } from './postmark.ts';

/** What became of a pushed message. */
export const Pushed = {
  /** It waits. */
  kept: 0,
  /** It waits, and the mailbox has reached a multiple of its high-water mark. */
  highWater: 1,
  /** There was no room: `victim` was dropped. */
  overflow: 2,
  /** As `overflow`, and whoever asked is to be told. */
  refused: 3,
  /** The `compare` of a priority mailbox threw `fault`; the message waits in order of arrival. */
  faulty: 4,
} as const;
export type Pushed = (typeof Pushed)[keyof typeof Pushed];

/** A message in a mailbox. */
export interface Waiting {
  readonly message: unknown;
  readonly sender: From;
}

export abstract class Mailbox {
  /** The messages that wait here, notices included. */
  size = 0;
  /** The sender of the message that was taken last, or the postmark that knows. */
  sender: From = undefined;
  victim: Waiting | undefined = undefined;
  fault: unknown = undefined;

  /** The most messages that may wait here. */
  get limit(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** At every multiple of this size, `push` tells of high water. */
  abstract set highWaterMark(mark: number);
  abstract push(message: unknown, sender: From): Pushed;
  /** Adds a notice of the runtime, room or not. */
  abstract pushNotice(notice: Notice, sender: From): void;
  /** Puts a message in front of all others, room or not. */
  abstract unshift(message: unknown, sender: From): void;
  /** Takes the next message; the mailbox must not be empty. */
  abstract take(): unknown;
  /** The message that is `index`th in turn. */
  abstract at(index: number): unknown;
  /** The first messages in turn, at most so many of them, with what stands beside them. */
  abstract first(count: number): Waiting[];
  /** Takes the message that is `index`th in turn. */
  abstract takeAt(index: number): unknown;
}

/** How many messages a new ring holds: most idle actors never have more at once. A power of two. */
const firstCapacity = 4;

/** First in, first out, in a ring that grows by doubling. */
export class RingMailbox extends Mailbox {
  #slots: unknown[] = new Array(2 * firstCapacity).fill(undefined);
  #mask = firstCapacity - 1;
  #head = 0;
  #highWaterMark: number;
  /** The size at which `push` tells of high water next. */
  #nextMark: number;

  constructor(highWaterMark: number) {
    super();
    this.#highWaterMark = highWaterMark;
    this.#nextMark = highWaterMark;
  }

  /** Tells of high water at other sizes from now on. */
  override set highWaterMark(mark: number) {
    this.#highWaterMark = mark;
    this.#nextMark = (Math.floor(this.size / mark) + 1) * mark;
  }

  /** How many messages fit before the ring grows. */
  get capacity(): number {
    return this.#mask + 1;
  }

  push(message: unknown, sender: From): Pushed {
    if (this.size > this.#mask) this.#grow();
    const slot = ((this.#head + this.size) & this.#mask) << 1;
    this.#slots[slot] = message;
    this.#slots[slot + 1] = sender;
    if (++this.size < this.#nextMark) return Pushed.kept;
    this.#nextMark += this.#highWaterMark;
    return Pushed.highWater;
  }

  pushNotice(notice: Notice, sender: From): void {
    RingMailbox.prototype.push.call(this, notice, sender);
  }

  unshift(message: unknown, sender: From): void {
    if (this.size > this.#mask) this.#grow();
    this.#head = (this.#head - 1) & this.#mask;
    this.#slots[this.#head << 1] = message;
    this.#slots[(this.#head << 1) + 1] = sender;
    this.size++;
  }

  take(): unknown {
    const slot = this.#head << 1;
    const message = this.#slots[slot];
    this.sender = this.#slots[slot + 1] as From;
    this.#slots[slot] = undefined;
    this.#slots[slot + 1] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    if (--this.size === 0) this.#nextMark = this.#highWaterMark;
    return message;
  }

  at(index: number): unknown {
    return this.#slots[((this.#head + index) & this.#mask) << 1];
  }

  first(count: number): Waiting[] {
    return Array.from({ length: Math.min(count, this.size) }, (_, index) => {
      const slot = ((this.#head + index) & this.#mask) << 1;
      return { message: this.#slots[slot], sender: this.#slots[slot + 1] as From };
    });
  }

  takeAt(index: number): unknown {
    if (index === 0) return this.take();
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = ((this.#head + index) & mask) << 1;
    const message = slots[slot];
    this.sender = slots[slot + 1] as From;
    for (let next = index + 1; next < this.size; next++) {
      const from = ((this.#head + next) & mask) << 1;
      slots[slot] = slots[from];
      slots[slot + 1] = slots[from + 1];
      slot = from;
    }
    slots[slot] = undefined;
    slots[slot + 1] = undefined;
    this.size--;
    return message;
  }

  #grow(): void {
    const slots = this.#slots;
    const wider: unknown[] = new Array(slots.length * 2).fill(undefined);
    const start = this.#head << 1;
    for (let i = 0; i < slots.length; i++) wider[i] = slots[(start + i) & (slots.length - 1)];
    this.#slots = wider;
    this.#mask = wider.length / 2 - 1;
    this.#head = 0;
  }
}

type Overflow = 'dropNewest' | 'dropOldest' | 'fail';

class BoundedMailbox extends RingMailbox {
  readonly #limit: number;
  readonly #overflow: Overflow;

  constructor(highWaterMark: number, limit: number, overflow: Overflow) {
    super(highWaterMark);
    this.#limit = limit;
    this.#overflow = overflow;
  }

  override get limit(): number {
    return this.#limit;
  }

  override push(message: unknown, sender: From): Pushed {
    // Notices are never dropped, a PoisonPill that somebody told least of all.
    if (this.size < this.#limit || message instanceof Notice) return super.push(message, sender);
    const oldest = this.#overflow === 'dropOldest' ? this.#oldest() : -1;
    if (oldest === -1) {
      this.victim = { message, sender };
      return this.#overflow === 'fail' ? Pushed.refused : Pushed.overflow;
    }
    const dropped = this.takeAt(oldest);
    this.victim = { message: dropped, sender: this.sender };
    super.push(message, sender);
    return Pushed.overflow;
  }

  /** The oldest message that may be dropped: the first that is no notice. */
  #oldest(): number {
    for (let i = 0; i < this.size; i++) if (!(this.at(i) instanceof Notice)) return i;
    return -1;
  }
}

interface Entry {
  readonly message: unknown;
  readonly sender: From;
  readonly order: number;
}

/** A binary heap that is stable: of two messages that compare equal, the older comes first. */
class PriorityMailbox extends Mailbox {
  readonly #compare: (a: never, b: never) => number;
  highWaterMark: number;
  #heap: Entry[] = [];
  #last = 0;
  #first = 0;

  constructor(highWaterMark: number, compare: (a: never, b: never) => number) {
    super();
    this.highWaterMark = highWaterMark;
    this.#compare = compare;
  }

  push(message: unknown, sender: From): Pushed {
    this.fault = undefined;
    this.#add({ message, sender, order: ++this.#last });
    if (this.fault !== undefined) return Pushed.faulty;
    return this.size % this.highWaterMark === 0 ? Pushed.highWater : Pushed.kept;
  }

  pushNotice(notice: Notice, sender: From): void {
    this.#add({ message: notice, sender, order: ++this.#last });
  }

  unshift(message: unknown, sender: From): void {
    this.#add({ message, sender, order: --this.#first });
  }

  take(): unknown {
    return this.#removeAt(0);
  }

  at(index: number): unknown {
    return this.#inTurn()[index]?.message;
  }

  first(count: number): Waiting[] {
    return this.#inTurn().slice(0, Math.max(0, count));
  }

  takeAt(index: number): unknown {
    return this.#removeAt(index === 0 ? 0 : this.#heap.indexOf(this.#inTurn()[index] as Entry));
  }

  #inTurn(): Entry[] {
    return [...this.#heap].sort((a, b) => (this.#isBefore(a, b) ? -1 : 1));
  }

  #add(entry: Entry): void {
    this.#heap.push(entry);
    this.size++;
    this.#rise(this.#heap.length - 1);
  }

  #removeAt(index: number): unknown {
    const heap = this.#heap;
    const taken = heap[index] as Entry;
    const last = heap.pop() as Entry;
    if (index < heap.length) {
      heap[index] = last;
      this.#sink(index);
      this.#rise(index);
    }
    this.size--;
    this.sender = taken.sender;
    return taken.message;
  }

  #rise(index: number): void {
    const heap = this.#heap;
    const entry = heap[index] as Entry;
    for (let at = index; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(entry, heap[above] as Entry)) return;
      heap[at] = heap[above] as Entry;
      heap[above] = entry;
      at = above;
    }
  }

  #sink(index: number): void {
    const heap = this.#heap;
    const entry = heap[index] as Entry;
    for (let at = index; ; ) {
      let below = 2 * at + 1;
      if (below >= heap.length) return;
      if (below + 1 < heap.length && this.#isBefore(heap[below + 1] as Entry, heap[below] as Entry)) below++;
      if (!this.#isBefore(heap[below] as Entry, entry)) return;
      heap[at] = heap[below] as Entry;
      heap[below] = entry;
      at = below;
    }
  }

  /** Notices and errands come after all messages that are there, since `compare` knows nothing of them. */
  #isBefore(a: Entry, b: Entry): boolean {
    const aIsForCell = a.message instanceof CellMessage;
    if (aIsForCell !== b.message instanceof CellMessage) return !aIsForCell;
    if (aIsForCell) return a.order < b.order;
    const difference = this.#compareSafely(a.message, b.message);
    return difference === 0 ? a.order < b.order : difference < 0;
  }

  #compareSafely(a: unknown, b: unknown): number {
    try {
      return this.#compare(a as never, b as never) || 0; // NaN: no opinion
    } catch (error) {
      this.fault = error ?? new Error('compare threw nothing');
      return 0;
    }
  }
}

/** A kind of mailbox: pass it as the `mailbox` option of `spawn`. */
export type MailboxKind = (highWaterMark: number) => Mailbox;

/** Keeps every message, in order of arrival: what an actor has unless told otherwise. */
export const unbounded = (): MailboxKind => highWaterMark => new RingMailbox(highWaterMark);

/**
 * Keeps at most `capacity` messages. What is dropped is a `DeadLetter` with the reason `overflow`, and a `MailboxOverflow`.
 * @param options.overflow `dropNewest` (the default), `dropOldest`, or `fail`: as `dropNewest`, and an `ask` that finds no
 * room is rejected with `MailboxFull` at once
 * @throws TypeError when `capacity` is no whole number from 1 up, or `overflow` none of the three
 */
export function bounded(options: { capacity: number; overflow?: Overflow }): MailboxKind {
  const { capacity, overflow = 'dropNewest' } = options;
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new TypeError(`bounded: capacity must be a whole number from 1 up, not ${show(capacity)}`);
  }
  if (!['dropNewest', 'dropOldest', 'fail'].includes(overflow)) {
    throw new TypeError(
      `bounded: overflow must be 'dropNewest', 'dropOldest' or 'fail', not ${show(overflow)}`,
    );
  }
  return highWaterMark => new BoundedMailbox(highWaterMark, capacity, overflow);
}

/**
 * Hands out the smallest message by `compare` first, and of equal ones the oldest.
 * @param compare as for `Array.prototype.sort`; one that throws counts as equal, and is reported as `ErrorIgnored`
 */
export function priority<M>(compare: (a: M, b: M) => number): MailboxKind {
  if (typeof compare !== 'function')
    throw new TypeError('priority: compare must be a function (a, b) => number');
  return highWaterMark => new PriorityMailbox(highWaterMark, compare);
}

/** Empty rings, kept for the next actor that gets a message: an idle actor then holds none, and a busy one pays no allocation. */
const spare: RingMailbox[] = [];
const mostSpare = 64;
const widestSpare = 4096;
export const defaultHighWaterMark = 10_000;

/** A ring for an actor with the default mailbox and the default mark. */
export const borrowRing = (): RingMailbox => spare.pop() ?? new RingMailbox(defaultHighWaterMark);

/** Gives an empty ring back. */
export function returnRing(ring: RingMailbox): void {
  if (spare.length < mostSpare && ring.capacity <= widestSpare) {
    ring.sender = undefined;
    spare.push(ring);
  }
}
