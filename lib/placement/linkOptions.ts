/** The links between a node and its threads and processes: the same as between nodes, but for who judges silence. */
import type { RemotingOptions } from '../remoting/options.ts';

/** What the node lets wait for one of them, unless it says how much: more than for another node, since no network is slow. */
const queueLimit = { messages: 1_000_000, bytes: 256 * 1024 * 1024 };

/** @param given what the node says about others */
export const linkOptionsOf = ({ queueLimit: given, maxMessageSize }: RemotingOptions): RemotingOptions => ({
  // It never leaves the machine.
  insecure: true,
  // Whether one answers is seen at its event loop, and its end is told: no silence means anything on a link.
  heartbeatInterval: 5000,
  maxSilence: 60_000,
  maxUnresponsive: Number.MAX_SAFE_INTEGER,
  queueLimit: given ?? queueLimit,
  maxMessageSize,
});
