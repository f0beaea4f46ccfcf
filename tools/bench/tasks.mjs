// Tasks on two threads, 100 in flight, beside a pool of piscina with the same functions on as many threads, in turn; and how long
// the place of a worker that is lost stays empty: from its end to the first result of the one that takes its place.
import { Piscina } from 'piscina';
import { ActorError, childProcess, Node, silentLogger, thread } from 'troupe';
import { TaskQueue } from 'troupe/pool';
import { checkBooks, print } from './measure.mjs';
import { hash } from './taskJobs.mjs';

const threads = 2;
const inFlight = 100;
const runs = 5;
const module = new URL('./taskJobs.mjs', import.meta.url);
const median = values => values.sort((a, b) => a - b)[values.length >> 1];
const pause = () => new Promise(resolve => setTimeout(resolve, 5));
const round = value => Number(value.toFixed(3));

/** How many rounds take so many µs, here and now. */
function roundsFor(microseconds) {
  const took = Array.from({ length: 7 }, () => {
    const start = performance.now();
    hash({ id: 1, rounds: 5_000_000 });
    return performance.now() - start;
  });
  return Math.round((5_000_000 * microseconds) / 1000 / Math.min(...took));
}

const node = await Node.start({ logger: silentLogger });
const queue = await TaskQueue.start(node, { module, size: threads });
const pool = new Piscina({ filename: module.href, minThreads: threads, maxThreads: threads });

/** Always so many under way: whoever has a result runs the next task. */
async function all(count, run, expected) {
  let next = 0;
  const one = async () => {
    while (next < count) {
      const id = next++;
      const result = await run(id);
      if (result !== expected(id)) throw new Error(`task ${id} gave ${result}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
}

async function timed(run) {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

async function compare(scenario, count, rounds) {
  const results = new Map(Array.from({ length: 64 }, (_, id) => [id, hash({ id, rounds })]));
  const expected = id => results.get(id & 63);
  const argsOf = id => ({ id: id & 63, rounds });
  const ours = () => all(count, id => queue.run('hash', argsOf(id)), expected);
  const theirs = () => all(count, id => pool.run(argsOf(id), { name: 'hash' }), expected);
  await ours();
  await theirs();
  const times = [[], []];
  for (let i = 0; i < runs; i++) {
    times[0].push(await timed(ours));
    times[1].push(await timed(theirs));
  }
  const [own, other] = times.map(median);
  print({
    scenario: `tasks/${scenario}`,
    ops: count,
    perSecond: Math.round(count / own),
    piscinaPerSecond: Math.round(count / other),
    ratio: round(other / own),
  });
}

await compare('1us', 50_000, roundsFor(1));
await compare('10us', 30_000, roundsFor(10));
await compare('100us', 3000, roundsFor(100));
await compare('1ms', 400, roundsFor(1000));
checkBooks(node);
await queue.stop();
await pool.destroy();

/** From the moment at which the end of a worker is known here to the result of the task that it had not ended. */
async function replacement(scenario, on, how, spares) {
  const taken = [];
  for (let i = 0; i < runs; i++) {
    const one = await TaskQueue.start(node, { module, size: 1, on, retries: 1, spares });
    while ((await one.stats()).workers.filter(({ state }) => state === 'idle').length < 1 + spares)
      await pause();
    const ended = node.events.once(ActorError).then(() => performance.now());
    const result = one.run('die', { how });
    const at = await ended;
    await result;
    taken.push(performance.now() - at);
    await one.stop();
  }
  const [p50, longest] = [median(taken), Math.max(...taken)].map(round);
  print({ scenario: `tasks/${scenario}`, unit: 'milliseconds', p50, longest });
}

await replacement('threadReplaced', thread(), 'exit', 0);
await replacement('processReplaced', childProcess(), 'SIGKILL', 0);
await replacement('threadReplacedBySpare', thread(), 'exit', 1);
await replacement('processReplacedBySpare', childProcess(), 'SIGKILL', 1);
await node.stop();
