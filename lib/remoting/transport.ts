/** What carries frames between nodes. It knows bytes and connections, and nothing of what the bytes mean. */
import type { World } from '../base/world.ts';
import type { Curve } from './curve.ts';

/** One connection, usable in both directions: a frame that came in on a route can be answered on it. */
export interface Route {
  /** For log lines. */
  readonly label: string;
}

/** What a transport tells. */
export interface TransportEvents {
  frame(route: Route, frame: Uint8Array): void;
  /** Bytes that are no single frame. */
  malformed(from: string, reason: string): void;
  /** A connection was turned down, here or at the other end, for the key that was or was not shown. */
  refused(from: string, reason: string): void;
  /** The other end of a route has ended, and will never be heard again; all that it said has been told. */
  gone?(route: Route): void;
}

export interface Transport {
  /**
   * Takes connections at `host:port`.
   * @returns the address that was bound, which differs for port 0
   * @throws RemotingError when it can't be bound
   */
  listen(address: string): Promise<string>;
  /** A route to that address: it connects, and reconnects, by itself. */
  connect(address: string): Route;
  /**
   * Sends a frame, which the transport may read from until the other end has it; what arrives there is memory of its own.
   * `done` says whether it has left; until then no further one should be sent on that route, so that the next batch can grow.
   */
  send(route: Route, frame: Uint8Array, done: (hasLeft: boolean) => void): void;
  /**
   * Whether the layer below hears from the other end, even when nobody there reads: a connection stands, and its own
   * heartbeats are answered. A process whose event loop is blocked is alive in this sense; one that was suspended or cut off
   * is not, before `maxSilence` is over.
   */
  isAlive(route: Route): boolean;
  disconnect(route: Route): void;
  /** Closes everything; what has left is on its way. */
  close(): Promise<void>;
}

export interface TransportOptions {
  /** The largest frame, in bytes. */
  readonly maxFrameSize: number;
  /** After so many ms without a sign a peer is down. */
  readonly maxSilence: number;
  /** Keys, and whom to trust; without it nothing is encrypted. */
  readonly curve: Curve | undefined;
}

export type TransportFactory = (
  world: World,
  events: TransportEvents,
  options: TransportOptions,
) => Transport;
