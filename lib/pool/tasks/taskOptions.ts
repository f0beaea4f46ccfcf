/** What a queue and a task can be told, checked once. */
import { availableParallelism } from 'node:os';
import { show } from '../../base/errors.ts';
import { urlOfModule } from '../../base/modules.ts';
import type { Placement } from '../../core/props.ts';
import { Ref } from '../../core/ref.ts';
import { LocalPlacement } from '../../placement/placement.ts';
import { thread } from '../../placement/thread.ts';
import { Backoff, type BackoffOptions } from '../../restart/backoff.ts';
import { checkKnown, checkSize } from '../poolOptions.ts';

export interface TaskQueueOptions {
  /**
   * The module whose functions are the tasks: a `URL`, such as `new URL('./jobs.js', import.meta.url)`; or a text: a URL,
   * `'./jobs.js'` from the working directory, or the name of a package.
   */
  module: URL | string;
  /** How many workers do tasks at the same time (one fewer than there are cores, at least 1). */
  size?: number | undefined;
  /** Where they run: `thread()` unless given, `childProcess()`, or `'here'`, where nothing can end a task that never pauses. */
  on?: Placement | 'here' | undefined;
  /** How many tasks one worker does at a time (1): more only make sense for those that wait for something. */
  concurrency?: number | undefined;
  /** So many more workers are kept ready, so that the place of a lost one is filled at once (1; 0 for `'here'`). */
  spares?: number | undefined;
  /** How long, in ms, an attempt may take (`Infinity`). */
  timeout?: number | undefined;
  /** How long, in ms, a task that is to end may go on before its worker is ended (500). */
  grace?: number | undefined;
  /** How often a task is tried again that has failed, has taken too long, or whose worker was lost (0). */
  retries?: number | undefined;
  /** Says which errors are worth another attempt; all unless given. It must not throw. */
  retryIf?: ((error: Error, attempt: number) => boolean) | undefined;
  /** Wait before each retry, longer each time; without it, a retry is immediate. */
  backoff?: BackoffOptions | undefined;
  /** At most so many tasks wait (`Infinity`); more are refused with `QueueFull`. */
  maxQueued?: number | undefined;
}

/** What can be said about one task. */
export interface TaskSettings {
  /** Higher ones begin first (0). */
  priority?: number | undefined;
  /** As for the queue, for this one task. */
  timeout?: number | undefined;
  /** As for the queue, for this one task. */
  retries?: number | undefined;
  /** So many ms from now, unless it has begun, it never will: it fails with `TaskExpired`. */
  expiresIn?: number | undefined;
  /** While a task of the same name with this key waits or runs, no other one does: whoever runs one gets the result of the first. */
  key?: string | undefined;
}

/** A task as a message: `queue.ask({ task: 'resize', args: { … } })`, also from other nodes. The answer is the result. */
export interface TaskMessage extends TaskSettings {
  readonly task: string;
  readonly args?: unknown;
  /** Told what the task says of its progress: an actor, or on this node a function. */
  readonly progress?: Ref<never> | ((value: never) => void) | undefined;
}

export interface CompleteTaskQueueOptions {
  readonly module: string;
  readonly size: number;
  readonly on: LocalPlacement | undefined;
  readonly concurrency: number;
  readonly spares: number;
  readonly timeout: number;
  readonly grace: number;
  readonly retries: number;
  readonly retryIf: (error: Error, attempt: number) => boolean;
  readonly backoff: Backoff | undefined;
  readonly maxQueued: number;
}

const known = [
  'module',
  'size',
  'on',
  'concurrency',
  'spares',
  'timeout',
  'grace',
  'retries',
  'retryIf',
  'backoff',
  'maxQueued',
];
const mostConcurrent = 64;

/** @throws TypeError that names the option and what is wrong with it */
export function completeTaskQueueOptions(given: TaskQueueOptions): CompleteTaskQueueOptions {
  checkKnown('TaskQueue', given, known);
  const {
    size = Math.max(1, availableParallelism() - 1),
    concurrency = 1,
    spares = given.on === 'here' ? 0 : 1,
    timeout = Number.POSITIVE_INFINITY,
    grace = 500,
  } = given;
  const { retries = 0, retryIf = () => true, backoff, maxQueued = Number.POSITIVE_INFINITY } = given;
  checkSize('TaskQueue: size', size, 1);
  checkSize('TaskQueue: spares', spares);
  checkSize('TaskQueue: concurrency', concurrency, 1);
  if (concurrency > mostConcurrent)
    throw new TypeError(`TaskQueue: concurrency must be at most ${mostConcurrent}, not ${concurrency}`);
  checkMs('TaskQueue: timeout', timeout);
  if (!(typeof grace === 'number' && grace >= 0))
    throw new TypeError(`TaskQueue: grace must be milliseconds from 0 up, not ${show(grace)}`);
  checkRetries('TaskQueue: retries', retries);
  if (typeof retryIf !== 'function')
    throw new TypeError(
      `TaskQueue: retryIf must be a function (error, attempt) => boolean, not ${show(retryIf)}`,
    );
  if (maxQueued !== Number.POSITIVE_INFINITY && !(Number.isInteger(maxQueued) && maxQueued >= 0))
    throw new TypeError(
      `TaskQueue: maxQueued must be a whole number from 0 up, or Infinity, not ${show(maxQueued)}`,
    );
  const module = urlOf(given.module);
  return {
    ...{ module, size, on: placeOf(given.on, module), concurrency, spares, timeout, grace },
    ...{ retries, retryIf, backoff: backoff && new Backoff(backoff), maxQueued },
  };
}

function urlOf(module: unknown): string {
  if (module instanceof URL) return module.href;
  if (typeof module === 'string' && module !== '') return urlOfModule(module);
  throw new TypeError(
    `TaskQueue: module must say where the functions are, as new URL('./jobs.js', import.meta.url) does, not ${show(module)}`,
  );
}

function placeOf(on: Placement | 'here' = thread(), module: string): LocalPlacement | undefined {
  if (on === 'here') return undefined;
  if (!(on instanceof LocalPlacement))
    throw new TypeError(
      `TaskQueue: on must be thread(), childProcess() or 'here', not ${show(on)}; a queue on another node can be reached by its ref`,
    );
  if (on.place.shared !== undefined)
    throw new TypeError(
      'TaskQueue: a worker has a thread or process of its own, so that it can be ended: leave out shared',
    );
  return on.forLoader(module);
}

function checkMs(what: string, value: unknown): void {
  if (typeof value === 'number' && value > 0) return;
  throw new TypeError(`${what} must be more than 0 milliseconds, not ${show(value)}`);
}

function checkRetries(what: string, value: unknown): void {
  if (value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) >= 0)) return;
  throw new TypeError(`${what} must be a whole number from 0 up, or Infinity, not ${show(value)}`);
}

const knownOfTask = ['task', 'args', 'progress', 'priority', 'timeout', 'retries', 'expiresIn', 'key'];

/** It may have come from another node. @throws TypeError that names the option and what is wrong with it */
export function checkTaskMessage(message: TaskMessage): void {
  const { task, progress, priority, timeout, retries, expiresIn, key } = message;
  if (typeof task !== 'string' || task === '')
    throw new TypeError(`run(task, args): the name of a task is a text, not ${show(task)}`);
  for (const name in message) {
    if (!knownOfTask.includes(name)) {
      const names = knownOfTask.slice(2).join(', ');
      throw new TypeError(`run: there is no option ${show(name)}; the options are ${names}`);
    }
  }
  if (priority !== undefined && !(typeof priority === 'number' && !Number.isNaN(priority)))
    throw new TypeError(`run: priority must be a number, not ${show(priority)}`);
  if (timeout !== undefined) checkMs('run: timeout', timeout);
  if (retries !== undefined) checkRetries('run: retries', retries);
  if (expiresIn !== undefined) checkMs('run: expiresIn', expiresIn);
  if (key !== undefined && typeof key !== 'string')
    throw new TypeError(`run: key must be a text, not ${show(key)}`);
  if (progress !== undefined && typeof progress !== 'function' && !(progress instanceof Ref))
    throw new TypeError(`run: progress must be the ref of an actor, or a function, not ${show(progress)}`);
}
