/** Restart for plain functions: what a supervisor is for actors. */
import { EventEmitter } from 'node:events';
import { show } from '../base/errors.ts';
import {
  type CompletePoolOptions,
  checkTaskOptions,
  completePoolOptions,
  type RestartPoolOptions,
  type TaskOptions,
} from './poolOptions.ts';
import { Task, type TaskContext, type TaskFunction, type TaskWatcher } from './task.ts';

/** What a pool tells. What nobody listens to goes to the logger. */
export interface RestartPoolEvents {
  /** The function has thrown. It is restarted in `delay` ms, or not at all if that is undefined. */
  crash: [task: Task, error: Error, delay: number | undefined];
  /** The function is about to run again. */
  restart: [task: Task];
  /** The function has crashed once more than `max` times within `within` ms, and is not restarted any more. */
  giveup: [task: Task, error: Error];
}

/** Runs functions, and runs those again that crash. One that returns is never restarted. */
export class RestartPool extends EventEmitter<RestartPoolEvents> implements Iterable<Task> {
  readonly #options: CompletePoolOptions;
  /** All that are not done, the oldest first. */
  readonly #tasks = new Set<Task>();
  /** Those of them that have no place yet, the oldest first. */
  readonly #queue = new Set<Task>();
  /**
   * Where in the queue the next one is; to look from the start each time is slow, since a set skips what was deleted. It
   * must not come to its end, where it would stay: ask it for the next one only when there is one.
   */
  readonly #line = this.#queue.values();
  readonly #watcher: TaskWatcher = {
    crashed: (...details) => this.#tell('crash', details, () => this.#logCrash(...details)),
    restarting: (...details) => this.#tell('restart', details, () => this.#logRestart(...details)),
    gaveUp: (...details) => this.#tell('giveup', details, () => this.#logGiveUp(...details)),
    ended: task => this.#ended(task),
  };
  #lastId = 0;

  /** @throws TypeError that names the option and what is wrong with it */
  constructor(options: RestartPoolOptions = {}) {
    super();
    this.#options = completePoolOptions(options);
  }

  /**
   * Runs `fn(...args)`, soon or, in a pool that is full, when a place is free; after a crash again, with the same
   * arguments.
   * @throws TypeError
   */
  spawn<A extends unknown[], R>(fn: TaskFunction<A, R>, ...args: A): Task<Awaited<R>>;
  spawn<A extends unknown[], R>(options: TaskOptions, fn: TaskFunction<A, R>, ...args: A): Task<Awaited<R>>;
  spawn(first: unknown, ...rest: unknown[]): Task<never> {
    // What comes first is a function or the options; nothing behind the function is ever taken for options.
    if (typeof first === 'function') return this.#spawn({}, first, rest);
    const [fn, ...args] = rest;
    return this.#spawn(checkTaskOptions(first as TaskOptions), fn, args);
  }

  #spawn({ restart = this.#options.restart }: TaskOptions, fn: unknown, args: unknown[]): Task<never> {
    checkFunction(fn);
    const { limits, backoff, clock, random } = this.#options;
    const plan = {
      ...{ id: ++this.#lastId, name: nameOf(fn), restart, limits, backoff, clock, random },
      run(this: TaskContext) {
        return Reflect.apply(fn, this, args);
      },
    };
    const task = new Task<never>(plan, this.#watcher);
    this.#tasks.add(task);
    this.#queue.add(task);
    this.#fill();
    return task;
  }

  /** Resolves when every task is done, also those that are spawned meanwhile: no restart is to come, nothing runs. */
  async join(): Promise<void> {
    while (this.#tasks.size > 0) await ended(this.#tasks);
  }

  /**
   * Cancels all tasks, those too that wait for a restart or for a place. The pool can be used again.
   * @returns a promise that resolves when no function of theirs runs any more
   */
  kill(): Promise<void> {
    const tasks = [...this.#tasks];
    for (const task of tasks) void task.cancel();
    return ended(tasks);
  }

  /** The tasks that are not done, the oldest first. */
  [Symbol.iterator](): IterableIterator<Task> {
    return [...this.#tasks].values();
  }

  /** `await using pool = new RestartPool()` kills it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  /** A task keeps its place while it waits for its restart. */
  #fill(): void {
    while (this.#queue.size > 0 && this.#tasks.size - this.#queue.size < this.#options.size) {
      const task = this.#line.next().value as Task;
      this.#queue.delete(task);
      void task.begin();
    }
  }

  #ended(task: Task): void {
    this.#tasks.delete(task);
    this.#queue.delete(task);
    this.#fill();
  }

  /** A listener that throws has no caller who would hear of it. */
  #tell<E extends keyof RestartPoolEvents>(event: E, details: RestartPoolEvents[E], log: () => void): void {
    if (this.listenerCount(event) === 0) return log();
    try {
      (this as EventEmitter).emit(event, ...details);
    } catch (error) {
      this.#options.logger.error(`a listener to ${event} of a RestartPool failed, at ${details[0]}:`, error);
    }
  }

  #logCrash(task: Task, error: Error, delay: number | undefined): void {
    const next = delay === undefined ? 'is not restarted' : `is restarted in ${Math.round(delay)} ms`;
    this.#options.logger.error(`${task} failed and ${next}:`, error);
  }

  #logRestart(task: Task): void {
    this.#options.logger.info(`${task} is restarted: restart ${task.restarts}`);
  }

  #logGiveUp(task: Task, error: Error): void {
    const { max, within } = this.#options.limits;
    this.#options.logger.error(
      `${task} is given up after ${max} ${max === 1 ? 'restart' : 'restarts'} within ${within} ms:`,
      error,
    );
  }
}

const ended = async (tasks: Iterable<Task>) => {
  await Promise.all(Array.from(tasks, task => task.ended));
};

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

function checkFunction(fn: unknown): asserts fn is AnyFunction {
  if (typeof fn !== 'function') throw new TypeError(`spawn: expected a function, not ${show(fn)}`);
  if (/Generator/.test(read(() => Object.prototype.toString.call(fn)))) {
    throw new TypeError('spawn: a generator function does nothing when it is called; use an async function');
  }
}

function nameOf(fn: AnyFunction): string {
  return read(() => fn.name) || 'an anonymous function';
}

/** A text of a function; none if it is no text, or a proxy that throws whatever it is asked for. */
function read(property: () => unknown): string {
  try {
    const value = property();
    return typeof value === 'string' ? value.trim() : '';
  } catch {
    return '';
  }
}
