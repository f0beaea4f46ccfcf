import { assert } from 'chai';
import { world } from '../../lib/base/world.ts';
import type { Route, Transport } from '../../lib/remoting/transport.ts';
import { type LinkOptions, ManualClock, MemoryNetwork } from '../../lib/testkit/index.ts';
import { seededRandom } from '../../lib/testkit/seededRandom.ts';

const [here, there] = ['127.0.0.1:1', '127.0.0.1:2'];

describe('MemoryNetwork.link', () => {
  it('delays frames by as much as was said, and keeps their order whatever the jitter', async () => {
    const { send, arrived, clock } = await pair({ delay: 10, jitter: 50 });
    for (let i = 0; i < 50; i++) send(i);
    await clock.advance(9);
    assert.deepEqual(arrived, []);
    await clock.advance(51);
    assert.deepEqual(arrived, upTo(50));
  });

  it('lets the share that was said arrive twice', async () => {
    const { send, arrived, clock } = await pair({ duplicate: 50 });
    for (let i = 0; i < 200; i++) send(i);
    await clock.advance(10);
    assert.sameMembers([...new Set(arrived)], upTo(200));
    assert.approximately(arrived.length, 300, 40);
  });

  it('lets others overtake the share that was said, and loses none', async () => {
    const { send, arrived, clock } = await pair({ reorder: 20 });
    for (let i = 0; i < 100; i++) send(i);
    await clock.advance(100);
    assert.sameMembers(arrived, upTo(100));
    assert.notDeepEqual(arrived, upTo(100));
  });

  it('takes the time that the bandwidth allows, and says when a frame has left', async () => {
    const { send, arrived, left, clock } = await pair({ bandwidth: 100 });
    send(0);
    send(1);
    await clock.advance(10);
    assert.deepEqual([left, arrived], [[0], []]);
    await clock.advance(11);
    assert.deepEqual(
      [left, arrived],
      [
        [0, 1],
        [0, 1],
      ],
    );
  });

  it('concerns one direction, and what is said of two nodes counts more than what is said of all', async () => {
    const { send, arrived, clock, network } = await pair({ delay: 5 });
    network.link('*', '*', { delay: 1000 });
    network.link(there, here, { loss: 100 });
    send(0);
    await clock.advance(5);
    assert.deepEqual(arrived, [0]);
  });
});

describe('MemoryNetwork.partition', () => {
  it('loses what is on its way, in both directions unless told otherwise', async () => {
    const { send, answer, arrived, answers, clock, network } = await pair({});
    send(0);
    await clock.advance(2);
    send(1);
    network.partition(here, there);
    answer(2);
    network.heal();
    network.partition(there, here, { oneWay: true });
    send(3);
    await clock.advance(5);
    assert.deepEqual([arrived, answers], [[0, 3], []]);
  });
});

describe('Transport.isAlive in memory', () => {
  const maxSilence = 3000;

  it('holds while the other end listens, and not once it is gone', async () => {
    const { a, route, network } = await pair({});
    assert.isTrue(a.isAlive(route));
    network.crash(there);
    assert.isFalse(a.isAlive(route));
  });

  it('ends half of maxSilence after a cut in either direction, and begins again when it heals', async () => {
    for (const cut of [
      [here, there],
      [there, here],
    ] as const) {
      const { a, route, network, clock } = await pair({});
      network.cut(...cut);
      await clock.advance(maxSilence / 2 - 1);
      assert.isTrue(a.isAlive(route));
      await clock.advance(1);
      assert.isFalse(a.isAlive(route));
      network.heal();
      assert.isTrue(a.isAlive(route));
    }
  });

  it('ends so, too, when the process at the other end is suspended', async () => {
    const { a, route, network, clock } = await pair({});
    network.setSilent(there, true);
    await clock.advance(maxSilence / 2);
    assert.isFalse(a.isAlive(route));
    network.setSilent(there, false);
    assert.isTrue(a.isAlive(route));
  });

  it('does not hold for a route that was disconnected', async () => {
    const { a, route } = await pair({});
    a.disconnect(route);
    assert.isFalse(a.isAlive(route));
  });
});

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Two ends, and numbers from one to the other. */
async function pair(link: LinkOptions) {
  const network = new MemoryNetwork();
  const clock = new ManualClock();
  const own = world({ clock, random: seededRandom(1) });
  const arrived: number[] = [];
  const answers: number[] = [];
  const left: number[] = [];
  let back: Route | undefined;
  const end = (hear: (route: Route, frame: Uint8Array) => void): Transport =>
    network.transport(
      own,
      { frame: hear, malformed: () => {}, refused: () => {} },
      { maxFrameSize: 1000, maxSilence: 3000, curve: undefined },
    );
  const a = end((_, frame) => answers.push(frame[0] as number));
  const b = end((route, frame) => {
    back = route;
    arrived.push(frame[0] as number);
  });
  await a.listen(here);
  await b.listen(there);
  network.link(here, there, link);
  const route = a.connect(there);
  const send = (i: number) => a.send(route, Uint8Array.of(i), () => left.push(i));
  const answer = (i: number) => b.send(back as Route, Uint8Array.of(i), () => {});
  return { a, route, network, clock, arrived, answers, left, send, answer };
}
