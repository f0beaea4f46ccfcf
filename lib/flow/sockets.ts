/**
 * Sockets as the flow sees them: messages of frames, after ZeroMQ's patterns. `zeromqSockets.ts` has the real ones; specs
 * bring their own, in memory.
 */
import { TroupeError } from '../base/errors.ts';
import type { World } from '../base/world.ts';

/** One part of a message. Whoever has sent it may not write to it any more. */
export type Frame = Buffer;

/**
 * How a socket deals with its peers: a `router` addresses each of them by the first frame, a `dealer` and a `push` share messages
 * out, a `pub` gives each to all that have subscribed to how it begins, a `sub` and a `pull` only receive. A `dealer` receives too,
 * from all; a `pub` receives subscriptions, one frame each: 1 or 0 and the topic.
 */
export type SocketKind = 'router' | 'dealer' | 'pub' | 'sub' | 'push' | 'pull';

export interface SocketOptions {
  readonly kind: SocketKind;
  /** Takes what arrives, one message after the other: when it gives a promise, the next message waits for it. */
  readonly receive?: (frames: Frame[]) => void | Promise<void>;
  /** Told what `receive` or `lost` has thrown; the socket goes on. Unless given, nobody catches it. */
  readonly failed?: (error: unknown) => void;
  /** What is told of at a `router`: the connection of this peer has gone. */
  readonly lost?: (peer: Frame) => void;
  /** The topics of a `sub`; all messages unless given. */
  readonly topics?: readonly string[];
  /** By what a `router` knows this socket; chosen by the router for each connection unless given. */
  readonly routingId?: string;
  /** The largest frame that is taken, in bytes (16 MiB): a peer that sends a larger one is disconnected. */
  readonly maxFrameSize?: number;
  /** How many messages wait for each peer, in each direction (1000), besides what the operating system holds. */
  readonly highWaterMark?: number;
}

/** A socket could not do what it was asked to: an endpoint that can't be bound, a peer that is not there. */
export class SocketError extends TroupeError {
  constructor(message: string, options?: ErrorOptions) {
    super('SOCKET', message, options);
  }
}

export interface FlowSocket {
  /** Messages that were sent and have not left yet. */
  readonly pending: number;
  /**
   * Listens. Port 0 is a free port.
   * @returns the endpoint that was bound
   * @throws SocketError when it can't be bound
   */
  bind(endpoint: string): Promise<string>;
  /**
   * Connects, and connects again whenever the connection breaks; nothing tells when.
   * @throws SocketError when that is no endpoint
   */
  connect(endpoint: string): void;
  /**
   * Sends, in the order of the calls. A `router` refuses at once when the peer is not there or does not read; a `dealer` and a `push`
   * wait until somebody takes it. Whoever does not care may ignore the promise.
   * @throws SocketError (rejects) when it can't be sent, or the socket was closed before it was
   */
  send(frames: readonly Frame[]): Promise<void>;
  /** Closes it; what has left is still delivered within `linger` ms, what waits is not sent any more. */
  close(): Promise<void>;
}

export type OpenSocket = (options: SocketOptions) => FlowSocket;

/** The sockets of a world. */
export type Sockets = (world: World) => OpenSocket;
