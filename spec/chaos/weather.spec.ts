import { assert } from 'chai';
import { note } from './support/figures.ts';
import { assertBalanced } from './support/ledger.ts';
import type { Peer } from './support/peerProcess.ts';
import { setScene } from './support/scene.ts';

/** About the least that a TCP waits before it sends a lost segment again. */
const retransmission = 200;

describe('a bad network', function () {
  const scene = setScene(this, 20_000);

  it('that delays by 20 to 80 ms, differently on each connection, loses and reorders nothing', async () => {
    // Each behind a proxy, and both begin to talk at once: connections in both directions, of which any may be the faster.
    const nodes = await Promise.all([scene.nodeBehindProxy(), scene.nodeBehindProxy()]);
    for (const { proxy } of nodes) proxy.set({ delay: 20, jitter: 30, skew: 30 });
    const [a, b] = nodes.map(({ peer }) => peer) as [Peer, Peer];
    await Promise.all([a.call('collect', { name: 'sink' }), b.call('collect', { name: 'sink' })]);
    await Promise.all([
      a.call('stream', { stream: 'there', to: `${b.address}/sink` }),
      b.call('stream', { stream: 'back', to: `${a.address}/sink` }),
    ]);
    await scene.until('there', ({ delivered }) => delivered >= 1000);
    await scene.until('back', ({ delivered }) => delivered >= 1000);
    await Promise.all([a.call('endStream', 'there'), b.call('endStream', 'back')]);
    await Promise.all([scene.settled('there'), scene.settled('back')]);
    const books = [await scene.closed('there'), scene.tally('back')];
    for (const one of books) {
      assertBalanced(one);
      assert.equal(one.delivered, one.told);
      note(
        'delay of 20 to 80 ms',
        'drawn for each chunk and each connection; one of two that talk at once',
        one,
      );
    }
  });

  it('of 256 KiB a second loses nothing and is not taken for silence', async () => {
    const [a, { peer: b, proxy }] = await Promise.all([scene.node(), scene.nodeBehindProxy()]);
    proxy.set({ bandwidth: 256 * 1024 });
    await b.call('collect', { name: 'sink' });
    await a.call('burst', { stream: 's', to: `${b.address}/sink`, count: 500, size: 1024 });
    await scene.settled('s');
    assert.deepEqual([...a.all('NodeDown'), ...b.all('NodeDown')], []);
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.equal(books.delivered, books.told);
    note('256 KiB/s', '500 KiB told at once', books);
  });

  it('that stalls as one does that loses 20 % loses nothing', async () => {
    const [a, { peer: b, proxy }] = await Promise.all([scene.node(), scene.nodeBehindProxy()]);
    await b.call('collect', { name: 'sink' });
    await a.call('stream', { stream: 's', to: `${b.address}/sink` });
    // Above TCP, a lost segment shows as a pause of a retransmission, and as a burst after it.
    for (let i = 0; i < 15; i++) {
      proxy.set({ isCut: Math.random() < 0.5 }, ['toTarget']);
      proxy.set({ isCut: Math.random() < 0.5 }, ['fromTarget']);
      await new Promise(resolve => setTimeout(resolve, retransmission * (0.5 + Math.random() / 2)));
      proxy.set({ isCut: false });
    }
    await a.call('endStream', 's');
    await scene.settled('s');
    assert.deepEqual([...a.all('NodeDown'), ...b.all('NodeDown')], []);
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.equal(books.delivered, books.told);
    note(
      'stalls of 100 to 200 ms',
      'as loss shows above TCP; each direction by itself, half of the time',
      books,
    );
  });

  it('that resets connections in mid-stream leaves every message accounted for, in order, and none doubled', async () => {
    const [a, { peer: b, proxy }] = await Promise.all([scene.node(), scene.nodeBehindProxy()]);
    await b.call('collect', { name: 'sink' });
    await a.call('stream', { stream: 's', to: `${b.address}/sink` });
    for (let i = 1; i <= 5; i++) {
      await scene.until('s', ({ delivered }) => delivered >= 200 * i);
      proxy.reset();
      const { delivered } = scene.tally('s');
      await scene.until('s', now => now.delivered > delivered);
    }
    await a.call('endStream', 's');
    assertBalanced(await scene.settled('s'));
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.isAbove(proxy.connections, 5);
    note('reset of all connections', 'five times in mid-stream', books);
  });

  it('that changes bytes harms nobody else, and a restart mends what it broke', async () => {
    const [a, { peer: b, proxy }, good] = await Promise.all([
      scene.node(),
      scene.nodeBehindProxy(),
      scene.node(),
    ]);
    await b.call('collect', { name: 'sink' });
    await good.call('collect', { name: 'sink' });
    await a.call('stream', { stream: 'bad', to: `${b.address}/sink` });
    await b.call('stream', { stream: 'good', to: `${good.address}/sink` });
    await scene.until('bad', ({ delivered }) => delivered >= 200);
    proxy.set({ corruption: 0.2 });
    const { told } = scene.tally('good');
    await scene.until('good', ({ delivered }) => delivered >= told + 1000);
    proxy.set({ corruption: 0 });
    await Promise.all([a.call('endStream', 'bad'), b.call('endStream', 'good')]);
    await scene.settled('good');
    assert.isTrue(a.isRunning && b.isRunning);
    await a.stop();

    const again = await scene.node();
    await again.call('burst', { stream: 'after', to: `${b.address}/sink`, count: 100 });
    await scene.settled('after', ({ delivered }) => delivered === 100);
    const [goodBooks, after] = [await scene.closed('good'), scene.tally('after')];
    for (const books of [goodBooks, after]) {
      assertBalanced(books);
      assert.equal(books.delivered, books.told);
    }
    note('changed bytes', 'in one chunk of five, between two others', goodBooks);
    note('', 'over that path, once the sender had restarted', after);
  });
});
