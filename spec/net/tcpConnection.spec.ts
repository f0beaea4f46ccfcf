import { assert } from 'chai';
import { ActorError, type Ref, type Terminated } from '../../lib/index.ts';
import { lengthPrefix, lines, TcpConnection, TcpServer } from '../../lib/net/index.ts';
import { ManualClock } from '../../lib/testkit/index.ts';
import { Echo, Log, Peer, serve, startNode, type Watched } from './support.ts';

describe('TcpConnection', () => {
  it('handles frames and messages one at a time, in the order in which they come', async () => {
    const log = new Log<string>();
    class Both extends TcpConnection<string, string, Watched> {
      override async connected() {
        log.add('connects');
        await Promise.resolve();
        log.add(`connected: ${this.isConnected}`);
      }
      *receiveFrame(line: string) {
        this.ref.tell(`after ${line}`);
        yield Promise.resolve();
        log.add(line);
      }
      override async receive(message: string) {
        await Promise.resolve();
        log.add(message);
      }
    }
    const { port } = await serve(Both, { readAhead: 1 });
    const peer = await Peer.to(port);
    peer.socket.write('a\nb\n');
    await log.until(one => one === 'after b');
    assert.deepEqual(log.all, ['connects', 'connected: true', 'a', 'after a', 'b', 'after b']);
  });

  it('sends when a message says so, and knows its peer', async () => {
    class Pushing extends Echo {
      override receive(message: unknown) {
        this.send(`${message} to ${this.remoteAddress}`);
      }
    }
    const { server, port } = await serve(Pushing);
    const peer = await Peer.to(port);
    await peer.ask('a');
    server.child('pushing$1').tell('hello');
    assert.equal(await peer.lines.next(), `hello to 127.0.0.1:${peer.socket.localPort}`);
  });

  it('has its frames handled by receiveFrame after become, too, and again after unbecome', async () => {
    class Changing extends Echo {
      override receive() {
        this.become(() => this.unbecome(), { discardOld: false });
      }
    }
    const { server, port } = await serve(Changing);
    const peer = await Peer.to(port);
    assert.equal(await peer.ask('a'), 'a');
    const child = server.child('changing$1');
    child.tell('change');
    assert.equal(await peer.ask('b'), 'b');
    child.tell('back');
    assert.equal(await peer.ask('c'), 'c');
  });

  it('can put frames aside, more of them than it may read ahead', async () => {
    class Stashing extends TcpConnection<string, unknown, Watched> {
      #isReady = false;
      receiveFrame(line: string) {
        if (line === 'ready') {
          this.#isReady = true;
          this.unstashAll();
        } else if (this.#isReady) this.send(line);
        else this.stash();
      }
    }
    const { port } = await serve(Stashing, { readAhead: 2 });
    const peer = await Peer.to(port);
    peer.socket.write('a\nb\nc\nd\nready\ne\n');
    const got: string[] = [];
    for (let i = 0; i < 5; i++) got.push(await peer.lines.next());
    assert.deepEqual(got, ['a', 'b', 'c', 'd', 'e']);
  });

  it('has children and watches like any actor', async () => {
    const log = new Log();
    class Watching extends TcpConnection<string, Terminated<Ref>, Watched> {
      receiveFrame() {
        this.watch(this.spawn(() => {}, { name: 'child' })).stop();
      }
      override receive(message: Terminated<Ref>) {
        log.add(`${message.ref} ${message.reason}`);
      }
    }
    const { port } = await serve(Watching);
    const peer = await Peer.to(port);
    peer.socket.write('a\n');
    assert.equal(await log.next(), '/server/watching$1/child stopped');
  });

  it('says that it has no socket when it is spawned by itself', async () => {
    class Lonely extends TcpConnection {
      receiveFrame() {}
    }
    const node = await startNode();
    const failed = node.events.once(ActorError);
    node.spawn(Lonely);
    assert.include((await failed).error.message, 'Lonely has no socket: give it to TcpServer.using');
  });

  it('says so when it sends, if it has overridden preStart', async () => {
    class Lonely extends TcpConnection {
      override preStart() {
        this.send('a');
      }
      receiveFrame() {}
    }
    const node = await startNode();
    const failed = node.events.once(ActorError);
    node.spawn(Lonely);
    assert.include((await failed).error.message, 'Lonely.connect({ port, framing })');
  });

  it('fails when its framing can not encode what it sends', async () => {
    class Wrong extends Echo {
      override receiveFrame() {
        this.send('two\nlines');
      }
    }
    const { node, port } = await serve(Wrong);
    const failed = node.events.once(ActorError);
    const peer = await Peer.to(port);
    peer.socket.write('a\n');
    assert.include((await failed).error.message, 'must be one line');
    await peer.closed;
  });

  it('has frames of any format', async () => {
    const framing = {
      decoder: () => ({ push: (bytes: Buffer) => [...bytes] }),
      encode: (byte: number) => Uint8Array.of(byte),
    };
    class Next extends TcpConnection<number, unknown, Watched> {
      receiveFrame(byte: number) {
        this.send(byte + 1);
      }
    }
    const { port } = await serve(Next, { framing: framing as never });
    const peer = await Peer.to(port);
    peer.socket.end('HAL');
    await peer.closed;
    assert.equal(peer.text, 'IBM');
  });
});

describe('a connection is over', () => {
  it('ended: a peer that has closed its side gets all answers first', async () => {
    class Slow extends Echo {
      override async receiveFrame(line: string) {
        await Promise.resolve();
        this.send(`done: ${line}`);
      }
    }
    const { port, log } = await serve(Slow);
    const peer = await Peer.to(port);
    peer.socket.end('a\nb\n');
    await peer.closed;
    assert.equal(peer.text, 'done: a\ndone: b\n');
    assert.deepEqual(await taken(log, 3), ['connected', 'ended', 'stopped']);
  });

  it('ended: what is sent in disconnected still reaches a peer that has closed its side', async () => {
    class Polite extends Echo {
      override async disconnected(reason: string) {
        await Promise.resolve();
        this.send(`goodbye: ${reason}`);
      }
    }
    const { port } = await serve(Polite);
    const peer = await Peer.to(port);
    peer.socket.end('a\n');
    await peer.closed;
    assert.equal(peer.text, 'a\ngoodbye: ended\n');
  });

  it('truncated: the peer has closed its side in the middle of a frame', async () => {
    const { port, log } = await serve(Echo);
    const peer = await Peer.to(port);
    peer.socket.end('a\nhalf');
    await peer.closed;
    assert.equal(peer.text, 'a\n');
    assert.deepEqual(await taken(log, 3), [
      'connected',
      'truncated: the input ended after 4 bytes of a line without its end',
      'stopped',
    ]);
  });

  it('lost: the peer has reset it', async () => {
    const { port, log } = await serve(Echo);
    const peer = await Peer.to(port);
    await peer.ask('a');
    peer.socket.resetAndDestroy();
    const [, reason, end] = await taken(log, 3);
    assert.match(
      String(reason),
      /^lost: the connection with 127\.0\.0\.1:\d+ is lost: the peer has reset the connection \(ECONNRESET\)$/,
    );
    assert.equal(end, 'stopped');
  });

  it('lost: the peer has reset it before it was looked at', async () => {
    let go = () => {};
    const held = new Promise<void>(resolve => {
      go = resolve;
    });
    class Late extends Echo {
      override async preStart() {
        this.params.log.add('starts');
        await held;
      }
    }
    const { server, port, log } = await serve(Late);
    const peer = await Peer.to(port);
    await log.next();
    const gone = server.child('late$1').join();
    peer.socket.resetAndDestroy();
    await peer.closed;
    go();
    await gone;
    const [, connected, reason, end] = log.all;
    assert.deepEqual([connected, String(reason).slice(0, 5), end], ['connected', 'lost:', 'stopped']);
  });

  it('tooLarge: after the frames before it, and the peer can be told', async () => {
    class Telling extends Echo {
      override disconnected(reason: string, error?: Error) {
        super.disconnected(reason, error);
        this.send(`sorry: ${reason}`);
      }
    }
    const { port, log } = await serve(Telling, { framing: lines({ max: 1000 }) as never });
    const peer = await Peer.to(port);
    peer.socket.write(`a\nb\n${'x'.repeat(5_000_000)}`);
    await peer.closed;
    assert.equal(peer.text, 'a\nb\nsorry: tooLarge\n');
    assert.match(
      String((await taken(log, 2))[1]),
      /^tooLarge: the peer has sent a line of more than 1000 bytes/,
    );
  });

  it('tooLarge: a huge frame is refused when its length is there', async () => {
    const { port, log } = await serve(Echo, { framing: lengthPrefix() as never });
    const peer = await Peer.to(port);
    peer.socket.write(Buffer.of(0xff, 0xff, 0xff, 0xff));
    await peer.closed;
    assert.match(
      String((await taken(log, 2))[1]),
      /^tooLarge: .* a frame of 4294967295 bytes, the most is 1048576/,
    );
  });

  for (const [how, push] of [
    [
      'throws',
      () => {
        throw new Error('a bad byte');
      },
    ],
    [
      'throws in its generator',
      function* () {
        yield 'fine';
        throw new Error('a bad byte');
      },
    ],
  ] as [string, () => Iterable<string>][]) {
    it(`malformed: the decoder ${how}`, async () => {
      const framing = { decoder: () => ({ push }), encode: (text: string) => text };
      const { port, log } = await serve(Echo, { framing: framing as never });
      const peer = await Peer.to(port);
      peer.socket.write('a');
      await peer.closed;
      assert.match(
        String((await taken(log, 2))[1]),
        /^malformed: 127\.0\.0\.1:\d+ has sent what is no frame: a bad byte$/,
      );
    });
  }

  it('idle: nothing has come for idleTimeout', async () => {
    const clock = new ManualClock();
    const { port, log } = await serve(Echo, { idleTimeout: 1000 }, { clock });
    const peer = await Peer.to(port);
    await peer.ask('a');
    await clock.advance(900);
    await peer.ask('b');
    await clock.advance(999);
    assert.deepEqual(log.all, ['connected']);
    await clock.advance(1);
    await peer.closed;
    const [, reason] = await taken(log, 3);
    assert.match(String(reason), /^idle: 127\.0\.0\.1:\d+ has neither sent nor read anything for 1000 ms$/);
  });

  it('idle: not while a frame is being handled', async () => {
    const clock = new ManualClock();
    let open = () => {};
    const opened = new Promise<void>(resolve => {
      open = resolve;
    });
    class Slow extends Echo {
      override async receiveFrame(line: string) {
        this.params.log.add(line);
        await opened;
        this.send(line);
      }
    }
    const { port, log } = await serve(Slow, { idleTimeout: 1000 }, { clock });
    const peer = await Peer.to(port);
    peer.socket.write('a\n');
    await log.until(one => one === 'a');
    await clock.advance(10_000);
    open();
    assert.equal(await peer.lines.next(), 'a');
    await clock.advance(1000);
    await peer.closed;
    assert.match(String(log.all[2]), /^idle:/);
  });

  it('idle: also when what is sent is not read', async () => {
    const clock = new ManualClock();
    class Filling extends Echo {
      override connected() {
        while (this.send('x'.repeat(10_000))) if (!this.isConnected) break;
        this.params.log.add('full');
      }
    }
    const { port, log } = await serve(Filling, { idleTimeout: 1000 }, { clock });
    const peer = await Peer.to(port);
    peer.socket.pause();
    assert.equal(await log.next(), 'full');
    await clock.advance(3000);
    assert.match(String(await log.next()), /^idle:/);
    await clock.advance(1000);
    assert.equal(await log.next(), 'stopped');
  });

  it('stopped: what was sent goes out, what has been read and not handled is dropped', async () => {
    class Quitting extends Echo {
      override receiveFrame(line: string) {
        this.send(line);
        if (line === 'quit') this.stop();
      }
    }
    const { port, log } = await serve(Quitting);
    const peer = await Peer.to(port);
    peer.socket.write('a\nquit\nb\n');
    await peer.closed;
    assert.equal(peer.text, 'a\nquit\n');
    assert.deepEqual(await taken(log, 3), ['connected', 'stopped', 'stopped']);
  });

  it('stopped: a peer that does not close its side has closeTimeout', async () => {
    const clock = new ManualClock();
    const { server, port, log } = await serve(Echo, { closeTimeout: 500 }, { clock });
    const peer = await Peer.to(port);
    peer.socket.allowHalfOpen = true;
    await peer.ask('a');
    const child = server.child('echo$1');
    child.stop();
    await log.until(one => one === 'stopped');
    await clock.advance(499);
    assert.isFalse(child.isStopped);
    await clock.advance(1);
    await child.join();
    peer.socket.destroy();
  });

  it('stopped: once disconnected and postStop have been called, also when they fail', async () => {
    class Failing extends Echo {
      override disconnected(reason: string) {
        super.disconnected(reason);
        throw new Error('no');
      }
    }
    const { server, port, log } = await serve(Failing);
    const peer = await Peer.to(port);
    await peer.ask('a');
    server.child('failing$1').stop();
    await peer.closed;
    assert.deepEqual(await taken(log, 3), ['connected', 'stopped', 'stopped']);
  });

  it('stopped: also by a kill, without the end of the handler that runs', async () => {
    class Hanging extends Echo {
      override receiveFrame(line: string) {
        this.params.log.add(line);
        return new Promise(() => {});
      }
    }
    const { server, port, log } = await serve(Hanging);
    const peer = await Peer.to(port);
    peer.socket.write('a\n');
    await log.until(one => one === 'a');
    server.child('hanging$1').kill();
    await peer.closed;
    assert.deepEqual(log.all, ['connected', 'a', 'stopped', 'stopped']);
  });

  it('by a kill before it has started, without a hook', async () => {
    class Late extends Echo {
      override preStart() {
        this.params.log.add('starts');
        return new Promise(() => {});
      }
    }
    const { server, port, log } = await serve(Late);
    const peer = await Peer.to(port);
    await log.next();
    server.child('late$1').kill();
    await peer.closed;
    assert.deepEqual(log.all, ['starts']);
  });

  it('and what is sent then is dropped', async () => {
    class Late extends Echo {
      override postStop() {
        this.params.log.add([this.send('late'), this.isConnected, this.remoteAddress]);
      }
    }
    const { port, log } = await serve(Late);
    const peer = await Peer.to(port);
    peer.socket.end('a\n');
    await peer.closed;
    assert.deepEqual(await taken(log, 3), ['connected', 'ended', [false, false, undefined]]);
    assert.equal(peer.text, 'a\n');
  });

  it('and nothing is left: no timer, no child', async () => {
    const clock = new ManualClock();
    const { server, port } = await serve(Echo, { idleTimeout: 1000 }, { clock });
    const peer = await Peer.to(port);
    await peer.ask('a');
    const gone = server.child('echo$1').join();
    peer.socket.end();
    await Promise.all([gone, peer.closed]);
    assert.equal(clock.pending, 0);
    assert.equal((await TcpServer.stats(server)).connections, 0);
  });
});

async function taken(log: Log, count: number): Promise<unknown[]> {
  const some: unknown[] = [];
  while (some.length < count) some.push(await log.next());
  return some;
}
