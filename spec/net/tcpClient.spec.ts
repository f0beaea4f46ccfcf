import { once } from 'node:events';
import { assert } from 'chai';
import { ActorError, CreateFailed, oneForOne, type Ref, Restart } from '../../lib/index.ts';
import { type ConnectOptions, lines, TcpConnection, type TcpError, TcpServer } from '../../lib/net/index.ts';
import { ManualClock } from '../../lib/testkit/index.ts';
import { Echo, Log, type Peer, plainServer, serve, startNode, type Watched } from './support.ts';

/** Says hello when it is connected, sends what it is told, and writes down what happens. */
class Client extends TcpConnection<string, string, Watched> {
  override connected() {
    this.params.log.add('connected');
    this.send('hello');
  }
  receiveFrame(line: string) {
    if (line === 'crash') throw new Error('crash');
    this.params.log.add(line);
  }
  override receive(message: string) {
    this.params.log.add(this.send(message));
  }
  override disconnected(reason: string) {
    this.params.log.add(reason);
  }
  override connectFailed(error: TcpError) {
    this.params.log.add(error.problem);
  }
  override postStop() {
    this.params.log.add('gone');
  }
}

const connect = (options: Omit<ConnectOptions<string>, 'framing'>, log: Log) =>
  Client.connect({ framing: lines(), ...options }, { log });

describe('TcpConnection.connect()', () => {
  it('connects to a server, sends and receives', async () => {
    const { node, port } = await serve(Echo);
    const log = new Log();
    const client = node.spawn(connect({ port }, log));
    assert.deepEqual([await log.next(), await log.next()], ['connected', 'hello']);
    client.tell('more');
    assert.deepEqual([await log.next(), await log.next()], [true, 'more']);
  });

  it('connects again when the connection is over, after longer and longer waits', async () => {
    const { clock, log, accepted, server, port } = await waiting();
    (await accepted.next()).socket.end();
    assert.deepEqual(await taken(log, 2), ['connected', 'ended']);
    server.close();
    await once(server, 'close');
    await clock.advance(99);
    assert.lengthOf(log.all, 2);
    await clock.advance(1);
    assert.equal(await log.next(), 'connect');
    await clock.advance(199);
    assert.lengthOf(log.all, 3);
    await clock.advance(1);
    assert.equal(await log.next(), 'connect');
    const again = await plainServer(port);
    await clock.advance(400);
    assert.equal(await log.next(), 'connected');
    assert.equal(await (await again.accepted.next()).lines.next(), 'hello');
  });

  it('handles messages while there is no connection, and drops what is sent', async () => {
    const { clock, log, accepted, client } = await waiting();
    const peer = await accepted.next();
    assert.equal(await peer.lines.next(), 'hello');
    peer.socket.resetAndDestroy();
    assert.deepEqual(await taken(log, 2), ['connected', 'lost']);
    client.tell('nobody hears');
    assert.equal(await log.next(), false);
    await clock.advance(100);
    assert.equal(await log.next(), 'connected');
    assert.equal(await (await accepted.next()).lines.next(), 'hello');
  });

  it('can start before its server', async () => {
    const { port, server } = await plainServer();
    server.close();
    await once(server, 'close');
    const node = await startNode();
    const log = new Log();
    node.spawn(connect({ port, reconnect: { min: 1, max: 10 } }, log));
    assert.equal(await log.next(), 'connect');
    const { accepted } = await plainServer(port);
    await log.until(one => one === 'connected');
    assert.equal(await (await accepted.next()).lines.next(), 'hello');
  });

  it('reaches a server that was restarted', async () => {
    const { node, server, port } = await serve(Echo);
    const log = new Log();
    node.spawn(connect({ port, reconnect: { min: 1, max: 10 } }, log));
    assert.deepEqual(await taken(log, 2), ['connected', 'hello']);
    server.stop();
    await server.join();
    node.spawn(TcpServer.using({ port, framing: lines(), connection: Echo.using({ log: new Log() }) }));
    await log.until(one => one === 'hello');
    assert.includeMembers(log.all.slice(2, 3), ['ended']);
  });

  it('with reconnect: false fails to start where nobody listens', async () => {
    const { port, server } = await plainServer();
    server.close();
    await once(server, 'close');
    const node = await startNode();
    const failed = node.events.once(ActorError);
    node.spawn(connect({ port, reconnect: false }, new Log()), { name: 'client' });
    const { error } = await failed;
    assert.instanceOf(error, CreateFailed);
    assert.equal(
      error.message,
      `/client (Client) failed to start: 127.0.0.1:${port} can't be reached: nobody listens there (ECONNREFUSED)`,
    );
  });

  it('with reconnect: false stops when the connection is over', async () => {
    const { port, accepted } = await plainServer();
    const node = await startNode();
    const log = new Log();
    const client = node.spawn(connect({ port, reconnect: false }, log));
    (await accepted.next()).socket.end();
    await client.join();
    assert.deepEqual(log.all, ['connected', 'ended', 'gone']);
  });

  it('connects anew when it is restarted, and drops what had come before', async () => {
    const { port, accepted } = await plainServer();
    const node = await startNode({ supervision: oneForOne({ decide: () => Restart }) });
    const log = new Log();
    node.spawn(connect({ port, closeTimeout: 0 }, log));
    (await accepted.next()).socket.write('a\ncrash\nb\n');
    const peer = await accepted.next();
    peer.socket.write('c\n');
    await log.until(one => one === 'c');
    assert.deepEqual(log.all, ['connected', 'a', 'stopped', 'gone', 'connected', 'c']);
  });

  for (const [when, act] of [
    ['stopped', (client: Ref<string>) => client.stop()],
    ['killed', (client: Ref<string>) => client.kill()],
  ] as const) {
    it(`closes its socket when it is ${when}`, async () => {
      const { client, accepted } = await waiting();
      const peer = await accepted.next();
      assert.equal(await peer.lines.next(), 'hello');
      act(client);
      await Promise.all([client.join(), peer.closed]);
    });

    it(`leaves no timer behind when it is ${when} while it waits to connect again`, async () => {
      const { clock, client, log, accepted } = await waiting();
      (await accepted.next()).socket.end();
      assert.deepEqual(await taken(log, 2), ['connected', 'ended']);
      await clock.settle();
      act(client);
      await client.join();
      assert.isAtMost(clock.pending, 1); // the old connection may still be closing
      await clock.advance(1000);
      assert.equal(clock.pending, 0);
      assert.deepEqual(log.all, ['connected', 'ended', 'gone']);
    });
  }

  it('gives up when it is stopped while it connects', async () => {
    const { node, port } = await serve(Echo);
    const log = new Log();
    const client = node.spawn(connect({ port }, log));
    client.stop();
    await client.join();
    assert.notInclude(log.all, 'connected');
  });

  for (const [what, options, text] of [
    ['no port', {}, 'port must be a whole number from 1 to 65535, not undefined'],
    ['port 0', { port: 0 }, 'port must be a whole number from 1 to 65535, not 0'],
    ['no time', { port: 1, connectTimeout: 0 }, 'connectTimeout must be more than 0 milliseconds, not 0'],
    ['an unknown option', { port: 1, retry: true }, 'there is no option "retry"; the options are framing,'],
  ] as [string, ConnectOptions<string>, string][]) {
    it(`says at once what is wrong with ${what}`, () => {
      assert.throws(() => connect(options, new Log()), TypeError, `Client.connect: ${text}`);
    });
  }

  it('says at once what is wrong with the backoff', () => {
    const options = { port: 1, reconnect: { min: -1 } };
    assert.throws(
      () => connect(options, new Log()),
      TypeError,
      'backoff: min must be milliseconds from 0 up',
    );
  });
});

/** A client of a plain server, in a time that stands still. */
async function waiting() {
  const { port, accepted, server } = await plainServer();
  const clock = new ManualClock();
  const node = await startNode({ clock, random: () => 0.5 });
  const log = new Log();
  const client = node.spawn(connect({ port, reconnect: { min: 100, jitter: 0 } }, log));
  return { port, accepted: accepted as Log<Peer>, server, clock, log, client };
}

async function taken(log: Log, count: number): Promise<unknown[]> {
  const some: unknown[] = [];
  while (some.length < count) some.push(await log.next());
  return some;
}
