/** Asks and their names: whoever knows the name can answer, so nobody else may come to know it. */
import { assert } from 'chai';
import { world } from '../../lib/base/world.ts';
import type { Node } from '../../lib/index.ts';
import { RawPeer } from './rawPeer.ts';
import { type Cluster, newCluster } from './support.ts';

describe('the name of an ask', () => {
  it('has sixteen characters that nobody can guess, other ones each time', () => {
    const { secret } = world();
    const secrets = Array.from({ length: 3000 }, () => secret());
    for (const one of secrets) assert.match(one, /^[\w-]{16}$/);
    assert.equal(new Set(secrets).size, secrets.length);
    // Each of 64 characters comes about 750 times.
    const counts = new Map<string, number>();
    for (const letter of secrets.join('')) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    assert.equal(counts.size, 64);
    assert.isAbove(Math.min(...counts.values()), 500);
  });

  it('is told to the asked node alone, and says nothing about that of the next', async () => {
    const { node, peer, other } = await joined();
    for (const text of ['first', 'second'])
      void node
        .lookup(`${peer.address}/x`)
        .ask(text)
        .catch(() => {});
    await peer.tell('/nobody', 'go on');
    const [first, second] = peer.messages.map(([, sender]) => sender ?? '');
    const pattern = new RegExp(`^${node.address}/\\$ask/[0-9a-z]+-([\\w-]{16})$`);
    assert.match(first ?? '', pattern);
    assert.match(second ?? '', pattern);
    assert.notEqual(pattern.exec(first ?? '')?.[1], pattern.exec(second ?? '')?.[1]);
    assert.deepEqual(other.messages, []);
  });
});

describe('an ask of another node', () => {
  it('is not settled by a third one that says the asked actor has ended', async () => {
    const { cluster, node, peer, other } = await joined();
    const answer = node.lookup(`${peer.address}/x`).ask('question', { timeout: 1000 });
    const code = answer.catch(error => error.code);
    await peer.tell('/nobody', 'go on');
    const asker = peer.messages[0]?.[1] ?? '';
    const path = asker.slice(asker.indexOf('/'));
    await other.say(writer =>
      writer.system({ number: 1, operation: 'terminated', path, address: '/x', reason: 'stopped' }),
    );
    await cluster.clock.advance(2000);
    assert.equal(await code, 'TIMEOUT');
  });

  it('is settled by the asked one that says so', async () => {
    const { node, peer } = await joined();
    const code = node
      .lookup(`${peer.address}/x`)
      .ask('question')
      .catch(error => error.code);
    await peer.tell('/nobody', 'go on');
    const asker = peer.messages[0]?.[1] ?? '';
    const path = asker.slice(asker.indexOf('/'));
    await peer.say(writer =>
      writer.system({ number: 1, operation: 'terminated', path, address: '/x', reason: 'stopped' }),
    );
    assert.equal(await code, 'ACTOR_STOPPED');
  });

  it('is given up by nobody but the one who asked', async () => {
    const { node, peer, other } = await joined();
    node.spawn(() => {}, { name: 'mute' });
    await peer.tell('/mute', 'question', `${peer.address}/$ask/1`);
    const watched = () => node.stats().malformed;
    assert.equal(watched(), 0);
    for (const [number, operation] of [
      [1, 'unwatch'],
      [2, 'abandoned'],
    ] as const)
      await other.say(writer =>
        writer.system({ number, operation, path: '/mute', address: `${peer.address}/$ask/1`, reason: '' }),
      );
    assert.equal(watched(), 2);
    node.lookup('/mute').stop();
    await peer.tell('/nobody', 'go on');
    assert.include(
      peer.systems.map(({ operation, path }) => `${operation} ${path}`),
      'terminated /$ask/1',
    );
  });
});

describe('an answer that can not be sent', () => {
  for (const [what, value, text] of [
    ['too large', new Uint8Array(2e6), /the message takes \d+ bytes, and maxMessageSize is 1000000/],
    ['nothing that crosses', () => {}, /a function/],
  ] as const)
    it(`tells the asker why, when it is ${what}`, async () => {
      const { node, peer } = await joined();
      node.spawn((_: unknown, context) => context.reply(value), { name: 'answers' });
      await peer.tell('/answers', 'question', `${peer.address}/$ask/1`);
      const told = peer.messages.filter(([to]) => to === '/$ask/1').map(([, , message]) => message);
      assert.lengthOf(told, 1);
      assert.match(Buffer.from((told[0] as { data: Uint8Array }).data).toString(), text);
    });
});

async function joined(): Promise<{ cluster: Cluster; node: Node; peer: RawPeer; other: RawPeer }> {
  const cluster = newCluster();
  const node = await cluster.start(1);
  const peer = await RawPeer.join(cluster, node, 8, 'e'.repeat(32));
  return { cluster, node, peer, other: await RawPeer.join(cluster, node, 9) };
}
