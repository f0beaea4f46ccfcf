import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { assert } from 'chai';
import {
  Event,
  FlowHarness,
  JSONEvent,
  serializeEvent,
  TCPIn,
  TCPOut,
  XMLEvent,
} from '../../../lib/flow/index.ts';
import { dataOf, text, until } from './support.ts';

const fast = { backoff: { min: 1, max: 5 } };

describe('TCPOut to TCPIn', () => {
  for (const framing of ['connection', 'line', 'length'] as const) {
    it(`keeps class, data, ids, attributes and order: ${framing}`, async () => {
      const receiver = await FlowHarness.start(TCPIn, { params: { port: 0, framing } });
      const sender = await FlowHarness.start(TCPOut, { params: { port: receiver.actor.port, framing } });
      const given = [
        new JSONEvent({ data: { text: 'line\nbreak', n: [1] }, colour: 'red' }),
        new XMLEvent({ data: '<a b="c">text</a>', service: 'x' }),
        new Event({ data: Buffer.from([0, 255]) }),
      ];
      for (const event of given) await sender.put(event);
      for (const event of given) {
        const found = await receiver.next();
        assert.equal(found.constructor, event.constructor);
        assert.equal(serializeEvent(found), serializeEvent(event));
        assert.equal((await sender.next()).eventId, event.eventId, 'and it is sent on when it has gone');
      }
      await sender.stop();
      await receiver.stop();
    });

    it(`waits for a receiver that is not there yet: ${framing}`, async () => {
      const first = await FlowHarness.start(TCPIn, { params: { port: 0, framing } });
      const { port } = first.actor;
      await first.stop();
      const sender = await FlowHarness.start(TCPOut, { params: { port, framing, ...fast } });
      await sender.put(text('late'));
      await until(() => sender.takeLogs().some(({ message }) => /ECONNREFUSED.*once more in/.test(message)));
      const receiver = await FlowHarness.start(TCPIn, { params: { port, framing } });
      assert.equal((await receiver.next()).data, 'late');
      await sender.stop();
      await receiver.stop();
    });

    it(`sends on when the receiver has come back: ${framing}`, async () => {
      const first = await FlowHarness.start(TCPIn, { params: { port: 0, framing } });
      const { port } = first.actor;
      const sender = await FlowHarness.start(TCPOut, { params: { port, framing, ...fast } });
      await sender.put(text(1));
      await first.next();
      await sender.next();
      await first.stop();
      const second = await FlowHarness.start(TCPIn, { params: { port, framing } });
      await sender.put(text(2));
      assert.equal((await second.next()).data, 2);
      await sender.stop();
      await second.stop();
    });

    it(`holds the sender back while there is no room behind the receiver: ${framing}`, async () => {
      const received: Event[] = [];
      let open = () => {};
      const gate = new Promise<void>(resolve => {
        open = resolve;
      });
      class Slow extends TCPIn {
        protected override emit(event: Event) {
          received.push(event);
          return received.length === 1 ? gate : super.emit(event);
        }
      }
      const receiver = await FlowHarness.start(Slow, { params: { port: 0, framing } });
      const { port } = receiver.actor;
      const sender = await FlowHarness.start(TCPOut, { params: { port, framing } });
      // More than all buffers of the operating system hold.
      const large = 'x'.repeat(4_000_000);
      for (let n = 0; n < 6; n++) await sender.put(text(`${n}${large}`));
      await until(() => received.length === 1);
      for (let turn = 0; turn < 500; turn++) await new Promise(resolve => setImmediate(resolve));
      assert.lengthOf(received, 1);
      assert.isBelow(sender.takeAll().length, 6);
      open();
      await until(() => received.length === 6);
      assert.deepEqual(
        received.map(({ data }) => String(data)[0]),
        [...'012345'],
      );
      await sender.stop();
      await receiver.stop();
    });
  }

  for (const framing of ['connection', 'line', 'length'] as const) {
    it(`sends what the receiver refuses as too large to the error outboxes, once: ${framing}`, async () => {
      const receiver = await FlowHarness.start(TCPIn, { params: { port: 0, framing, maxBytes: 1000 } });
      const { port } = receiver.actor;
      const sender = await FlowHarness.start(TCPOut, { params: { port, framing, ...fast } });
      await sender.put(text('x'.repeat(300_000)));
      assert.equal(((await sender.error()).error as { code?: string }).code, 'PAYLOAD_TOO_LARGE');
      await sender.put(text('small'));
      assert.equal((await receiver.next()).data, 'small');
      await sender.stop();
      await receiver.stop();
    });
  }

  it('keeps many events under way on one connection, in their order', async () => {
    const receiver = await FlowHarness.start(TCPIn, { params: { port: 0, framing: 'length' } });
    const { port } = receiver.actor;
    const sender = await FlowHarness.start(TCPOut, { params: { port, framing: 'length', concurrency: 50 } });
    for (let n = 0; n < 500; n++) await sender.put(text(n));
    await sender.settled();
    await receiver.settled();
    assert.deepEqual(dataOf(receiver.takeAll()), [...Array(500).keys()]);
    assert.lengthOf(sender.takeAll(), 500);
    await sender.stop();
    await receiver.stop();
  });

  it('delivers what is under way when both stop', async () => {
    const receiver = await FlowHarness.start(TCPIn, { params: { port: 0 } });
    const sender = await FlowHarness.start(TCPOut, { params: { port: receiver.actor.port } });
    for (let n = 0; n < 50; n++) await sender.put(text(n));
    await sender.stop();
    await receiver.stop();
    assert.deepEqual(dataOf(receiver.takeAll()), [...Array(50).keys()]);
  });
});

describe('TCPOut', () => {
  it('gives up after so many attempts', async () => {
    const port = await unusedPort();
    const sender = await FlowHarness.start(TCPOut, { params: { port, maxRetries: 2, ...fast } });
    await sender.put(text('nobody'));
    const { error } = await sender.error();
    assert.match(error?.message as string, new RegExp(`no event to 127.0.0.1:${port}: .*ECONNREFUSED`));
    assert.lengthOf(
      sender.takeLogs().filter(({ message }) => message.includes('once more')),
      2,
    );
    await sender.stop();
  });

  it('does not believe a connection that is closed without an answer', async () => {
    const { server, port, sockets } = await listener(socket => void socket.resume().end());
    const sender = await FlowHarness.start(TCPOut, { params: { port, maxRetries: 1, ...fast } });
    await sender.put(text('taken?'));
    assert.match((await sender.error()).error?.message as string, /no event to/);
    assert.isAtLeast(sockets.length, 2);
    await sender.stop();
    await closed(server);
  });

  it('does believe it where the other side is no TCPIn', async () => {
    const got: string[] = [];
    const { server, port } = await listener(socket => {
      socket.on('data', chunk => got.push(chunk.toString()));
      socket.on('end', () => socket.end());
    });
    const sender = await FlowHarness.start(TCPOut, { params: { port, acknowledged: false } });
    await sender.put(text('hello'));
    await sender.next();
    assert.equal(JSON.parse(got.join('')).data, 'hello');
    await sender.stop();
    await closed(server);
  });

  for (const params of [
    { port: 0 },
    { port: 70_000 },
    { host: '' },
    { framing: 'frames' },
    { connectTimeout: 0 },
    { backoff: { min: -1 } },
    { maxRetries: -1 },
  ]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new TCPOut('out', params as never), /^out: (backoff: )?\w+ must be/);
    });
  }

  it('sends one after the other also where concurrency is there but undefined', () => {
    assert.equal(new TCPOut('out', { concurrency: undefined }).params.concurrency, 1);
    assert.equal(new TCPOut('out', { concurrency: 5 }).params.concurrency, 5);
  });
});

describe('TCPIn', () => {
  it('tells of what is no event, shows its beginning, and goes on', async () => {
    const receiver = await FlowHarness.start(TCPIn, { params: { port: 0, framing: 'line' } });
    const socket = connect(receiver.actor.port as number);
    socket.write(`no event${'!'.repeat(5000)}\n`);
    socket.write(`${serializeEvent(text('fine'))}\n`);
    assert.equal((await receiver.next()).data, 'fine');
    const fault = await receiver.error();
    assert.match(String(fault.data), /^no event!+$/);
    assert.lengthOf(String(fault.data), 1000);
    assert.match(String(fault.get('peer')), /^127\.0\.0\.1:\d+$/);
    assert.match(fault.error?.message as string, /no event can be read/);
    socket.destroy();
    await receiver.stop();
  });

  it('closes the connection of whoever sends too much', async () => {
    const receiver = await FlowHarness.start(TCPIn, { params: { port: 0, framing: 'line', maxBytes: 100 } });
    const socket = connect(receiver.actor.port as number);
    socket.on('error', () => {});
    socket.resume();
    socket.write('x'.repeat(101));
    await once(socket, 'close');
    assert.match(receiver.takeLogs()[0]?.message as string, /maxBytes is 100/);
    await receiver.stop();
  });

  it('does not mind who connects and says nothing, or breaks off', async () => {
    const receiver = await FlowHarness.start(TCPIn, { params: { port: 0 } });
    const socket = connect(receiver.actor.port as number);
    socket.end();
    socket.resume();
    await once(socket, 'close');
    const other = connect(receiver.actor.port as number);
    await once(other, 'connect');
    other.resetAndDestroy();
    const sender = await FlowHarness.start(TCPOut, { params: { port: receiver.actor.port } });
    await sender.put(text('next'));
    assert.equal((await receiver.next()).data, 'next');
    assert.deepEqual(receiver.takeErrors(), []);
    await sender.stop();
    await receiver.stop();
  });

  it('does not fall over a connection that breaks while it waits for room', async () => {
    let open = () => {};
    const gate = new Promise<void>(resolve => {
      open = resolve;
    });
    let isWaiting = false;
    class Full extends TCPIn {
      protected override async emit(event: Event) {
        isWaiting = true;
        await gate;
        await super.emit(event);
      }
    }
    const receiver = await FlowHarness.start(Full, { params: { port: 0 } });
    const socket = connect({ port: receiver.actor.port as number, allowHalfOpen: true });
    socket.end(serializeEvent(text('here')));
    await until(() => isWaiting);
    socket.resetAndDestroy();
    await once(socket, 'close');
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));
    open();
    assert.equal((await receiver.next()).data, 'here');
    await receiver.stop();
  });

  it('stops although somebody stays connected', async () => {
    for (const framing of ['connection', 'line'] as const) {
      const receiver = await FlowHarness.start(TCPIn, { params: { port: 0, framing } });
      const socket = connect({ port: receiver.actor.port as number, allowHalfOpen: true });
      socket.on('error', () => {});
      await once(socket, 'connect');
      const over = new Promise(resolve => socket.on('end', resolve).on('close', resolve).resume());
      await receiver.stop();
      await over;
      socket.destroy();
    }
  });

  it('discards, with a warning, what other actors give it', async () => {
    const receiver = await FlowHarness.start(TCPIn, { params: { port: 0 } });
    await receiver.put(text('from inside'));
    await receiver.settled();
    assert.match(receiver.takeLogs()[0]?.message as string, /discarded/);
    assert.deepEqual(receiver.takeAll(), []);
    await receiver.stop();
  });

  it('does not start where the port is taken', async () => {
    const { server, port } = await listener(() => {});
    let message = '';
    try {
      await FlowHarness.start(TCPIn, { params: { port } });
    } catch (error) {
      message = (error as Error).message;
    }
    assert.match(message, /EADDRINUSE/);
    await closed(server);
  });

  for (const params of [
    { port: -1 },
    { maxBytes: 0 },
    { maxConnections: 0 },
    { idleTimeout: 0 },
    { framing: 5 },
  ]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new TCPIn('in', params as never), /^in: \w+ must be/);
    });
  }
});

async function listener(serve: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.push(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, sockets, port: (server.address() as { port: number }).port };
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

async function unusedPort(): Promise<number> {
  const { server, port } = await listener(() => {});
  await closed(server);
  return port;
}
