/** One worker, in the eyes of its queue: which tasks it has, and which of them have begun. */
import type { Ref } from '../../core/ref.ts';
import { transfer } from '../../placement/transfer.ts';
import { Board, places } from './board.ts';
import type { Arrival, HandOver } from './protocol.ts';
import type { WorkerStats } from './stats.ts';
import type { Holder, Task } from './task.ts';

export class Hand implements Holder {
  readonly id: number;
  readonly ref: Ref;
  /** What it has been given, in the order in which it begins them. */
  readonly tasks = new Map<number, Task>();
  isUp = false;
  isLost = false;
  #isEnding = false;
  /** How many ms all that it has will take, as far as that is known. */
  load = 0;
  /** How many of its tasks have a limit for the time that they take. */
  timed = 0;
  done = 0;
  readonly #board: Board | undefined;
  readonly #free: number[] = Array.from({ length: places }, (_, place) => place);
  #lastNumber = 0;
  #arrival: Arrival | undefined;

  /** @param sharesMemory whether it is in another thread of this process */
  constructor(id: number, ref: Ref, sharesMemory: boolean) {
    this.id = id;
    this.ref = ref;
    this.#board = sharesMemory ? new Board() : undefined;
    if (this.#board !== undefined) ref.tell({ board: transfer(this.#board.words) });
  }

  up(arrival: Arrival): void {
    this.isUp = true;
    this.#arrival = arrival;
  }

  /** Whether it can be given anything. */
  get isReady(): boolean {
    return this.isUp && !this.#isEnding;
  }

  /** Whether it can be given what it does not begin at once. */
  get takesAhead(): boolean {
    return this.isReady && this.#board !== undefined && this.#free.length > 0;
  }

  /** Whether it can be taken back what it has not begun. */
  get givesBack(): boolean {
    return this.#board !== undefined;
  }

  give(task: Task): void {
    const number = ++this.#lastNumber;
    const place = this.#free.pop() ?? 0;
    task.hand = this;
    task.number = number;
    task.place = place;
    this.#board?.hand(place, number);
    this.tasks.set(number, task);
    this.load += task.expected ?? 0;
    if (task.timeout !== Number.POSITIVE_INFINITY) this.timed++;
    this.ref.tell([number, place, task.name, task.args, task.attempt] satisfies HandOver);
  }

  /** Takes back what it has not begun. */
  takeBack(task: Task): boolean {
    if (this.#board?.takeBack(task.place, task.number) !== true) return false;
    this.remove(task);
    return true;
  }

  /** Without a board nobody knows: then what was handed over counts as begun. */
  hasBegun(task: Task): boolean {
    return this.#board?.isBegun(task.place, task.number) ?? true;
  }

  remove(task: Task): void {
    if (!this.tasks.delete(task.number)) return;
    task.hand = undefined;
    this.#free.push(task.place);
    this.load = this.tasks.size === 0 ? 0 : this.load - (task.expected ?? 0);
    if (task.timeout !== Number.POSITIVE_INFINITY) this.timed--;
  }

  cancel(task: Task, why: Error): void {
    this.#board?.cancel(task.place, task.number);
    this.ref.tell({ cancel: task.number, why });
  }

  /** Ends it at once, whatever it is doing; its thread or process as well. */
  end(): void {
    this.#isEnding = true;
    this.ref.inlet.signal({ type: 'kill', isBrutal: true }, this.ref);
  }

  get stats(): WorkerStats {
    const { pid, threadId } = this.#arrival ?? {};
    const atWork = this.tasks.size === 0 ? 'idle' : 'busy';
    const state = this.#isEnding ? 'ending' : this.isUp ? atWork : 'starting';
    return { name: this.ref.name, state, pid, threadId, running: this.tasks.size, done: this.done };
  }
}
