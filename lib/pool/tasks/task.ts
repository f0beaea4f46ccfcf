/** A task that was accepted: what it is, how far it has come, and who waits for it. */
import type { Cancel } from '../../base/world.ts';
import type { Ref } from '../../core/ref.ts';
import type { Waiting } from './backlog.ts';
import type { TaskMessage } from './taskOptions.ts';

/**
 *                give                    result, worker lost, time over
 *    waiting ───────────▶ handed ─────────────────────────────────▶ done
 *       ▲  ▲   take back    │ another attempt                         ▲
 *       │  └────────────────┤                                         │
 *       └──── pausing ◀─────┘      given up, expired: from everywhere ┘
 */
export type TaskState = 'waiting' | 'pausing' | 'handed' | 'done';

/** Who has a task that was handed over: a worker, in the eyes of its queue. */
export interface Holder {
  /** Takes back what has not begun; false when it has. */
  takeBack(task: Task): boolean;
  cancel(task: Task, why: Error): void;
  /** Ends it at once, whatever it is doing. */
  end(): void;
}

export class Task implements Waiting {
  readonly name: string;
  readonly args: unknown;
  readonly priority: number;
  readonly timeout: number;
  readonly retries: number;
  /** What no other task may have while this one is under way. */
  readonly key: string | undefined;
  /** When it must have begun, by the clock. */
  readonly expiresAt: number;
  /** Whether memory in its arguments is moved to the worker: then it can be handed over once. */
  readonly isMoving: boolean;
  state: TaskState = 'waiting';
  attempt = 1;
  /** Those who wait for the result, and those who hear of progress. */
  readonly askers: Ref[] = [];
  readonly progress: NonNullable<TaskMessage['progress']>[] = [];
  /** Whether they have been told. */
  isSettled = false;
  /** Why its attempt is to end, though the worker has not said that it has. */
  ending: Error | undefined;
  /** With whom it is, under which number and in which place. */
  hand: Holder | undefined;
  number = 0;
  place = 0;
  /** How long, in ms, tasks of that name have taken; undefined when nobody knows. */
  expected: number | undefined;
  /** Ends the timer that belongs to its present state. */
  cancelTimer: Cancel | undefined;
  cancelExpiry: Cancel | undefined;

  constructor(
    { task, args, priority = 0, key }: TaskMessage,
    limits: { readonly timeout: number; readonly retries: number; readonly expiresAt: number },
    isMoving: boolean,
  ) {
    this.name = task;
    this.args = args;
    this.priority = priority;
    this.key = key === undefined ? undefined : keyFor(task, key);
    this.timeout = limits.timeout;
    this.retries = limits.retries;
    this.expiresAt = limits.expiresAt;
    this.isMoving = isMoving;
  }

  get isWaiting(): boolean {
    return this.state === 'waiting';
  }

  /** Whether it may be handed over before a worker is free for it: it might begin late then, or be lost. */
  get mayGoAhead(): boolean {
    return !this.isMoving && this.expiresAt === Number.POSITIVE_INFINITY;
  }

  stopTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }
}

/** Keys of tasks with different names have nothing to do with each other. */
export const keyFor = (task: string, key: string) => `${task} ${key}`;
