/** One function that a pool runs, and runs again when it crashes: the handle stays the same through all restarts. */
import { AbortError, asError } from '../base/errors.ts';
import type { Cancel, Clock, Random } from '../base/world.ts';
import { Backoff, type BackoffOptions } from './backoff.ts';
import { Intensity, type Limits } from './intensity.ts';

/** What `this` is in the function of a task. */
export interface TaskContext {
  /** Aborted when the task is cancelled; every run has one of its own. */
  readonly signal: AbortSignal;
}

/** What a pool runs. An arrow function works too, but has no `this.signal`. */
export type TaskFunction<A extends unknown[] = unknown[], R = unknown> = (this: TaskContext, ...args: A) => R;

/**
 * `queued`: waits for a place in the pool; `running`; `waiting`: has crashed, and waits to be restarted; `stopping`: was
 * cancelled, and its function has not returned yet; `done`: will never run again.
 */
export type TaskState = 'queued' | 'running' | 'waiting' | 'stopping' | 'done';

/** What a pool gives to its tasks. */
export interface TaskPlan {
  readonly id: number;
  readonly run: (this: TaskContext) => unknown;
  readonly name: string;
  readonly restart: boolean;
  readonly limits: Limits;
  readonly backoff: BackoffOptions;
  readonly clock: Clock;
  readonly random: Random;
}

/** Who hears what becomes of a task; in each call its state is the new one already. */
export interface TaskWatcher {
  /** `delay` is the ms until the restart, undefined if there is none. */
  crashed(task: Task, error: Error, delay: number | undefined): void;
  restarting(task: Task): void;
  gaveUp(task: Task, error: Error): void;
  ended(task: Task): void;
}

export class Task<T = unknown> {
  /** The first task of a pool is 1, the next one 2. */
  readonly id: number;
  /**
   * What the function returns, however many restarts that takes. Rejects with the error of the last run when there is no
   * further one, and with AbortError as soon as the task is cancelled. Nobody needs to look at it.
   */
  readonly result: Promise<T>;
  /** @internal Resolves when the function will never run again, and does not run any more. */
  readonly ended: Promise<void>;
  readonly #plan: TaskPlan;
  readonly #watcher: TaskWatcher;
  /** Most tasks never crash and have no need of these. */
  #intensity: Intensity | undefined;
  #backoff: Backoff | undefined;
  #state: TaskState = 'queued';
  #restarts = 0;
  /** That of the last run. */
  #controller: AbortController | undefined;
  #cancelRestart: Cancel = () => {};
  #resolve: (value: unknown) => void = () => {};
  #reject: (error: Error) => void = () => {};
  #end: () => void = () => {};

  /** @internal */
  constructor(plan: TaskPlan, watcher: TaskWatcher) {
    this.id = plan.id;
    this.#plan = plan;
    this.#watcher = watcher;
    this.result = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve as (value: unknown) => void;
      this.#reject = reject;
    });
    // The pool tells of every crash: that nobody looks at the result is no second failure.
    this.result.catch(() => {});
    this.ended = new Promise(resolve => {
      this.#end = resolve;
    });
  }

  /** The name of the function. */
  get name(): string {
    return this.#plan.name;
  }

  get state(): TaskState {
    return this.#state;
  }

  /** How often the function has been started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /**
   * The function is not started again. If it runs, its signal is aborted: nothing else can end it. `result` rejects at
   * once.
   * @returns a promise that resolves when the function does not run any more
   */
  cancel(): Promise<void> {
    if (this.#state === 'done' || this.#state === 'stopping') return this.ended;
    const reason = new AbortError(`${this} was cancelled`);
    const isRunning = this.#state === 'running';
    this.#state = 'stopping';
    this.#cancelRestart();
    this.#reject(reason);
    if (isRunning) this.#controller?.abort(reason);
    else this.#done();
    return this.ended;
  }

  toString(): string {
    return `task ${this.id} (${this.name})`;
  }

  /** @internal The task has its place in the pool. */
  async begin(): Promise<void> {
    this.#state = 'running';
    // Never within `spawn`: whoever spawns has the task before anything is heard of it.
    await undefined;
    return this.#run();
  }

  async #run(): Promise<void> {
    if (this.#state === 'stopping') return this.#done();
    this.#controller = new AbortController();
    let value: unknown;
    try {
      value = await this.#plan.run.call({ signal: this.#controller.signal });
    } catch (thrown) {
      return this.#crashed(asError(thrown));
    }
    this.#resolve(value);
    this.#done();
  }

  /** Decides first and tells then, so that nothing that a listener does or throws can keep a restart from coming. */
  #crashed(error: Error): void {
    if (this.#state === 'stopping') return this.#crashedAtTheEnd(error);
    const { clock, random, restart } = this.#plan;
    this.#intensity ??= new Intensity(this.#plan.limits);
    if (restart && this.#intensity.admit(clock.now())) {
      this.#backoff ??= new Backoff(this.#plan.backoff);
      const delay = this.#backoff.next(clock.now(), random);
      this.#state = 'waiting';
      this.#cancelRestart = clock.after(delay, () => this.#again());
      return this.#watcher.crashed(this, error, delay);
    }
    this.#reject(error);
    this.#done();
    this.#watcher.crashed(this, error, undefined);
    if (restart) this.#watcher.gaveUp(this, error);
  }

  /** To throw is how a function obeys its signal; what it throws for another reason is told. */
  #crashedAtTheEnd(error: Error): void {
    this.#done();
    if (error.name === 'AbortError' || error.cause === this.#controller?.signal.reason) return;
    this.#watcher.crashed(this, error, undefined);
  }

  #again(): void {
    this.#state = 'running';
    this.#restarts++;
    this.#watcher.restarting(this);
    void this.#run();
  }

  #done(): void {
    this.#state = 'done';
    this.#end();
    this.#watcher.ended(this);
  }
}
