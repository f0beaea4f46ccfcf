/**
 * Frames over ZeroMQ: one ROUTER takes connections, one DEALER goes out to each peer. Every choice here has a reason
 * that was measured: `immediate`, so that nothing queued for a dead peer reaches its successor on the same port; hardly
 * any linger, so that the process can end; one pending send a socket, since ZeroMQ allows no more; a strong reference to each
 * socket, since an unreferenced one is closed by the garbage collector.
 */
import { createHash, randomBytes } from 'node:crypto';
import * as zmq from 'zeromq';
import { asError, RemotingError } from '../base/errors.ts';
import type { Cancel, World } from '../base/world.ts';
import type { Curve } from './curve.ts';
import { type InboundRoute, InboundRoutes } from './inboundRoutes.ts';
import { keygen } from './keys.ts';
import { KeyTrials, RememberedKeys } from './keyTrials.ts';
import { type DialSocket, OutboundRoute } from './outboundRoute.ts';
import { Seldom } from './seldom.ts';
import type { Route, Transport, TransportEvents, TransportFactory, TransportOptions } from './transport.ts';
import { ZapHandler, type ZapSocket } from './zap.ts';

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
/**
 * Frames that a socket holds before it takes no more. More than a link has on its way: a socket that is full reads no
 * heartbeats either, and a process whose event loop is blocked would seem to be gone.
 */
const highWaterMark = 1024;
/** The shortest interval, in ms, that ZeroMQ's heartbeats get. */
const shortestBeat = 10;
/** How long, in ms, to hope that a client with a wrong key for this node finds the right one. */
const patience = 500;

/**
 * Apart from the context that other users of ZeroMQ in this process have: there can be one handler of keys in each. Not
 * blocky, or the process waits at its end for messages to peers that are gone. A connection takes three sockets.
 */
const context = new zmq.Context({ blocky: false, maxSockets: 32_768 });

/** Asked for all nodes of this process; not for use by others. */
export const zap = new ZapHandler(() => new zmq.Router({ context, linger: 0 }) as ZapSocket);
let doors = 0;

/** What a `Listener` gives when a connection has gone, in order with what came from it. Whoever sends it itself lies about itself. */
const gone = randomBytes(16);
const notifyOption = 97;
const notifyOfConnections = 1;
const disconnectMessageOption = 111;

/** A ROUTER that gives an empty message from each connection that comes, and `gone` when it goes. */
class Listener extends zmq.Router {
  constructor(options: zmq.SocketOptions<zmq.Router>) {
    super(options);
    this.setInt32Option(notifyOption, notifyOfConnections);
    this.setStringOption(disconnectMessageOption, gone);
  }
}

const routingIdOption = 5;

/** A DEALER with a routing id of bytes. */
class Dialler extends zmq.Dealer {
  constructor(options: zmq.SocketOptions<zmq.Dealer>, id: Buffer) {
    super(options);
    this.setStringOption(routingIdOption, id);
  }
}

interface Outgoing {
  readonly frame: Uint8Array;
  readonly done: (hasLeft: boolean) => void;
}

/** What both kinds of sockets can do. */
type Receiver = Pick<DialSocket, 'closed' | 'receive'>;

class ZeromqTransport implements Transport {
  readonly #world: World;
  #events: TransportEvents;
  readonly #curve: Curve | undefined;
  readonly #maxSilence: number;
  readonly #options: Partial<zmq.SocketOptions<zmq.Dealer>>;
  readonly #outbound = new Set<OutboundRoute>();
  /** Sockets that are still to send what they have taken. */
  readonly #parting = new Set<DialSocket>();
  readonly #inbound = new InboundRoutes();
  /** The server keys that fitted. */
  readonly #remembered = new RememberedKeys();
  readonly #seldom: Seldom;
  /** Timers that a close calls off. */
  readonly #pending = new Set<Cancel>();
  #router: Listener | undefined;
  /** Under this name the keys of its clients are asked for. */
  readonly #door = `troupe ${++doors}`;
  /** The ROUTER takes one send at a time, whatever the route. */
  readonly #routerQueue: (Outgoing & { route: InboundRoute })[] = [];
  #draining: Promise<void> | undefined;
  /** Calls off the complaint about a client that has a wrong key for this node. */
  #cancelComplaint: Cancel | undefined;
  /** The key of the self-test, which is no news. */
  #stranger = '';
  #isClosed = false;

  constructor(world: World, events: TransportEvents, { maxFrameSize, maxSilence, curve }: TransportOptions) {
    this.#world = world;
    this.#events = events;
    this.#curve = curve;
    this.#maxSilence = maxSilence;
    this.#seldom = new Seldom(world.clock);
    this.#options = {
      context,
      linger: 0,
      maxMessageSize: maxFrameSize,
      heartbeatInterval: beat(maxSilence / 4),
      heartbeatTimeout: beat(maxSilence / 2),
      handshakeInterval: beat(maxSilence),
      connectTimeout: beat(maxSilence),
      reconnectInterval: 50,
      reconnectMaxInterval: 1000,
      sendHighWaterMark: highWaterMark,
      receiveHighWaterMark: highWaterMark,
      sendTimeout: 0,
    };
  }

  async listen(address: string): Promise<string> {
    const router = this.#newRouter(address);
    try {
      if (this.#curve !== undefined) await this.#guard(router, this.#curve);
      const bound = await bind(router, address);
      if (this.#curve !== undefined) await this.#proveClosed(bound, this.#curve);
      if (this.#isClosed) throw new RemotingError(`${address} was closed while it was being opened`);
      this.#router = router;
      void this.#receive(router, frames => this.#takeInbound(frames as Buffer[]));
      return bound;
    } catch (error) {
      router.close();
      zap.leave(this.#door);
      throw error;
    }
  }

  connect(address: string): Route {
    const id = this.#newRoutingId();
    const route: OutboundRoute = new OutboundRoute(address, {
      trials: new KeyTrials(address, this.#curve, this.#remembered),
      open: serverKey => this.#newDealer(address, id, serverKey),
      receive: socket => void this.#receive(socket, frames => this.#takeOutbound(route, frames)),
      refused: reason => this.#refused(address, reason),
      after: (delay, run) => this.#cancelOnClose(delay, run),
    });
    this.#outbound.add(route);
    return route;
  }

  send(route: Route, frame: Uint8Array, done: (hasLeft: boolean) => void): void {
    if (route instanceof OutboundRoute) return this.#sendOut(route, { frame, done });
    this.#routerQueue.push({ route: route as InboundRoute, frame, done });
    this.#draining ??= this.#drainRouter();
  }

  isAlive(route: Route): boolean {
    return (route as OutboundRoute | InboundRoute).isAlive;
  }

  disconnect(route: Route): void {
    if (!(route instanceof OutboundRoute)) return this.#inbound.forget(route as InboundRoute);
    route.end();
    this.#outbound.delete(route);
    this.#parting.add(route.socket);
    this.#cancelOnClose(grace, () => this.#closeDealer(route.socket));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const isConnected = this.#outbound.size + this.#parting.size + this.#inbound.size > 0;
    for (const cancel of this.#pending) cancel();
    for (const route of this.#outbound) {
      route.end();
      this.#parting.add(route.socket);
    }
    this.#outbound.clear();
    // What ZeroMQ still holds of this transport must not hold the node.
    this.#events = deaf;
    await this.#draining;
    if (isConnected) await new Promise<void>(resolve => this.#world.clock.after(grace, resolve));
    for (const socket of this.#parting) this.#closeDealer(socket);
    if (this.#router !== undefined) await this.#closeRouter(this.#router);
    this.#router = undefined;
    zap.leave(this.#door);
    this.#inbound.clear();
  }

  // ---- sockets ------------------------------------------------------------------------------------------------------

  /**
   * With a handover: who comes back with the same routing id, while ZeroMQ takes the connection before for alive, would be a
   * hole into which all falls that it sends. So nobody may know the id who is not at one end of the connection.
   */
  #newRouter(address: string): Listener {
    const curve = this.#curve;
    return new Listener({
      ...(this.#options as Partial<zmq.SocketOptions<zmq.Router>>),
      ipv6: isIPv6(address),
      mandatory: true,
      handover: true,
      // Without the domain ZeroMQ would let everybody in when there is no handler.
      ...(curve && {
        curveServer: true,
        curveSecretKey: curve.secretKey,
        zapDomain: this.#door,
        zapEnforceDomain: true,
      }),
    });
  }

  #newDealer(address: string, id: Buffer, serverKey: string | undefined): DialSocket {
    const curve = this.#curve;
    const keys = curve && {
      curvePublicKey: curve.publicKey,
      curveSecretKey: curve.secretKey,
      curveServerKey: serverKey,
    };
    return new Dialler(
      { ...this.#options, ipv6: isIPv6(address), immediate: true, ...keys } as zmq.SocketOptions<zmq.Dealer>,
      id,
    ) as DialSocket;
  }

  /** 16 bytes that nobody can guess, of which the first is not 0: those are ZeroMQ's own. */
  #newRoutingId(): Buffer {
    const id = createHash('sha256')
      .update(this.#world.uuid())
      .update(this.#world.uuid())
      .digest()
      .subarray(0, 16);
    id[0] = (id[0] as number) | 0x80;
    return id;
  }

  #closeDealer(socket: DialSocket): void {
    this.#parting.delete(socket);
    if (socket.closed) return;
    socket.linger = linger;
    socket.close();
  }

  /**
   * Waits until the port is free, so that nobody is told that this node has stopped while its port is taken. `unbind` would
   * say so, but it runs in another thread beside the socket's own traffic, and libzmq ends the process when the two meet.
   */
  async #closeRouter(router: Listener): Promise<void> {
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

  // ---- keys ---------------------------------------------------------------------------------------------------------

  /** From now on nobody comes in whose key is not on the list. */
  async #guard(router: Listener, curve: Curve): Promise<void> {
    await zap.keep(this.#door, (key, from) => this.#mayEnter(curve, key, from), this.#world.clock);
    router.events.on('handshake', () => {
      this.#cancelComplaint?.();
      this.#cancelComplaint = undefined;
    });
    router.events.on('handshake:error:protocol', ({ error }) => this.#turnedDown(router, error.code));
  }

  #mayEnter(curve: Curve, key: string, from: string): boolean {
    if (curve.isAllowed(key)) return true;
    if (key !== this.#stranger) {
      this.#refused(from, `a client with the key ${key.slice(0, 4)}… is not on the allow list`);
    }
    return false;
  }

  #turnedDown(router: Listener, code: string): void {
    const to = router.lastEndpoint?.replace('tcp://', 'a connection to ') ?? 'a connection';
    if (code === 'ERR_ZMTP_MECHANISM_MISMATCH') return this.#refused(to, 'a client without CURVE');
    if (code !== 'ERR_ZMTP_CRYPTOGRAPHIC') {
      if (this.#seldom.mayTell(to)) this.#events.malformed(to, `no handshake of ZeroMQ (${code})`);
      return;
    }
    // Who knows many keys tries one after the other: that is no news.
    this.#cancelComplaint ??= this.#cancelOnClose(patience, () => {
      this.#cancelComplaint = undefined;
      this.#refused(to, 'a client that has another key for this node');
    });
  }

  #refused(from: string, reason: string): void {
    if (this.#seldom.mayTell(`${from} ${reason.slice(0, 20)}`)) this.#events.refused(from, reason);
  }

  /** Connects once as a stranger, who must be turned down: so that no mistake, here or in ZeroMQ, leaves the node open. */
  async #proveClosed(bound: string, curve: Curve): Promise<void> {
    const { publicKey, secretKey } = keygen();
    this.#stranger = publicKey;
    const keys = {
      curvePublicKey: publicKey,
      curveSecretKey: secretKey,
      curveServerKey: curve.publicKey,
    };
    const socket = new zmq.Dealer({
      ...this.#options,
      ipv6: isIPv6(bound),
      ...keys,
    } as zmq.SocketOptions<zmq.Dealer>);
    try {
      const outcome = await new Promise<string>(resolve => {
        const cancel = this.#world.clock.after(Math.max(this.#maxSilence, 1000), () => resolve('no answer'));
        for (const event of ['handshake', 'handshake:error:auth'] as const) {
          socket.events.on(event, () => {
            cancel();
            resolve(event);
          });
        }
        socket.connect(`tcp://${bound.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace('[::]:', '[::1]:')}`);
      });
      if (outcome === 'handshake:error:auth') return;
      throw new RemotingError(
        outcome === 'handshake'
          ? `${bound} lets in clients whose key is not on the allow list: it was closed again`
          : `it can't be proved that ${bound} turns strangers down: it does not answer this node itself`,
      );
    } finally {
      socket.close();
    }
  }

  // ---- sending ------------------------------------------------------------------------------------------------------

  #sendOut(route: OutboundRoute, outgoing: Outgoing): void {
    if (!route.isOpen) return outgoing.done(false);
    const again = () => this.#retry(() => this.#sendOut(route, outgoing));
    // Not connected yet, or the pipe is full: the frame waits here, and with it all that follows.
    if (route.socket.closed) again();
    else route.socket.send(outgoing.frame).then(() => outgoing.done(true), again);
  }

  #retry(again: () => void): void {
    if (!this.#isClosed) this.#cancelOnClose(retryAfter, again);
  }

  #cancelOnClose(delay: number, run: () => void): Cancel {
    const cancelTimer = this.#world.clock.after(delay, () => {
      this.#pending.delete(cancel);
      run();
    });
    const cancel = () => {
      this.#pending.delete(cancel);
      cancelTimer();
    };
    this.#pending.add(cancel);
    return cancel;
  }

  async #drainRouter(): Promise<void> {
    for (let next = this.#routerQueue.shift(); next !== undefined; next = this.#routerQueue.shift()) {
      next.done(await this.#sendBack(next.route, next.frame));
    }
    this.#draining = undefined;
  }

  async #sendBack(route: InboundRoute, frame: Uint8Array): Promise<boolean> {
    try {
      await this.#router?.send([route.id, frame]);
      return true;
    } catch {
      return false;
    }
  }

  // ---- receiving ----------------------------------------------------------------------------------------------------

  #takeInbound(frames: Buffer[]): void {
    const [id, frame] = frames;
    if (frames.length !== 2 || id === undefined || frame === undefined) {
      const from = id === undefined ? 'nobody' : this.#inbound.heard(id).label;
      return this.#events.malformed(from, `a message of ${frames.length - 1} parts`);
    }
    if (frame.equals(gone)) return this.#inbound.lost(id);
    const route = this.#inbound.heard(id);
    if (frame.length > 0) this.#events.frame(route, frame);
  }

  #takeOutbound(route: OutboundRoute, frames: readonly Uint8Array[]): void {
    const [frame] = frames;
    if (frames.length === 1 && frame !== undefined) this.#events.frame(route, frame);
    else this.#events.malformed(route.label, `a message of ${frames.length} parts`);
  }

  async #receive(socket: Receiver, take: (frames: Uint8Array[]) => void): Promise<void> {
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
  async #next(socket: Receiver): Promise<Uint8Array[] | undefined> {
    try {
      return await socket.receive();
    } catch (error) {
      if (!this.#isClosed && !socket.closed) this.#events.malformed('the socket', asError(error).message);
      return undefined;
    }
  }
}

/** @returns the address that was bound */
async function bind(router: Listener, address: string): Promise<string> {
  try {
    await router.bind(`tcp://${wildcardPort(address)}`);
  } catch (error) {
    throw new RemotingError(bindFailure(address, asError(error)), { cause: error });
  }
  return router.lastEndpoint?.slice('tcp://'.length) ?? address;
}

/** ZeroMQ counts in whole ms. */
const beat = (interval: number) => Math.max(Math.floor(interval), shortestBeat);

/** With it on, ZeroMQ prefers it for names as well, and looks no further: so only where it is asked for. */
const isIPv6 = (address: string) => address.startsWith('[');

const wildcardPort = (address: string) => address.replace(/:0$/, ':*');

function bindFailure(address: string, error: Error): string {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') return `${address} is in use by another process; choose another port`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENODEV') return `${address} is not an address of this machine`;
  if (code === 'EACCES') return `this user may not bind ${address}`;
  return `${address} can't be bound: ${error.message}`;
}

const deaf: TransportEvents = { frame: () => {}, malformed: () => {}, refused: () => {} };

/** The transport of every node unless told otherwise. */
export const zeromqTransport: TransportFactory = (world, events, options) =>
  new ZeromqTransport(world, events, options);
