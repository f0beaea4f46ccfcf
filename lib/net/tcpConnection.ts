/**
 * An actor with a socket: of a server, which spawns one for each connection, or of a client, which connects, and again when the
 * connection is over. What happens to the socket comes in turn with the messages, so that the actor does one thing at a time.
 */
import { ActorContextError } from '../base/errors.ts';
import { Actor, type Host, hostOf, type Receive } from '../core/actor.ts';
import { Props } from '../core/props.ts';
import { Backoff } from '../restart/backoff.ts';
import { after, always } from './around.ts';
import { Channel } from './channel.ts';
import { dial } from './dial.ts';
import { type Complete, type ConnectOptions, completeConnect } from './options.ts';
import { Arrived, isSocketEvent, Opened, Over, type SocketEvent, Unreachable } from './socketEvents.ts';
import type { DisconnectReason, TcpError } from './tcpError.ts';

// biome-ignore lint/suspicious/noExplicitAny: frames are taken and given, so no other type fits all connections
export type AnyConnection = TcpConnection<any, any, any, any>;

/** Parameters are given where an actor has some. */
type ParamsOf<P> = [P] extends [undefined] ? [] : [params: P];

/** Where the connection of an actor comes from. */
export type Source =
  | { readonly accepted: Channel }
  | { readonly connect: Complete<ConnectOptions<unknown>>; readonly backoff: Backoff | undefined };

/** @internal Gives an instance its source, right after its constructor. */
export let plug: (connection: AnyConnection, source: Source) => void;

/**
 * The actor of one connection.
 * @typeParam In the frames that it receives
 * @typeParam M the messages that it understands
 * @typeParam P the parameters that it is spawned with
 * @typeParam Out the frames that it can send
 */
export abstract class TcpConnection<In = string, M = unknown, P = undefined, Out = In> extends Actor<M, P> {
  #source: Source | undefined;
  #channel: Channel | undefined;
  /** Whether `connected` has been called, and `disconnected` has not. */
  #isConnected = false;
  #isOpening = false;

  static {
    plug = (connection, source) => connection.#plug(source);
  }

  /**
   * A recipe for an actor that connects to a server, and again when the connection is over: `node.spawn(Chat.connect({ port, framing }))`.
   * @param params the parameters of the actor, if it has any
   * @throws TypeError that names the option and what is wrong with it
   */
  static connect<In, M, P, Out>(
    this: new () => TcpConnection<In, M, P, Out>,
    options: ConnectOptions<In, Out>,
    ...[params]: ParamsOf<NoInfer<P>>
  ): Props<M> {
    const connect = completeConnect(`${this.name}.connect`, options);
    const create = () => {
      const connection = new this();
      const backoff = connect.reconnect === false ? undefined : new Backoff(connect.reconnect);
      connection.#plug({ connect, backoff });
      return connection;
    };
    return new Props<M>(this.name, create, params);
  }

  /** Called when there is a connection, before its first frame. It may be async or a generator. */
  connected(): unknown {
    return undefined;
  }

  /**
   * Handles a frame. It may be async or a generator: the next one, and the next message, waits until it is done, and when too many
   * wait no more is read.
   */
  abstract receiveFrame(frame: In): unknown;

  /**
   * Called once for each `connected`, when the connection is over and all frames have been handled. What is sent in it still reaches a peer
   * that is there. After it the actor of a server stops, and that of a client connects again.
   * @param _error what went wrong, unless the end was an orderly one
   */
  disconnected(_reason: DisconnectReason, _error: TcpError | undefined): unknown {
    return undefined;
  }

  /** Called, for a client, after each attempt to connect that has failed. Another one follows. */
  connectFailed(error: TcpError): unknown {
    this.log.debug(error.message);
    return undefined;
  }

  /** Whether there is a connection: from `connected` to the end of `disconnected`. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** `host:port` of the peer; undefined while there is none. */
  get remoteAddress(): string | undefined {
    return this.#isConnected ? this.#channel?.remoteAddress : undefined;
  }

  /**
   * Sends a frame. What is sent before the actor stops still goes out.
   * @returns whether the next may follow at once. false: much waits to be written, `await this.drained()`; or the frame has been
   * dropped, since there is no connection.
   * @throws what the framing throws about a frame that it can't encode
   */
  send(frame: Out): boolean {
    if (this.#source === undefined) throw this.#hasNoSocket();
    return this.#isConnected && this.#channel?.send(frame) === true;
  }

  /**
   * Resolves with true when there is room to send again: at once, if there is; with false when the connection is over or the actor is
   * being stopped.
   */
  drained(): Promise<boolean> {
    const channel = this.#channel;
    if (!this.#isConnected || channel === undefined) return Promise.resolve(false);
    const { signal } = this;
    return new Promise(resolve => {
      const giveUp = () => resolve(false);
      signal.addEventListener('abort', giveUp, { once: true });
      void channel.drained().then(mayGoOn => {
        signal.removeEventListener('abort', giveUp);
        resolve(mayGoOn);
      });
    });
  }

  /** As for any actor. Frames go to `receiveFrame` all the same. */
  override become(receive: Receive<M>, options?: { discardOld?: boolean }): void {
    super.become(
      typeof receive === 'function' ? (this.#guard(receive as Receive) as Receive<M>) : receive,
      options,
    );
  }

  override preStart(): unknown {
    if (this.#source === undefined) throw this.#hasNoSocket();
    return undefined;
  }

  // ---- beneath the hooks of the user, which may be overridden without a call of super ----

  #plug(source: Source): void {
    this.#source = source;
    const { preStart, postRestart, preRestart, postStop } = this;
    this.receive = this.#guard(
      (this.receive as Receive | undefined) ?? ((message: unknown) => this.unhandled(message)),
    );
    this.preStart = () => after(preStart.call(this), () => this.#open());
    // Whether it calls preStart, as it does unless overridden, or not.
    this.postRestart = error => after(postRestart.call(this, error), () => this.#open());
    const leave = () =>
      always(
        () => this.#disconnect('stopped', undefined),
        () => postStop.call(this),
      );
    this.postStop = () => always(leave, () => this.#channel?.close());
    this.preRestart = (error, message) =>
      always(
        () => preRestart.call(this, error, message),
        () => this.#channel?.close(),
      );
  }

  /** Frames and the like go where they belong, all else to `receive`. */
  #guard(receive: Receive): Receive {
    return (message: unknown) =>
      isSocketEvent(message) ? this.#obey(message) : receive.call(this, message as never);
  }

  #open(): unknown {
    const source = this.#source;
    if (source === undefined || this.#isOpening) return undefined;
    this.#isOpening = true;
    if ('accepted' in source) return this.#take(source.accepted);
    // However it ends, also without its postStop. What was accepted is the server's to close.
    void this.ref.join().then(() => this.#channel?.destroy());
    return source.backoff === undefined ? this.#dial() : this.#tryDial();
  }

  #take(channel: Channel): void {
    // After a restart: the connection has ended with the instance that had it.
    if (channel.isDestroyed && this.#channel === undefined) return this.stop();
    this.#channel = channel;
    this.#host.notice(new Opened(channel));
  }

  #obey(event: SocketEvent): unknown {
    if (event instanceof Unreachable) return this.#unreachable(event);
    // Of a connection that this instance never had, or has no more.
    if (event.channel !== this.#channel) return undefined;
    if (event instanceof Arrived) return this.#handle(event, event.channel);
    if (event instanceof Opened) return this.#connect(event.channel);
    return after(this.#disconnect(event.reason, event.error), () => this.#afterConnection());
  }

  #handle(event: Arrived, channel: Channel): unknown {
    return always(
      () => this.receiveFrame(event.frame as In),
      () => {
        if (!event.isHandled) channel.handled();
        event.isHandled = true;
      },
    );
  }

  #connect(channel: Channel): unknown {
    this.#isConnected = true;
    return after(this.connected(), () =>
      channel.listen({
        frame: frame => this.#host.notice(new Arrived(channel, frame)),
        over: (reason, error) => this.#host.notice(new Over(channel, reason, error)),
      }),
    );
  }

  #disconnect(reason: DisconnectReason, error: TcpError | undefined): unknown {
    if (!this.#isConnected) return undefined;
    return always(
      () => this.disconnected(reason, error),
      () => {
        this.#isConnected = false;
      },
    );
  }

  #afterConnection(): void {
    const source = this.#source as Source;
    if ('accepted' in source || source.backoff === undefined) return this.stop();
    // A client does not wait until the old connection has closed; that has its own time limit.
    void this.#channel?.close();
    this.#channel = undefined;
    this.#dialLater();
  }

  // ---- of a client ----

  async #dial(): Promise<void> {
    const { connect } = this.#source as Source & { connect: Complete<ConnectOptions<unknown>> };
    const { signal } = this;
    const { world } = this.#host;
    const socket = await dial(connect, world.clock, signal);
    if (signal.aborted) socket.destroy();
    else this.#take(new Channel(socket, connect, world));
  }

  #tryDial(): void {
    const { signal } = this;
    this.#dial().catch((error: TcpError) => {
      if (!signal.aborted) this.#host.notice(new Unreachable(this, error));
    });
  }

  #unreachable({ by, error }: Unreachable): unknown {
    return by === this ? after(this.connectFailed(error), () => this.#dialLater()) : undefined;
  }

  #dialLater(): void {
    const { backoff } = this.#source as Source & { backoff: Backoff };
    const { signal } = this;
    if (signal.aborted) return;
    const { clock, random } = this.#host.world;
    const cancel = clock.after(backoff.next(clock.now(), random), () => {
      signal.removeEventListener('abort', cancel);
      this.#tryDial();
    });
    signal.addEventListener('abort', cancel, { once: true });
  }

  #hasNoSocket(): ActorContextError {
    const { name } = this.constructor;
    return new ActorContextError(
      `${name} has no socket: give it to TcpServer.using({ connection: ${name} }), or spawn ${name}.connect({ port, framing })`,
    );
  }

  get #host(): Host {
    return hostOf(this, 'send');
  }
}
