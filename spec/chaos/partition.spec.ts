import { assert } from 'chai';
import { note } from './support/figures.ts';
import { assertBalanced } from './support/ledger.ts';
import type { Peer } from './support/peerProcess.ts';
import { maxSilence, type Scene, setScene } from './support/scene.ts';
import type { TcpProxy } from './support/tcpProxy.ts';

describe('a partition', function () {
  const scene = setScene(this, 20_000);

  it('shorter than maxSilence loses nothing', async () => {
    const pair = await streaming(scene);
    pair.cut('a to b', 'b to a');
    await new Promise(resolve => setTimeout(resolve, maxSilence / 4));
    pair.heal();
    const { told } = scene.tally('s');
    await scene.until('s', ({ delivered }) => delivered >= told);
    await pair.a.call('endStream', 's');
    assertBalanced(await scene.settled('s'));
    assert.deepEqual([...pair.a.all('NodeDown'), ...pair.b.all('NodeDown')], []);
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.equal(books.delivered, books.told);
    note('partition, both ways', `for ${maxSilence / 4} ms (maxSilence ${maxSilence})`, books);
  });

  const cuts: Record<string, readonly Way[]> = {
    'both ways': ['a to b', 'b to a'],
    'one way, sender to receiver': ['a to b'],
    'one way, receiver to sender': ['b to a'],
  };
  for (const [name, ways] of Object.entries(cuts)) {
    it(`${name}, is noticed by both sides, and every message is accounted for`, async () => {
      const pair = await streaming(scene);
      pair.cut(...ways);
      await Promise.all([pair.a.report('NodeDown'), pair.b.report('NodeDown')]);
      await Promise.all([pair.a.report('Terminated'), pair.b.report('Terminated')]);
      pair.heal();
      // Whichever of them hears the other first says so; from then on both know.
      await Promise.any([pair.a.report('NodeQuarantined'), pair.b.report('NodeQuarantined')]);
      await pair.a.call('endStream', 's');
      assertBalanced(await scene.settled('s'));
      const books = await scene.closed('s');
      assertBalanced(books);
      for (const peer of [pair.a, pair.b]) {
        assert.deepEqual(
          peer.all('Terminated').map(({ reason }) => reason),
          ['nodeDown'],
        );
      }
      note(`partition, ${name}`, 'until both sides had noticed, then healed', books);
    });
  }
});

type Way = 'a to b' | 'b to a';

interface Pair {
  readonly a: Peer;
  readonly b: Peer;
  cut(...ways: readonly Way[]): void;
  heal(): void;
}

/** Two nodes, each behind a proxy, so that whichever of them has dialled the other can be cut off. */
async function streaming(scene: Scene): Promise<Pair> {
  const [toA, toB] = await Promise.all([scene.nodeBehindProxy(), scene.nodeBehindProxy()]);
  const [a, b] = [toA.peer, toB.peer];
  await Promise.all([b.call('collect', { name: 'sink' }), a.call('collect', { name: 'sink' })]);
  await a.call('watch', `${b.address}/sink`);
  await b.call('watch', `${a.address}/sink`);
  await a.call('stream', { stream: 's', to: `${b.address}/sink` });
  await scene.until('s', ({ delivered }) => delivered >= 200);
  return {
    a,
    b,
    cut: (...ways) => {
      for (const way of ways) cutOff(way, toA.proxy, toB.proxy);
    },
    heal: () => {
      toA.proxy.heal();
      toB.proxy.heal();
    },
  };
}

function cutOff(way: Way, toA: TcpProxy, toB: TcpProxy): void {
  const [there, back] = way === 'a to b' ? [toB, toA] : [toA, toB];
  there.cut('toTarget');
  back.cut('fromTarget');
}
