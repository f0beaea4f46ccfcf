/** How a task can fail that its own function has not failed. */
import { TroupeError } from '../../base/errors.ts';

/** The worker of a task has ended before the task had, and no attempt was left; `cause` is how it ended. */
export class WorkerLost extends TroupeError {
  constructor(message: string, options?: ErrorOptions) {
    super('WORKER_LOST', message, options);
  }
}

/** As many tasks wait as may: this one was not accepted. */
export class QueueFull extends TroupeError {
  constructor(message: string, options?: ErrorOptions) {
    super('QUEUE_FULL', message, options);
  }
}

/** The task had not begun when its time, `expiresIn`, was over: it never will. */
export class TaskExpired extends TroupeError {
  constructor(message: string, options?: ErrorOptions) {
    super('TASK_EXPIRED', message, options);
  }
}

/** The queue has been stopped, or has failed: the task was not done. `cause` says why, if it has failed. */
export class QueueStopped extends TroupeError {
  constructor(message: string, options?: ErrorOptions) {
    super('QUEUE_STOPPED', message, options);
  }
}
