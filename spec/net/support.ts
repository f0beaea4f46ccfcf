/** What the specs of sockets share: nodes, servers with connections that write down what happens, and peers that are plain sockets. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Node, type NodeOptions, type Ref, silentLogger } from '../../lib/index.ts';
import { lines, TcpConnection, TcpServer, type TcpServerOptions } from '../../lib/net/index.ts';

const ends: (() => unknown)[] = [];

/** A node that is stopped after the spec. */
export async function startNode(options: NodeOptions = {}): Promise<Node> {
  const node = await Node.start({ logger: silentLogger, ...options });
  ends.push(() => node.stop());
  return node;
}

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** What happened, in order, to be waited for. */
export class Log<T = unknown> {
  readonly all: T[] = [];
  #taken = 0;
  #onMore = () => {};

  readonly add = (one: T): void => {
    this.all.push(one);
    this.#onMore();
  };

  /** The next that nobody has taken. */
  async next(): Promise<T> {
    while (this.#taken === this.all.length) {
      await new Promise<void>(resolve => {
        this.#onMore = resolve;
      });
    }
    return this.all[this.#taken++] as T;
  }

  /** Takes all up to the first that is `wanted`. */
  async until(wanted: (one: T) => boolean): Promise<T> {
    for (;;) {
      const one = await this.next();
      if (wanted(one)) return one;
    }
  }
}

export interface Watched {
  readonly log: Log;
}

/** Answers each line with itself, and writes down all that happens. */
export class Echo extends TcpConnection<string, unknown, Watched> {
  override connected() {
    this.params.log.add('connected');
  }
  override receiveFrame(line: string): unknown {
    this.send(line);
    return undefined;
  }
  override disconnected(reason: string, error?: Error) {
    this.params.log.add(error === undefined ? reason : `${reason}: ${error.message}`);
  }
  override postStop() {
    this.params.log.add('stopped');
  }
}

export interface Serving {
  readonly node: Node;
  readonly server: Ref;
  readonly port: number;
  readonly log: Log;
}

/** A server on any free port, of lines unless another framing is given. */
export async function serve(
  // biome-ignore lint/suspicious/noExplicitAny: of whatever frames
  connection: new () => TcpConnection<any, any, Watched, any>,
  options: Partial<TcpServerOptions<unknown>> = {},
  nodeOptions: NodeOptions = {},
): Promise<Serving> {
  const node = await startNode(nodeOptions);
  const log = new Log();
  const recipe = (connection as unknown as typeof Echo).using({ log });
  const props = TcpServer.using({ port: 0, framing: lines() as never, connection: recipe, ...options });
  const server = node.spawn(props, { name: 'server' });
  const { port } = await TcpServer.address(server);
  return { node, server, port, log };
}

/** A plain socket that is connected to a server, and what it gets. */
export class Peer {
  readonly socket: Socket;
  readonly lines = new Log<string>();
  readonly closed: Promise<void>;
  text = '';
  #rest = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (text: string) => {
      const parts = (this.#rest + text).split('\n');
      this.#rest = parts.pop() ?? '';
      this.text += text;
      for (const line of parts) this.lines.add(line);
    });
    this.closed = new Promise(resolve => socket.once('close', () => resolve()));
    ends.push(() => socket.destroy());
  }

  static async to(port: number): Promise<Peer> {
    const socket = connect({ port, host: '127.0.0.1' });
    const peer = new Peer(socket);
    await once(socket, 'connect');
    return peer;
  }

  /** Sends a line and gives the next that comes. */
  ask(line: string): Promise<string> {
    this.socket.write(`${line}\n`);
    return this.lines.next();
  }
}

/** A plain server, and the sockets that it has accepted. */
export async function plainServer(port = 0): Promise<{ port: number; accepted: Log<Peer>; server: Server }> {
  const accepted = new Log<Peer>();
  const server = createServer(socket => accepted.add(new Peer(socket))).listen(port, '127.0.0.1');
  ends.push(() => server.close());
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, accepted, server };
}
