/** An HTTP server between queues that the spec holds, and clients of it, fetch and bare sockets. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  Director,
  type Event,
  FlowActor,
  FlowHarness,
  HTTPServer,
  type HTTPServerParams,
} from '../../../lib/flow/index.ts';

export const local = { address: '127.0.0.1', port: 0 };

type ServerClass = new (name: string, params?: HTTPServerParams) => HTTPServer;

/** A server whose outbox is `echo`: the spec answers. */
export function serve(
  params: object = {},
  Server: ServerClass = HTTPServer,
  outboxes: readonly string[] = ['echo'],
): Promise<FlowHarness<HTTPServer>> {
  return FlowHarness.start(Server, { name: 'http', params: { ...local, ...params }, outboxes });
}

/** Answers each event with what `change` makes of it. */
export class Answerer extends FlowActor<{ change?: (event: Event) => unknown }> {
  override async consume(event: Event): Promise<void> {
    await this.params.change?.(event);
    void this.send(event);
  }
}

export class Quiet extends FlowActor {
  readonly lines: Event[] = [];

  override consume(event: Event): void {
    this.lines.push(event);
  }
}

/** A server and one actor that answers. */
export async function serveWith(
  change: (event: Event) => unknown,
  params: object = {},
): Promise<{ director: Director; server: HTTPServer; url: string; log: Quiet }> {
  const director = new Director({ name: 'web', handleSignals: false });
  const log = director.registerLogActor(Quiet, 'log') as Quiet;
  const server = director.registerActor(HTTPServer, 'http', { ...local, ...params });
  const answerer = director.registerActor(Answerer, 'echo', { change });
  director.connectQueue(server, answerer);
  director.connectQueue(answerer, server);
  await director.start();
  return { director, server, url: urlOf(server), log };
}

export const urlOf = (server: HTTPServer): string => `http://127.0.0.1:${server.port}`;

/** A bare connection: what it has got so far, and its end. */
export class Wire {
  readonly socket: Socket;
  text = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      this.text += chunk;
    });
    socket.on('error', () => {});
  }

  static async open(port: number): Promise<Wire> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Wire(socket);
  }

  write(text: string | Buffer): this {
    this.socket.write(text);
    return this;
  }

  /** Resolves when that has come. */
  async has(part: string | RegExp): Promise<string> {
    const found = () => (typeof part === 'string' ? this.text.includes(part) : part.test(this.text));
    while (!found()) {
      if (this.socket.closed || this.socket.readableEnded)
        throw new Error(`the connection ended without ${part}: ${this.text}`);
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]);
    }
    return this.text;
  }

  /** Resolves when the server has ended it. */
  async closed(): Promise<string> {
    if (!this.socket.closed) await once(this.socket, 'close');
    return this.text;
  }

  end(): void {
    this.socket.destroy();
  }
}

/** Everything of a request in one text. */
export const post = (path: string, body: string, headers: readonly string[] = []): string =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: test',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join('\r\n');

/** Sends text to the server and gives its first answer. */
export async function talk(port: number, text: string): Promise<string> {
  const wire = await Wire.open(port);
  wire.write(text);
  const answer = await wire.has(/\r\n\r\n/);
  wire.end();
  return answer;
}
