import { assert } from 'chai';
import { Node, type PeerView } from '../../lib/index.ts';
import { Simulation } from '../../lib/testkit/index.ts';
import { addressOf, newCluster } from './support.ts';

const running: Simulation[] = [];

afterEach(async () => {
  for (const simulation of running.splice(0)) await simulation.stop();
});

/** Two nodes, a network with `delay` ms each way, and what has crossed it in frames of links, in bytes. */
async function pair({ delay = 1, ...options }: { delay?: number; phi?: number } = {}) {
  const crossed = { n1: 0, n2: 0 };
  const simulation = new Simulation({
    seed: 1,
    link: { delay },
    trace: (fate, from, _to, frame) => {
      const isHandshake = ((frame[3] as number) & 1) !== 0;
      if (fate === 'arrived' && !isHandshake) crossed[from as 'n1'] += frame.length;
    },
  });
  running.push(simulation);
  const a = await simulation.node({ remoting: { insecure: true, ...options } });
  const b = await simulation.node({ remoting: { insecure: true, ...options } });
  const peerOf = (node: Node) => only(node.peers());
  return { simulation, a, b, crossed, peerOf };
}

function only(peers: PeerView[]): PeerView {
  assert.lengthOf(peers, 1);
  return peers[0] as PeerView;
}

describe('node.peers()', () => {
  it('is empty on a node without remoting, and on one that nobody has spoken to', async () => {
    const local = await Node.start();
    assert.deepEqual(local.peers(), []);
    await local.stop();
    const { a } = await pair();
    assert.deepEqual(a.peers(), []);
  });

  it('says who is connected, and since when', async () => {
    const { simulation, a, b, peerOf } = await pair({ delay: 10 });
    await simulation.run(500);
    a.lookup(`${b.address}/x`).tell('hello');
    const before = peerOf(a);
    assert.deepInclude(before, { address: b.address as string, incarnation: undefined, state: 'connecting' });
    assert.deepInclude(before, { roundTrip: undefined, suspicion: undefined });
    assert.equal(before.queued.messages, 1);
    assert.isAbove(before.queued.bytes, 0);
    await simulation.run(400);
    const { since, ...up } = peerOf(a);
    assert.deepInclude(up, {
      address: b.address as string,
      incarnation: b.incarnation,
      state: 'up',
      via: undefined,
      queued: { messages: 0, bytes: 0 },
      lag: 0,
    });
    assert.equal(since - before.since, 20);
    assert.deepInclude(peerOf(b), { address: a.address as string, incarnation: a.incarnation, state: 'up' });
  });

  it('counts messages and bytes, to the byte that the network has carried', async () => {
    const { simulation, a, b, crossed, peerOf } = await pair();
    b.spawn((message, context) => context.reply(message), { name: 'echo' });
    const echo = a.lookup(`${b.address}/echo`);
    for (let i = 0; i < 10; i++) echo.tell(i);
    const large = echo.ask(new Uint8Array(600_000), { timeout: 60_000 });
    assert.isTrue(await simulation.runUntil(large, 10_000));
    await simulation.run(100);
    const [atA, atB] = [peerOf(a), peerOf(b)];
    assert.equal(atA.sent.messages, 11);
    assert.equal(atB.received.messages, 11);
    assert.equal(atB.sent.messages, 1);
    assert.equal(atA.received.messages, 1);
    assert.isAbove(atA.sent.bytes, 600_000);
    assert.equal(atA.sent.bytes, crossed.n1);
    assert.equal(atB.received.bytes, crossed.n1);
    assert.equal(atB.sent.bytes, crossed.n2);
    assert.equal(atA.received.bytes, crossed.n2);
    assert.deepEqual(a.stats().traffic, { sent: atA.sent, received: atA.received });
  });

  it('measures the round trip of a link on which nothing is said', async () => {
    const { simulation, a, b, peerOf } = await pair({ delay: 7 });
    a.lookup(`${b.address}/x`).tell('hello');
    await simulation.run(5000);
    assert.equal(peerOf(a).roundTrip, 14);
    assert.equal(peerOf(b).roundTrip, 14);
    simulation.link('*', '*', { delay: 30 });
    await simulation.run(6000);
    assert.equal(peerOf(a).roundTrip, 60);
  });

  it('measures the round trip of a link with much to do, by what is told in one direction', async () => {
    const { simulation, a, b, peerOf } = await pair({ delay: 5 });
    b.spawn(() => {}, { name: 'sink' });
    const sink = a.lookup(`${b.address}/sink`);
    for (let i = 0; i < 300; i++) {
      sink.tell(i);
      await simulation.run(10);
    }
    assert.equal(peerOf(a).roundTrip, 10);
  });

  it('has one in five heartbeats answered, and no answer answered', async () => {
    const { simulation, a, b, peerOf } = await pair();
    a.lookup(`${b.address}/x`).tell('hello');
    await simulation.run(3500);
    const before = peerOf(a).sent.bytes;
    await simulation.run(10_000);
    // A heartbeat has five bytes behind its header, and an answer none.
    assert.equal(peerOf(a).sent.bytes - before, 10 * (68 + 5) + 2 * 68);
  });

  it('says for how long nothing has come, and how sure it is that the other is gone', async () => {
    const { simulation, a, b, peerOf } = await pair({ phi: 8 });
    a.lookup(`${b.address}/x`).tell('hello');
    await simulation.run(10_000);
    const { silence, suspicion } = peerOf(a);
    assert.isBelow(silence, 1100);
    assert.isBelow(suspicion as number, 1);
    simulation.freeze(b, 20_000);
    await simulation.run(1500);
    const later = peerOf(a);
    assert.isAtLeast(later.silence, 1400);
    assert.isAbove(later.suspicion as number, suspicion as number);
  });

  it('tells one that does not respond from one that is cut off', async () => {
    const { simulation, a, b, peerOf } = await pair();
    a.lookup(`${b.address}/x`).tell('hello');
    await simulation.run(3000);
    simulation.freeze(b, 6000);
    await simulation.run(5000);
    assert.equal(peerOf(a).state, 'unresponsive');
    await simulation.run(3000);
    assert.equal(peerOf(a).state, 'up');
    simulation.partition(a, b);
    await simulation.run(20_000);
    const { address, incarnation, state, silence, sent } = peerOf(a);
    assert.deepEqual([address, incarnation, state], [b.address, b.incarnation, 'quarantined']);
    assert.isAtLeast(silence, 19_000);
    assert.deepEqual(sent, { messages: 0, bytes: 0 });
  });

  it('forgets one that has said goodbye, and one that was cut off once it is there in a new life', async () => {
    const { simulation, a, b, peerOf } = await pair();
    a.lookup(`${b.address}/x`).tell('hello');
    await simulation.run(100);
    simulation.crash(b);
    await simulation.run(20_000);
    assert.equal(peerOf(a).state, 'quarantined');
    const again = await simulation.restart(b);
    again.lookup(`${a.address}/x`).tell('hello');
    await simulation.run(2000);
    assert.deepInclude(peerOf(a), { incarnation: again.incarnation, state: 'up' });
    const stopped = again.stop();
    await simulation.runUntil(stopped, 20_000);
    await simulation.run(100);
    assert.deepEqual(a.peers(), []);
  });

  it('leaves the totals of links that are gone in node.stats()', async () => {
    const { simulation, a, b } = await pair();
    b.spawn(() => {}, { name: 'sink' });
    a.lookup(`${b.address}/sink`).tell('hello');
    await simulation.run(100);
    const { sent, received } = a.stats().traffic;
    assert.equal(sent.messages, 1);
    await simulation.runUntil(b.stop(), 20_000);
    await simulation.run(100);
    assert.deepEqual(a.peers(), []);
    assert.equal(a.stats().traffic.sent.messages, 1);
    assert.isAtLeast(a.stats().traffic.sent.bytes, sent.bytes);
    assert.isAtLeast(a.stats().traffic.received.bytes, received.bytes);
  });

  it('names the relay, and counts a message once, for the node that it comes from', async () => {
    const cluster = newCluster();
    const relay = await cluster.start(1, { remoting: { relay: true } });
    const relays = [relay.address as string];
    const a = await cluster.start(2, { remoting: { relays } });
    const b = await cluster.start(3, { remoting: { relays } });
    cluster.network.partition(addressOf(2), addressOf(3));
    await cluster.clock.advance(1000);
    b.spawn(() => {}, { name: 'sink' });
    for (let i = 0; i < 5; i++) a.lookup(`${b.address}/sink`).tell(i);
    await cluster.clock.advance(2500);
    const of = (node: Node, address: string) =>
      node.peers().find(peer => peer.address === address) as PeerView;
    assert.deepInclude(of(a, addressOf(3)), { via: relay.address, state: 'up' });
    assert.equal(of(a, addressOf(3)).sent.messages, 5);
    assert.equal(of(b, addressOf(2)).received.messages, 5);
    assert.equal(of(b, addressOf(1)).received.messages, 0);
    assert.isAbove(of(b, addressOf(1)).received.bytes, of(b, addressOf(2)).received.bytes);
    assert.isDefined(of(a, addressOf(3)).roundTrip);
  });
});
