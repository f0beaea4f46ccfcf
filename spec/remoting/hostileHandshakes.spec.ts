/** Handshakes that are none: what can't be an introduction brings nobody up. */
import { assert } from 'chai';
import { MalformedInput, type Node, NodeRefused, NodeUp } from '../../lib/index.ts';
import { type Control, FrameWriter, flag, handshakeFrame, noIncarnation } from '../../lib/remoting/wire.ts';
import { RawPeer } from './rawPeer.ts';
import { type Cluster, heard, newCluster } from './support.ts';

describe('a handshake that is none', () => {
  for (const address of ['', 'host', 'host:', ':1', 'host:65536', 'host:1/x', 'a b:1', 'host:1\n'])
    it(`is that of a node which calls itself ${JSON.stringify(address)}`, async () => {
      const { peer, ups, malformed } = await left();
      await peer.handshake({ ...peer.introduction('hello'), address } as Control);
      assert.deepEqual(
        malformed.map(({ reason }) => reason),
        ['a node without an address'],
      );
      assert.deepEqual(ups, []);
    });

  it('is one that breaks off, wherever it does', async () => {
    const { node, peer, ups } = await left();
    const whole = handshakeFrame(peer.incarnation, noIncarnation, peer.introduction('hello'));
    for (let length = 0; length < whole.length; length++) await peer.send(whole.slice(0, length));
    assert.equal(node.stats().malformed, whole.length);
    assert.deepEqual(ups, []);
    await peer.send(whole);
    assert.lengthOf(ups, 1);
  });

  for (const [what, reason, write] of [
    ['nothing at all', 'a handshake without a word', () => {}],
    ['a heartbeat', 'a heartbeat is no handshake', writer => writer.control({ kind: 'heartbeat', lag: 0 })],
    ['a record of a link', 'a handshake of records that belong to a link', writer => writer.define(1, '/x')],
  ] as [string, string, (writer: FrameWriter) => void][]) {
    it(`is one of ${what}`, async () => {
      const { node, peer, malformed } = await left();
      const writer = new FrameWriter();
      write(writer);
      const numbers = { link: 0, yourLink: 0, sequence: 0, ack: 0, systemAck: 0 };
      const target = node.incarnation.replaceAll('-', '');
      await peer.send(writer.take({ flags: flag.handshake, source: peer.incarnation, target, ...numbers }));
      assert.deepEqual(
        malformed.map(one => one.reason),
        [reason],
      );
    });
  }

  it('is an introduction in the middle of a link', async () => {
    const { node, peer } = await joined();
    const malformed = heard(node, MalformedInput);
    await peer.say(writer => writer.control(peer.introduction('hello')));
    assert.match(malformed[0]?.reason ?? '', /a hello in the middle of a link/);
  });
});

describe('a peer that refuses again and again', () => {
  it('is told of a hundred times in a second at the most', async () => {
    const { node, peer, cluster } = await joined();
    const refused = heard(node, NodeRefused);
    for (let i = 0; i < 150; i++) {
      void peer.handshake(peer.introduction('hello'));
      void peer.handshake({ kind: 'refuse', reason: 'no' });
    }
    await cluster.clock.advance(5);
    assert.lengthOf(refused, 100);
  });
});

async function joined(): Promise<{ cluster: Cluster; node: Node; peer: RawPeer }> {
  const cluster = newCluster();
  const node = await cluster.start(1);
  return { cluster, node, peer: await RawPeer.join(cluster, node, 9) };
}

/** One who can be heard, and is not up. */
async function left(): Promise<{ node: Node; peer: RawPeer; ups: NodeUp[]; malformed: MalformedInput[] }> {
  const { node, peer } = await joined();
  await peer.handshake({ kind: 'goodbye', reason: 'stop' });
  return { node, peer, ups: heard(node, NodeUp), malformed: heard(node, MalformedInput) };
}
