import { assert } from 'chai';
import { note } from './support/figures.ts';
import { assertBalanced } from './support/ledger.ts';
import { freeAddress, maxSilence, setScene } from './support/scene.ts';

describe('a process that is suspended', function () {
  const scene = setScene(this, 20_000);

  it('loses nothing when it goes on within maxSilence', async () => {
    const [a, b] = await Promise.all([scene.node(), scene.node()]);
    await b.call('collect', { name: 'sink' });
    await a.call('stream', { stream: 's', to: `${b.address}/sink` });
    await scene.until('s', ({ delivered }) => delivered >= 200);
    b.signal('SIGSTOP');
    await new Promise(resolve => setTimeout(resolve, maxSilence / 4));
    b.signal('SIGCONT');
    const { told } = scene.tally('s');
    await scene.until('s', ({ delivered }) => delivered >= told);
    await a.call('endStream', 's');
    assertBalanced(await scene.settled('s'));
    assert.deepEqual([...a.all('NodeDown'), ...b.all('NodeDown')], []);
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.equal(books.delivered, books.told);
    note('SIGSTOP, then SIGCONT', `within maxSilence (${maxSilence / 4} of ${maxSilence} ms)`, books);
  });

  it('is down after maxSilence; when it wakes up it stays cut off until it restarts', async () => {
    const place = await freeAddress();
    const [a, b] = await Promise.all([scene.node(), scene.node({ address: place })]);
    await b.call('collect', { name: 'sink' });
    await a.call('watch', `${b.address}/sink`);
    await a.call('stream', { stream: 's', to: `${b.address}/sink` });
    await scene.until('s', ({ delivered }) => delivered >= 200);
    b.signal('SIGSTOP');
    await a.report('NodeDown', ({ incarnation }) => incarnation === b.incarnation);
    await a.report('Terminated');
    b.signal('SIGCONT');
    await a.report('NodeQuarantined', ({ incarnation }) => incarnation === b.incarnation);
    const before = scene.tally('s').dead.quarantined ?? 0;
    await scene.until('s', ({ dead }) => (dead.quarantined ?? 0) > before);
    await a.call('endStream', 's');
    assertBalanced(await scene.settled('s'));
    await b.stop();

    const again = await scene.node({ address: place });
    await again.call('collect', { name: 'sink' });
    await a.call('burst', { stream: 'after', to: `${place}/sink`, count: 100 });
    await scene.settled('after', ({ delivered }) => delivered === 100);
    const [books, after] = [await scene.closed('s'), scene.tally('after')];
    assertBalanced(books);
    assertBalanced(after);
    assert.equal(after.delivered, 100);
    assert.deepEqual(
      a.all('Terminated').map(({ reason }) => reason),
      ['nodeDown'],
    );
    note('SIGSTOP, then SIGCONT', 'after it was declared down: quarantined', books);
    note('', 'after its restart', after);
  });
});
