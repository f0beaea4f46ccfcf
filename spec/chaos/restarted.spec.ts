import { assert } from 'chai';
import { note } from './support/figures.ts';
import { assertBalanced } from './support/ledger.ts';
import type { Peer } from './support/peerProcess.ts';
import { freeAddress, setScene } from './support/scene.ts';

describe('a process that is restarted in mid-stream', function () {
  const scene = setScene(this, 20_000);

  const ends: Record<string, (peer: Peer) => Promise<void>> = {
    'after SIGKILL': peer => peer.kill(),
    'in good order': peer => peer.stop(),
  };
  for (const [name, end] of Object.entries(ends)) {
    it(`${name}, is reached by its address in its new life, and watches of the old one fire once`, async () => {
      const place = await freeAddress();
      const [a, b] = await Promise.all([scene.node(), scene.node({ address: place })]);
      await b.call('collect', { name: 'sink' });
      await a.call('watch', `${place}/sink`);
      await a.call('stream', { stream: 's', to: `${place}/sink` });
      await scene.until('s', ({ delivered }) => delivered >= 300);
      await end(b);
      const again = await scene.node({ address: place });
      await again.call('collect', { name: 'sink' });
      const { delivered } = scene.tally('s');
      await scene.until('s', now => now.delivered >= delivered + 300);
      const { reason } = await a.report('Terminated');
      assert.include(['nodeDown', 'newIncarnation', 'stopped'], reason);
      await a.report('NodeUp', ({ incarnation }) => incarnation === again.incarnation);
      await a.call('endStream', 's');
      assertBalanced(await scene.settled('s'));
      const books = await scene.closed('s');
      assertBalanced(books);
      assert.lengthOf(a.all('Terminated'), 1);
      note('restart of the receiver', `${name}, in mid-stream`, books);
    });
  }

  it('as the sender, is a new node to the receiver: nothing of the old one is heard after it', async () => {
    const place = await freeAddress();
    const [a, b] = await Promise.all([scene.node({ address: place }), scene.node()]);
    await b.call('collect', { name: 'sink' });
    await b.call('watch', `${place}/teller`);
    await a.call('stream', { stream: 'before', to: `${b.address}/sink` });
    await scene.until('before', ({ delivered }) => delivered >= 300);
    await a.stop();
    const again = await scene.node({ address: place });
    await again.call('stream', { stream: 'after', to: `${b.address}/sink` });
    await scene.until('after', ({ delivered }) => delivered >= 300);
    await again.call('endStream', 'after');
    await b.report('Terminated');
    await b.report('NodeUp', ({ incarnation }) => incarnation === again.incarnation);
    assertBalanced(await scene.settled('after'));
    const [before, after] = [await scene.closed('before'), scene.tally('after')];
    assertBalanced(before);
    assertBalanced(after);
    assert.equal(after.delivered, after.told);
    assert.lengthOf(b.all('Terminated'), 1);
    note('restart of the sender', 'in good order: its first life', before);
    note('', 'its second life', after);
  });
});
