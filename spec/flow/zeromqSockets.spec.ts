/** Real sockets of ZeroMQ, as the flow sees them. Specs wait for what arrives, not for time. */
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { assert } from 'chai';
import { world } from '../../lib/base/world.ts';
import { type FlowSocket, type Frame, SocketError, type SocketOptions } from '../../lib/flow/sockets.ts';
import { zeromqSockets } from '../../lib/flow/zeromqSockets.ts';

describe('the sockets of ZeroMQ', () => {
  const opened: FlowSocket[] = [];
  afterEach(() => Promise.all(opened.splice(0).map(socket => socket.close())));

  /** A socket that keeps what it gets. */
  function open(options: SocketOptions): End {
    const end = new End(options);
    opened.push(end.socket);
    return end;
  }
  const text = (...frames: string[]) => frames.map(frame => Buffer.from(frame));

  it('bring messages from a dealer to a router and back', async () => {
    const router = open({ kind: 'router' });
    const dealer = open({ kind: 'dealer', routingId: 'me' });
    dealer.socket.connect(await router.socket.bind('tcp://127.0.0.1:0'));
    dealer.socket.send(text('', 'one', 'two'));
    assert.deepEqual(await router.next(), ['me', '', 'one', 'two']);
    await router.socket.send(text('me', 'three'));
    assert.deepEqual(await dealer.next(), ['three']);
  });

  it('push each message to one that pulls, in order', async () => {
    const pull = open({ kind: 'pull' });
    const push = open({ kind: 'push' });
    push.socket.connect(await pull.socket.bind('tcp://127.0.0.1:0'));
    for (let count = 0; count < 5; count++) push.socket.send(text(String(count)));
    for (let count = 0; count < 5; count++) assert.deepEqual(await pull.next(), [String(count)]);
  });

  it('hold messages back as long as who receives is not done with the one before', async () => {
    const taken: string[] = [];
    let done = () => {};
    let began = () => {};
    const hasBegun = new Promise<void>(resolve => {
      began = resolve;
    });
    const pull = zeromqSockets(world())({
      kind: 'pull',
      receive: ([frame]) => {
        taken.push(String(frame));
        began();
        return new Promise<void>(resolve => {
          done = resolve;
        });
      },
    });
    opened.push(pull);
    const push = open({ kind: 'push' });
    push.socket.connect(await pull.bind('inproc://slow'));
    await push.socket.send(text('1'));
    await push.socket.send(text('2'));
    await hasBegun;
    assert.deepEqual(taken, ['1']);
    done();
    while (taken.length < 2) await new Promise(setImmediate);
    done();
  });

  it('keep what is pushed while nobody pulls, and say how much', async () => {
    const push = open({ kind: 'push' });
    const free = await freeEndpoint();
    push.socket.connect(free);
    const sent = [push.socket.send(text('1')), push.socket.send(text('2'))];
    assert.equal(push.socket.pending, 2);
    const pull = open({ kind: 'pull' });
    await pull.socket.bind(free);
    await Promise.all(sent);
    assert.equal(push.socket.pending, 0);
    assert.deepEqual(await pull.next(), ['1']);
  });

  it('give what is published to those who have subscribed to how it begins', async () => {
    const pub = open({ kind: 'pub' });
    const sub = open({ kind: 'sub', topics: ['news'] });
    sub.socket.connect(await pub.socket.bind('tcp://127.0.0.1:0'));
    assert.deepEqual(await pub.next(), ['\x01news']);
    await pub.socket.send(text('other', 'x'));
    await pub.socket.send(text('news', 'y'));
    assert.deepEqual(await sub.next(), ['news', 'y']);
  });

  it('refuse to send to a peer that is not there', async () => {
    const router = open({ kind: 'router' });
    await router.socket.bind('tcp://127.0.0.1:0');
    assert.match(await failureOf(router.socket.send(text('nobody', 'x'))), /the peer is not connected/);
  });

  it('tell when a connection has gone, after all that came from it', async () => {
    const router = open({ kind: 'router' });
    const dealer = open({ kind: 'dealer', routingId: 'me' });
    dealer.socket.connect(await router.socket.bind('tcp://127.0.0.1:0'));
    await dealer.socket.send(text('last'));
    await dealer.socket.close();
    assert.deepEqual(await router.next(), ['me', 'last']);
    assert.deepEqual(await router.next(), ['lost', 'me']);
  });

  it('send what has been sent before they close', async () => {
    const router = open({ kind: 'router' });
    const endpoint = await router.socket.bind('tcp://127.0.0.1:0');
    for (let count = 0; count < 20; count++) {
      const dealer = open({ kind: 'dealer' });
      dealer.socket.connect(endpoint);
      dealer.socket.send(text('hello'));
      await router.next();
      dealer.socket.send(text('bye'));
      await dealer.socket.close();
      assert.deepEqual((await router.next()).slice(1), ['bye']);
      assert.equal((await router.next())[0], 'lost');
    }
  });

  it('drop what could not be sent when they close, and say so', async () => {
    const push = open({ kind: 'push' });
    push.socket.connect(await freeEndpoint());
    const sent = [push.socket.send(text('1')), push.socket.send(text('2'))];
    await push.socket.close();
    for (const one of sent) assert.match(await failureOf(one), /closed/);
    assert.match(await failureOf(push.socket.send(text('3'))), /the socket is closed/);
  });

  it('free the port when they close', async () => {
    const first = open({ kind: 'router' });
    const endpoint = await first.socket.bind('tcp://127.0.0.1:0');
    await first.socket.close();
    const second = open({ kind: 'router' });
    assert.equal(await second.socket.bind(endpoint), endpoint);
  });

  it('disconnect a peer that sends a frame that is too large, and go on', async () => {
    const pull = open({ kind: 'pull', maxFrameSize: 1000 });
    const push = open({ kind: 'push' });
    const endpoint = await pull.socket.bind('tcp://127.0.0.1:0');
    push.socket.connect(endpoint);
    await push.socket.send([Buffer.alloc(5000)]);
    const again = open({ kind: 'push' });
    again.socket.connect(endpoint);
    await again.socket.send(text('small'));
    assert.deepEqual(await pull.next(), ['small']);
  });

  const refusals: [string, string, RegExp][] = [
    ['an endpoint that is none', '5555', /can't be bound.*tcp:\/\/127/],
    ['an address of another machine', 'tcp://192.0.2.1:5555', /is not an address of this machine/],
  ];
  for (const [name, endpoint, message] of refusals) {
    it(`refuse to bind ${name}`, async () => {
      const { socket } = open({ kind: 'router' });
      assert.match(await failureOf(socket.bind(endpoint)), message);
    });
  }

  it('refuse to bind a port that is taken', async () => {
    const endpoint = await open({ kind: 'router' }).socket.bind('tcp://127.0.0.1:0');
    assert.match(
      await failureOf(open({ kind: 'router' }).socket.bind(endpoint)),
      /is in use; choose another port/,
    );
  });

  it('refuse to connect to what is no endpoint', () => {
    const { socket } = open({ kind: 'dealer' });
    assert.throws(() => socket.connect('5555'), SocketError, /"5555" can't be connected to/);
  });

  it('reach IPv6', async () => {
    const router = open({ kind: 'router' });
    const dealer = open({ kind: 'dealer', routingId: 'me' });
    dealer.socket.connect(await router.socket.bind('tcp://[::1]:0'));
    dealer.socket.send(text('x'));
    assert.deepEqual(await router.next(), ['me', 'x']);
  });

  it('are refused in a thread, where they could end the process', async () => {
    const url = new URL('../../lib/flow/zeromqSockets.ts', import.meta.url).href;
    const thread = new Worker(
      `import('tsx/esm/api').then(({ register }) => { register(); return import('${url}'); })
        .then(({ zeromqSockets }) => zeromqSockets({}))
        .catch(error => require('node:worker_threads').parentPort.postMessage(error.message))`,
      { eval: true },
    );
    const message = await new Promise(resolve => thread.once('message', resolve));
    await thread.terminate();
    assert.match(String(message), /main thread only/);
  });
});

class End {
  readonly socket: FlowSocket;
  readonly #came: string[][] = [];
  #wake = () => {};

  constructor(options: SocketOptions) {
    const take = (frames: string[]) => {
      this.#came.push(frames);
      this.#wake();
    };
    this.socket = zeromqSockets(world())({
      receive: (frames: Frame[]) => take(frames.map(String)),
      lost: peer => take(['lost', String(peer)]),
      ...options,
    });
  }

  async next(): Promise<string[]> {
    for (;;) {
      const frames = this.#came.shift();
      if (frames !== undefined) return frames;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert.instanceOf(error, SocketError);
    return (error as Error).message;
  }
  return 'it did not fail';
}

/** An endpoint that nobody listens on at the moment. */
function freeEndpoint(): Promise<string> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(`tcp://127.0.0.1:${port}`));
    });
  });
}
