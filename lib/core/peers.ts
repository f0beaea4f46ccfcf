/** The other nodes, as a node sees them: plain data, which can cross to another node. */

/** Messages and bytes that have gone one way. */
export interface Traffic {
  readonly messages: number;
  /** What frames take on the wire, before encryption and what ZeroMQ adds; the frames of the handshake are not counted. */
  readonly bytes: number;
}

/**
 * What another node is to this one. `connecting`: it has not answered yet. `unresponsive`: its connection stands, but it says
 * nothing. `quarantined`: it has fallen silent, and this incarnation of it stays cut off.
 */
export type PeerState = 'connecting' | 'up' | 'unresponsive' | 'quarantined';

/** Another node, as it is at this moment. */
export interface PeerView {
  /** `host:port`; the port is 0 for a node that only connects. */
  readonly address: string;
  /** Undefined until it has answered. */
  readonly incarnation: string | undefined;
  readonly state: PeerState;
  /** The address of the relay that it is reached through; undefined when it is reached straight, or not at all for now. */
  readonly via: string | undefined;
  /** Since when it is connected, tried or cut off, in ms since the Unix epoch. */
  readonly since: number;
  /** What this link has carried since then, to the other node and from it. */
  readonly sent: Traffic;
  readonly received: Traffic;
  /** What waits here for the network. */
  readonly queued: Traffic;
  /**
   * How long, in ms, it took from the sending of a frame to its confirmation, when that was measured last: once in five
   * heartbeat intervals. Undefined until then.
   */
  readonly roundTrip: number | undefined;
  /** For how many ms nothing has come from it. */
  readonly silence: number;
  /** How sure the phi-accrual detector is that it is gone; undefined unless `remoting.phi` is given. */
  readonly suspicion: number | undefined;
  /** By how many ms its event loop was late when it said so last. */
  readonly lag: number;
}

export const noTraffic: Traffic = Object.freeze({ messages: 0, bytes: 0 });
