/** The books of a node: where every message went. Plain fields, because they are written on the hot path. */
import { type DeadLetterReason, deadLetterReasons } from './message.ts';
import type { Traffic } from './peers.ts';

export class Counts {
  /** Messages given to an inlet of this node, by its actors, its users, its timers and by other nodes. */
  told = 0;
  /** Of these, notices of the runtime that were taken back before anybody saw them: a cancelled timer's, an unwatched actor's. */
  withdrawn = 0;
  /** Of these, what was handed to the network for another node. */
  transmitted = 0;
  /** Of these, what came from other nodes. */
  received = 0;
  handled = 0;
  unhandled = 0;
  restarts = 0;
  /** What has come over the network and could not be read. */
  malformed = 0;
  /** Live cells, the guardian not among them. */
  actors = 0;
  readonly dead: Record<DeadLetterReason, number> = Object.fromEntries(
    deadLetterReasons.map(reason => [reason, 0]),
  ) as Record<DeadLetterReason, number>;
}

/** What `node.stats()` gives. */
export interface Stats {
  /** Messages whose fate is this node's: told here and not handed to another node, or come from one. The sum of the bins below. */
  sent: number;
  handled: number;
  unhandled: number;
  queued: number;
  stashed: number;
  deadLetters: { total: number } & Record<DeadLetterReason, number>;
  /** Messages that were handed to the network for other nodes; their fate is in the books of those nodes. */
  transmitted: number;
  /** Messages that came from other nodes; they are among `sent`. */
  received: number;
  /** What has crossed the network, to other nodes and from them, links that are gone among it; nothing in a thread or process. */
  traffic: { readonly sent: Traffic; readonly received: Traffic };
  /** How often bytes have come over the network that no peer would send; they are no messages, and in no bin. */
  malformed: number;
  /** Live actors, without the guardian. */
  actors: number;
  /** Restarts since the node started. */
  restarts: number;
}
