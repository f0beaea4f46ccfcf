import { assert } from 'chai';
import { note } from './support/figures.ts';
import { assertBalanced } from './support/ledger.ts';
import { maxSilence, setScene } from './support/scene.ts';

describe('a process whose event loop is blocked', function () {
  const scene = setScene(this, 20_000);

  it('is unresponsive and not down; when it wakes up everything goes on, and nothing is lost', async () => {
    const [a, b] = await Promise.all([scene.node(), scene.node()]);
    await b.call('collect', { name: 'sink' });
    await a.call('watch', `${b.address}/sink`);
    await a.call('stream', { stream: 's', to: `${b.address}/sink` });
    await scene.until('s', ({ delivered }) => delivered >= 200);
    await b.call('block', 3 * maxSilence);
    const { incarnation } = await a.report('NodeUnresponsive', ({ address }) => address === b.address);
    assert.equal(incarnation, b.incarnation);
    const { told } = scene.tally('s');
    await scene.until('s', ({ delivered }) => delivered >= told);
    await a.call('endStream', 's');
    assertBalanced(await scene.settled('s'));
    assert.deepEqual([...a.all('NodeDown'), ...b.all('NodeDown'), ...a.all('Terminated')], []);
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.equal(books.delivered, books.told);
    note('blocked event loop', `of the receiver, for ${3 * maxSilence} ms (maxSilence ${maxSilence})`, books);
  });

  it('loses nothing of its own when it is the sender', async () => {
    const [a, b] = await Promise.all([scene.node(), scene.node()]);
    await b.call('collect', { name: 'sink' });
    await b.call('watch', `${a.address}/teller`);
    await a.call('stream', { stream: 's', to: `${b.address}/sink` });
    await scene.until('s', ({ delivered }) => delivered >= 200);
    await a.call('block', 3 * maxSilence);
    await b.report('NodeUnresponsive', ({ address }) => address === a.address);
    const { told } = scene.tally('s');
    await scene.until('s', ({ delivered }) => delivered >= told + 100);
    await a.call('endStream', 's');
    assertBalanced(await scene.settled('s'));
    assert.deepEqual([...a.all('NodeDown'), ...b.all('NodeDown'), ...b.all('Terminated')], []);
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.equal(books.delivered, books.told);
    note('blocked event loop', `of the sender, for ${3 * maxSilence} ms (maxSilence ${maxSilence})`, books);
  });
});
