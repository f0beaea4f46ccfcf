/**
 * The sockets of the flow over ZeroMQ. What was measured decides: one pending send a socket, since ZeroMQ allows no more;
 * `immediate`, so that nothing waits for a dead peer and reaches its successor on the same port; hardly any linger, so that the
 * process can end; a strong reference to each socket, since an unreferenced one is closed by the garbage collector.
 *
 * Only in the main thread: a thread that ends while it waits for a message takes the process with it.
 */
import { randomBytes } from 'node:crypto';
import { isMainThread } from 'node:worker_threads';
import * as zmq from 'zeromq';
import { asError, show } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import {
  type FlowSocket,
  type Frame,
  type OpenSocket,
  SocketError,
  type SocketKind,
  type SocketOptions,
} from './sockets.ts';

/** How long, in ms, a socket stays open after its last message: one that is closed at once may drop it, whatever its linger. */
const grace = 25;
/** How long, in ms, a closed socket goes on sending what has left it. */
const linger = 500;
/** How long, in ms, to wait for the port to be free. */
const freeTimeout = 250;
/** How long, in ms, messages are taken in before others get their turn. */
const receiveSlice = 2;
const mebibyte = 1024 * 1024;

/** Shared, so that `inproc:` endpoints reach each other. Not blocky, or the process waits at its end for peers that are gone. */
const context = new zmq.Context({ blocky: false, maxSockets: 32_768 });

/** What a ROUTER gives when a connection has gone, in order with what came from it. Nobody else can know it. */
const gone = randomBytes(16);
const disconnectMessageOption = 111;

class Listener extends zmq.Router {
  constructor(options: zmq.SocketOptions<zmq.Router>) {
    super(options);
    this.setStringOption(disconnectMessageOption, gone);
  }
}

const common = {
  context,
  linger: 0,
  connectTimeout: 3000,
  handshakeInterval: 3000,
  heartbeatInterval: 1000,
  heartbeatTimeout: 5000,
  reconnectInterval: 50,
  reconnectMaxInterval: 1000,
} as const;

/** A peer with a fixed id that comes back takes over from its connection before, which ZeroMQ may still take for alive. */
const makers: Record<SocketKind, (options: object, routingId: object) => zmq.Socket> = {
  router: (options, id) =>
    new Listener({ ...options, ...id, mandatory: true, handover: true, sendTimeout: 0 }),
  dealer: (options, id) => new zmq.Dealer({ ...options, ...id, immediate: true }),
  push: options => new zmq.Push({ ...options, immediate: true }),
  pull: options => new zmq.Pull(options),
  // An XPUB hears of subscriptions, also of one that is there already.
  pub: options => new zmq.XPublisher({ ...options, verbosity: 'allSubs' }),
  sub: options => new zmq.Subscriber(options),
};

interface Outgoing {
  readonly frames: readonly Frame[];
  readonly sent: () => void;
  readonly failed: (error: SocketError) => void;
}

class ZeromqSocket implements FlowSocket {
  readonly #world: World;
  readonly #options: SocketOptions;
  readonly #socket: zmq.Socket;
  readonly #outgoing: Outgoing[] = [];
  #isSending = false;
  #isBound = false;
  #isClosing = false;

  constructor(world: World, options: SocketOptions) {
    const { kind, maxFrameSize = 16 * mebibyte, highWaterMark = 1000, routingId } = options;
    this.#world = world;
    this.#options = options;
    this.#socket = makers[kind](
      {
        ...common,
        maxMessageSize: maxFrameSize,
        ...(kind !== 'pull' && kind !== 'sub' && { sendHighWaterMark: highWaterMark }),
        ...(kind !== 'push' && { receiveHighWaterMark: highWaterMark }),
      },
      routingId === undefined ? {} : { routingId },
    );
    if (this.#socket instanceof zmq.Subscriber) this.#socket.subscribe(...(options.topics ?? []));
    open.add(this);
    if (kind !== 'push') void this.#receiveAll(this.#socket as zmq.Socket & zmq.Readable);
  }

  get pending(): number {
    return this.#outgoing.length;
  }

  async bind(endpoint: string): Promise<string> {
    this.#allowIPv6(endpoint);
    try {
      await this.#socket.bind(endpoint.replace(/^(tcp:.*):0$/, '$1:*'));
    } catch (error) {
      throw new SocketError(bindFailure(endpoint, asError(error)), { cause: error });
    }
    this.#isBound = true;
    return this.#socket.lastEndpoint ?? endpoint;
  }

  connect(endpoint: string): void {
    this.#allowIPv6(endpoint);
    try {
      this.#socket.connect(endpoint);
    } catch (error) {
      throw new SocketError(
        `${show(endpoint)} can't be connected to: ${asError(error).message}; an endpoint looks like tcp://host:5555`,
        { cause: error },
      );
    }
  }

  send(frames: readonly Frame[]): Promise<void> {
    if (this.#isClosing) return ignorable(Promise.reject(new SocketError('the socket is closed')));
    const sending = new Promise<void>((sent, failed) => {
      this.#outgoing.push({ frames, sent, failed });
    });
    if (!this.#isSending) void this.#sendAll(this.#socket as zmq.Socket & zmq.Writable);
    return ignorable(sending);
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const hasSent = this.#options.kind !== 'pull' && this.#options.kind !== 'sub';
    if (hasSent) await new Promise<void>(resolve => this.#world.clock.after(grace, resolve));
    open.delete(this);
    for (const { failed } of this.#outgoing.splice(0)) failed(new SocketError('the socket was closed'));
    await this.#closeSocket();
  }

  /** Waits until the port is free. `unbind` would say so, but libzmq ends the process when that meets the socket's own traffic. */
  async #closeSocket(): Promise<void> {
    const socket = this.#socket;
    socket.linger = linger;
    if (!this.#isBound) return socket.close();
    await new Promise<void>(resolve => {
      const cancel = this.#world.clock.after(freeTimeout, resolve);
      socket.events.on('close', () => {
        cancel();
        resolve();
      });
      socket.close();
    });
  }

  /** With it on, ZeroMQ prefers it for names as well, and looks no further: so only where it is asked for. */
  #allowIPv6(endpoint: string): void {
    if (endpoint.includes('[')) this.#socket.ipv6 = true;
  }

  async #sendAll(socket: zmq.Socket & zmq.Writable): Promise<void> {
    this.#isSending = true;
    for (let next = this.#outgoing[0]; next !== undefined; next = this.#outgoing[0]) {
      try {
        await socket.send(next.frames as Frame[]);
        next.sent();
      } catch (error) {
        next.failed(new SocketError(sendFailure(asError(error)), { cause: error }));
      }
      // A close has emptied the queue meanwhile.
      if (this.#outgoing[0] === next) this.#outgoing.shift();
    }
    this.#isSending = false;
  }

  async #receiveAll(socket: zmq.Socket & zmq.Readable): Promise<void> {
    const { clock, scheduler } = this.#world;
    let since = clock.now();
    while (!socket.closed) {
      const frames = await nextOf(socket);
      if (frames === undefined) return;
      if (this.#isClosing) continue;
      await this.#take(frames);
      // Messages that are there already come in microtasks: without a pause nobody else would get a turn.
      if (clock.now() - since < receiveSlice) continue;
      await new Promise<void>(resolve => scheduler.later(resolve));
      since = clock.now();
    }
  }

  async #take(frames: Frame[]): Promise<void> {
    const { receive, lost, failed, kind } = this.#options;
    const [from, second] = frames;
    try {
      if (kind === 'router' && frames.length === 2 && second?.equals(gone)) lost?.(from as Frame);
      else await receive?.(frames);
    } catch (error) {
      if (failed === undefined) throw error;
      failed(error);
    }
  }
}

/** Holds on to those that are open. */
const open = new Set<ZeromqSocket>();

/** Undefined once the socket is being closed, which rejects or refuses to wait any longer. */
async function nextOf(socket: zmq.Readable): Promise<Frame[] | undefined> {
  try {
    return await socket.receive();
  } catch {
    return undefined;
  }
}

function ignorable<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function sendFailure(error: Error): string {
  const { code } = error as { code?: string };
  if (code === 'EHOSTUNREACH') return 'the peer is not connected';
  if (code === 'EAGAIN') return 'the peer does not take any more, or the socket was closed';
  return error.message;
}

function bindFailure(endpoint: string, error: Error): string {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') return `${endpoint} is in use; choose another port`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENODEV') return `${endpoint} is not an address of this machine`;
  if (code === 'EACCES') return `this user may not bind ${endpoint}`;
  return `${show(endpoint)} can't be bound: ${error.message}; an endpoint looks like tcp://127.0.0.1:5555`;
}

/**
 * Sockets of ZeroMQ, in one context for the whole process.
 * @throws SocketError in a worker thread
 */
export function zeromqSockets(world: World): OpenSocket {
  if (!isMainThread) {
    throw new SocketError('ZeroMQ runs in the main thread only: place the actor that needs it there');
  }
  return options => new ZeromqSocket(world, options);
}
