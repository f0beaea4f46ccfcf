import { assert } from 'chai';
import { note } from './support/figures.ts';
import { assertBalanced } from './support/ledger.ts';
import { setScene } from './support/scene.ts';

const MB = 1_000_000;

describe('too much', function () {
  const scene = setScene(this, 20_000);

  it('for a slow consumer overflows its mailbox, dead letter by dead letter, and holds up nobody beside it', async () => {
    const [a, b] = await Promise.all([scene.node(), scene.node()]);
    await b.call('collect', { name: 'slow', delay: 10, capacity: 100 });
    await b.call('collect', { name: 'quick' });
    await a.call('burst', { stream: 'slow', to: `${b.address}/slow`, count: 5000 });
    await a.call('burst', { stream: 'quick', to: `${b.address}/quick`, count: 1000 });
    await scene.until('quick', ({ delivered }) => delivered === 1000);
    assert.isBelow(scene.tally('slow').delivered, 5000);
    await scene.settled('slow');
    const [slow, quick] = [await scene.closed('slow'), scene.tally('quick')];
    assertBalanced(slow);
    assertBalanced(quick);
    assert.isAtLeast(slow.dead.overflow ?? 0, 4000);
    note('slow consumer', '10 ms a message, mailbox of 100, 5000 at once', slow);
    note('', 'the actor beside it', quick);
  });

  it('for the queue to a peer that is not there becomes dead letters: overflow, and then expired', async () => {
    const a = await scene.node({ remoting: { queueLimit: 1000 } });
    await a.call('burst', { stream: 's', to: '127.0.0.1:1/sink', count: 3000 });
    await scene.settled('s');
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.deepEqual(books.dead, { overflow: 2000, expired: 1000 });
    note('nobody there', '3000 at once, queueLimit 1000', books);
  });

  it('in one message of 100 MB against a limit of 10 MiB is a dead letter at the sender, and what is around it arrives', async () => {
    const [a, b] = await Promise.all([scene.node(), scene.node()]);
    await b.call('collect', { name: 'sink' });
    const to = `${b.address}/sink`;
    await a.call('burst', { stream: 's', to, count: 100 });
    await a.call('burst', { stream: 's', to, count: 1, size: 100 * MB });
    await a.call('burst', { stream: 's', to, count: 100 });
    await scene.settled('s');
    assert.deepEqual([...a.all('NodeDown'), ...b.all('NodeDown')], []);
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.deepEqual([books.delivered, books.dead], [200, { tooLarge: 1 }]);
    note('message of 100 MB', 'between small ones, limit 10 MiB', books);
  });

  it('in messages of 9 MB is cut in pieces: small ones to another actor do not wait for all of it', async () => {
    const [a, { peer: b, proxy }] = await Promise.all([scene.node(), scene.nodeBehindProxy()]);
    await b.call('collect', { name: 'large' });
    await b.call('collect', { name: 'small' });
    // Once up, the path is narrow: 18 MB take about two seconds, which is long enough to be overtaken.
    await a.call('burst', { stream: 'small', to: `${b.address}/small`, count: 1 });
    await scene.until('small', ({ delivered }) => delivered === 1);
    proxy.set({ bandwidth: 9 * MB });
    await a.call('burst', { stream: 'large', to: `${b.address}/large`, count: 2, size: 9 * MB });
    await a.call('burst', { stream: 'small', to: `${b.address}/small`, count: 100 });
    await scene.until('small', ({ delivered }) => delivered === 101);
    assert.isBelow(scene.tally('large').delivered, 2, 'small messages waited for all that was large');
    await scene.settled('large');
    const [large, small] = [await scene.closed('large'), scene.tally('small')];
    assertBalanced(large);
    assertBalanced(small);
    assert.deepEqual([large.delivered, small.delivered], [2, 101]);
    note('messages of 9 MB', 'two, over 9 MB/s', large);
    note('', 'small ones told after them', small);
  });
});
