export { Backoff, type BackoffOptions, checkBackoff } from './backoff.ts';
export { checkLimits, Intensity, type Limits } from './intensity.ts';
export type { RestartPoolOptions, TaskOptions } from './poolOptions.ts';
export { RestartPool, type RestartPoolEvents } from './restartPool.ts';
export { Task, type TaskContext, type TaskFunction, type TaskState } from './task.ts';
