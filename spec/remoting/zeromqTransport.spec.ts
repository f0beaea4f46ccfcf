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

const start = () => Node.start({ address: '127.0.0.1:0', logger: silentLogger });
