/** Who says that it is somebody else: it is not believed, and those whose name it takes do not notice. */
import { assert } from 'chai';
import { keygen, type Node, NodeDown, NodeRefused, NodeUp, type RemotingOptions } from '../../lib/index.ts';
import { makeCurve } from '../../lib/remoting/curve.ts';
import { type Control, digitsOf, handshakeFrame, noIncarnation } from '../../lib/remoting/wire.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { RawPeer } from './rawPeer.ts';
import { addressOf, type Cluster, heard, newCluster } from './support.ts';

const [own, member, other] = [keygen(), keygen(), keygen()];

describe('a peer that takes the name of another', () => {
  it('is refused at the address of the node itself, in whatever life', async () => {
    const { node, peer, ups } = await joined();
    const hello = { ...peer.introduction('hello'), address: node.address } as Control;
    const reason = `${node.address} is the address of the node that refuses`;
    await peer.handshake(hello);
    await peer.send(handshakeFrame(digitsOf(node.incarnation), noIncarnation, hello));
    assert.deepEqual(peer.controls, [
      { kind: 'refuse', reason },
      { kind: 'refuse', reason },
    ]);
    assert.deepEqual(ups, []);
  });

  it('is refused at the address of a node that is up, when its key is another, and takes nothing down', async () => {
    const { cluster, node, peer } = await joined({ allow: [member.publicKey, other.publicKey] });
    const curve = { ...member, allow: [own.publicKey] };
    const friend = await cluster.start(2, { remoting: { curve } });
    friend.lookup(`${node.address}/probe`).tell('hello');
    await cluster.clock.advance(100);
    const [downs, refused] = [heard(node, NodeDown), heard(node, NodeRefused)];
    await peer.handshake(proven(peer, other, addressOf(2)));
    assert.deepEqual(peer.controls, [{ kind: 'refuse', reason: 'another node is up at this address' }]);
    assert.match(refused[0]?.reason ?? '', /another key/);
    assert.equal(refused[0]?.address, addressOf(2));
    assert.deepEqual(downs, []);
  });

  it('is refused at an address whose key is pinned, though its own is on the allow list and proved', async () => {
    const servers = { [addressOf(9)]: member.publicKey };
    const { node, peer, ups } = await joined({ allow: [member.publicKey, other.publicKey], servers });
    const refused = heard(node, NodeRefused);
    await peer.handshake(proven(peer, other, peer.address));
    assert.deepEqual(peer.controls, [
      { kind: 'refuse', reason: 'your key is not that of the node at this address' },
    ]);
    assert.match(refused[0]?.reason ?? '', /not the one that servers has for it/);
    assert.deepEqual(ups, []);
    await peer.handshake(proven(peer, member, peer.address));
    assert.lengthOf(ups, 1);
  });
});

describe('a stranger', () => {
  it('refuses nothing: nobody hears of it', async () => {
    const { node, peer } = await joined();
    const refused = heard(node, NodeRefused);
    await peer.handshake({ kind: 'refuse', reason: 'I do not like you' });
    assert.deepEqual(refused, []);
  });
});

/** A node with CURVE, and a peer that it has refused for want of a key: nothing else keeps anybody out in memory. */
async function joined(
  more: object = {},
): Promise<{ cluster: Cluster; node: Node; peer: RawPeer; ups: NodeUp[] }> {
  const cluster = newCluster();
  const curve: RemotingOptions['curve'] = { ...own, ...more };
  const node = await cluster.start(1, { remoting: { curve } });
  new TestProbe(node, 'probe');
  const peer = await RawPeer.join(cluster, node, 9);
  peer.controls.length = 0;
  return { cluster, node, peer, ups: heard(node, NodeUp) };
}

/** A hello from `address` by the holder of a key, who can prove it. */
function proven(peer: RawPeer, keys: typeof own, address: string): Control {
  const proof = makeCurve(keys).proof(own.publicKey, `hello ${peer.incarnation} ${address}`);
  const credentials = { key: keys.publicKey, proof: Buffer.from(proof).toString('hex') };
  return { ...peer.introduction('hello'), address, ...credentials } as Control;
}
