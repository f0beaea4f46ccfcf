import { assert } from 'chai';
import { note } from './support/figures.ts';
import { assertBalanced } from './support/ledger.ts';
import { maxSilence, setScene } from './support/scene.ts';

const jumpy = new URL('support/jumpyClock.mjs', import.meta.url).href;
const hour = 3_600_000;

describe('a wall clock that jumps by an hour', function () {
  const scene = setScene(this, 20_000);

  it('ten times a second, at both ends, changes nothing', async () => {
    const [a, b] = await Promise.all([scene.node({ preload: jumpy }), scene.node({ preload: jumpy })]);
    await b.call('collect', { name: 'sink' });
    await a.call('watch', `${b.address}/sink`);
    await a.call('stream', { stream: 's', to: `${b.address}/sink` });
    const clocks: number[] = [];
    const seen = () => Math.max(...clocks) - Math.min(...clocks);
    const since = performance.now();
    while (performance.now() - since < 2 * maxSilence || seen() < hour) {
      clocks.push(await a.call('wallClock'));
      const { delivered } = scene.tally('s');
      await scene.until('s', now => now.delivered > delivered);
    }
    await a.call('endStream', 's');
    await scene.settled('s');
    assert.deepEqual([...a.all('NodeDown'), ...b.all('NodeDown'), ...a.all('NodeUnresponsive')], []);
    assert.deepEqual(a.all('Terminated'), []);
    const books = await scene.closed('s');
    assertBalanced(books);
    assert.equal(books.delivered, books.told);
    note('clock jumps', '± 1 h, ten times a second, at both ends', books);
  });
});
