// What links cost that carry nothing: a node with 1000 peers, which are simulated (they shake hands and send heartbeats,
// over a network in memory), so that what is measured is the node's own part.

import { Node } from 'troupe';
import { MemoryNetwork } from 'troupe/testkit';
import { FrameWriter, flag, handshakeFrame, noIncarnation, readControl } from '../../dist/remoting/wire.js';
import { print } from './measure.mjs';

const peers = 1000;
const seconds = 5;
const heartbeatInterval = 1000;
const round = value => Number(value.toFixed(2));

const counts = { timers: 0, sent: 0, received: 0 };
const clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after: (delay, run) => {
    const timer = setTimeout(() => {
      counts.timers++;
      run();
    }, delay);
    return () => clearTimeout(timer);
  },
};
const plainClock = {
  ...clock,
  after: (delay, run) => {
    const timer = setTimeout(run, delay);
    return () => clearTimeout(timer);
  },
};
const network = new MemoryNetwork({ clock: plainClock });
const counted = (world, events, options) => {
  const frame = (route, bytes) => {
    counts.received++;
    events.frame(route, bytes);
  };
  const transport = network.transport(world, { ...events, frame }, options);
  const { send } = transport;
  transport.send = (...args) => {
    counts.sent++;
    send.apply(transport, args);
  };
  return transport;
};
const settle = ms => new Promise(resolve => setTimeout(resolve, ms));
const heap = () => {
  for (let i = 0; i < 4; i++) gc();
  return process.memoryUsage().heapUsed;
};

const node = await Node.start({
  address: '127.0.0.1:1',
  clock,
  transport: counted,
  remoting: { heartbeatInterval },
});
// The number that the node gave to its link with each peer: its welcome says it.
const linkOf = new Map();
const welcomed = (route, frame) => {
  const record = readControl(frame);
  if (record.kind === 'welcome') linkOf.set(route, record.link);
};
const crowdEvents = { frame: welcomed, malformed: () => {}, refused: () => {} };
const world = {
  clock: plainClock,
  random: Math.random,
  scheduler: { soon: queueMicrotask, later: setImmediate },
  uuid: () => '',
};
const crowd = network.transport(world, crowdEvents, {
  maxFrameSize: 1e6,
  maxSilence: 3000,
  curve: undefined,
});
const routes = Array.from({ length: peers }, () => crowd.connect(node.address));
const incarnation = i => i.toString(16).padStart(32, '0');
const target = node.incarnation.replaceAll('-', '');
const beat = () => {
  for (const [i, route] of routes.entries()) {
    const writer = new FrameWriter();
    writer.control({ kind: 'heartbeat', lag: 0 });
    const header = {
      flags: flag.unnumbered,
      source: incarnation(i),
      target,
      link: 1,
      yourLink: linkOf.get(route),
      sequence: 0,
      ack: 0,
      systemAck: 0,
    };
    crowd.send(route, writer.take(header), () => {});
  }
};

const before = heap();
for (const [i, route] of routes.entries()) {
  const hello = {
    kind: 'hello',
    address: `127.0.0.1:${10_000 + i}`,
    version: '0',
    features: [],
    wantsRoute: false,
    link: 1,
    yourLink: 0,
    maxMessageSize: 2 ** 20,
    key: '',
    proof: '',
  };
  crowd.send(route, handshakeFrame(incarnation(i), noIncarnation, hello), () => {});
}
await settle(500);
if (linkOf.size !== peers) throw new Error(`only ${linkOf.size} of ${peers} peers were welcomed`);
const beats = setInterval(beat, heartbeatInterval);
await settle(2 * heartbeatInterval);
const bytes = (heap() - before) / peers;
Object.assign(counts, { timers: 0, sent: 0, received: 0 });
await settle(seconds * 1000);
const perSecond = Object.fromEntries(Object.entries(counts).map(([key, count]) => [key, count / seconds]));
clearInterval(beats);
print({
  scenario: 'links/idle',
  peers,
  heartbeatInterval,
  bytesPerLink: Math.round(bytes),
  timersPerSecond: round(perSecond.timers),
  framesSentPerSecondPerLink: round(perSecond.sent / peers),
  framesReceivedPerSecondPerLink: round(perSecond.received / peers),
});
await node.stop();
