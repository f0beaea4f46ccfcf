/** What `import … from 'troupe/pool'` gives. */
export * from '../command/index.ts';
export type { LoopVitals, MemoryVitals, PlaceVitals } from '../placement/index.ts';
export * from './app/index.ts';
export { Arbiter } from './arbiter/arbiter.ts';
export type { ArbiterOptions } from './arbiter/arbiterOptions.ts';
export { MonitorGaveUp, WorkerDown, WorkerReady, WorkerReplaced } from './arbiter/events.ts';
export type { ArbiterInfo, MonitorInfo, MonitorState, WorkerInfo, WorkerState } from './arbiter/info.ts';
export type { Monitor } from './arbiter/monitor.ts';
export type { MonitorOptions, Workable } from './arbiter/monitorOptions.ts';
export { AlreadyRunning } from './arbiter/pidfile.ts';
export type { ArbiterCommands } from './arbiter/root.ts';
export { type BalancingOptions, balancing } from './balancing.ts';
export { broadcast } from './broadcast.ts';
export { type ConsistentHashOptions, consistentHash } from './consistentHash.ts';
export { type GroupOptions, group } from './group.ts';
export { addRoutee, removeRoutee, resize, routees } from './manage.ts';
export { Broadcast } from './messages.ts';
export { type MessagesFor, type Poolable, pool } from './pool.ts';
export type { PoolOptions } from './poolOptions.ts';
export { random } from './random.ts';
export { roundRobin } from './roundRobin.ts';
export type { RoutingStrategy } from './routingStrategy.ts';
export type { ScalingOptions } from './scaling.ts';
export { type ScatterGatherOptions, scatterGather } from './scatterGather.ts';
export { smallestMailbox } from './smallestMailbox.ts';
export { QueueFull, QueueStopped, TaskExpired, WorkerLost } from './tasks/errors.ts';
export type { Job } from './tasks/job.ts';
export type { TaskQueueStats, WorkerStats } from './tasks/stats.ts';
export type { TaskMessage, TaskQueueOptions, TaskSettings } from './tasks/taskOptions.ts';
export {
  type RunOptions,
  type StartOptions,
  type TaskArgs,
  type TaskName,
  TaskQueue,
  type TaskQueueMessage,
  type TaskResult,
} from './tasks/taskQueue.ts';
