/**
 * An echo server: every line comes back. `quit` says goodbye, `crash` breaks the connection that says it, and no other.
 *
 *     npx startnode --actor examples.echo.Echo --params '{"port": 7007}'
 *     nc 127.0.0.1 7007
 */
import { lines, type TcpAddress, TcpConnection, TcpServer } from 'troupe/net';

export class Echo extends TcpServer<{ port?: number } | undefined> {
  protected override get options() {
    return {
      port: this.params?.port ?? 0,
      connection: EchoConnection,
      framing: lines(),
      idleTimeout: 60_000,
    };
  }

  override listening({ host, port }: TcpAddress) {
    console.log(`echo: listens on ${host}:${port}`);
  }
}

/** The actor of one connection: a child of the server. */
class EchoConnection extends TcpConnection {
  override connected() {
    console.log(`${this.ref.name}: connected`);
  }

  receiveFrame(line: string) {
    if (line === 'crash') throw new Error('it was asked to crash');
    this.send(line === 'quit' ? 'goodbye' : line);
    if (line === 'quit') this.stop();
  }

  override disconnected(reason: string) {
    console.log(`${this.ref.name}: ${reason}`);
  }
}
