// Two operating-system processes on loopback: one-way throughput of small messages and of large ones, and the latency of an
// ask, each beside the same with bare zeromq and @msgpack/msgpack, in turn.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Decoder, Encoder } from '@msgpack/msgpack';
import { Actor, Node } from 'troupe';
import * as zmq from 'zeromq';
import { print } from './measure.mjs';

const messages = 500_000;
const batch = 512;
const blobs = 1000;
const blobSize = 2 ** 20;
/** Large messages that are on their way at a time. */
const blobsAtOnce = 8;
const asks = 5000;
const runs = 5;
const message = i => ({ type: 'inc', id: i, n: 1, text: 'abcdefghijklmnop' });
const median = values => values.sort((a, b) => a - b)[values.length >> 1];
const round = value => Number(value.toFixed(3));

if (process.argv[2] === 'peer') await peer();
else await bench();

async function peer() {
  const node = await Node.start({ address: '127.0.0.1:0' });
  class Counter extends Actor {
    count = 0;
    receive() {
      if (++this.count % messages === 0) process.send({ counted: this.count });
    }
  }
  node.spawn(Counter, { name: 'counter' });
  node.spawn((blob, context) => context.sender.tell(blob.length), { name: 'blobs' });
  node.spawn((value, context) => context.reply(value), { name: 'echo' });
  const router = new zmq.Router({ linger: 0 });
  await router.bind('tcp://127.0.0.1:*');
  process.send({ address: node.address, endpoint: router.lastEndpoint });
  process.on('disconnect', () => process.exit(0));
  const decoder = new Decoder();
  const encoder = new Encoder();
  let count = 0;
  for await (const [id, frame] of router) {
    const value = decoder.decode(frame);
    if (value instanceof Uint8Array) await router.send([id, encoder.encode(value.length)]);
    else if (!Array.isArray(value)) await router.send([id, frame]);
    else {
      count += value.length;
      if (count >= messages) {
        count = 0;
        process.send({ counted: messages });
      }
    }
  }
}

async function bench() {
  const child = fork(fileURLToPath(import.meta.url), ['peer']);
  const next = () => new Promise(resolve => child.once('message', resolve));
  const { address, endpoint } = await next();
  const node = await Node.start({ address: '127.0.0.1:0', remoting: { queueLimit: 1_000_000 } });
  const counter = node.lookup(`${address}/counter`);
  const echo = node.lookup(`${address}/echo`);
  await echo.ask('hello');
  const dealer = new zmq.Dealer({ linger: 0 });
  dealer.connect(endpoint);
  const encoder = new Encoder();

  const own = async () => {
    const counted = next();
    for (let i = 0; i < messages; ) {
      for (let k = 0; k < batch && i < messages; k++, i++) counter.tell(message(i));
      await new Promise(resolve => setImmediate(resolve));
    }
    await counted;
  };
  const raw = async () => {
    const counted = next();
    for (let i = 0; i < messages; i += batch) {
      const length = Math.min(batch, messages - i);
      await dealer.send(encoder.encode(Array.from({ length }, (_, k) => message(i + k))));
    }
    await counted;
  };
  const blob = new Uint8Array(blobSize).fill(7);
  // Each side keeps so many on their way, and sends the next when one is acknowledged.
  const ownBlobs = () =>
    new Promise(resolve => {
      let sent = 0;
      let arrived = 0;
      const sink = node.lookup(`${address}/blobs`);
      const source = node.spawn((_, context) => {
        if (++arrived === blobs) {
          context.stop();
          resolve();
        } else if (sent < blobs) send();
      });
      const send = () => {
        sent++;
        sink.tell(blob, source);
      };
      while (sent < blobsAtOnce) send();
    });
  const rawBlobs = async () => {
    let sent = 0;
    for (; sent < blobsAtOnce; sent++) await dealer.send(encoder.encode(blob));
    for (let arrived = 0; arrived < blobs; arrived++) {
      await dealer.receive();
      if (sent < blobs) {
        sent++;
        await dealer.send(encoder.encode(blob));
      }
    }
  };
  const ownAsks = () => latencies(value => echo.ask(value));
  const rawAsks = () =>
    latencies(async value => {
      await dealer.send(encoder.encode(value));
      await dealer.receive();
    });

  await alternate(own, raw, (ours, theirs) => {
    const [a, b] = [messages / ours, messages / theirs];
    print({
      scenario: 'remote/oneWay',
      ops: messages,
      perSecond: Math.round(a),
      rawPerSecond: Math.round(b),
      ratio: round(a / b),
    });
  });
  await alternate(ownBlobs, rawBlobs, (ours, theirs) => {
    print({
      scenario: 'remote/1MiB',
      ops: blobs,
      perSecond: Math.round(blobs / ours),
      rawPerSecond: Math.round(blobs / theirs),
      timesRaw: round(ours / theirs),
    });
  });
  const [p50, p99] = await ownAsks();
  const [rawP50, rawP99] = await rawAsks();
  const ours = [[p50, p99]];
  const theirs = [[rawP50, rawP99]];
  for (let i = 1; i < runs; i++) {
    ours.push(await ownAsks());
    theirs.push(await rawAsks());
  }
  const of = (all, at) => round(median(all.map(one => one[at])));
  print({
    scenario: 'remote/ask',
    unit: 'microseconds',
    p50: of(ours, 0),
    p99: of(ours, 1),
    rawP50: of(theirs, 0),
    rawP99: of(theirs, 1),
    ratio: round(of(ours, 0) / of(theirs, 0)),
  });
  child.disconnect();
  dealer.close();
  await node.stop();
}

async function alternate(own, raw, report) {
  await own();
  await raw();
  const times = [[], []];
  for (let i = 0; i < runs; i++) {
    for (const [k, run] of [own, raw].entries()) {
      const start = performance.now();
      await run();
      times[k].push((performance.now() - start) / 1000);
    }
  }
  report(median(times[0]), median(times[1]));
}

/** The median and the 99th percentile of one question after the other, in microseconds. */
async function latencies(ask) {
  const taken = [];
  for (let i = 0; i < asks; i++) {
    const start = performance.now();
    await ask({ id: i });
    taken.push((performance.now() - start) * 1000);
  }
  taken.sort((a, b) => a - b);
  return [taken[asks >> 1], taken[Math.floor(asks * 0.99)]];
}
