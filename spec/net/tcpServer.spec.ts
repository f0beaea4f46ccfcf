import { assert } from 'chai';
import {
  ActorError,
  ActorStopped,
  CreateFailed,
  ErrorIgnored,
  type Node,
  oneForOne,
  Restart,
  Resume,
  tree,
} from '../../lib/index.ts';
import { lengthPrefix, lines, TcpServer, type TcpServerOptions } from '../../lib/net/index.ts';
import { seededRandom } from '../../lib/testkit/seededRandom.ts';
import { Echo, Log, Peer, plainServer, serve, startNode, type Watched } from './support.ts';

describe('TcpServer', () => {
  it('has a child for each connection, which answers its peer', async () => {
    const { node, port } = await serve(Echo);
    const peers = [await Peer.to(port), await Peer.to(port)];
    const answers = await Promise.all(peers.map((peer, i) => peer.ask(`hello ${i}`)));
    assert.deepEqual(answers, ['hello 0', 'hello 1']);
    assert.isFalse(node.lookup('/server/echo$1').isStopped);
    assert.isFalse(node.lookup('/server/echo$2').isStopped);
  });

  it('says where it listens and how many connections it has and has had', async () => {
    const { server, port, log } = await serve(Echo);
    const [peer, other] = [await Peer.to(port), await Peer.to(port)];
    await peer.ask('a');
    await other.ask('b');
    assert.deepEqual(await TcpServer.address(server), { host: '127.0.0.1', port });
    assert.deepEqual(await TcpServer.stats(server), { connections: 2, accepted: 2, refused: 0 });
    const gone = server.child('echo$1').join();
    peer.socket.end();
    await gone;
    assert.deepEqual(await TcpServer.stats(server), { connections: 1, accepted: 2, refused: 0 });
    assert.deepEqual(log.all, ['connected', 'connected', 'ended', 'stopped']);
  });

  it('calls listening() of a class that extends it', async () => {
    const node = await startNode();
    const log = new Log<number>();
    class Greeting extends TcpServer<undefined> {
      protected override get options() {
        return { port: 0, framing: lines(), connection: Echo.using({ log: new Log() }) };
      }
      override listening({ port }: { port: number }) {
        log.add(port);
      }
    }
    const server = node.spawn(Greeting);
    assert.equal((await TcpServer.address(server)).port, await log.next());
  });

  it('closes more than maxConnections at once, and counts them', async () => {
    const { server, port } = await serve(Echo, { maxConnections: 1 });
    const first = await Peer.to(port);
    await first.ask('a');
    const second = await Peer.to(port);
    await second.closed;
    assert.deepEqual(await TcpServer.stats(server), { connections: 1, accepted: 1, refused: 1 });
    const gone = server.child('echo$1').join();
    first.socket.end();
    await gone;
    await first.closed;
    assert.equal(await (await Peer.to(port)).ask('b'), 'b');
  });

  it('serves 1000 connections at the same time', async () => {
    const { server, port } = await serve(Echo);
    const peers: Peer[] = [];
    for (let i = 0; i < 20; i++) {
      peers.push(...(await Promise.all(Array.from({ length: 50 }, () => Peer.to(port)))));
    }
    const answers = await Promise.all(peers.map((peer, i) => peer.ask(`hello ${i}`)));
    assert.deepEqual(
      answers,
      peers.map((_, i) => `hello ${i}`),
    );
    assert.equal((await TcpServer.stats(server)).connections, 1000);
    server.stop();
    await server.join();
    await Promise.all(peers.map(peer => peer.closed));
  });

  it('outlives whatever peers do, and forgets them all', async () => {
    const { node, server, port } = await serve(Echo, { framing: lengthPrefix({ max: 1000 }) as never });
    const ignored: string[] = [];
    node.events.subscribe(ErrorIgnored, ({ error }) => ignored.push(error.message));
    const random = seededRandom(7);
    for (let round = 0; round < 200; round++) {
      const peer = await Peer.to(port);
      for (let step = 0; step < 3; step++) {
        const act = Math.floor(random() * 4);
        if (act === 0) peer.socket.write(Uint8Array.from({ length: 50 }, () => random() * 256));
        else if (act === 1) peer.socket.write(lengthPrefix().encode('hello'));
        else if (act === 2) peer.socket.end();
        // Node.js never closes a socket that is reset after its end.
        else if (peer.socket.writable) peer.socket.resetAndDestroy();
      }
      peer.socket.destroy();
    }
    const last = await Peer.to(port);
    last.socket.end(lengthPrefix({ bytes: 4 }).encode('still here'));
    await last.closed;
    assert.include(last.text, 'still here');
    await Promise.all(tree(server).children.map(({ ref }) => ref.join()));
    const { connections } = await TcpServer.stats(server);
    assert.equal(connections, 0);
    assert.deepEqual(ignored, []);
    const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
    assert.equal(sent, handled + unhandled + queued + stashed + deadLetters.total);
  });

  describe('a connection that fails', () => {
    class Fragile extends Echo {
      override receiveFrame(line: string): unknown {
        if (line === 'crash') throw new Error('crash');
        return super.receiveFrame(line);
      }
    }

    it('is stopped and closed, and the others and the server live on', async () => {
      const { node, port, log } = await serve(Fragile);
      const failures: string[] = [];
      node.events.subscribe(ActorError, ({ ref, error }) => failures.push(`${ref} ${error.message}`));
      const [fragile, other] = [await Peer.to(port), await Peer.to(port)];
      await other.ask('first');
      fragile.socket.write('crash\nnot any more\n');
      await fragile.closed;
      assert.equal(fragile.text, '');
      assert.equal(await other.ask('still here'), 'still here');
      assert.equal(await (await Peer.to(port)).ask('new'), 'new');
      assert.deepEqual(failures, ['/server/fragile$1 crash']);
      assert.includeMembers(log.all, ['stopped']);
    });

    it('goes on when the supervision of the server says Resume', async () => {
      const node = await startNode();
      const props = TcpServer.using({
        port: 0,
        framing: lines(),
        connection: Fragile.using({ log: new Log() }),
      });
      const server = node.spawn(props, { supervision: oneForOne({ decide: () => Resume }) });
      const peer = await Peer.to((await TcpServer.address(server)).port);
      peer.socket.write('crash\n');
      assert.equal(await peer.ask('still here'), 'still here');
    });

    it('ends all the same when it says Restart: its socket is gone', async () => {
      const node = await startNode();
      const log = new Log();
      const props = TcpServer.using({ port: 0, framing: lines(), connection: Fragile.using({ log }) });
      const server = node.spawn(props, { supervision: oneForOne({ decide: () => Restart }) });
      const peer = await Peer.to((await TcpServer.address(server)).port);
      await peer.ask('a');
      const child = server.child('fragile$1');
      peer.socket.write('crash\n');
      await Promise.all([peer.closed, child.join()]);
      assert.deepEqual(log.all.slice(0, 3), ['connected', 'stopped', 'stopped']);
    });

    for (const [where, Failing] of [
      [
        'constructor',
        class extends Echo {
          constructor() {
            super();
            throw new Error('no');
          }
        },
      ],
      [
        'preStart',
        class extends Echo {
          override preStart() {
            throw new Error('no');
          }
        },
      ],
      [
        'connected',
        class extends Echo {
          override connected() {
            throw new Error('no');
          }
        },
      ],
    ] as const) {
      it(`in its ${where} is closed`, async () => {
        const { server, port } = await serve(Failing);
        const peer = await Peer.to(port);
        await peer.closed;
        assert.isFalse(server.isStopped);
      });
    }

    it('because its framing makes no decoder is closed', async () => {
      const framing = {
        decoder: () => {
          throw new Error('no decoder');
        },
        encode: (text: string) => text,
      };
      const { server, port } = await serve(Echo, { framing: framing as never });
      await (await Peer.to(port)).closed;
      assert.isFalse(server.isStopped);
    });
  });

  describe('that can not listen', () => {
    it('fails to start with one line that says why', async () => {
      const { port } = await plainServer();
      const error = await startError({ port });
      assert.instanceOf(error, CreateFailed);
      assert.equal(
        error.message,
        `/server (TcpServer) failed to start: can't listen on 127.0.0.1:${port}: another program listens there; choose another port, or 0 for any that is free (EADDRINUSE)`,
      );
      assert.deepInclude(error.cause, { code: 'TCP', problem: 'listen' });
    });

    for (const [what, options, text] of [
      ['no port', { port: undefined as never }, 'port must be a whole number from 0 to 65535, not undefined'],
      ['a port beyond all', { port: 65_536 }, 'port must be a whole number from 0 to 65535, not 65536'],
      ['no host', { host: '' }, 'host must be a name or an IP address, not ""'],
      ['no framing', { framing: undefined as never }, 'framing must be lines(), lengthPrefix() or an object'],
      [
        'another class',
        { connection: TcpServer as never },
        'connection must be a class that extends TcpConnection',
      ],
      ['half a connection', { maxConnections: 0.5 }, 'maxConnections must be a whole number of connections'],
      ['no read-ahead', { readAhead: 0 }, 'readAhead must be a whole number of frames from 1 up, not 0'],
      ['no time', { idleTimeout: 0 }, 'idleTimeout must be more than 0 milliseconds, not 0'],
      ['a negative time', { closeTimeout: -1 }, 'closeTimeout must be milliseconds from 0 up, not -1'],
      ['an unknown option', { prot: 1 } as never, 'there is no option "prot"; the options are framing, '],
    ] as [string, Partial<TcpServerOptions<string>>, string][]) {
      it(`says what is wrong with ${what}`, async () => {
        const error = await startError({ port: 0, ...options });
        assert.include(error.message, `TcpServer.using: ${text}`);
      });
    }

    it('rejects who asks for its address', async () => {
      const node = await startNode();
      const props = TcpServer.using({
        port: -1,
        framing: lines(),
        connection: Echo.using({ log: new Log() }),
      });
      const error = await TcpServer.address(node.spawn(props)).catch(one => one);
      assert.instanceOf(error, ActorStopped);
    });
  });

  describe('that ends', () => {
    it('writes out what was sent, closes the connections and frees the port', async () => {
      const { node, server, port, log } = await serve(Echo);
      const peer = await Peer.to(port);
      assert.equal(await peer.ask('a'), 'a');
      server.stop();
      await Promise.all([server.join(), peer.closed]);
      assert.deepEqual(log.all, ['connected', 'stopped', 'stopped']);
      const again = node.spawn(
        TcpServer.using({ port, framing: lines(), connection: Echo.using({ log: new Log() }) }),
      );
      assert.equal((await TcpServer.address(again)).port, port);
      assert.equal(await (await Peer.to(port)).ask('b'), 'b');
    });

    it('by a kill frees the port and closes the connections', async () => {
      const { node, server, port } = await serve(Echo);
      const peer = await Peer.to(port);
      await peer.ask('a');
      server.kill();
      await Promise.all([server.join(), peer.closed]);
      const again = node.spawn(
        TcpServer.using({ port, framing: lines(), connection: Echo.using({ log: new Log() }) }),
      );
      assert.equal((await TcpServer.address(again)).port, port);
    });

    it('by a failure of listening() frees the port', async () => {
      const node = await startNode();
      const { port } = await closedPort();
      class Failing extends TcpServer {
        override listening() {
          throw new Error('no');
        }
      }
      const options = { port, framing: lines(), connection: Echo.using({ log: new Log() }) };
      await node.spawn(Failing.using(options)).join();
      assert.equal((await TcpServer.address(node.spawn(TcpServer.using(options)))).port, port);
    });

    it('and is restarted listens on the same port again', async () => {
      const node = await startNode({ supervision: oneForOne({ decide: () => Restart }) });
      const { port } = await closedPort();
      class Fragile extends TcpServer {
        override receive(message: unknown) {
          if (message === 'crash') throw new Error('crash');
          return super.receive(message);
        }
      }
      const options = { port, framing: lines(), connection: Echo.using({ log: new Log() }) };
      const server = node.spawn(Fragile.using(options));
      await TcpServer.address(server);
      const peer = await Peer.to(port);
      await peer.ask('a');
      server.tell('crash');
      await peer.closed;
      assert.equal((await TcpServer.address(server)).port, port);
      assert.equal(await (await Peer.to(port)).ask('b'), 'b');
    });
  });

  describe('on a node that stops', () => {
    /** Answers a line when it is let. */
    class Slow extends Echo {
      override async receiveFrame(line: string) {
        this.params.log.add(this);
        await opened;
        this.send(`done: ${line}`);
      }
    }
    let open = () => {};
    let opened: Promise<void>;
    beforeEach(() => {
      opened = new Promise(resolve => {
        open = resolve;
      });
    });

    it('takes no more connections, answers what it has read, and then closes', async () => {
      const { node, port, log } = await serve(Slow);
      const peer = await Peer.to(port);
      peer.socket.write('one\ntwo\n');
      await log.until(one => one instanceof Slow);
      const stopped = node.stop();
      await refused(node, port);
      assert.equal(peer.text, '');
      open();
      await Promise.all([stopped, peer.closed]);
      assert.equal(peer.text, 'done: one\ndone: two\n');
      assert.deepEqual(log.all.slice(-2), ['shutdown', 'stopped']);
    });

    it('closes connections on which nothing is under way', async () => {
      const { node, port, log } = await serve(Echo);
      const peer = await Peer.to(port);
      await peer.ask('a');
      await Promise.all([node.stop(), peer.closed]);
      assert.deepEqual(log.all, ['connected', 'shutdown', 'stopped']);
    });
  });
});

/** What a server with those options fails to start with. */
async function startError(options: Partial<TcpServerOptions<string>>): Promise<Error> {
  const node = await startNode();
  const failed = node.events.once(ActorError);
  const connection = Echo.using({ log: new Log() } satisfies Watched);
  node.spawn(TcpServer.using({ port: 0, framing: lines(), connection, ...options }), { name: 'server' });
  return (await failed).error;
}

/** Resolves when nobody can connect any more. */
async function refused(node: Node, port: number): Promise<void> {
  assert.isDefined(node.shutdown.reason);
  for (;;) {
    try {
      (await Peer.to(port)).socket.destroy();
    } catch {
      return;
    }
  }
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<{ port: number }> {
  const { port, server } = await plainServer();
  await new Promise(resolve => server.close(resolve));
  return { port };
}
