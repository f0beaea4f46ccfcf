import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { assert } from 'chai';
import { world } from '../../../lib/base/world.ts';
import {
  Director,
  type Event,
  FlowActor,
  Null,
  UDPCronEventGenerator,
  UDPEventGenerator,
} from '../../../lib/flow/index.ts';
import { ManualClock } from '../../../lib/testkit/index.ts';
import { until } from './support.ts';

/** All of this machine hear what is sent there. */
const address = '127.255.255.255';

for (const Generator of [UDPEventGenerator, UDPCronEventGenerator]) {
  describe(Generator.name, () => {
    const isCron = Generator === UDPCronEventGenerator;
    const params = isCron ? { interval: { second: '*' }, timezone: 'UTC' } : { interval: 1000 };

    it('emits only while it is the master of its group', async () => {
      const { clock, peers, seen, stop } = await group(Generator, { ...params, service: 'orders' });
      await beat(clock, peers);
      assert.deepEqual(seen, [], 'nobody is master at first');
      for (let n = 0; n < 6; n++) await beat(clock, peers);
      const masters = peers.filter(({ actor }) => actor.isMaster);
      assert.lengthOf(masters, 1);
      assert.isNotEmpty(seen);
      assert.deepEqual([...new Set(seen)], [masters[0]?.actor.name]);
      await stop();
    });

    it('lets another one take over when it ends', async () => {
      const { clock, peers, seen, stop } = await group(Generator, params);
      for (let n = 0; n < 7; n++) await beat(clock, peers);
      const [master] = peers.filter(({ actor }) => actor.isMaster);
      await master?.director.stop();
      const rest = peers.filter(peer => peer !== master);
      for (let n = 0; n < 9; n++) await beat(clock, rest);
      seen.length = 0;
      for (let n = 0; n < 3; n++) await beat(clock, rest);
      assert.deepEqual([...new Set(seen)], [rest[0]?.actor.name]);
      await stop();
    });
  });
}

describe('UDPEventGenerator', () => {
  for (const params of [
    { port: 0 },
    { pingInterval: 0 },
    { service: '' },
    { environmentScope: 5 },
    { address: '' },
  ]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new UDPEventGenerator('actor', params as never), /^actor: \w+ must be/);
    });
  }
});

interface Peer {
  readonly director: Director;
  readonly actor: UDPEventGenerator | UDPCronEventGenerator;
}

/** Two of a group, each with a director of its own, and the names of those that have emitted. */
async function group(Generator: typeof UDPEventGenerator | typeof UDPCronEventGenerator, params: object) {
  const clock = new ManualClock();
  const port = await freePort();
  const seen: string[] = [];
  class See extends FlowActor {
    override consume(_event: Event, origin: string): void {
      seen.push(origin);
    }
  }
  const peers: Peer[] = [];
  for (const name of ['one', 'two']) {
    const director = new Director({ name, world: world({ clock }), handleSignals: false });
    director.registerLogActor(Null, 'log');
    const actor = director.registerActor(Generator, name, {
      address,
      port,
      ...params,
    }) as Peer['actor'];
    director.connectQueue(actor, director.registerActor(See, 'see'));
    await director.start();
    peers.push({ director, actor });
  }
  const stop = async () => {
    for (const { director } of peers) if (director.isRunning) await director.stop();
    assert.equal(clock.pending, 0);
  };
  return { clock, peers, seen, stop };
}

/** A second passes, and what is said then is heard: a message that is sent behind theirs has come back. */
async function beat(clock: ManualClock, peers: readonly Peer[]): Promise<void> {
  const { port } = (peers[0] as Peer).actor.params as { port: number };
  const ear = createSocket({ type: 'udp4', reuseAddr: true });
  ear.bind(port);
  await once(ear, 'listening');
  let heard = 0;
  ear.on('message', () => heard++);
  await clock.advance(1000);
  await until(() => heard >= peers.length);
  await clock.settle();
  ear.close();
  await once(ear, 'close');
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
