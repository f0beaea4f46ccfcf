import { assert } from 'chai';
import { note } from './support/figures.ts';
import { assertBalanced } from './support/ledger.ts';
import { type Host, Namespaces } from './support/namespaces.ts';
import { type NodeSetting, Scene } from './support/scene.ts';

describe('two hosts, in network namespaces,', function () {
  this.timeout(20_000);
  this.retries(2); // the machine may be busy with something else for as long as a node may be silent
  let scene: Scene;
  let network: Namespaces | undefined;
  beforeEach(function () {
    scene = new Scene().begin();
    try {
      network = Namespaces.create();
    } catch (error) {
      console.warn(
        `    skipped, since this machine makes no network namespaces for us: ${(error as Error).message}`,
      );
      this.skip();
    }
  });
  afterEach(async () => {
    await scene.end();
    network?.remove();
  });

  const cuts: Record<string, readonly Host[]> = {
    'both ways': ['left', 'right'],
    'one way, sender to receiver': ['left'],
    'one way, receiver to sender': ['right'],
  };
  for (const [name, from] of Object.entries(cuts)) {
    it(`that are cut off from each other, ${name}, both notice, and every message is accounted for`, async () => {
      const [a, b] = await Promise.all([on('left'), on('right')]);
      await b.call('collect', { name: 'sink' });
      await a.call('watch', `${b.address}/sink`);
      await b.call('watch', `${a.address}/teller`);
      await a.call('stream', { stream: 's', to: `${b.address}/sink` });
      await scene.until('s', ({ delivered }) => delivered >= 200);
      network?.cut(...from);
      await Promise.all([a.report('NodeDown'), b.report('NodeDown')]);
      await Promise.all([a.report('Terminated'), b.report('Terminated')]);
      network?.heal(...from);
      await Promise.any([a.report('NodeQuarantined'), b.report('NodeQuarantined')]);
      await a.call('endStream', 's');
      assertBalanced(await scene.settled('s'));
      const books = await scene.closed('s');
      assertBalanced(books);
      for (const peer of [a, b]) {
        assert.deepEqual(
          peer.all('Terminated').map(({ reason }) => reason),
          ['nodeDown'],
        );
      }
      note(`partition in namespaces, ${name}`, 'until both sides had noticed, then healed', books);
    });
  }

  it('with 20 % of all packets lost between them, account for every message', async () => {
    // Longer than a few retransmissions in a row: it is the loss that is looked at, and not a silence.
    const patient = { remoting: { maxSilence: 5000 } };
    const [a, b] = await Promise.all([on('left', patient), on('right', patient)]);
    await b.call('collect', { name: 'sink' });
    const how = network?.lose(0.2);
    await a.call('stream', { stream: 's', to: `${b.address}/sink` });
    await scene.until('s', ({ delivered }) => delivered >= 3000);
    await a.call('endStream', 's');
    assertBalanced(await scene.settled('s'));
    const again = (network?.retransmissions('left') ?? 0) + (network?.retransmissions('right') ?? 0);
    assert.isAbove(again, 0, 'nothing was lost, so nothing was tried');
    const books = await scene.closed('s');
    assertBalanced(books);
    note('loss of 20 % in namespaces', `both ways, ${how}; ${again} segments sent again`, books);
  });

  /** There is no key here, and nobody else in these networks. */
  const on = (host: Host, { remoting = {} }: NodeSetting = {}) =>
    scene.node({
      address: `${network?.addressOf(host)}:9700`,
      wrapper: network?.wrapper(host) ?? [],
      remoting: { ...remoting, insecure: true },
    });
});
