/**
 * The queue itself: which tasks there are, whose turn is next, and what becomes of each. Every task that it accepts is settled
 * exactly once. It knows no mailbox: who has asked is told the result, whatever the actor around it is doing.
 */
import { AbortError, asError, CommandNotFound, show, TimeoutError } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Ref } from '../../core/ref.ts';
import { keyOf } from '../../core/watching.ts';
import { isMarked } from '../../placement/transfer.ts';
import { Backlog } from './backlog.ts';
import { freeHand, fullestHand, handAhead } from './choosing.ts';
import type { Crew } from './crew.ts';
import { QueueFull, TaskExpired, WorkerLost } from './errors.ts';
import type { Hand } from './hand.ts';
import type { TaskQueueStats } from './stats.ts';
import { keyFor, Task } from './task.ts';
import type { CompleteTaskQueueOptions, TaskMessage } from './taskOptions.ts';

/** How much one more task counts for how long those of its name take. */
const weight = 0.1;

export interface DeskParts {
  readonly options: CompleteTaskQueueOptions;
  readonly world: World;
  /** The queue's own ref. */
  readonly ref: Ref;
  readonly crew: () => Crew;
  /** Hears of the failure of a task that nobody waits for. */
  readonly onUnheard: (error: Error, task: string) => void;
}

export class Desk {
  readonly #parts: DeskParts;
  readonly #backlog = new Backlog<Task>();
  /** Those that pause before another attempt. */
  readonly #pausing = new Set<Task>();
  readonly #byKey = new Map<string, Task>();
  readonly #byAsker = new Map<unknown, Task>();
  /** How long tasks take, by name. */
  readonly #paces = new Map<string, number>();
  readonly #counts = { done: 0, failed: 0, cancelled: 0, retried: 0, refused: 0, lost: 0 };
  /** Tasks that are not done. */
  #open = 0;
  #drained: (() => void)[] = [];
  #isDealing = false;
  #isEvening = false;
  /** Why nothing is accepted any more. */
  #closed: Error | undefined;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  // ---- coming in ----------------------------------------------------------------------------------------------------

  accept(message: TaskMessage, asker: Ref | undefined): void {
    const refusal = this.#refusalOf(message);
    if (refusal !== undefined) {
      this.#counts.refused++;
      if (asker !== undefined) asker.tell(refusal, this.#parts.ref);
      else this.#parts.onUnheard(refusal, message.task);
      return;
    }
    const { key, progress } = message;
    const known = key === undefined ? undefined : this.#byKey.get(keyFor(message.task, key));
    const task = known ?? this.#admit(message);
    if (progress !== undefined) task.progress.push(progress);
    if (asker !== undefined) {
      task.askers.push(asker);
      this.#byAsker.set(keyOf(asker), task);
    }
    if (known === undefined) this.#deal();
  }

  #refusalOf({ task, key }: TaskMessage): Error | undefined {
    if (this.#closed !== undefined) return this.#closed;
    if (key !== undefined && this.#byKey.has(keyFor(task, key))) return undefined;
    const { names } = this.#crew;
    if (names !== undefined && !names.includes(task)) return unknown(task, names, this.#options.module);
    const { maxQueued } = this.#options;
    if (this.#open < maxQueued || this.#waiting < maxQueued || this.#freeHand() !== undefined)
      return undefined;
    return new QueueFull(
      `${this.#parts.ref.address} has ${maxQueued} tasks waiting, and takes no more of them; run ${show(task)} later, or slow down`,
    );
  }

  #admit(message: TaskMessage): Task {
    const { clock } = this.#parts.world;
    const { expiresIn, timeout = this.#options.timeout, retries = this.#options.retries } = message;
    const expiresAt = expiresIn === undefined ? Number.POSITIVE_INFINITY : clock.now() + expiresIn;
    const moves = this.#options.on?.place.kind === 'thread' && isMarked(message.args);
    const task = new Task(message, { timeout, retries, expiresAt }, moves);
    this.#open++;
    if (task.key !== undefined) this.#byKey.set(task.key, task);
    if (expiresIn !== undefined && expiresIn < Number.POSITIVE_INFINITY)
      task.cancelExpiry = clock.after(expiresIn, () => this.#expired(task));
    this.#backlog.add(task);
    return task;
  }

  // ---- handing over -------------------------------------------------------------------------------------------------

  /** A worker is there. */
  workerUp(): void {
    for (const task of this.#backlog.all()) {
      const { names = [] } = this.#crew;
      if (!names.includes(task.name)) this.#fail(task, unknown(task.name, names, this.#options.module));
    }
    this.#deal();
    this.#evenSoon();
  }

  /** Gives workers what they can take. */
  #deal(): void {
    // What can't be sent is settled while it is handed over.
    if (this.#isDealing) return;
    this.#isDealing = true;
    try {
      this.#dealAll();
    } finally {
      this.#isDealing = false;
    }
  }

  #dealAll(): void {
    for (let task = this.#backlog.peek(); task !== undefined; task = this.#backlog.peek()) {
      const hand = this.#freeHand() ?? this.#handAhead(task);
      if (hand === undefined) break;
      if (task.attempt === 1 && task.expiresAt <= this.#now) this.#expired(task);
      else this.#give(this.#backlog.take() as Task, hand);
    }
  }

  #give(task: Task, hand: Hand): void {
    task.state = 'handed';
    task.expected = this.#paces.get(task.name);
    hand.give(task);
    if (hand.timed > 0) this.#watchTimes(hand);
  }

  #freeHand(): Hand | undefined {
    const { size, concurrency } = this.#options;
    return freeHand(this.#crew.hands, size, concurrency);
  }

  #handAhead(task: Task): Hand | undefined {
    return task.mayGoAhead ? handAhead(this.#crew.hands, this.#paces.get(task.name)) : undefined;
  }

  /** Once those who have just been told results have had their say: nobody is idle while others have tasks ahead. */
  #evenSoon(): void {
    if (this.#isEvening) return;
    this.#isEvening = true;
    this.#parts.world.scheduler.later(() => {
      this.#isEvening = false;
      this.#even();
    });
  }

  #even(): void {
    for (;;) {
      const idle = this.#backlog.size === 0 ? this.#freeHand() : undefined;
      if (idle === undefined || idle.tasks.size > 0) return;
      const { concurrency } = this.#options;
      const fullest = fullestHand(this.#crew.hands, concurrency);
      if (fullest === undefined) return;
      const spare = [...fullest.tasks.values()].slice(concurrency);
      const taken = spare.slice(spare.length >> 1).filter(task => fullest.takeBack(task));
      if (taken.length === 0) return;
      for (const task of taken) this.#give(task, idle);
    }
  }

  // ---- what workers say ---------------------------------------------------------------------------------------------

  ended(hand: Hand, number: number, error: Error | undefined, value: unknown, took: number): void {
    const task = hand.tasks.get(number);
    if (task === undefined) return;
    hand.remove(task);
    task.stopTimer();
    const pace = this.#paces.get(task.name);
    this.#paces.set(task.name, pace === undefined ? took : pace + weight * (took - pace));
    if (task.ending !== undefined) this.#attemptFailed(task, task.ending);
    else if (error !== undefined) this.#attemptFailed(task, error);
    else {
      this.#counts.done++;
      this.#settle(task, value);
      this.#close(task);
    }
    if (hand.timed > 0) this.#watchTimes(hand);
    this.#deal();
    if (hand.tasks.size === 0 && this.#open > 0) this.#evenSoon();
  }

  progress(hand: Hand, number: number, value: unknown): void {
    const task = hand.tasks.get(number);
    if (task === undefined || task.isSettled) return;
    for (const listener of task.progress) {
      if (typeof listener !== 'function') (listener as Ref).tell(value, this.#parts.ref);
      else this.#call(listener, value, task.name);
    }
  }

  #call(listener: (value: never) => void, value: unknown, name: string): void {
    try {
      listener(value as never);
    } catch (error) {
      this.#parts.onUnheard(asError(error), name);
    }
  }

  /** What it was handed could not be sent to it. */
  couldNotSend(hand: Hand, number: number, why: (task: string, args: unknown) => Error): void {
    const task = hand.tasks.get(number);
    if (task === undefined) return;
    hand.remove(task);
    this.#fail(task, why(task.name, task.args));
    this.#deal();
  }

  workerLost(hand: Hand, cause: Error | undefined): void {
    this.#counts.lost++;
    const all = [...hand.tasks.values()];
    const begun = all.filter(task => hand.hasBegun(task));
    const kept = all.filter(task => !hand.hasBegun(task));
    for (const task of all) {
      hand.remove(task);
      task.stopTimer();
    }
    // The last one first: each goes in front of those that wait.
    for (const task of kept.reverse()) {
      const isToEnd = task.ending !== undefined || task.isSettled;
      // What was moved to the worker is gone with it.
      if (isToEnd || task.isMoving) this.#attemptFailed(task, this.#lossOf(task, cause));
      else this.#wait(task);
    }
    for (const task of begun.reverse()) this.#attemptFailed(task, this.#lossOf(task, cause));
    this.#deal();
  }

  #lossOf(task: Task, cause: Error | undefined): Error {
    // When the queue stops, and cannot wait for it, that is why.
    const ended = cause === undefined ? this.#closed : undefined;
    return task.ending ?? ended ?? lostIn(task, cause);
  }

  // ---- time ---------------------------------------------------------------------------------------------------------

  /** Those that are being done have begun now, if they had not before: what is ahead of a worker begins in order. */
  #watchTimes(hand: Hand): void {
    let left = this.#options.concurrency;
    for (const task of hand.tasks.values()) {
      if (left-- === 0) return;
      if (task.timeout === Number.POSITIVE_INFINITY || task.cancelTimer !== undefined) continue;
      task.cancelTimer = this.#parts.world.clock.after(task.timeout, () => this.#timedOut(task));
    }
  }

  #timedOut(task: Task): void {
    const why = new TimeoutError(
      `the task ${task.name} has not ended within ${task.timeout} ms; give it a longer timeout, or less to do`,
    );
    if (!this.#isWorthAnother(task, why)) {
      this.#counts.failed++;
      this.#settle(task, why);
    }
    this.#endAttempt(task, why);
  }

  /** Has a task that a worker is doing end; by force, if it takes too long for that. */
  #endAttempt(task: Task, why: Error): void {
    const { hand } = task;
    if (hand === undefined || task.ending !== undefined) return;
    task.ending = why;
    hand.cancel(task, why);
    task.stopTimer();
    task.cancelTimer = this.#parts.world.clock.after(this.#options.grace, () => hand.end());
  }

  #expired(task: Task): void {
    if (task.state !== 'waiting' && task.state !== 'pausing') return;
    if (task.attempt > 1) return; // it did begin
    this.#fail(task, new TaskExpired(`the task ${task.name} has not begun in time`));
  }

  // ---- an attempt is over -------------------------------------------------------------------------------------------

  #attemptFailed(task: Task, error: Error): void {
    task.ending = undefined;
    if (task.isSettled) return this.#close(task);
    if (!this.#isWorthAnother(task, error)) return this.#fail(task, error);
    this.#counts.retried++;
    const { backoff } = this.#options;
    const { clock, random } = this.#parts.world;
    const delay = backoff?.delay(task.attempt - 1, random) ?? 0;
    task.attempt++;
    if (delay === 0) return this.#wait(task);
    task.state = 'pausing';
    this.#pausing.add(task);
    task.cancelTimer = clock.after(delay, () => {
      task.cancelTimer = undefined;
      this.#pausing.delete(task);
      this.#wait(task);
      this.#deal();
    });
  }

  #isWorthAnother(task: Task, error: Error): boolean {
    if (this.#closed !== undefined || task.isMoving || task.attempt > task.retries) return false;
    try {
      return this.#options.retryIf(error, task.attempt);
    } catch (thrown) {
      this.#parts.onUnheard(asError(thrown), task.name);
      return false;
    }
  }

  /** It waits again, before those that have not had their turn. */
  #wait(task: Task): void {
    if (this.#closed !== undefined) return this.#fail(task, this.#closed);
    task.state = 'waiting';
    this.#backlog.putBack(task);
  }

  #fail(task: Task, error: Error): void {
    this.#counts.failed++;
    this.#settle(task, error);
    this.#close(task);
  }

  /** Tells those who wait for it. */
  #settle(task: Task, outcome: unknown): void {
    task.isSettled = true;
    if (task.key !== undefined) this.#byKey.delete(task.key);
    task.cancelExpiry?.();
    const { ref } = this.#parts;
    for (const asker of task.askers) {
      this.#byAsker.delete(keyOf(asker));
      asker.tell(outcome, ref);
    }
    if (task.askers.length === 0 && outcome instanceof Error) this.#parts.onUnheard(outcome, task.name);
    task.askers.length = 0;
  }

  /** Nothing of it is left to do. */
  #close(task: Task): void {
    if (task.state === 'done') return;
    const wasWaiting = task.isWaiting;
    task.state = 'done';
    if (wasWaiting) this.#backlog.dropped();
    this.#pausing.delete(task);
    task.stopTimer();
    if (--this.#open > 0) return;
    for (const drained of this.#drained.splice(0)) drained();
  }

  // ---- giving up ----------------------------------------------------------------------------------------------------

  /** Somebody does not wait for a result any more. When nobody does, it need not be found. */
  abandoned(asker: Ref): void {
    const key = keyOf(asker);
    const task = this.#byAsker.get(key);
    if (task === undefined) return;
    this.#byAsker.delete(key);
    task.askers.splice(
      task.askers.findIndex(one => keyOf(one) === key),
      1,
    );
    if (task.askers.length > 0) return;
    this.#counts.cancelled++;
    task.isSettled = true;
    if (task.key !== undefined) this.#byKey.delete(task.key);
    task.cancelExpiry?.();
    const { hand } = task;
    if (hand === undefined || hand.takeBack(task)) this.#close(task);
    else this.#endAttempt(task, new AbortError(`nobody waits for the task ${task.name} any more`));
    this.#deal();
  }

  /** From now on nothing is accepted, and what has not begun is not begun; what has begun may end. */
  close(why: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = why;
    for (const task of this.#backlog.all()) this.#fail(task, why);
    for (const task of [...this.#pausing]) this.#fail(task, why);
    for (const { tasks } of this.#crew.hands)
      for (const task of [...tasks.values()].reverse()) if (task.hand?.takeBack(task)) this.#fail(task, why);
  }

  /** Whatever has not ended never will. */
  end(why: Error): void {
    this.close(why);
    for (const hand of this.#crew.hands)
      for (const task of [...hand.tasks.values()]) {
        hand.remove(task);
        if (task.isSettled) this.#close(task);
        else this.#fail(task, why);
      }
  }

  /** Resolves when all that was accepted has been settled, and no worker is at it any more. */
  async drained(): Promise<void> {
    if (this.#open > 0) await new Promise<void>(resolve => this.#drained.push(resolve));
  }

  // ---- figures ------------------------------------------------------------------------------------------------------

  get stats(): TaskQueueStats {
    const { hands } = this.#crew;
    const pausing = this.#pausing.size;
    const running = this.#open - this.#waiting - pausing;
    return {
      waiting: this.#waiting,
      pausing,
      running,
      ...this.#counts,
      workers: hands.map(({ stats }) => stats),
    };
  }

  /** Those that nobody is doing, also where a worker has them. */
  get #waiting(): number {
    const { concurrency } = this.#options;
    let waiting = this.#backlog.size;
    for (const { tasks } of this.#crew.hands) waiting += Math.max(0, tasks.size - concurrency);
    return waiting;
  }

  get #options(): CompleteTaskQueueOptions {
    return this.#parts.options;
  }

  get #crew(): Crew {
    return this.#parts.crew();
  }

  get #now(): number {
    return this.#parts.world.clock.now();
  }
}

const unknown = (task: string, names: readonly string[], module: string) =>
  new CommandNotFound(
    `there is no task ${show(task)}; ${module} exports the functions ${names.join(', ')}`,
    task.slice(0, 200),
    names,
  );

const lostIn = ({ name, attempt }: Task, cause: Error | undefined) =>
  new WorkerLost(
    `the worker of the task ${name} was lost in attempt ${attempt}: ${cause?.message ?? 'it was ended'}`,
    cause && { cause },
  );
