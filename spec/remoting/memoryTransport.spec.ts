import { assert } from 'chai';
import { world } from '../../lib/base/world.ts';
import { ManualClock, MemoryNetwork } from '../../lib/testkit/index.ts';
import { seeded } from './support.ts';
import { itKeepsTheTransportContract, type TransportUnderTest } from './transport.contract.ts';

const underTest = (): TransportUnderTest => {
  const network = new MemoryNetwork();
  const clock = new ManualClock();
  return {
    make: events =>
      network.transport(world({ clock }), events, {
        maxFrameSize: 2_000_000,
        maxSilence: 3000,
        curve: undefined,
      }),
    anywhere: '127.0.0.1:0',
    settle: () => clock.advance(2),
  };
};

itKeepsTheTransportContract('MemoryNetwork.transport', underTest);

describe('MemoryNetwork', () => {
  it('delivers a frame 1 ms after it was sent', async () => {
    const { send, arrived, clock } = await sender();
    send();
    await clock.advance(0.9);
    assert.equal(arrived(), 0);
    await clock.advance(0.1);
    assert.equal(arrived(), 1);
  });

  it('cuts one direction, and heals', async () => {
    const { send, arrived, clock, network } = await sender();
    network.cut('127.0.0.1:2', '127.0.0.1:1');
    send();
    network.cut('127.0.0.1:1', '127.0.0.1:2');
    send();
    network.heal();
    send();
    await clock.advance(1);
    assert.equal(arrived(), 2);
    assert.equal(network.lost, 1);
  });

  it('loses the share that was said, and the same frames in every run', async () => {
    const run = async () => {
      const { send, arrived, clock, network } = await sender();
      network.packetLoss(20);
      for (let i = 0; i < 1000; i++) send();
      await clock.advance(1);
      return arrived();
    };
    const first = await run();
    assert.approximately(first, 800, 50);
    assert.equal(await run(), first);
  });

  it('lets a node that has crashed neither hear nor say anything', async () => {
    const { send, arrived, clock, network } = await sender();
    send();
    network.crash('127.0.0.1:2');
    send();
    await clock.advance(1);
    assert.equal(arrived(), 0);
  });
});

async function sender() {
  const [network, clock] = [new MemoryNetwork(), new ManualClock()];
  const own = world({ clock, random: seeded(3) });
  let count = 0;
  const events = { frame: () => void count++, malformed: () => {}, refused: () => {} };
  const options = { maxFrameSize: 1000, maxSilence: 3000, curve: undefined };
  const [a, b] = [1, 2].map(() => network.transport(own, events, options));
  await a?.listen('127.0.0.1:1');
  await b?.listen('127.0.0.1:2');
  const route = a?.connect('127.0.0.1:2');
  const send = () => route && a?.send(route, Uint8Array.of(1), () => {});
  return { send, arrived: () => count, clock, network };
}
