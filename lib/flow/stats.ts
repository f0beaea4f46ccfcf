/** Where every event of a flow went. */
import type { QueueKind, QueuePolicy } from './queue.ts';
import type { Run } from './run.ts';
import type { DropReason } from './scope.ts';

export interface QueueStats {
  readonly kind: QueueKind;
  readonly source: string;
  readonly outbox: string;
  readonly destination: string;
  readonly inbox: string;
  readonly policy: QueuePolicy;
  /** How many events there is room for. */
  readonly size: number;
  /** Events that wait, those included whose sender waits: `in - out - dropped`. */
  readonly length: number;
  /** Events that were put in, that were taken out, and that were dropped for want of room. */
  readonly in: number;
  readonly out: number;
  readonly dropped: number;
}

export interface ActorStats {
  readonly name: string;
  /** Events that it consumed, and that it failed at. */
  readonly consumed: number;
  readonly failed: number;
  /** How often an event was put back to be tried again. */
  readonly rescued: number;
  /** Events that it is consuming now, or that wait to be tried again. */
  readonly inFlight: number;
  /** How often it crashed and was started again. */
  readonly restarts: number;
}

export interface FlowStats {
  readonly queues: readonly QueueStats[];
  readonly actors: readonly ActorStats[];
  /** Events that nobody handled: dropped by full queues, errors that nobody took, and what was left at the end. */
  readonly lost: Readonly<Record<DropReason, number>>;
}

export function statsOf({ stations, queues, losses }: Run): FlowStats {
  return {
    queues: queues.map(queue => ({
      kind: queue.kind,
      source: queue.source.name,
      outbox: queue.outbox,
      destination: queue.destination.name,
      inbox: queue.inbox,
      policy: queue.policy,
      size: queue.size,
      length: queue.length,
      in: queue.in,
      out: queue.out,
      dropped: queue.dropped,
    })),
    actors: stations.map(({ name, consumed, failed, rescued, inFlight, restarts }) => ({
      name,
      consumed,
      failed,
      rescued,
      inFlight,
      restarts,
    })),
    lost: { ...losses },
  };
}
