import { assert } from 'chai';
import { note } from './support/figures.ts';
import { assertBalanced, assertBalancedWithoutSender } from './support/ledger.ts';
import { setScene } from './support/scene.ts';

describe('a process that is killed', function () {
  const scene = setScene(this, 20_000);

  it('is noticed in mid-stream: every message to it is accounted for, and its watchers hear once', async () => {
    const [a, b] = await Promise.all([scene.node(), scene.node()]);
    await b.call('collect', { name: 'sink' });
    await a.call('watch', `${b.address}/sink`);
    await a.call('stream', { stream: 's', to: `${b.address}/sink` });
    await scene.until('s', ({ delivered }) => delivered >= 500);
    await b.kill();
    const { incarnation } = await a.report('NodeDown', ({ address }) => address === b.address);
    assert.equal(incarnation, b.incarnation);
    await a.report('Terminated');
    await a.call('endStream', 's');
    const settled = await scene.settled('s');
    assertBalanced(settled);
    const { deadLetters, transmitted } = await a.call('stats');
    assert.equal(deadLetters.inDoubt, settled.dead.inDoubt ?? 0);
    assert.equal(deadLetters.total - deadLetters.inDoubt, settled.certain);
    assert.isAtMost(settled.delivered, transmitted + deadLetters.inDoubt);
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.isAtLeast(books.certain + books.inDoubt, 1, 'what was told after the kill cannot have arrived');
    assert.deepEqual(
      a.all('Terminated').map(({ address, reason }) => [address, reason]),
      [[`${b.address}/sink`, 'nodeDown']],
    );
    note('SIGKILL of the receiver', 'in mid-stream', books);
  });

  it('has told nothing twice and nothing out of order when it is the sender, and who watched it hears once', async () => {
    const [a, b] = await Promise.all([scene.node(), scene.node()]);
    await b.call('collect', { name: 'sink' });
    await b.call('watch', `${a.address}/teller`);
    await a.call('stream', { stream: 's', to: `${b.address}/sink` });
    await scene.until('s', ({ delivered }) => delivered >= 500);
    await a.kill();
    await b.report('NodeDown', ({ address }) => address === a.address);
    await b.report('Terminated');
    const books = await scene.closed('s');
    assertBalancedWithoutSender(books);
    assert.deepEqual(
      b.all('Terminated').map(({ address, reason }) => [address, reason]),
      [[`${a.address}/teller`, 'nodeDown']],
    );
    note('SIGKILL of the sender', 'in mid-stream; what it knew went with it', books);
  });
});
