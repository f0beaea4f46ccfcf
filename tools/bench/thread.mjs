// Actors in threads: one-way throughput of small messages, and the latency of an ask, each beside the same with a bare worker
// and postMessage, in batches, in turn; and how long a thread takes from spawn to the first answer.
import { Worker } from 'node:worker_threads';
import { Node, silentLogger, thread } from 'troupe';
import { checkBooks, print } from './measure.mjs';
import { Counter, Echo } from './threadActors.mjs';

const messages = 500_000;
const batch = 512;
const asks = 5000;
const runs = 5;
const message = i => ({ type: 'inc', id: i, n: 1, text: 'abcdefghijklmnop', last: i === messages - 1 });
const median = values => values.sort((a, b) => a - b)[values.length >> 1];
const round = value => Number(value.toFixed(3));
const turn = () => new Promise(resolve => setImmediate(resolve));

const node = await Node.start({ logger: silentLogger });
const begun = performance.now();
const counter = node.spawn(Counter, { on: thread({ maxBusy: Number.POSITIVE_INFINITY }) });
const echo = node.spawn(Echo, { on: thread() });
await echo.ask('hello');
print({ scenario: 'thread/start', unit: 'milliseconds', taken: round(performance.now() - begun) });
const bare = new Worker(new URL('./threadActors.mjs', import.meta.url), { workerData: { isBare: true } });
const answer = () => new Promise(resolve => bare.once('message', resolve));

const own = async () => {
  const counted = new Promise(resolve => {
    const inbox = node.spawn((count, context) => {
      context.stop();
      resolve(count);
    });
    void (async () => {
      for (let i = 0; i < messages; ) {
        for (let k = 0; k < batch && i < messages; k++, i++) counter.tell(message(i), inbox);
        await turn();
      }
    })();
  });
  if ((await counted) !== messages) throw new Error('messages were lost');
};
const raw = async () => {
  const counted = answer();
  for (let i = 0; i < messages; i += batch) {
    const length = Math.min(batch, messages - i);
    bare.postMessage(Array.from({ length }, (_, k) => message(i + k)));
    await turn();
  }
  if ((await counted) !== messages) throw new Error('messages were lost');
};

async function timed(run) {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

await own();
await raw();
const times = [[], []];
for (let i = 0; i < runs; i++) {
  times[0].push(await timed(own));
  times[1].push(await timed(raw));
}
const [ours, theirs] = times.map(median);
print({
  scenario: 'thread/oneWay',
  ops: messages,
  perSecond: Math.round(messages / ours),
  rawPerSecond: Math.round(messages / theirs),
  ratio: round(theirs / ours),
});

async function latency(ask) {
  const taken = [];
  for (let i = 0; i < asks; i++) {
    const start = performance.now();
    await ask({ id: i });
    taken.push((performance.now() - start) * 1000);
  }
  return median(taken);
}
const askOwn = () => latency(value => echo.ask(value));
const askRaw = () =>
  latency(async value => {
    const answered = answer();
    bare.postMessage(value);
    await answered;
  });
await askOwn();
await askRaw();
const latencies = [[], []];
for (let i = 0; i < runs; i++) {
  latencies[0].push(await askOwn());
  latencies[1].push(await askRaw());
}
const [p50, rawP50] = latencies.map(median);
print({
  scenario: 'thread/ask',
  unit: 'microseconds',
  p50: round(p50),
  rawP50: round(rawP50),
  ratio: round(p50 / rawP50),
});
checkBooks(node);
await bare.terminate();
await node.stop();
