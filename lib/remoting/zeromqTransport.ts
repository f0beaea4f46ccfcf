/**
 * Frames over ZeroMQ: one ROUTER takes connections, one DEALER goes out to each peer. Every choice here has a reason
 * that was measured: `immediate`, so that nothing queued for a dead peer reaches its successor on the same port; hardly
 * any linger, so that the process can end; one pending send a socket, since ZeroMQ allows no more; a strong reference to each
 * socket, since an unreferenced one is closed by the garbage collector.
 */
import * as zmq from 'zeromq';
import { asError, RemotingError } from '../base/errors.ts';
import type { Cancel, World } from '../base/world.ts';
import type { Route, Transport, TransportEvents, TransportFactory, TransportOptions } from './transport.ts';

// Otherwise the process waits at its end for messages to peers that are gone.
zmq.context.blocky = false;

/** How long, in ms, to wait before a frame is offered again that the socket would not take. */
const retryAfter = 20;
/** How long, in ms, a socket stays open after its last frame: one that is closed at once may drop it, whatever its linger. */
const grace = 25;
/** How long, in ms, a closed socket goes on sending what it has taken: the goodbye, above all. */
const linger = 500;
/** How long, in ms, to wait for the port to be free. */
const freeTimeout = 250;
/** How long, in ms, frames are taken in before actors and I/O get their turn. */
const receiveSlice = 2;
/** Inbound connections that are remembered: only so that the same one is the same object. */
const mostInbound = 10_000;
/** Frames that a socket holds before it takes no more: each may be a batch of 64 KiB. */
const highWaterMark = 256;

interface Outgoing {
  readonly frame: Uint8Array;
  readonly done: (hasLeft: boolean) => void;
}

/** A connection that went out from here. */
class DealerRoute implements Route {
  readonly label: string;
  readonly socket: zmq.Dealer;
  isOpen = true;

  constructor(address: string, socket: zmq.Dealer) {
    this.label = address;
    this.socket = socket;
  }
}

/** A connection that came in: known by the routing id that ZeroMQ gave it. */
class RouterRoute implements Route {
  readonly label: string;
  readonly id: Buffer;

  constructor(id: Buffer) {
    this.label = `inbound ${id.toString('hex')}`;
    this.id = id;
  }
}

class ZeromqTransport implements Transport {
  readonly #world: World;
  #events: TransportEvents;
  readonly #options: Partial<zmq.SocketOptions<zmq.Dealer>>;
  readonly #dealers = new Set<DealerRoute>();
  /** Sockets that are still to send what they have taken. */
  readonly #parting = new Set<zmq.Dealer>();
  readonly #inbound = new Map<string, RouterRoute>();
  /** Timers that a close calls off. */
  readonly #pending = new Set<Cancel>();
  #router: zmq.Router | undefined;
  /** The ROUTER takes one send at a time, whatever the route. */
  readonly #routerQueue: (Outgoing & { route: RouterRoute })[] = [];
  #draining: Promise<void> | undefined;
  #isClosed = false;

  constructor(world: World, events: TransportEvents, { maxFrameSize }: TransportOptions) {
    this.#world = world;
    this.#events = events;
    this.#options = {
      linger: 0,
      maxMessageSize: maxFrameSize,
      heartbeatInterval: 1000,
      heartbeatTimeout: 3000,
      handshakeInterval: 3000,
      reconnectInterval: 50,
      reconnectMaxInterval: 1000,
      sendHighWaterMark: highWaterMark,
      receiveHighWaterMark: highWaterMark,
      sendTimeout: 0,
    };
  }

  async listen(address: string): Promise<string> {
    const router = new zmq.Router({ ...this.#options, mandatory: true, handover: false });
    try {
      await router.bind(`tcp://${wildcardPort(address)}`);
    } catch (error) {
      router.close();
      throw new RemotingError(bindFailure(address, asError(error)), { cause: error });
    }
    this.#router = router;
    const bound = router.lastEndpoint?.slice('tcp://'.length);
    void this.#receive(router, frames => {
      const [id, frame] = frames;
      if (frames.length !== 2 || id === undefined || frame === undefined) {
        return this.#events.malformed(
          id?.toString('hex') ?? 'nobody',
          `a message of ${frames.length - 1} parts`,
        );
      }
      this.#events.frame(this.#inboundRoute(id), frame);
    });
    return bound ?? address;
  }

  connect(address: string): Route {
    const socket = new zmq.Dealer({ ...this.#options, immediate: true });
    const route = new DealerRoute(address, socket);
    this.#dealers.add(route);
    socket.connect(`tcp://${address}`);
    void this.#receive(socket, frames => {
      const [frame] = frames;
      if (frames.length === 1 && frame !== undefined) this.#events.frame(route, frame);
      else this.#events.malformed(address, `a message of ${frames.length} parts`);
    });
    return route;
  }

  send(route: Route, frame: Uint8Array, done: (hasLeft: boolean) => void): void {
    if (route instanceof DealerRoute) this.#sendOut(route, { frame, done });
    else if (route instanceof RouterRoute) {
      this.#routerQueue.push({ route, frame, done });
      this.#draining ??= this.#drainRouter();
    }
  }

  disconnect(route: Route): void {
    if (route instanceof DealerRoute) {
      route.isOpen = false;
      this.#dealers.delete(route);
      this.#parting.add(route.socket);
      this.#cancelOnClose(grace, () => this.#closeDealer(route.socket));
    } else if (route instanceof RouterRoute) {
      this.#inbound.delete(route.id.toString('latin1'));
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const isConnected = this.#dealers.size + this.#parting.size + this.#inbound.size > 0;
    for (const cancel of this.#pending) cancel();
    for (const { socket } of this.#dealers) this.#parting.add(socket);
    this.#dealers.clear();
    // What ZeroMQ still holds of this transport must not hold the node.
    this.#events = deaf;
    await this.#draining;
    if (isConnected) await new Promise<void>(resolve => this.#world.clock.after(grace, resolve));
    for (const socket of this.#parting) this.#closeDealer(socket);
    if (this.#router !== undefined) await this.#closeRouter(this.#router);
    this.#router = undefined;
    this.#inbound.clear();
  }

  #closeDealer(socket: zmq.Dealer): void {
    this.#parting.delete(socket);
    socket.linger = linger;
    socket.close();
  }

  /**
   * Waits until the port is free, so that nobody is told that this node has stopped while its port is taken. `unbind` would
   * say so, but it runs in another thread beside the socket's own traffic, and libzmq ends the process when the two meet.
   */
  async #closeRouter(router: zmq.Router): Promise<void> {
    await new Promise<void>(resolve => {
      const cancel = this.#world.clock.after(freeTimeout, resolve);
      router.events.on('close', () => {
        cancel();
        resolve();
      });
      router.linger = linger;
      router.close();
    });
  }

  #sendOut(route: DealerRoute, outgoing: Outgoing): void {
    if (!route.isOpen) return outgoing.done(false);
    route.socket.send(outgoing.frame).then(
      () => outgoing.done(true),
      // Not connected yet, or the pipe is full: the frame waits here, and with it all that follows.
      () => this.#retry(() => this.#sendOut(route, outgoing)),
    );
  }

  #retry(again: () => void): void {
    if (!this.#isClosed) this.#cancelOnClose(retryAfter, again);
  }

  #cancelOnClose(delay: number, run: () => void): void {
    const cancel = this.#world.clock.after(delay, () => {
      this.#pending.delete(cancel);
      run();
    });
    this.#pending.add(cancel);
  }

  async #drainRouter(): Promise<void> {
    for (let next = this.#routerQueue.shift(); next !== undefined; next = this.#routerQueue.shift()) {
      next.done(await this.#sendBack(next.route, next.frame));
    }
    this.#draining = undefined;
  }

  async #sendBack(route: RouterRoute, frame: Uint8Array): Promise<boolean> {
    try {
      await this.#router?.send([route.id, frame]);
      return true;
    } catch {
      return false;
    }
  }

  async #receive(socket: zmq.Router | zmq.Dealer, take: (frames: Buffer[]) => void): Promise<void> {
    const { clock, scheduler } = this.#world;
    let since = clock.now();
    while (!socket.closed) {
      const frames = await this.#next(socket);
      if (frames === undefined) return;
      take(frames);
      // Frames that are there already come in microtasks: without a pause they would arrive and never be handled.
      if (clock.now() - since < receiveSlice) continue;
      await new Promise<void>(resolve => scheduler.later(resolve));
      since = clock.now();
    }
  }

  /** The next message; undefined once the socket is being closed, which rejects or refuses to wait any longer. */
  async #next(socket: zmq.Router | zmq.Dealer): Promise<Buffer[] | undefined> {
    try {
      return (await socket.receive()) as Buffer[];
    } catch (error) {
      if (!this.#isClosed && !socket.closed) this.#events.malformed('the socket', asError(error).message);
      return undefined;
    }
  }

  #inboundRoute(id: Buffer): RouterRoute {
    const key = id.toString('latin1');
    let route = this.#inbound.get(key);
    if (route === undefined) {
      route = new RouterRoute(id);
      this.#inbound.set(key, route);
      if (this.#inbound.size > mostInbound) this.#inbound.delete(this.#inbound.keys().next().value as string);
    }
    return route;
  }
}

const wildcardPort = (address: string) => address.replace(/:0$/, ':*');

function bindFailure(address: string, error: Error): string {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') return `${address} is in use by another process; choose another port`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENODEV') return `${address} is not an address of this machine`;
  if (code === 'EACCES') return `this user may not bind ${address}`;
  return `${address} can't be bound: ${error.message}`;
}

const deaf: TransportEvents = { frame: () => {}, malformed: () => {} };

/** The transport of every node unless told otherwise. */
export const zeromqTransport: TransportFactory = (world, events, options) =>
  new ZeromqTransport(world, events, options);
