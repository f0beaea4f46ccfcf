/**
 * One socket as a channel of frames, with back pressure both ways. Knows no actor: whoever listens is told of frames and, once, of
 * the end, in this order. Whatever goes wrong with the socket or with what comes out of it ends in `#finish`, and nowhere else.
 *
 *              listen               #finish(reason)              close
 *    waiting ──────────▶ open ───────────────────────▶ over ─────────────▶ closing ──▶ closed
 *    (reads nothing)     (reads, as long as there      (reads nothing,     (all is written out, then the
 *                         is room)                      may still send)     peer has `closeTimeout`)
 */
import type { Socket } from 'node:net';
import type { Cancel, World } from '../base/world.ts';
import type { Decoder } from './framing.ts';
import type { Complete, ConnectionOptions } from './options.ts';
import { type DisconnectReason, explainSystem, TcpError } from './tcpError.ts';

export interface ChannelListener {
  frame(frame: unknown): void;
  over(reason: DisconnectReason, error: TcpError | undefined): void;
}

interface End {
  readonly reason: DisconnectReason;
  readonly error: TcpError | undefined;
}

export type ChannelOptions = Complete<ConnectionOptions<unknown>>;

export class Channel {
  /** `host:port` of the peer. */
  readonly remoteAddress: string;
  readonly #socket: Socket;
  readonly #options: ChannelOptions;
  readonly #world: World;
  /** Made when the listener is there, which then hears what its making throws. */
  #decoder: Decoder<unknown> | undefined;
  #listener: ChannelListener | undefined;
  /** The frames of the bytes that were read last, as far as nobody has had room for them. */
  #frames: Iterator<unknown> | undefined;
  /** How many frames the listener has and has not handled. */
  #pending = 0;
  #isReading = false;
  /** What is read has been asked to come to its end: the reason that is then given. */
  #lastReason: DisconnectReason | undefined;
  #end: End | undefined;
  #closing: Promise<void> | undefined;
  #isCorked = false;
  /** Who waits until there is room to send. */
  #waiting: ((mayGoOn: boolean) => void)[] = [];
  /** When something came or was written last. */
  #since: number;
  #cancelIdle: Cancel = () => {};

  constructor(socket: Socket, options: ChannelOptions, world: World) {
    this.#socket = socket;
    this.#options = options;
    this.#world = world;
    this.#since = world.clock.now();
    const { remoteAddress = 'unknown', remotePort = 0 } = socket;
    this.remoteAddress = `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveDelay);
    socket.pause();
    socket.on('data', (bytes: Buffer) => this.#socketOnData(bytes));
    socket.on('drain', () => this.#socketOnDrain());
    socket.on('end', () => this.#inputEnded('ended'));
    socket.on('error', error => this.#finish('lost', this.#lost(error)));
    socket.on('close', () => this.#finish('lost', this.#lost(undefined)));
  }

  /**
   * Begins to read; what had happened before is told now.
   * @throws what the framing throws instead of making a decoder
   */
  listen(listener: ChannelListener): void {
    this.#decoder = this.#options.framing.decoder();
    this.#listener = listener;
    if (this.#end !== undefined) return listener.over(this.#end.reason, this.#end.error);
    this.#touch();
    this.#watchIdle(this.#options.idleTimeout);
    this.#readOn();
  }

  /** The listener is done with one of its frames. */
  handled(): void {
    this.#pending--;
    this.#touch();
    this.#readOn();
  }

  /**
   * Sends a frame.
   * @returns whether the next may follow at once; false: wait for `drained`, or nobody is there any more
   * @throws what the framing throws
   */
  send(frame: unknown): boolean {
    const bytes = this.#options.framing.encode(frame);
    const socket = this.#socket;
    if (!socket.writable || this.#closing !== undefined) return false;
    this.#cork();
    const mayGoOn = this.#hasIdleTimeout ? socket.write(bytes, this.#touch) : socket.write(bytes);
    if (mayGoOn) return true;
    if (socket.writableLength > this.#options.writeLimit) this.#giveUp();
    else this.#flow();
    return false;
  }

  /** Resolves when there is room to send again: true; or when there is nobody to send to any more: false. */
  drained(): Promise<boolean> {
    const { writable, writableNeedDrain } = this.#socket;
    if (!writable || !writableNeedDrain) return Promise.resolve(writable);
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  /** Reads no more. When what has been read is handled it is over. */
  finish(reason: DisconnectReason): void {
    if (this.#end !== undefined) return;
    this.#lastReason = reason;
    this.#readOn();
  }

  /** Writes out what was sent, and closes. Reads no more, tells nothing more. Resolves when the socket is closed. */
  close(): Promise<void> {
    this.#closing ??= new Promise(resolve => {
      const socket = this.#socket;
      this.#listener = undefined;
      this.#frames = undefined;
      this.#cancelIdle();
      if (socket.closed) return resolve();
      const cancel = this.#world.clock.after(this.#options.closeTimeout, () => socket.destroy());
      socket.once('close', () => {
        cancel();
        resolve();
      });
      this.#uncork();
      socket.end();
      // What still comes is thrown away: a socket that is closed over unread bytes is reset, and the peer may lose what was sent.
      socket.resume();
    });
    return this.#closing;
  }

  /** Ends it at once. Nothing more is told. */
  destroy(): void {
    this.#listener = undefined;
    this.#cancelIdle();
    this.#socket.destroy();
  }

  get isDestroyed(): boolean {
    return this.#socket.destroyed;
  }

  // ---- in ----

  #socketOnData(bytes: Buffer): void {
    const decoder = this.#decoder;
    if (decoder === undefined || this.#closing !== undefined || this.#end !== undefined) return;
    this.#touch();
    this.#take(() => decoder.push(bytes));
  }

  /** Takes the frames of the bytes that have come, and gives them to the listener as it has room. */
  #take(decode: () => Iterable<unknown>): void {
    try {
      this.#frames = decode()[Symbol.iterator]();
    } catch (error) {
      return this.#refuse(error);
    }
    this.#readOn();
  }

  /** Goes on with the frames that are there, then with the socket. */
  #readOn(): void {
    while (this.#frames !== undefined && this.#pending < this.#options.readAhead) {
      const frame = this.#nextFrame(this.#frames);
      if (frame === undefined) break;
      this.#pending++;
      this.#listener?.frame(frame.value);
    }
    if (this.#lastReason !== undefined && this.#frames === undefined)
      this.#finish(this.#lastReason, undefined);
    this.#flow();
  }

  #nextFrame(frames: Iterator<unknown>): { value: unknown } | undefined {
    try {
      const next = frames.next();
      if (next.done !== true) return next;
    } catch (error) {
      this.#refuse(error);
    }
    this.#frames = undefined;
    return undefined;
  }

  #inputEnded(reason: DisconnectReason): void {
    if (this.#end !== undefined || this.#closing !== undefined) return;
    this.#lastReason = reason;
    this.#take(() => this.#decoder?.end?.() ?? []);
  }

  /** Reads as long as there is room for frames, and for the answers to them. */
  #flow(): void {
    if (this.#closing !== undefined) return;
    const hasRoom = this.#frames === undefined && this.#pending < this.#options.readAhead;
    const isOpen = this.#listener !== undefined && this.#end === undefined && this.#lastReason === undefined;
    const mayRead = isOpen && hasRoom && !this.#socket.writableNeedDrain;
    if (mayRead === this.#isReading) return;
    this.#isReading = mayRead;
    if (mayRead) this.#socket.resume();
    else this.#socket.pause();
  }

  // ---- out ----

  /** What is sent in one turn goes out in one piece. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket.cork();
    this.#world.scheduler.soon(() => this.#uncork());
  }

  #uncork(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#socket.uncork();
  }

  #socketOnDrain(): void {
    this.#tellWaiting(true);
    this.#flow();
  }

  #giveUp(): void {
    const { writeLimit } = this.#options;
    const text = `${this.remoteAddress} does not read what is sent to it: more than ${writeLimit} bytes wait; wait for drained() when send() gives false, or raise writeLimit`;
    this.#finish('slow', new TcpError('slow', text));
    this.#socket.destroy();
  }

  #tellWaiting(mayGoOn: boolean): void {
    for (const tell of this.#waiting.splice(0)) tell(mayGoOn);
  }

  // ---- the end ----

  #lost(cause: Error | undefined): TcpError {
    const why = cause === undefined ? 'it was closed' : explainSystem(cause);
    return new TcpError(
      'lost',
      `the connection with ${this.remoteAddress} is lost: ${why}`,
      cause && { cause },
    );
  }

  /** The peer has sent what it must not. */
  #refuse(thrown: unknown): void {
    this.#frames = undefined;
    if (thrown instanceof TcpError && thrown.problem !== 'listen' && thrown.problem !== 'connect')
      return this.#finish(thrown.problem, thrown);
    const text = `${this.remoteAddress} has sent what is no frame: ${thrown instanceof Error ? thrown.message : thrown}`;
    this.#finish('malformed', new TcpError('malformed', text, { cause: thrown }));
  }

  /** The one place where every connection ends. */
  #finish(reason: DisconnectReason, error: TcpError | undefined): void {
    if (!this.#socket.writable) this.#tellWaiting(false);
    if (this.#end !== undefined) return;
    this.#end = { reason, error };
    this.#frames = undefined;
    this.#cancelIdle();
    this.#flow();
    this.#listener?.over(reason, error);
  }

  // ---- idleness ----

  get #hasIdleTimeout(): boolean {
    return this.#options.idleTimeout < Number.POSITIVE_INFINITY;
  }

  readonly #touch = (): void => {
    if (this.#hasIdleTimeout) this.#since = this.#world.clock.now();
  };

  /** One timer for all that happens: it looks when the last thing was, rather than being set anew by each. */
  #watchIdle(delay: number): void {
    if (!this.#hasIdleTimeout) return;
    this.#cancelIdle = this.#world.clock.after(delay, () => {
      const { idleTimeout } = this.#options;
      // A frame that is being handled is no silence of the peer's.
      if (this.#pending > 0) this.#touch();
      const left = this.#since + idleTimeout - this.#world.clock.now();
      if (left > 0) return this.#watchIdle(left);
      const text = `${this.remoteAddress} has neither sent nor read anything for ${idleTimeout} ms`;
      this.#finish('idle', new TcpError('idle', text));
    });
  }
}

/** After so many ms of silence the system begins to look whether the peer's machine is still there. */
const keepAliveDelay = 60_000;
