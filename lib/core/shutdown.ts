/** What a node shows of its own end to whoever has something to do before it or after it. The mechanism is the node's. */

/**
 * The phases of a node's end that tasks can be added to, in their order. Between `drain` and `afterStop` the node stops its
 * actors, children first, and then remoting.
 */
export const shutdownPhases = [
  /** Say that this node is going: fail the readiness probe, leave the cluster. Everything still works. */
  'beforeStop',
  /** Close servers: no new work comes from outside any more. */
  'unbind',
  /** Wait until what has been taken on is done. Actors and other nodes can still be reached. */
  'drain',
  /** No actor and no connection is left: flush logs, close databases. */
  'afterStop',
] as const;
export type ShutdownPhase = (typeof shutdownPhases)[number];

/** Why a node stops: `node.stop()` was called, a signal came (`'signal SIGTERM'`), or its guardian failed. */
export type ShutdownReason = 'stop' | 'failure' | `signal ${string}`;

/** What a task is called with. */
export interface ShutdownContext {
  readonly reason: ShutdownReason;
  /** Aborted, with a `TimeoutError` as the reason, when the time of the task is over and it is left behind. */
  readonly signal: AbortSignal;
}

/** Something to do when the node stops. It may be async: its phase waits for it. */
export type ShutdownTask = (context: ShutdownContext) => unknown;

export interface ShutdownTaskOptions {
  /** How long, in ms, the task may take; as long as is usual for its phase (5000) unless given. */
  timeout?: number | undefined;
}

export interface Shutdown {
  /** Why the node is stopping, or has stopped; undefined while it is there to stay. */
  readonly reason: ShutdownReason | undefined;
  /**
   * Adds a task to a phase. Tasks of one phase begin in the order in which they were added, and run at the same time. One that
   * throws, or takes too long, is told of as `ShutdownTaskFailed` and keeps neither the others nor the next phase.
   * @param name what it is called in reports; two tasks may have the same
   * @returns a function that takes the task back; it does nothing once the task has begun
   * @throws NodeStopped when the phase has begun; TypeError
   */
  addTask(phase: ShutdownPhase, name: string, task: ShutdownTask, options?: ShutdownTaskOptions): () => void;
}
