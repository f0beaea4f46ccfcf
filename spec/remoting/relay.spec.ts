import { assert } from 'chai';
import { DeadLetter, type Node, NodeDown, NodeUp } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { addressOf, type Cluster, heard, newCluster } from './support.ts';

describe('a relay', () => {
  it('carries what two nodes tell each other that cannot see each other', async () => {
    const { cluster, a, b } = await apart();
    b.spawn((message, context) => context.reply(`got ${message}`), { name: 'echo' });
    const answer = a.lookup(`${b.address}/echo`).ask('it');
    await cluster.clock.advance(3000);
    assert.equal(await answer, 'got it');
  });

  it('does not forward unless it is one', async () => {
    const { cluster, a, b } = await apart({ relay: false });
    b.spawn(() => {}, { name: 'actor' });
    const letters = heard(a, DeadLetter);
    a.lookup(`${b.address}/actor`).tell('it');
    await cluster.clock.advance(5000);
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['expired'],
    );
  });

  it('keeps the order, also of what is large', async () => {
    const { cluster, a, b } = await apart();
    const probe = new TestProbe(b, 'probe');
    const ref = a.lookup(`${b.address}/probe`);
    for (let i = 0; i < 100; i++) ref.tell(i === 50 ? new Uint8Array(2 ** 20) : i);
    await cluster.clock.advance(3000);
    assert.deepEqual(
      probe.messages.map(message => (typeof message === 'number' ? message : 50)),
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  it('lets one watch the other, and learn that it has crashed', async () => {
    const { cluster, a, b } = await apart();
    b.spawn(() => {}, { name: 'actor' });
    const probe = new TestProbe(a, 'probe');
    probe.watch(a.lookup(`${b.address}/actor`));
    await cluster.clock.advance(3000);
    cluster.crash(b);
    await cluster.clock.advance(10_000);
    assert.lengthOf(probe.messages, 1);
    assert.deepInclude(probe.messages[0] as object, { reason: 'nodeDown' });
  });

  it('takes over when the straight way breaks, without a node going down, and gives back when it heals', async () => {
    const { cluster, a, b, relay } = await apart({ isCut: false });
    const downs = heard(a, NodeDown);
    b.spawn((message, context) => context.reply(message), { name: 'echo' });
    const echo = a.lookup(`${b.address}/echo`);
    const ask = async (message: number) => {
      const answer = echo.ask(message, { timeout: 60_000 });
      await cluster.clock.advance(10);
      return answer;
    };
    assert.equal(await ask(1), 1);
    cluster.network.cut(a.address, b.address);
    cluster.network.cut(b.address, a.address);
    await cluster.clock.advance(5000);
    assert.equal(await ask(2), 2);
    cluster.network.heal();
    await cluster.clock.advance(5000);
    cluster.network.cut(relay.address);
    cluster.network.cut('*', relay.address);
    assert.equal(await ask(3), 3);
    assert.deepEqual(downs, []);
  });

  it('leaves the messages waiting when it is lost, for as long as another way may be found', async () => {
    const { cluster, a, b, relay } = await apart();
    const probe = new TestProbe(b, 'probe');
    const ref = a.lookup(`${b.address}/probe`);
    ref.tell(1);
    await cluster.clock.advance(3000);
    const stopped = relay.stop();
    await cluster.clock.advance(500);
    await stopped;
    ref.tell(2);
    await cluster.clock.advance(200);
    cluster.network.heal();
    await cluster.clock.advance(3000);
    assert.deepEqual(probe.messages, [1, 2]);
  });
});

describe('a node without a port', () => {
  it('asks, is answered, and is found by its refs', async () => {
    const cluster = newCluster();
    const server = await cluster.start(1);
    const client = await cluster.start(0, { address: undefined, remoting: {} });
    server.spawn((message, context) => context.sender?.tell(`hello ${message}`), { name: 'greeter' });
    const probe = new TestProbe(client, 'probe');
    client.lookup(`${server.address}/greeter`).tell('you', probe.ref);
    await cluster.clock.advance(100);
    assert.deepEqual(probe.messages, ['hello you']);
    assert.match(client.address ?? '', /^[0-9a-f]{32}:0$/);
  });

  it('is watched, and goes down when it stops', async () => {
    const cluster = newCluster();
    const server = await cluster.start(1);
    const client = await cluster.start(0, { address: undefined, remoting: {} });
    const [ups, downs] = [heard(server, NodeUp), heard(server, NodeDown)];
    client.lookup(`${server.address}/x`).tell('hello');
    await cluster.clock.advance(100);
    assert.deepEqual(
      ups.map(({ address }) => address),
      [client.address],
    );
    const stopped = client.stop();
    await cluster.clock.advance(100);
    await stopped;
    assert.lengthOf(downs, 1);
  });

  it('reaches another one through a relay', async () => {
    const cluster = newCluster();
    const relay = await cluster.start(9, { remoting: { relay: true } });
    const options = { address: undefined, remoting: { relays: [relay.address as string] } };
    const [a, b] = [await cluster.start(0, options), await cluster.start(0, options)];
    await cluster.clock.advance(100);
    b.spawn((message, context) => context.reply(`got ${message}`), { name: 'echo' });
    const answer = a.lookup(`${b.address}/echo`).ask('it');
    await cluster.clock.advance(2000);
    assert.equal(await answer, 'got it');
  });

  it('stays with its relays, and comes back to one that has restarted', async () => {
    const cluster = newCluster();
    const relay = await cluster.start(9, { remoting: { relay: true } });
    const node = await cluster.start(0, { address: undefined, remoting: { relays: [addressOf(9)] } });
    const ups = heard(node, NodeUp);
    await cluster.clock.advance(100);
    const stopped = relay.stop();
    await cluster.clock.advance(100);
    await stopped;
    await cluster.start(9, { remoting: { relay: true } });
    await cluster.clock.advance(10_000);
    assert.lengthOf(ups, 2);
  });
});

/** Two nodes that know a relay, and not each other. */
async function apart({ relay: isRelay = true, isCut = true } = {}): Promise<{
  cluster: Cluster;
  a: Node;
  b: Node;
  relay: Node;
}> {
  const cluster = newCluster();
  const relay = await cluster.start(9, { remoting: { relay: isRelay } });
  const remoting = { relays: [relay.address as string] };
  const a = await cluster.start(1, { remoting });
  const b = await cluster.start(2, { remoting });
  if (isCut) {
    cluster.network.cut(a.address, b.address);
    cluster.network.cut(b.address, a.address);
  }
  await cluster.clock.advance(100);
  return { cluster, a, b, relay };
}
