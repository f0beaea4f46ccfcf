/** What is too large for the other end never reaches the wire, whenever it becomes known. */
import { assert } from 'chai';
import { DeadLetter, type Node, type NodeOptions } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { RawPeer } from './rawPeer.ts';
import { type Cluster, heard, newCluster } from './support.ts';

describe('a message that is too large for a node', () => {
  const limited: NodeOptions = { remoting: { maxMessageSize: 300_000 } };

  it('is a dead letter here, once its limit is known, and what was told besides arrives', async () => {
    const { cluster, here, there } = await pair(limited);
    const letters = heard(here, DeadLetter);
    const probe = new TestProbe(there, 'probe');
    const ref = here.lookup(`${there.address}/probe`);
    ref.tell('before').tell(new Uint8Array(400_000)).tell(new Uint8Array(280_000)).tell('after');
    await cluster.clock.advance(1000);
    assert.deepEqual(
      letters.map(({ message, reason }) => [(message as Uint8Array).length, reason]),
      [[400_000, 'tooLarge']],
    );
    assert.deepEqual(
      probe.messages.map(message => (message as Uint8Array).length),
      ['before'.length, 280_000, 'after'.length],
    );
    assert.equal(here.stats().queued, 0);
    assertBalanced(here);
    assertBalanced(there);
  });

  it('rejects the ask at once, large and small, though it was asked before the limit was known', async () => {
    for (const [maxMessageSize, size] of [
      [300_000, 400_000],
      [5000, 6000],
    ] as const) {
      const { cluster, here, there } = await pair({ remoting: { maxMessageSize } });
      there.spawn((_: unknown, context) => context.reply('answer'), { name: 'echo' });
      const answer = here
        .lookup(`${there.address}/echo`)
        .ask<string>(new Uint8Array(size), { timeout: 60_000 });
      const text = answer.catch(error => error.message);
      await cluster.clock.advance(1000);
      assert.match(await text, /maxMessageSize/);
      assertBalanced(here);
      assertBalanced(there);
    }
  });
});

describe('a path that is too long for the wire', () => {
  it('makes the message a dead letter here, and rejects the ask', async () => {
    const { cluster, here, there } = await pair();
    const letters = heard(here, DeadLetter);
    const ref = here.lookup(`${there.address}/${'x'.repeat(16_000)}`);
    ref.tell('x');
    const answer = ref.ask<string>('x').catch(error => error.message);
    await cluster.clock.advance(100);
    assert.match(await answer, /a path of more than 16000 characters can't be sent/);
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['unserializable', 'unserializable'],
    );
    assertBalanced(here);
  });

  it('does so for a sender, too, and a shorter one crosses', async () => {
    const { cluster, here, there } = await pair();
    const letters = heard(here, DeadLetter);
    const probe = new TestProbe(there, 'probe');
    const ref = here.lookup(`${there.address}/probe`);
    const senders = [15_999, 16_000].map(length => here.lookup(`${there.address}/${'x'.repeat(length)}`));
    for (const sender of senders) ref.tell('x', sender);
    await cluster.clock.advance(100);
    assert.deepEqual(probe.messages, ['x']);
    assert.equal(letters[0]?.sender, senders[1]);
  });
});

describe('system records that are lost', () => {
  it('are sent again in frames that the other end takes, however many there are', async () => {
    const cluster = newCluster();
    const node = await cluster.start(1);
    const peer = await RawPeer.join(cluster, node, 9);
    const count = 12_000;
    const refs = Array.from({ length: count }, (_, i) =>
      node.lookup(`${peer.address}/${i}-${'x'.repeat(100)}`),
    );
    for (const ref of refs) ref.stop();
    await cluster.clock.advance(5);
    const last = peer.headers.at(-1)?.sequence ?? 0;
    peer.systems.length = 0;
    await peer.say(writer => writer.range('lost', { first: 1, last }), { flags: 2, sequence: 0 });
    for (let i = 0; i < 100; i++) {
      const ack = peer.headers.at(-1)?.sequence ?? 0;
      await peer.say(() => {}, { flags: 2, sequence: 0, ack });
    }
    const again = peer.systems.map(({ number }) => number);
    const firstAgain = again.indexOf(1);
    assert.deepEqual(
      again.slice(firstAgain, firstAgain + count),
      Array.from({ length: count }, (_, i) => i + 1),
    );
  });
});

async function pair(options?: NodeOptions): Promise<{ cluster: Cluster; here: Node; there: Node }> {
  const cluster = newCluster();
  return { cluster, here: await cluster.start(1), there: await cluster.start(2, options) };
}

function assertBalanced(node: Node): void {
  const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
  assert.equal(sent, handled + unhandled + queued + stashed + deadLetters.total);
}
