/** A server: listens, and has a child for each connection. One that fails ends with its connection; the server lives on. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { show } from '../base/errors.ts';
import { RateLimit } from '../base/rateLimit.ts';
import { Actor, hostOf, propsOf } from '../core/actor.ts';
import { ErrorIgnored } from '../core/events.ts';
import { Props } from '../core/props.ts';
import { Ref } from '../core/ref.ts';
import { oneForOne, Stop } from '../core/supervision.ts';
import { Channel } from './channel.ts';
import {
  type Complete,
  type ConnectionOptions,
  checkHost,
  checkKnown,
  checkPort,
  checkWhole,
  completeConnection,
  withConnectionOptions,
} from './options.ts';
import { type AnyConnection, plug, TcpConnection } from './tcpConnection.ts';
import { explainSystem, TcpError } from './tcpError.ts';

export interface TcpServerOptions<In, Out = In> extends ConnectionOptions<In, Out> {
  /** Where to listen: a name or an IP address (127.0.0.1: this machine alone). */
  host?: string | undefined;
  /** 0: any that is free, see `TcpServer.address`. */
  port: number;
  /** The actor of each connection: a class that extends `TcpConnection`, or `Class.using(params)`. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever its messages are
  connection: (new () => TcpConnection<In, any, undefined, Out>) | Props<any>;
  /** More connections than this at the same time are closed at once (no limit). */
  maxConnections?: number | undefined;
  /** How many connections may wait until they are accepted (511). */
  backlog?: number | undefined;
}

/** Where a server listens. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

export interface TcpServerStats {
  /** How many there are. */
  readonly connections: number;
  /** How many there have been since the server was started. */
  readonly accepted: number;
  /** How many were turned away, because there were `maxConnections`. */
  readonly refused: number;
}

// biome-ignore lint/suspicious/noExplicitAny: as AnyConnection
type AnyOptions = TcpServerOptions<any, any>;

/** Texts, not objects of a class: they cross to other nodes. */
const addressRequest = 'troupe/net: address';
const statsRequest = 'troupe/net: stats';

/** At most so many errors of accepting are told in a second. */
const mostErrors = 1;

/**
 * Listens on a TCP port. Its children are the actors of the connections.
 * @typeParam P its parameters, for a class that extends it and has `options` of its own
 */
export class TcpServer<P = AnyOptions> extends Actor<unknown, P> {
  /** A connection that fails is closed. Connections do not depend on one another. */
  override supervision = oneForOne({ decide: () => Stop });

  #server: Server | undefined;
  #address: TcpAddress | undefined;
  readonly #channels = new Map<Channel, Ref>();
  #accepted = 0;
  #refused = 0;
  #takeBack: (() => void)[] = [];

  /** A recipe for a server, to be spawned. */
  static override using<In, Out>(options: TcpServerOptions<In, Out>): Props<unknown>;
  /** @internal what any actor has: it can't be called, or nothing would be checked */
  static override using<M, P>(this: never, params: P): Props<M>;
  static override using(options: unknown): Props<never> {
    return new Props(this.name, () => new this(), options);
  }

  /**
   * Where a server listens, once it does.
   * @throws ActorStopped when it could not, or has stopped; TimeoutError after 5000 ms
   */
  static address(server: Ref): Promise<TcpAddress> {
    return request('TcpServer.address', server, addressRequest);
  }

  /** How many connections a server has, and has had. */
  static stats(server: Ref): Promise<TcpServerStats> {
    return request('TcpServer.stats', server, statsRequest);
  }

  /** What it is told with `using`; a class that extends this one can have options of its own instead. */
  protected get options(): AnyOptions {
    return this.params as AnyOptions;
  }

  /** Called when it listens. */
  listening(_address: TcpAddress): unknown {
    return undefined;
  }

  override async preStart(): Promise<void> {
    const options = completeServer(this.options);
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    this.#server = server;
    if (options.maxConnections !== Number.POSITIVE_INFINITY) server.maxConnections = options.maxConnections;
    server.on('connection', socket => this.#accept(socket, options));
    server.on('drop', () => {
      this.#refused++;
    });
    server.on('error', this.#onError());
    // It takes no more as soon as it begins to end, also by a kill; the connections, its children, come to their end then.
    this.signal.addEventListener('abort', () => this.#close(), { once: true });
    this.#address = await listen(server, options);
    this.#joinShutdown();
    await this.listening(this.#address);
  }

  /** A class that overrides it passes on to it what it does not know. */
  override receive(message: unknown): unknown {
    if (message === addressRequest) return this.reply(this.#address);
    if (message === statsRequest) return this.reply(this.#stats);
    return this.unhandled(message);
  }

  get #stats(): TcpServerStats {
    return { connections: this.#channels.size, accepted: this.#accepted, refused: this.#refused };
  }

  #close(): void {
    for (const takeBack of this.#takeBack.splice(0)) takeBack();
    this.#server?.close();
  }

  #accept(socket: Socket, options: Complete<AnyOptions>): void {
    const { world } = hostOf(this, 'spawn');
    const channel = new Channel(socket, options, world);
    this.#accepted++;
    try {
      const ref = this.spawn(recipe(propsOf(options.connection), channel));
      this.#channels.set(channel, ref);
      void ref.join().then(() => {
        channel.destroy();
        this.#channels.delete(channel);
      });
    } catch {
      // It is stopping, since this very moment.
      channel.destroy();
    }
  }

  /** When the node stops: no more connections first, then an end to those that there are, when they have handled what they have read. */
  #joinShutdown(): void {
    const { shutdown } = this.node;
    if (shutdown.reason !== undefined) return;
    const name = `the server ${this.ref.path}`;
    this.#takeBack = [
      shutdown.addTask('unbind', name, () => void this.#server?.close()),
      shutdown.addTask('drain', name, () => {
        const connections = [...this.#channels];
        for (const [channel] of connections) channel.finish('shutdown');
        return Promise.all(connections.map(([, ref]) => ref.join()));
      }),
    ];
  }

  /** The system can't accept: it has no file descriptors left, for example. The server goes on; strangers must not fill the log. */
  #onError(): (error: Error) => void {
    const { clock } = hostOf(this, 'spawn').world;
    const limit = new RateLimit(clock, mostErrors, 1000);
    return error => {
      // Before it listens, the error is that of the start.
      if (this.#address === undefined || !limit.take()) return;
      const text = `a connection could not be accepted: ${explainSystem(error)}`;
      this.node.events.publish(
        new ErrorIgnored(this.ref, new TcpError('listen', text, { cause: error }), 'accept'),
      );
    };
  }
}

/** The actor of one accepted connection. */
function recipe(props: Props, channel: Channel): Props {
  const create = () => {
    const connection = props.create();
    if (!(connection instanceof TcpConnection)) throw notConnection(connection.constructor);
    plug(connection as AnyConnection, { accepted: channel });
    return connection;
  };
  return new Props(props.className, create, props.params, props.accepts, props.title);
}

function listen(server: Server, { host, port, backlog }: Complete<AnyOptions>): Promise<TcpAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', error => {
      const text = `can't listen on ${host}:${port}: ${explainSystem(error)}`;
      reject(new TcpError('listen', text, { cause: error }));
    });
    server.listen({ host, port, backlog }, () => {
      const address = server.address() as AddressInfo;
      resolve({ host: address.address, port: address.port });
    });
  });
}

const where = 'TcpServer.using';

function completeServer(options: AnyOptions): Complete<AnyOptions> {
  checkKnown(
    where,
    options,
    withConnectionOptions('host', 'port', 'connection', 'maxConnections', 'backlog'),
  );
  const { host = '127.0.0.1', port, connection } = options;
  const { maxConnections = Number.POSITIVE_INFINITY, backlog = 511 } = options;
  checkHost(where, host);
  checkPort(where, port, 0);
  checkWhole(`${where}: maxConnections`, 'connections', maxConnections, 1);
  checkWhole(`${where}: backlog`, 'connections', backlog, 1);
  const isClass = typeof connection === 'function' && connection.prototype instanceof TcpConnection;
  if (!isClass && !(connection instanceof Props)) throw notConnection(connection);
  return { ...completeConnection(where, options), host, port, connection, maxConnections, backlog };
}

const notConnection = (what: unknown) =>
  new TypeError(
    `${where}: connection must be a class that extends TcpConnection, or Class.using(params), not ${show(what)}`,
  );

async function request<R>(method: string, server: Ref, message: string): Promise<R> {
  if (!(server instanceof Ref))
    throw new TypeError(`${method}: expected the ref of a server, not ${show(server)}`);
  return server.ask<R>(message);
}
