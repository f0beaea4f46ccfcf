/**
 * The port through which bytes travel between nodes. A transport knows connections and frames; it knows nothing of
 * peers, incarnations or messages. It loses frames when it must, but never reorders, splits or repeats those of a route.
 */
import type { World } from '../base/world.ts';

/** One connection, usable in both directions: a frame that came in on a route can be answered on it. */
export interface Route {
  /** For people: where it leads, as far as the transport knows. */
  readonly name: string;
}

export interface TransportCallbacks {
  /** A whole frame came in. The bytes are the receiver's: the transport won't touch them again. */
  onFrame(route: Route, frame: Uint8Array): void;
  /** A route that had too much to send can take more. */
  onReady(route: Route): void;
  /** The other side is gone, or the connection can't be made again: nothing more comes or goes on this route. */
  onClosed(route: Route): void;
  /** Something came in that is no frame at all. */
  onMalformed(from: string, reason: string): void;
}

export interface TransportOptions {
  /** The bytes of the largest frame that may come in. */
  readonly maxFrameSize: number;
  /** Unique in the network: names this node's connections. */
  readonly identity: string;
}

export interface Transport {
  /**
   * Lets others connect to `host:port`. Port 0 takes a free one.
   * @returns the address that was bound
   * @throws RemotingError when it can't be bound
   */
  listen(address: string): Promise<string>;
  /** Begins to connect, and goes on trying until `disconnect`. Frames can be sent at once; they wait. */
  connect(address: string): Route;
  /**
   * Takes a frame, whose bytes may not be changed afterwards. A frame that is taken may still be lost.
   * @returns false when nothing more should be sent before `onReady`; the frame itself is taken all the same
   */
  send(route: Route, frame: Uint8Array): boolean;
  /** Sends what it can without waiting, then forgets the route. `onClosed` is not called. */
  disconnect(route: Route): void;
  /** Disconnects everything and stops to listen. Idempotent. */
  close(): Promise<void>;
}

export type TransportFactory = (world: World, callbacks: TransportCallbacks, options: TransportOptions) => Transport;
