/** A queue of tasks, for whoever runs them: functions of a module, called in threads or processes. */
import { show } from '../../base/errors.ts';
import type { Spawn } from '../../core/actor.ts';
import { Props } from '../../core/props.ts';
import { Ref } from '../../core/ref.ts';
import type { Job } from './job.ts';
import { QueueActor, type QueueQuestion } from './queueActor.ts';
import type { TaskQueueStats } from './stats.ts';
import {
  completeTaskQueueOptions,
  type TaskMessage,
  type TaskQueueOptions,
  type TaskSettings,
} from './taskOptions.ts';

// biome-ignore lint/suspicious/noExplicitAny: functions of any parameters can be tasks
type AnyTask = (args: any, job: Job) => unknown;

/** The names of the functions of a module that can be tasks. */
export type TaskName<J> = { [K in keyof J & string]: J[K] extends AnyTask ? K : never }[keyof J & string];

/** What the function of a task takes; undefined for one that takes nothing. */
export type TaskArgs<J, N extends keyof J> = J[N] extends (...args: infer A) => unknown
  ? A extends readonly []
    ? undefined
    : A[0]
  : never;

/** What a task gives. */
export type TaskResult<J, N extends keyof J> = J[N] extends (...args: never[]) => infer R
  ? Awaited<R>
  : never;

export interface RunOptions extends TaskSettings {
  /** Gives the task up when aborted: one that waits is never begun, and one that runs sees it by `job.signal`. */
  signal?: AbortSignal | undefined;
  /** Called with what the task says of its progress. Only for a queue on this node. */
  onProgress?: ((value: never) => void) | undefined;
}

/** Arguments that may be undefined can be left out. */
type Rest<A> = undefined extends A ? [args?: A, options?: RunOptions] : [args: A, options?: RunOptions];

export interface StartOptions extends TaskQueueOptions {
  /** The name of the actor; made up unless given. */
  name?: string | undefined;
}

/** The messages that the actor of a queue understands. */
export type TaskQueueMessage = TaskMessage | QueueQuestion;

// biome-ignore lint/suspicious/noExplicitAny: without the module's type, all names and arguments will do
type AnyJobs = Record<string, (args?: any) => any>;

/**
 * Runs functions of a module in workers, one at a time each, and gives their results as promises. After the task queues of
 * pulsar and Celery, and piscina.
 * @typeParam J the type of the module, so that names, arguments and results are checked
 */
export class TaskQueue<J = AnyJobs> {
  /** The actor: any other can ask it `{ task, args }`. */
  readonly ref: Ref<TaskQueueMessage>;

  private constructor(ref: Ref<TaskQueueMessage>) {
    this.ref = ref;
  }

  /**
   * Spawns a queue; resolves when its first worker is ready.
   * @param parent a node, or inside an actor `this`
   * @throws TypeError for an option that makes no sense; whatever loading the module throws
   */
  static async start<J = AnyJobs>(
    parent: { readonly spawn: Spawn },
    { name, ...options }: StartOptions,
  ): Promise<TaskQueue<J>> {
    const ref = parent.spawn(TaskQueue.using(options), { name });
    try {
      await ask(ref, { queue: 'ready' });
    } catch (error) {
      ref.stop();
      throw error;
    }
    return new TaskQueue<J>(ref);
  }

  /**
   * A recipe for a queue, to be spawned like any other actor.
   * @throws TypeError that names the option and what is wrong with it
   */
  static using(options: TaskQueueOptions): Props<TaskQueueMessage> {
    const complete = completeTaskQueueOptions(options);
    return new Props<TaskQueueMessage>('TaskQueue', () => new QueueActor(complete), undefined);
  }

  /** The queue that a ref leads to, here or on another node. */
  static of<J = AnyJobs>(ref: Ref<TaskQueueMessage>): TaskQueue<J> {
    if (ref instanceof Ref) return new TaskQueue<J>(ref);
    throw new TypeError(`TaskQueue.of: expected the ref of a task queue, not ${show(ref)}`);
  }

  /**
   * Has a worker call a function of the module, and gives its result.
   * @throws the error of the function, with its name, message, code and stack; CommandNotFound when there is no such function;
   * SerializationError for arguments or a result that can't cross; QueueFull; TaskExpired; TimeoutError; WorkerLost;
   * AbortError; QueueStopped, or ActorStopped when the queue had ended before
   */
  run<N extends TaskName<J>>(task: N, ...rest: Rest<TaskArgs<J, N>>): Promise<TaskResult<J, N>>;
  run(task: string, args?: unknown, options: RunOptions = {}): Promise<unknown> {
    const { signal, onProgress, ...settings } = options;
    const message: TaskMessage = { ...settings, task, args, progress: onProgress };
    return this.ref.ask(message, { timeout: Number.POSITIVE_INFINITY, signal });
  }

  /** Resolves when all tasks that were accepted have ended. It goes on accepting others. */
  drain(): Promise<void> {
    return ask(this.ref, { queue: 'drain' });
  }

  /** What it has done and is doing. */
  stats(): Promise<TaskQueueStats> {
    return ask(this.ref, { queue: 'stats' });
  }

  /**
   * Stops it: tasks that wait are rejected with `QueueStopped`; those that run may end, for as long as the node's
   * `shutdownTimeout`. Resolves when it has stopped.
   */
  stop(): Promise<void> {
    this.ref.stop();
    return this.ref.join();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const ask = <R>(ref: Ref<TaskQueueMessage>, question: QueueQuestion): Promise<R> =>
  ref.ask<R>(question, { timeout: Number.POSITIVE_INFINITY });
