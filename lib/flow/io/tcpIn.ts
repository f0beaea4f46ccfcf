/** Events from another process over TCP. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { asError } from '../../base/errors.ts';
import { FlowError, PayloadTooLarge } from '../events/errors.ts';
import type { Event } from '../events/event.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isCount, isSpan, isText } from '../setup.ts';
import { type Framing, framings, keepAlive, refused, taken, Unframer } from './framing.ts';
import { received, unreadable } from './received.ts';

export interface TCPInParams {
  /** The port to listen at (9000); 0: a free one, which is `port` of the actor. */
  port?: number | undefined;
  /** The address to listen at ('127.0.0.1'); '0.0.0.0' for all: anybody who reaches it can send events. */
  host?: string | undefined;
  /** How events are told apart, the same on both sides ('connection'). */
  framing?: Framing | undefined;
  /** The largest event, in bytes (16 MiB): whoever sends a larger one is disconnected. */
  maxBytes?: number | undefined;
  /** So many connections at once (1000); others are closed. */
  maxConnections?: number | undefined;
  /** A connection that is silent for so many ms in the middle of an event is closed (60 000). */
  idleTimeout?: number | undefined;
}

/** So many answers may wait for a peer that does not read them. */
const mostUnread = 65_536;

/** One connection. */
interface Peer {
  readonly socket: Socket;
  readonly unframer: Unframer;
  /** Since when nothing has come; undefined while it waits for us. */
  silentSince: number | undefined;
}

/**
 * Emits the events that `TCPOut` sends. While there is no room further on, it reads no more. What is no event goes to the error
 * outboxes, as an event with the beginning of it as data and the attribute `peer`. After compysition's TCPIn.
 */
export class TCPIn extends FlowActor<TCPInParams> {
  static override parameters: ParamNames<TCPIn> = {
    framing: true,
    host: true,
    idleTimeout: true,
    maxBytes: true,
    maxConnections: true,
    port: true,
  };
  static override shape = 'cloud';

  #server: Server | undefined;
  readonly #peers = new Set<Peer>();

  constructor(name: string, params: TCPInParams & FlowActorOptions = {}) {
    super(name, params);
    const { port = 9000, host = '127.0.0.1', framing = 'connection', maxBytes = 16_777_216 } = params;
    const { maxConnections = 1000, idleTimeout = 60_000 } = params;
    demand(this, 'port', isCount(port, 0) && port < 65_536, 'a port from 0 up', port);
    demand(this, 'host', isText(host), 'an address of this machine', host);
    demand(this, 'framing', framings.includes(framing), framings.join(', '), framing);
    demand(this, 'maxBytes', isCount(maxBytes), 'a whole number from 1 up', maxBytes);
    demand(this, 'maxConnections', isCount(maxConnections), 'a whole number from 1 up', maxConnections);
    demand(this, 'idleTimeout', isSpan(idleTimeout), 'more than 0 ms', idleTimeout);
  }

  /** The port that it listens at; undefined before the start. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  override async preStart(): Promise<void> {
    const { port = 9000, host = '127.0.0.1', maxConnections = 1000, idleTimeout = 60_000 } = this.params;
    const server = createServer(
      { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAlive },
      socket => this.background(() => this.#serve(socket)),
    );
    server.maxConnections = maxConnections;
    server.listen(port, host);
    await once(server, 'listening');
    this.#server = server;
    if (this.signal.aborted) server.close();
    server.on('error', error => this.background(() => Promise.reject(error)));
    this.every(Math.max(1, idleTimeout / 4), () => this.#closeSilent(idleTimeout));
  }

  override consume(event: Event): void {
    this.log.warn('discarded: TCPIn takes no events but those from the network', event);
  }

  /** Those who are in the middle of an event may finish it; the others may come back later. */
  override preStop(): void {
    this.#server?.close();
    for (const { socket, unframer, silentSince } of this.#peers) {
      if (silentSince === undefined || unframer.isInside) continue;
      if (this.#isAlone) socket.destroy();
      else socket.end();
    }
  }

  override postStop(): void {
    this.#server?.close();
    for (const { socket } of this.#peers) socket.destroy();
  }

  get #isAlone(): boolean {
    return (this.params.framing ?? 'connection') === 'connection';
  }

  async #serve(socket: Socket): Promise<void> {
    const { framing = 'connection', maxBytes = 16_777_216 } = this.params;
    const unframer = new Unframer(framing, maxBytes);
    const peer: Peer = { socket, unframer, silentSince: this.world.clock.now() };
    this.#peers.add(peer);
    // Whoever reads hears of it; nobody reads while there is no room for an event.
    socket.on('error', () => {});
    const from = `${socket.remoteAddress}:${socket.remotePort}`;
    try {
      if (this.#isAlone) await this.#readOne(peer, from);
      else await this.#readMany(peer, from);
    } catch (error) {
      if (!this.signal.aborted) this.log.warn(`the connection from ${from}: ${asError(error).message}`);
      if (error instanceof PayloadTooLarge) this.#refuse(socket);
      else socket.destroy();
    } finally {
      this.#peers.delete(peer);
    }
  }

  /** A stop waits for an event that has begun to come: its sender waits as well. */
  async #readOne(peer: Peer, from: string): Promise<void> {
    const { socket, unframer } = peer;
    let release: (() => void) | undefined;
    try {
      for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
        release ??= this.hold();
        for (const _ of unframer.take(chunk as Buffer));
        peer.silentSince = this.world.clock.now();
      }
      peer.silentSince = undefined;
      const bytes = unframer.end();
      if (bytes === undefined) return void socket.end();
      await this.#take(bytes, from);
      socket.end(Buffer.of(taken));
    } finally {
      release?.();
    }
  }

  async #readMany(peer: Peer, from: string): Promise<void> {
    const { socket, unframer } = peer;
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      const release = this.hold();
      peer.silentSince = undefined;
      try {
        for (const bytes of unframer.take(chunk as Buffer)) {
          await this.#take(bytes, from);
          if (socket.writable) socket.write(Buffer.of(taken));
          if (socket.writableLength > mostUnread) throw new FlowError('it does not read what it is answered');
        }
      } finally {
        release();
      }
      peer.silentSince = this.world.clock.now();
      if (this.draining && !unframer.isInside) socket.end();
    }
    if (unframer.isInside) this.log.warn(`the connection from ${from} ended in the middle of an event`);
    socket.end();
  }

  /** Says so, and reads on for a moment: an answer is lost when what the other side sends meets a closed door. */
  #refuse(socket: Socket): void {
    socket.resume();
    socket.end(Buffer.of(refused));
    const cancel = this.after(1000, () => socket.destroy());
    socket.once('close', cancel);
  }

  async #take(bytes: Buffer, from: string): Promise<void> {
    const event = received(bytes);
    if (!(event instanceof Error)) return this.emit(event);
    this.log.warn(`no event has come from ${from}: ${event.message}`);
    await this.sendError(unreadable(bytes, { peer: from }), event);
  }

  #closeSilent(idleTimeout: number): void {
    const latest = this.world.clock.now() - idleTimeout;
    for (const { socket, unframer, silentSince } of this.#peers) {
      const isLate = silentSince !== undefined && silentSince <= latest;
      if (isLate && (this.#isAlone || unframer.isInside || socket.writableEnded))
        socket.destroy(new Error(`nothing has come for ${idleTimeout} ms`));
    }
  }
}
