import { assert } from 'chai';
import { world } from '../../lib/base/world.ts';
import { type KeyPair, keygen } from '../../lib/index.ts';
import type { Curve } from '../../lib/remoting/curve.ts';
import type { Route } from '../../lib/remoting/transport.ts';
import { zap, zeromqTransport } from '../../lib/remoting/zeromqTransport.ts';
import { End, type Keys } from './zeromqEnd.ts';

describe('the ZeroMQ transport with CURVE', () => {
  let ends: End[];
  beforeEach(() => {
    ends = [];
  });
  afterEach(() => Promise.all(ends.map(({ transport }) => transport.close())));

  const end = (keys: Keys, maxSilence?: number) => {
    const made = new End(keys, maxSilence);
    ends.push(made);
    return made;
  };

  /** One that listens, and allows `allow`. */
  const server = async (allow: Iterable<string>, own: KeyPair = keygen()) => {
    const made = end({ ...own, allow });
    return { server: made, there: await made.listen(), key: own.publicKey };
  };

  it('lets in who is on the list, both ways', async () => {
    const own = keygen();
    const { server: b, there, key } = await server([own.publicKey]);
    const a = end({ ...own, allow: [key] });
    const route = a.knock(there);
    await b.hears();
    const back = b.frames[0]?.route as Route;
    assert.isTrue(b.transport.isAlive(back));
    b.transport.send(back, Uint8Array.of(2), () => {});
    await a.hears();
    assert.deepEqual([a.frames[0]?.route, a.frames[0]?.frame[0]], [route, 2]);
    assert.isTrue(a.transport.isAlive(route));
    assert.deepEqual([...a.refused, ...b.refused], []);
  });

  it('lets in who has the same keys, without any list', async () => {
    const own = keygen();
    const { server: b, there } = await server([], own);
    end(own).knock(there);
    await b.hears();
    assert.deepEqual(b.refused, []);
  });

  it('turns down who is not on the list, tells both ends, and serves the others', async () => {
    const [good, bad] = [keygen(), keygen()];
    const { server: b, there, key } = await server([good.publicKey]);
    const stranger = end({ ...bad, allow: [key] });
    const route = stranger.knock(there);
    await Promise.all([
      stranger.refuses(/^this node's key is not allowed there$/),
      b.refuses(/^a client with the key .{4}… is not on the allow list$/),
    ]);
    assert.isFalse(stranger.transport.isAlive(route));
    end({ ...good, allow: [key] }).knock(there);
    await b.hears();
    assert.lengthOf(b.frames, 1);
    assert.include(b.refused.join(), `the key ${bad.publicKey.slice(0, 4)}…`);
    assert.notInclude(b.refused.join(), bad.publicKey);
  });

  it('turns down who has no keys, tells both ends, and serves the others', async () => {
    const own = keygen();
    const { server: b, there, key } = await server([own.publicKey]);
    const plain = end(undefined);
    plain.knock(there);
    await Promise.all([
      plain.refuses(/^it wants CURVE, and this node has no keys$/),
      b.refuses(/^a client without CURVE$/),
    ]);
    end({ ...own, allow: [key] }).knock(there);
    await b.hears();
    assert.lengthOf(b.frames, 1);
  });

  it('does not talk in the clear with a server that has no keys', async () => {
    const plain = end(undefined);
    const there = await plain.listen();
    const a = end(keygen());
    a.knock(there);
    await a.refuses(/^it does not use CURVE, and this node does$/);
    assert.deepEqual(plain.frames, []);
  });

  it('does not talk with a server that has another key, and tells both ends', async () => {
    const own = keygen();
    const { server: b, there } = await server([own.publicKey]);
    const a = end({ ...own, allow: [keygen().publicKey] });
    a.knock(there);
    await Promise.all([
      a.refuses(/^none of the keys known here fits/),
      b.refuses(/^a client that has another key for this node$/),
    ]);
    assert.deepEqual(b.frames, []);
  });

  it('finds the key of a server on the list, and tells nobody of those that did not fit', async () => {
    const own = keygen();
    const { server: b, there, key } = await server([own.publicKey]);
    const others = Array.from({ length: 5 }, () => keygen().publicKey);
    const a = end({ ...own, allow: [...others, key] });
    const route = a.knock(there);
    await b.hears();
    a.transport.disconnect(route);
    a.knock(there);
    await b.hears(2);
    assert.deepEqual([...a.refused, ...b.refused], []);
  });

  it('takes a server whose key is given for no other, though that is on the list', async () => {
    const [own, other] = [keygen(), keygen().publicKey];
    const { server: b, there, key } = await server([own.publicKey]);
    const a = end({ ...own, allow: [key], servers: { [there]: other } });
    a.knock(there);
    await a.refuses(/^none of the keys known here fits/);
    assert.deepEqual(b.frames, []);
    end({ ...own, servers: { [there]: key } }).knock(there);
    await b.hears();
  });

  it('lets in who waits as soon as the list has the key', async () => {
    const [own, allow] = [keygen(), new Set<string>()];
    const { server: b, there, key } = await server(allow);
    const a = end({ ...own, allow: [key] });
    a.knock(there);
    await a.refuses(/not allowed there/);
    allow.add(own.publicKey);
    await b.hears();
    assert.lengthOf(b.frames, 1);
  });

  it('turns down who comes after its key was taken off the list', async () => {
    const own = keygen();
    const allow = new Set([own.publicKey]);
    const { server: b, there, key } = await server(allow);
    end({ ...own, allow: [key] }).knock(there);
    await b.hears();
    allow.clear();
    const again = end({ ...own, allow: [key] });
    again.knock(there);
    await again.refuses(/not allowed there/);
    assert.lengthOf(b.frames, 1);
  });

  it('goes on behind the same route with a server that comes back with another key', async () => {
    const [own, first, second] = [keygen(), keygen(), keygen()];
    const before = await server([own.publicKey], first);
    const a = end({ ...own, allow: [first.publicKey, second.publicKey] });
    const route = a.knock(before.there);
    await before.server.hears();
    await before.server.transport.close();
    const after = end({ ...second, allow: [own.publicKey] });
    await after.transport.listen(before.there);
    a.transport.send(route, Uint8Array.of(3), () => {});
    await after.hears();
    assert.deepEqual([...(after.frames[0]?.frame ?? [])], [3]);
  });

  it('keeps nodes of one process apart, each with its own keys and list', async () => {
    const [one, two] = [keygen(), keygen()];
    const first = await server([one.publicKey]);
    const second = await server([two.publicKey]);
    const allow = [first.key, second.key];
    const [a, b] = [end({ ...one, allow }), end({ ...two, allow })];
    a.knock(first.there);
    b.knock(second.there);
    await Promise.all([first.server.hears(), second.server.hears()]);
    a.knock(second.there);
    b.knock(first.there);
    await Promise.all([a.refuses(/not allowed there/), b.refuses(/not allowed there/)]);
    assert.deepEqual([first.server.frames.length, second.server.frames.length], [1, 1]);
    await first.server.transport.close();
    end({ ...two, allow }).knock(second.there);
    await second.server.hears(2);
  });

  it('lets nobody in, rather than everybody, when nobody is there to check keys', async () => {
    const own = keygen();
    const { server: b, there, key } = await server([own.publicKey]);
    zap.close();
    const a = end({ ...own, allow: [key] });
    a.knock(there);
    await a.until(() => a.refused.length > 0);
    assert.deepEqual(b.frames, []);
  });

  it('does not listen when a stranger gets in', async () => {
    const { publicKey, secretKey } = keygen();
    const careless: Curve = {
      publicKey,
      secretKey,
      isAllowed: () => true,
      pinnedKey: () => undefined,
      serverKeys: () => [publicKey],
      proof: () => new Uint8Array(32),
    };
    const everybody = zeromqTransport(
      world(),
      { frame: () => {}, malformed: () => {}, refused: () => {} },
      { maxFrameSize: 1000, maxSilence: 3000, curve: careless },
    );
    const error = await everybody.listen('127.0.0.1:0').catch((thrown: unknown) => thrown);
    await everybody.close();
    assert.match((error as Error).message, /lets in clients whose key is not on the allow list/);
  });

  it('reports a stranger that knocks again and again once a second', async () => {
    const { server: b, there, key } = await server([]);
    const strangers = Array.from({ length: 5 }, () => end({ ...keygen(), allow: [key] }));
    for (const stranger of strangers) stranger.knock(there);
    await Promise.all(strangers.map(stranger => stranger.refuses(/not allowed there/)));
    assert.isAtMost(b.refused.length, 2);
  });
});
