/** Sockets in memory that behave as those of ZeroMQ do, as far as MajorDomo can tell: whole messages, in order, a turn later. */
import type { World } from '../../../lib/base/world.ts';
import {
  type FlowSocket,
  type Frame,
  SocketError,
  type SocketOptions,
  type Sockets,
} from '../../../lib/flow/sockets.ts';

interface Outgoing {
  readonly frames: readonly Frame[];
  readonly sent: () => void;
  readonly failed: (error: Error) => void;
}

/** One network: only sockets of the same one reach each other. */
export class MemoryNetwork {
  readonly #bound = new Map<string, MemorySocket>();
  readonly #dialling = new Map<string, Set<MemorySocket>>();
  #lastId = 0;
  /** All messages that were sent, as texts. */
  readonly traffic: string[][] = [];

  readonly sockets: Sockets = world => options => new MemorySocket(this, world, options);

  bind(endpoint: string, socket: MemorySocket): void {
    if (this.#bound.has(endpoint)) throw new SocketError(`${endpoint} is in use; choose another port`);
    this.#bound.set(endpoint, socket);
    for (const dialler of this.#dialling.get(endpoint) ?? []) dialler.meet(socket);
  }

  connect(endpoint: string, socket: MemorySocket): void {
    const dialling = this.#dialling.get(endpoint) ?? new Set();
    this.#dialling.set(endpoint, dialling.add(socket));
    const there = this.#bound.get(endpoint);
    if (there !== undefined) socket.meet(there);
  }

  newId = () => Buffer.from(`\0${++this.#lastId}`);

  forget(socket: MemorySocket): void {
    for (const [endpoint, bound] of this.#bound) if (bound === socket) this.#bound.delete(endpoint);
    for (const dialling of this.#dialling.values()) dialling.delete(socket);
  }
}

class MemorySocket implements FlowSocket {
  readonly #network: MemoryNetwork;
  readonly #world: World;
  readonly #options: SocketOptions;
  /** By the id that a router has for them. */
  readonly #peers = new Map<string, MemorySocket>();
  readonly #idAt = new Map<MemorySocket, Buffer>();
  #waiting: Outgoing[] = [];
  #inbound = Promise.resolve();
  isClosed = false;

  constructor(network: MemoryNetwork, world: World, options: SocketOptions) {
    this.#network = network;
    this.#world = world;
    this.#options = options;
  }

  get pending(): number {
    return this.#waiting.length;
  }

  async bind(endpoint: string): Promise<string> {
    this.#network.bind(endpoint, this);
    return endpoint;
  }

  connect(endpoint: string): void {
    this.#network.connect(endpoint, this);
  }

  /** A socket that dials has found one that is bound. */
  meet(there: MemorySocket): void {
    const { routingId } = this.#options;
    const id = routingId === undefined ? this.#network.newId() : Buffer.from(routingId);
    this.#admit(id, there);
    there.#admit(id, this);
    for (const topic of this.#options.topics ?? []) there.#deliver([Buffer.from(`\x01${topic}`)], id);
    for (const { frames, sent } of this.#waiting.splice(0)) {
      this.#sendTo(there, frames);
      sent();
    }
  }

  #admit(id: Buffer, peer: MemorySocket): void {
    this.#peers.set(id.toString('latin1'), peer);
    this.#idAt.set(peer, id);
  }

  send(frames: readonly Frame[]): Promise<void> {
    const sending = this.#send(frames);
    sending.catch(() => {});
    return sending;
  }

  async #send(frames: readonly Frame[]): Promise<void> {
    if (this.isClosed) throw new SocketError('the socket is closed');
    const { kind } = this.#options;
    if (kind === 'router') {
      const peer = this.#peers.get((frames[0] as Frame).toString('latin1'));
      if (peer === undefined) throw new SocketError('the peer is not connected');
      this.#network.traffic.push(frames.slice(1).map(String));
      return peer.#deliver(frames.slice(1), Buffer.alloc(0));
    }
    if (kind === 'pub') {
      for (const peer of this.#peers.values()) {
        if (peer.#options.topics?.some(topic => String(frames[0]).startsWith(topic)))
          this.#sendTo(peer, frames);
      }
      return;
    }
    const [peer] = this.#peers.values();
    if (peer !== undefined) return this.#sendTo(peer, frames);
    await new Promise<void>((sent, failed) => this.#waiting.push({ frames, sent, failed }));
  }

  #sendTo(peer: MemorySocket, frames: readonly Frame[]): void {
    this.#network.traffic.push(frames.map(String));
    peer.#deliver(frames, this.#idAt.get(peer) as Buffer);
  }

  #deliver(frames: readonly Frame[], from: Buffer): void {
    const { kind, receive } = this.#options;
    const message = (kind === 'router' ? [from, ...frames] : frames).map(frame => Buffer.from(frame));
    this.#run(() => receive?.(message));
  }

  #run(task: () => unknown): void {
    this.#inbound = this.#inbound.then(async () => {
      await new Promise<void>(resolve => this.#world.scheduler.later(resolve));
      try {
        if (!this.isClosed) await task();
      } catch (error) {
        this.#options.failed?.(error);
      }
    });
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#network.forget(this);
    for (const { failed } of this.#waiting.splice(0)) failed(new SocketError('the socket was closed'));
    for (const [peer, id] of this.#idAt) peer.#leave(id, this);
  }

  #leave(id: Buffer, peer: MemorySocket): void {
    this.#peers.delete(id.toString('latin1'));
    this.#idAt.delete(peer);
    this.#run(() => this.#options.lost?.(id));
  }
}
