/** What TypeScript says about sockets. Nothing here runs; it only has to compile. */
import { Actor, type Node, type Ref } from '../../lib/index.ts';
import {
  type Framing,
  lengthPrefix,
  lines,
  TcpConnection,
  TcpServer,
  type TcpServerOptions,
} from '../../lib/net/index.ts';

declare const node: Node;

class Echo extends TcpConnection {
  receiveFrame(line: string) {
    const mayGoOn: boolean = this.send(line);
    // @ts-expect-error a line is a text
    this.send(1);
    return mayGoOn || this.drained();
  }
  override disconnected(reason: string, error?: Error) {
    void [reason, error?.message];
  }
}

class Chat extends TcpConnection<string, { say: string }, { room: string }> {
  override receive({ say }: { say: string }) {
    this.send(`${this.params.room}: ${say}`);
  }
  receiveFrame() {}
}

class Blocks extends TcpConnection<Buffer, unknown, undefined, Uint8Array | string> {
  receiveFrame(block: Buffer) {
    this.send(block.subarray(1));
    this.send('text');
  }
}

// @ts-expect-error frames must be handled
new (class extends TcpConnection {})();

const server = node.spawn(TcpServer.using({ port: 0, connection: Echo, framing: lines() }));
node.spawn(TcpServer.using({ port: 0, connection: Blocks, framing: lengthPrefix() }));
node.spawn(TcpServer.using({ port: 0, connection: Chat.using({ room: 'a' }), framing: lines() }));
// @ts-expect-error lines are no blocks
node.spawn(TcpServer.using({ port: 0, connection: Blocks, framing: lines() }));
// @ts-expect-error Chat has parameters
node.spawn(TcpServer.using({ port: 0, connection: Chat, framing: lines() }));
// @ts-expect-error no connection
node.spawn(TcpServer.using({ port: 0, framing: lines() }));
// @ts-expect-error no such option
node.spawn(TcpServer.using({ port: 0, connection: Echo, framing: lines(), prot: 1 }));
// @ts-expect-error an actor that is no connection
node.spawn(TcpServer.using({ port: 0, connection: class extends Actor {}, framing: lines() }));

class Own extends TcpServer<undefined> {
  protected override get options(): TcpServerOptions<string> {
    return { port: 0, connection: Echo, framing: lines() };
  }
  override listening({ host, port }: { host: string; port: number }) {
    void [host, port];
  }
}
node.spawn(Own);

const address: Promise<{ host: string; port: number }> = TcpServer.address(server);
const connections: Promise<number> = TcpServer.stats(server).then(stats => stats.connections);
void [address, connections];

const chat: Ref<{ say: string }> = node.spawn(Chat.connect({ port: 1, framing: lines() }, { room: 'a' }));
chat.tell({ say: 'hello' });
node.spawn(Echo.connect({ port: 1, framing: lines(), reconnect: false }));
node.spawn(Echo.connect({ port: 1, framing: lines(), reconnect: { min: 10 } }));
// @ts-expect-error Chat has parameters
Chat.connect({ port: 1, framing: lines() });
// @ts-expect-error Echo has none
Echo.connect({ port: 1, framing: lines() }, { room: 'a' });
// @ts-expect-error blocks are no lines
Echo.connect({ port: 1, framing: lengthPrefix() });
// @ts-expect-error a port is a number
Echo.connect({ port: '1', framing: lines() });

const numbers: Framing<number> = {
  decoder: () => ({ push: bytes => bytes }),
  encode: frame => Uint8Array.of(frame),
};
void numbers;
