/** Messages in sizes that no well-behaved peer sends: whoever asked hears what has become of the question. */
import { encode } from '@msgpack/msgpack';
import { assert } from 'chai';
import { DeadLetter, MalformedInput, type Node } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { RawPeer, writeUser } from './rawPeer.ts';
import { type Cluster, heard, newCluster } from './support.ts';

const limit = 4000;

describe('a message of another node', () => {
  it('is not taken in chunks of hardly a byte', async () => {
    const { node, peer, probe } = await joined();
    const malformed = heard(node, MalformedInput);
    const bytes = encode('x'.repeat(3000));
    for (const [offset, end] of [
      [0, 1023],
      [1023, bytes.length],
    ] as const)
      await chunk(peer, { offset, total: bytes.length, bytes: bytes.subarray(offset, end) });
    assert.deepEqual(
      malformed.map(({ reason }) => reason),
      ['a chunk of hardly a byte'],
    );
    assert.deepEqual(probe.messages, []);
  });

  it('may end with a small chunk, which is all that is left', async () => {
    const { peer, probe } = await joined();
    const bytes = encode('x'.repeat(1100));
    const total = bytes.length;
    await chunk(peer, { offset: 0, total, bytes: bytes.subarray(0, 1024) });
    await chunk(peer, { offset: 1024, total, bytes: bytes.subarray(1024) });
    assert.deepEqual(probe.messages, ['x'.repeat(1100)]);
  });

  it('that is too large is a dead letter, counted once, and answers the ask, in chunks', async () => {
    const { node, peer } = await joined();
    const letters = heard(node, DeadLetter);
    const sender = `${peer.address}/$ask/1`;
    for (const offset of [0, 2000])
      await chunk(peer, { offset, total: limit + 1, sender, bytes: new Uint8Array(2000) });
    assertTooLarge(node, peer, letters);
  });

  it('that is too large is a dead letter, counted once, and answers the ask, in one piece', async () => {
    const { node, peer } = await joined();
    const letters = heard(node, DeadLetter);
    const question = new Uint8Array(limit + 1);
    await peer.say(writer => writeUser(writer, '/probe', `${peer.address}/$ask/1`, question));
    assertTooLarge(node, peer, letters);
  });

  it('that is too large, from a sender who is none, does not take the rest of the frame with it', async () => {
    const { node, peer, probe } = await joined();
    const malformed = heard(node, MalformedInput);
    await peer.say(writer => {
      const total = limit + 1;
      const bytes = new Uint8Array(2000);
      writer.chunk({ stream: 1, offset: 0, total, recipient: '/probe', sender: 'no:where/', bytes });
      writeUser(writer, '/probe', undefined, encode('rest'));
    });
    assert.deepEqual(probe.messages, ['rest']);
    assert.lengthOf(malformed, 2);
  });

  it('that can not be decoded answers the ask', async () => {
    const { peer } = await joined();
    await peer.say(writer => writeUser(writer, '/probe', `${peer.address}/$ask/1`, Uint8Array.of(0xc1)));
    assert.match(answer(peer), /0xc1 begins no value/);
  });
});

function assertTooLarge(node: Node, peer: RawPeer, letters: readonly DeadLetter[]): void {
  assert.deepEqual(
    letters.map(({ reason }) => reason),
    ['tooLarge'],
  );
  assert.match(answer(peer), /a message of 4001 bytes, more than maxMessageSize \(4000\)/);
  const { sent, handled, unhandled, queued, stashed, transmitted, deadLetters, received } = node.stats();
  assert.equal(received, 1);
  assert.equal(sent, handled + unhandled + queued + stashed + deadLetters.total);
  assert.equal(transmitted, 1);
}

/** What the asker is told: an error, as it stands on the wire. */
function answer(peer: RawPeer): string {
  const told = peer.messages.filter(([to]) => to === '/$ask/1').map(([, , message]) => message);
  assert.lengthOf(told, 1);
  return Buffer.from((told[0] as { data: Uint8Array }).data).toString();
}

function chunk(
  peer: RawPeer,
  part: { offset: number; total: number; bytes: Uint8Array; sender?: string },
): Promise<void> {
  return peer.say(writer => writer.chunk({ stream: 1, recipient: '/probe', sender: undefined, ...part }));
}

async function joined(): Promise<{ cluster: Cluster; node: Node; peer: RawPeer; probe: TestProbe }> {
  const cluster = newCluster();
  const node = await cluster.start(1, { remoting: { maxMessageSize: limit } });
  const probe = new TestProbe(node, 'probe');
  return { cluster, node, probe, peer: await RawPeer.join(cluster, node, 9) };
}
