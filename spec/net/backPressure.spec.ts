import { assert } from 'chai';
import { lengthPrefix, TcpConnection } from '../../lib/net/index.ts';
import { Echo, Log, Peer, serve, type Watched } from './support.ts';

const block = Buffer.alloc(64 * 1024, 'x');
const blocks = 1000;
/** More than the buffers of the system hold. */
const total = blocks * (block.length + 4);

describe('back pressure', () => {
  it('reads no more while the actor is busy', async () => {
    let open = () => {};
    const opened = new Promise<void>(resolve => {
      open = resolve;
    });
    const got = new Log<number>();
    const queued: number[] = [];
    class Busy extends TcpConnection<Buffer, unknown, Watched> {
      async receiveFrame(frame: Buffer) {
        got.add(frame.length);
        await opened;
        queued.push(this.node.stats().queued);
      }
    }
    const { port } = await serve(Busy, { framing: lengthPrefix() as never, readAhead: 3 });
    const [peer, other] = [await Peer.to(port), await Peer.to(port)];
    for (let i = 0; i < blocks; i++) peer.socket.write(lengthPrefix().encode(block));
    await got.next();
    // It has had ample time to read more: this much comes from another connection meanwhile.
    other.socket.write(lengthPrefix().encode('a'));
    await got.next();
    assert.deepEqual(got.all, [block.length, 1]);
    assert.isAbove(peer.socket.writableLength, total / 2);
    open();
    while (got.all.length < blocks + 1) await got.next();
    assert.isAtMost(Math.max(...queued), 3);
  });

  it('takes no more of many small frames in one chunk than it may', async () => {
    const queued: number[] = [];
    const got = new Log<string>();
    class Counting extends Echo {
      override async receiveFrame(line: string) {
        queued.push(this.node.stats().queued);
        await Promise.resolve();
        got.add(line);
      }
    }
    const { port } = await serve(Counting, { readAhead: 5 });
    const peer = await Peer.to(port);
    const all = Array.from({ length: 10_000 }, (_, i) => String(i));
    peer.socket.write(`${all.join('\n')}\n`);
    await got.until(line => line === all.at(-1));
    assert.deepEqual(got.all, all);
    assert.equal(Math.max(...queued), 4);
  });

  it('reads no more while its peer does not read the answers, so that they stay few', async () => {
    class Echoing extends TcpConnection<Buffer, unknown, Watched> {
      receiveFrame(frame: Buffer) {
        this.send(frame);
      }
      override disconnected(reason: string) {
        this.params.log.add(reason);
      }
    }
    // All of it waiting would be beyond the limit.
    const framing = lengthPrefix() as never;
    const { port, log } = await serve(Echoing, { framing, writeLimit: total / 10 });
    const peer = await Peer.to(port);
    peer.socket.pause();
    for (let i = 0; i < blocks; i++) peer.socket.write(lengthPrefix().encode(block));
    const [other] = [await Peer.to(port)];
    other.socket.end(lengthPrefix().encode('a'));
    await other.closed;
    assert.isAbove(peer.socket.writableLength, total / 2);
    let received = 0;
    peer.socket.removeAllListeners('data').on('data', (text: string) => {
      received += text.length;
    });
    peer.socket.end();
    peer.socket.resume();
    await peer.closed;
    assert.equal(received, total);
    assert.deepEqual(log.all, ['ended', 'ended']);
  });

  it('tells the sender when to wait, and when to go on', async () => {
    class Sending extends TcpConnection<string, unknown, Watched> {
      override connected() {
        this.ref.tell('go');
      }
      override async receive() {
        for (let sent = 0; sent < blocks; sent++) {
          if (this.send('x'.repeat(block.length))) continue;
          this.params.log.add('full');
          if (await this.drained()) this.params.log.add('drained');
        }
        this.stop();
      }
      receiveFrame() {}
    }
    const { port, log } = await serve(Sending);
    const peer = await Peer.to(port);
    peer.socket.pause();
    assert.equal(await log.next(), 'full');
    assert.deepEqual(log.all.at(-1), 'full');
    let received = 0;
    peer.socket.removeAllListeners('data').on('data', (text: string) => {
      received += text.length;
    });
    peer.socket.resume();
    await peer.closed;
    assert.equal(received, blocks * (block.length + 1));
    assert.equal(log.all.at(-1), 'drained');
  });

  it('lets go of a sender that waits when the connection is lost', async () => {
    const { peer, log } = await waiting();
    peer.socket.resetAndDestroy();
    assert.equal(await log.next(), false);
  });

  it('lets go of a sender that waits when its actor is stopped', async () => {
    const { peer, log, child } = await waiting();
    child.stop();
    assert.equal(await log.next(), false);
    peer.socket.destroy();
    await child.join();
  });

  it('has nothing to wait for without a connection, or with room', async () => {
    class Asking extends Echo {
      override async connected() {
        this.params.log.add(await this.drained());
      }
      override async postStop() {
        this.params.log.add(await this.drained());
      }
      override disconnected() {}
    }
    const { port, log } = await serve(Asking);
    const peer = await Peer.to(port);
    peer.socket.end();
    await peer.closed;
    assert.deepEqual([await log.next(), await log.next()], [true, false]);
  });

  it('ends the connection of a peer that lets more wait than writeLimit', async () => {
    class Flooding extends Echo {
      override receiveFrame() {
        // Deaf to what send says: it ends all the same.
        for (let sent = 0; sent < blocks; sent++) this.send('x'.repeat(block.length));
      }
    }
    const { port, log } = await serve(Flooding, { writeLimit: 1_000_000 });
    const peer = await Peer.to(port);
    peer.socket.pause();
    peer.socket.write('go\n');
    assert.equal(await log.next(), 'connected');
    assert.match(
      String(await log.next()),
      /^slow: 127\.0\.0\.1:\d+ does not read what is sent to it: more than 1000000 bytes wait/,
    );
    assert.equal(await log.next(), 'stopped');
  });
});

/** An actor that waits in `drained`, and its peer, which does not read. */
async function waiting() {
  class Waiting extends TcpConnection<string, unknown, Watched> {
    override async connected() {
      while (this.send('x'.repeat(block.length)) || this.#hasRoom()) await Promise.resolve();
      this.params.log.add('full');
      this.params.log.add(await this.drained());
    }
    #left = 200;
    /** Until the buffers of the system are full, too. */
    #hasRoom() {
      return this.#left-- > 0;
    }
    receiveFrame() {}
  }
  const { server, port, log } = await serve(Waiting, { closeTimeout: 1 });
  const peer = await Peer.to(port);
  peer.socket.pause();
  assert.equal(await log.next(), 'full');
  return { peer, log, child: server.child('waiting$1') };
}
