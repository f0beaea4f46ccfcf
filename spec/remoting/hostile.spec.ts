import { encode } from '@msgpack/msgpack';
import { assert } from 'chai';
import { DeadLetter, MalformedInput, type Node, NodeDown, NodeUp } from '../../lib/index.ts';
import { FrameWriter } from '../../lib/remoting/wire.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { RawPeer } from './rawPeer.ts';
import { type Cluster, heard, newCluster, seeded } from './support.ts';

describe('a peer that says what it should not', () => {
  it('is reported for bytes that are no frame, and harms nothing', async () => {
    const { node, peer, probe } = await joined();
    const malformed = heard(node, MalformedInput);
    for (const bytes of [[], [1, 2, 3], new Array(100).fill(0)]) await peer.send(Uint8Array.from(bytes));
    await peer.say(writer => writer.user('/probe', undefined, encode('still here')));
    assert.lengthOf(malformed, 3);
    assert.deepEqual(probe.messages, ['still here']);
  });

  it('harms nothing with any of 20 000 frames', async () => {
    const { node, peer, cluster } = await joined();
    const random = seeded(11);
    for (let i = 0; i < 20_000; i++) {
      const frame = sample(peer, node);
      for (let n = 0; n < 3; n++) frame[Math.floor(random() * frame.length)] = Math.floor(random() * 256);
      void peer.send(frame);
      if (i % 2000 === 0) await cluster.clock.advance(1);
    }
    await cluster.clock.advance(10);
    const probe = new TestProbe(node, 'after');
    node.lookup('/after').tell('alive');
    assert.equal(await probe.next(), 'alive');
  });

  it('sees the bytes of a bomb become a dead letter', async () => {
    const { node, peer } = await joined();
    const letters = heard(node, DeadLetter);
    await peer.say(writer => writer.user('/probe', undefined, Uint8Array.of(0xdd, 0x3b, 0x9a, 0xca, 0)));
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['undecodable'],
    );
  });

  it('is not heard twice for the same frame', async () => {
    const { peer, probe } = await joined();
    await peer.say(writer => writer.user('/probe', undefined, encode(1)), 1);
    await peer.say(writer => writer.user('/probe', undefined, encode(1)), 1);
    assert.deepEqual(probe.messages, [1]);
  });

  it('has its system records obeyed once, and in order', async () => {
    const { node, peer } = await joined();
    const refs = ['x', 'y'].map(name => node.spawn(() => {}, { name }));
    const stop = (number: number, path: string) => (writer: FrameWriter) =>
      writer.system({ number, operation: 'stop', path, address: '', reason: '' });
    await peer.say(stop(2, '/y'));
    assert.deepEqual(
      refs.map(ref => ref.isStopped),
      [false, false],
    );
    await peer.say(stop(1, '/x'));
    await peer.say(stop(2, '/y'));
    assert.deepEqual(
      refs.map(ref => ref.isStopped),
      [true, true],
    );
  });

  it('is not delivered to when it means another incarnation of this node', async () => {
    const { peer, probe } = await joined();
    await peer.say(writer => writer.user('/probe', undefined, encode('old')), 1, 'e'.repeat(32));
    assert.deepEqual(probe.messages, []);
    assert.deepInclude(peer.controls, { kind: 'refuse', reason: 'stale' });
  });

  it('may say goodbye twice, and is not answered', async () => {
    const { node, peer } = await joined();
    const downs = heard(node, NodeDown);
    const before = peer.controls.length;
    await peer.handshake({ kind: 'goodbye', reason: 'stop' });
    await peer.handshake({ kind: 'goodbye', reason: 'stop' });
    assert.lengthOf(downs, 1);
    assert.lengthOf(peer.controls, before);
  });

  it('is asked to define its numbers for as long as it uses ones that are unknown', async () => {
    const { cluster, node, peer } = await joined();
    const asked = () => peer.controls.filter(({ kind }) => kind === 'resync').length;
    cluster.network.cut(node.address, peer.address);
    await peer.say(writer => writer.user(7, undefined, encode(1)), 5);
    cluster.network.heal();
    for (let i = 0; i < 5; i++) await peer.say(writer => writer.user(7, undefined, encode(1)));
    await cluster.clock.advance(1500);
    assert.isAbove(asked(), 0);
  });

  it('is not taken for the answer to a hello of a life before', async () => {
    const { cluster, node } = await joined();
    const ups = heard(node, NodeUp);
    const stranger = await RawPeer.join(cluster, node, 8, 'f'.repeat(32));
    await stranger.handshake({ kind: 'goodbye', reason: 'stop' });
    cluster.network.cut(node.address, stranger.address);
    node.lookup(`${stranger.address}/x`).tell('x');
    await stranger.handshake({ kind: 'welcome', address: stranger.address, version: '0' }, 'e'.repeat(32));
    assert.lengthOf(ups, 1);
  });

  it('is told when an actor ends that it has asked', async () => {
    const { node, peer, cluster } = await joined();
    const target = node.spawn(() => {}, { name: 'mute' });
    await peer.say(writer => writer.user('/mute', `${peer.address}/$ask/1`, encode('own')));
    target.stop();
    await cluster.clock.advance(10);
    assert.include(
      peer.systems.map(({ operation, path }) => `${operation} ${path}`),
      'terminated /$ask/1',
    );
  });

  it('is asked to define its numbers anew after a gap', async () => {
    const { peer } = await joined();
    await peer.say(writer => writer.user(7, undefined, encode(1)), 5);
    assert.deepInclude(peer.controls, { kind: 'resync' });
  });

  it('is believed when it answers the hello of this life', async () => {
    const { cluster, node } = await joined();
    const stranger = await RawPeer.join(cluster, node, 8, 'f'.repeat(32));
    await stranger.handshake({ kind: 'goodbye', reason: 'stop' });
    const ups = heard(node, NodeUp);
    cluster.network.cut(node.address, stranger.address);
    node.lookup(`${stranger.address}/x`).tell('x');
    await stranger.handshake(
      { kind: 'welcome', address: stranger.address, version: '0' },
      node.incarnation.replaceAll('-', ''),
    );
    assert.lengthOf(ups, 1);
  });

  it('does not mix up the asks of two nodes that have the same number', async () => {
    const { node, peer, cluster } = await joined();
    const target = node.spawn(() => {}, { name: 'mute' });
    // One that another node asked and this peer forwarded; then one of the peer's own.
    await peer.say(writer => writer.user('/mute', '127.0.0.1:7/$ask/1', encode('forwarded')));
    await peer.say(writer => writer.user('/mute', `${peer.address}/$ask/1`, encode('own')));
    target.stop();
    await cluster.clock.advance(10);
    assert.include(
      peer.systems.map(({ operation, path }) => `${operation} ${path}`),
      'terminated /$ask/1',
    );
  });
});

async function joined(): Promise<{ cluster: Cluster; node: Node; peer: RawPeer; probe: TestProbe }> {
  const cluster = newCluster();
  const node = await cluster.start(1);
  const probe = new TestProbe(node, 'probe');
  return { cluster, node, probe, peer: await RawPeer.join(cluster, node, 9) };
}

function sample(peer: RawPeer, node: Node): Uint8Array {
  const writer = new FrameWriter();
  writer.define(1, `${node.address}/probe`);
  writer.user(1, `${peer.address}/x`, encode({ a: [1, 'two'] }));
  writer.system({ number: 1, operation: 'watch', path: '/probe', address: `${peer.address}/x`, reason: '' });
  return writer.take({
    source: peer.incarnation,
    target: node.incarnation.replaceAll('-', ''),
    sequence: 1,
    ack: 0,
  });
}
