import { networkInterfaces } from 'node:os';
import { assert } from 'chai';
import { world } from '../../lib/base/world.ts';
import { keygen, Node, NodeDown, RemotingError, silentLogger } from '../../lib/index.ts';
import { makeCurve } from '../../lib/remoting/curve.ts';
import { zeromqTransport } from '../../lib/remoting/zeromqTransport.ts';
import { itKeepsTheTransportContract } from './transport.contract.ts';

itKeepsTheTransportContract('zeromqTransport', () => ({
  make: events =>
    zeromqTransport(world(), events, { maxFrameSize: 2_000_000, maxSilence: 3000, curve: undefined }),
  anywhere: '127.0.0.1:0',
  settle: () => Promise.resolve(),
}));

const keys = keygen();
itKeepsTheTransportContract('zeromqTransport with CURVE', () => ({
  make: events =>
    zeromqTransport(world(), events, { maxFrameSize: 2_000_000, maxSilence: 3000, curve: makeCurve(keys) }),
  anywhere: '127.0.0.1:0',
  settle: () => Promise.resolve(),
}));

describe('two nodes over ZeroMQ', () => {
  it('tell, ask, carry refs home, and learn of a stop', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    b.spawn((message, context) => context.sender?.tell({ message, from: context.ref }), { name: 'echo' });
    const echo = a.lookup(`${b.address}/echo`);
    const { message, from } = await echo.ask<{ message: unknown; from: typeof echo }>({ text: 'ü', n: 1n });
    assert.deepEqual(message, { text: 'ü', n: 1n });
    assert.isTrue(from.equals(echo));
    const ended = echo.join();
    await b.stop();
    await ended;
    await a.stop();
  });

  it('bring a Uint8Array back as one, and not as a Buffer', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    const seen = new Promise<unknown>(resolve => b.spawn(message => resolve(message), { name: 'sink' }));
    a.lookup(`${b.address}/sink`).tell(Uint8Array.of(1, 2));
    const prototype = Object.getPrototypeOf(await seen);
    await Promise.all([a.stop(), b.stop()]);
    assert.isTrue(prototype === Uint8Array.prototype);
  });

  it('learn at once that the other has stopped, whoever dialled', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    b.spawn((message, { reply }) => reply(message), { name: 'echo' });
    await a.lookup(`${b.address}/echo`).ask('hello');
    const down = a.events.once(NodeDown);
    await b.stop();
    assert.match((await down).reason, /goodbye/);
    const c = await start();
    c.spawn((message, { reply }) => reply(message), { name: 'echo' });
    await a.lookup(`${c.address}/echo`).ask('hello');
    const gone = c.events.once(NodeDown);
    await a.stop();
    assert.match((await gone).reason, /goodbye/);
    await c.stop();
  });

  it('never throw from tell, not even for port 0', async () => {
    const a = await start();
    try {
      assert.doesNotThrow(() => a.lookup('127.0.0.1:0/a').tell('x'));
    } finally {
      await a.stop();
    }
  });

  it('reach each other over IPv6, and over both from any address of a machine', async function () {
    const addresses = Object.values(networkInterfaces()).flatMap(all => all ?? []);
    if (!addresses.some(({ address }) => address === '::1')) {
      console.log('      skipped: this machine has no IPv6 loopback');
      return this.skip();
    }
    const six = await start('[::1]:0');
    const four = await start('127.0.0.1:0');
    six.spawn((message, { reply }) => reply(message), { name: 'echo' });
    four.spawn((message, { reply }) => reply(message), { name: 'echo' });
    assert.equal(await four.lookup(`${six.address}/echo`).ask('to six'), 'to six');
    assert.equal(await six.lookup(`${four.address}/echo`).ask('to four'), 'to four');
    await Promise.all([six.stop(), four.stop()]);
  });

  it('warn when they are known by an address that every machine has', async () => {
    const warned: string[] = [];
    const logger = { ...silentLogger, warn: (text: string) => void warned.push(text) };
    const node = await Node.start({ address: '0.0.0.0:0', remoting: { insecure: true }, logger });
    await node.stop();
    assert.lengthOf(warned, 1);
    assert.include(warned[0], 'advertise');
  });

  it('refuse a port that is taken', async () => {
    const a = await start();
    const error = await Node.start({ address: a.address, logger: silentLogger }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.instanceOf(error, RemotingError);
    await a.stop();
  });
});

const start = (address = '127.0.0.1:0') => Node.start({ address, logger: silentLogger });
