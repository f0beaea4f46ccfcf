/** Frames inside frames: only relays pass them on, and only what the other end takes. */
import { assert } from 'chai';
import { DeadLetter, MalformedInput, NodeUp } from '../../lib/index.ts';
import { type Control, handshakeFrame, noIncarnation } from '../../lib/remoting/wire.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { RawPeer } from './rawPeer.ts';
import { addressOf, heard, newCluster } from './support.ts';

describe('a frame that came inside another', () => {
  const relayedHello = async (features: string[], from?: string) => {
    const cluster = newCluster();
    const node = await cluster.start(1);
    const peer = await RawPeer.join(cluster, node, 9);
    await peer.handshake({ kind: 'goodbye', reason: 'stop' });
    await peer.handshake({ ...peer.introduction('hello'), features, link: 2 } as Control);
    const [ups, malformed] = [heard(node, NodeUp), heard(node, MalformedInput)];
    const hello = { ...peer.introduction('hello'), address: addressOf(7) } as Control;
    const frame = handshakeFrame('e'.repeat(32), noIncarnation, hello);
    await peer.say(writer => writer.relay('relayed', from ?? addressOf(7), frame), {
      link: 2,
      yourLink: 2,
      sequence: 1,
    });
    return { ups: ups.map(({ address }) => address), malformed: malformed.map(({ reason }) => reason) };
  };

  it('is read when a relay has passed it on', async () => {
    assert.deepEqual(await relayedHello(['relay']), { ups: [addressOf(7)], malformed: [] });
  });

  it('is not read when it came from one that is no relay', async () => {
    const { ups, malformed } = await relayedHello([]);
    assert.deepEqual(ups, []);
    assert.match(malformed[0] ?? '', /from one that is no relay/);
  });

  it('is not read when the relay passed it on for itself', async () => {
    const { ups, malformed } = await relayedHello(['relay'], addressOf(9));
    assert.deepEqual(ups, []);
    assert.lengthOf(malformed, 1);
  });
});

describe('a relay', () => {
  it('passes nothing on that the other end would not take, with all that travels beside it', async () => {
    const cluster = newCluster();
    const relay = await cluster.start(1, { remoting: { relay: true } });
    const there = await cluster.start(2);
    const probe = new TestProbe(there, 'probe');
    const ref = relay.lookup(`${there.address}/probe`);
    ref.tell('first');
    await cluster.clock.advance(100);
    const peer = await RawPeer.join(cluster, relay, 9);
    const [letters, malformed] = [heard(relay, DeadLetter), heard(relay, MalformedInput)];
    const said = peer.say(out =>
      out.relay('relay', there.address as string, new Uint8Array(1024 * 1024 - 200)),
    );
    ref.tell('x'.repeat(1000));
    await said;
    await cluster.clock.advance(3000);
    assert.lengthOf(probe.messages, 2);
    assert.deepEqual(letters, []);
    assert.match(malformed[0]?.reason ?? '', /too large to be passed on/);
  });
});
