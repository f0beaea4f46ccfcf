/**
 * The queues between actors. A queue is an edge of the wiring: it has one sender and one receiver, and belongs to neither, so
 * that it outlives a crash of both.
 */
import type { Event } from './events/event.ts';
import { Ring } from './ring.ts';

/** What a queue does when it is full: the sender waits, an event is dropped and counted, or `send` throws `QueueFull`. */
export type QueuePolicy = 'block' | 'dropNewest' | 'dropOldest' | 'fail';

export const queuePolicies: readonly QueuePolicy[] = ['block', 'dropNewest', 'dropOldest', 'fail'];

export type QueueKind = 'event' | 'error' | 'log';

/** Who takes events from a queue. */
export interface Taker {
  readonly name: string;
  /** The queue was empty, or held back, and is not any more. */
  offer(queue: Queue): void;
}

/** Who puts events in a queue. */
export interface Giver {
  readonly name: string;
  /** A queue is full: take no further events. */
  park(): void;
  /** One of them has room again. */
  unpark(): void;
}

/** What became of an event that was put. */
export type Fate = 'kept' | 'overfull' | 'dropped' | 'displaced';

export interface QueueOptions {
  readonly kind: QueueKind;
  readonly source: Giver;
  readonly outbox: string;
  readonly destination: Taker;
  readonly inbox: string;
  readonly size: number;
  readonly policy: QueuePolicy;
}

/** A promise of room, made when somebody waits for it. */
class Room {
  readonly promise: Promise<void>;
  open: () => void = () => {};

  constructor() {
    this.promise = new Promise(resolve => {
      this.open = resolve;
    });
  }
}

export class Queue {
  readonly kind: QueueKind;
  readonly source: Giver;
  readonly outbox: string;
  readonly destination: Taker;
  readonly inbox: string;
  readonly size: number;
  readonly policy: QueuePolicy;
  /** The cycle that this queue is a part of. */
  cycle: Cycle | undefined;
  /** The cycle that this queue leads into from outside: events wait here while it is full. */
  gateOf: Cycle | undefined;
  /** Events put in, taken out, and dropped for want of room. */
  in = 0;
  out = 0;
  dropped = 0;
  /** The event that made room for the last one that was put, if the policy is `dropOldest`. */
  victim: Event | undefined;
  /** Whether the receiver has it in its list of queues that are not empty. */
  isOffered = false;
  readonly #ring = new Ring<Event>();
  /** Whether the sender is parked because of this queue. */
  #isParking = false;
  #room: Room | undefined;

  constructor(options: QueueOptions) {
    this.kind = options.kind;
    this.source = options.source;
    this.outbox = options.outbox;
    this.destination = options.destination;
    this.inbox = options.inbox;
    this.size = options.size;
    this.policy = options.policy;
  }

  get name(): string {
    return `${this.source.name}.${this.outbox} -> ${this.destination.name}.${this.inbox}`;
  }

  /** Events that wait here, those included that came when it was full and whose sender waits. */
  get length(): number {
    return this.#ring.length;
  }

  get isFull(): boolean {
    return this.#ring.length >= this.size;
  }

  /** Whether an event that is put now would be refused: by its policy, or since its cycle breeds events without end. */
  get refuses(): boolean {
    if (this.policy === 'fail') return this.isFull;
    return this.cycle !== undefined && this.policy === 'block' && this.cycle.isBursting;
  }

  /** Takes an event. A queue with the policy `block` takes it in any case, and says when it is more than it has room for. */
  put(event: Event): Fate {
    let fate: Fate = 'kept';
    if (this.#ring.length >= this.size) {
      if (this.policy === 'block') fate = 'overfull';
      else if (this.policy === 'dropOldest') fate = this.#displace();
      else {
        this.in++;
        this.dropped++;
        return 'dropped';
      }
    }
    this.#keep(event);
    return fate;
  }

  /** An event that had been taken comes back, at the end. */
  putBack(event: Event): void {
    this.out--;
    this.in--;
    this.#keep(event);
  }

  /** The oldest event; undefined when there is none. */
  take(): Event | undefined {
    const event = this.#ring.shift();
    if (event === undefined) return undefined;
    this.out++;
    if (this.#isParking && this.#ring.length <= this.size) this.#unpark();
    this.cycle?.left();
    return event;
  }

  /** Parks the sender until there is room. */
  park(): void {
    if (this.#isParking) return;
    this.#isParking = true;
    this.source.park();
  }

  /** Resolves when there is room for the event that was put last. */
  room(): Promise<void> {
    this.#room ??= new Room();
    return this.#room.promise;
  }

  #keep(event: Event): void {
    this.in++;
    this.#ring.push(event);
    this.cycle?.entered();
    if (!this.isOffered) {
      this.isOffered = true;
      this.destination.offer(this);
    }
  }

  #displace(): Fate {
    this.victim = this.#ring.shift();
    this.cycle?.left();
    this.dropped++;
    return 'displaced';
  }

  #unpark(): void {
    this.#isParking = false;
    this.#room?.open();
    this.#room = undefined;
    this.source.unpark();
  }
}

/**
 * Actors that can reach one another, and the queues between them. Were such a queue to make its sender wait, all of them could
 * wait for each other for ever. So within the cycle nobody waits; it is bounded where events come in: those from outside, and
 * those that a source in the cycle emits, wait while it is full.
 */
export class Cycle {
  /** The room in all its queues together. */
  capacity = 0;
  #count = 0;
  #room: Room | undefined;
  readonly #heldBack: Queue[] = [];

  get isFull(): boolean {
    return this.#count >= this.capacity;
  }

  /** Whether its own actors have made far more events than came in: then it would grow for ever. */
  get isBursting(): boolean {
    return this.#count >= this.capacity * 10 + mostBurst;
  }

  /** How many events are in it. */
  get count(): number {
    return this.#count;
  }

  entered(): void {
    this.#count++;
  }

  left(): void {
    this.#count--;
    if (this.#count < this.capacity && (this.#heldBack.length > 0 || this.#room !== undefined)) this.#open();
  }

  /** Holds a queue back that leads into the cycle, until there is room. */
  holdBack(queue: Queue): void {
    this.#heldBack.push(queue);
  }

  /** Resolves when there is room. */
  room(): Promise<void> {
    this.#room ??= new Room();
    return this.#room.promise;
  }

  #open(): void {
    this.#room?.open();
    this.#room = undefined;
    for (const queue of this.#heldBack.splice(0)) queue.destination.offer(queue);
  }
}

/** So many events, and ten times its capacity, a cycle may hold before a send in it fails. */
const mostBurst = 1000;
