/** `spawn(Worker, { on: thread() })`. */
import type { ResourceLimits } from 'node:worker_threads';
import type { Placement } from '../core/props.ts';
import { checkPlace, checkSettings, type PlaceOptions } from './place.ts';
import { LocalPlacement } from './placement.ts';

export interface ThreadOptions extends PlaceOptions {
  /** What the thread may use of memory, as `new Worker` of `node:worker_threads` takes it. */
  resourceLimits?: ResourceLimits | undefined;
}

/**
 * Runs an actor in a thread of its own, or in one that it shares: for what keeps the CPU busy. To all others it is an actor
 * like any other. Its class must be exported, and say in which module: `static module = import.meta.url`.
 * @throws TypeError
 */
export function thread(options: ThreadOptions = {}): Placement {
  checkPlace('thread(options)', options, ['shared', 'maxBusy', 'resourceLimits']);
  const { shared, maxBusy, resourceLimits } = options;
  checkSettings('thread(options)', 'resourceLimits', resourceLimits);
  const place = { kind: 'thread', shared, maxBusy, resourceLimits, env: undefined, execArgv: [] } as const;
  return new LocalPlacement(place, 'thread()');
}
