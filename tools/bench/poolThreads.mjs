// A pool of two workers in threads, by each strategy, beside the same messages told to one actor in a thread directly.
import { Node, silentLogger, thread } from 'troupe';
import { balancing, pool, roundRobin, smallestMailbox } from 'troupe/pool';
import { checkBooks, print } from './measure.mjs';
import { Tallier } from './threadActors.mjs';

const messages = 200_000;
const batch = 512;
const runs = 3;
const median = values => values.sort((a, b) => a - b)[values.length >> 1];
const turn = () => new Promise(resolve => setImmediate(resolve));
const on = () => thread({ maxBusy: Number.POSITIVE_INFINITY });

const node = await Node.start({ logger: silentLogger });
const targets = {
  direct: node.spawn(Tallier, { on: on() }),
  roundRobin: node.spawn(pool(Tallier, { size: 2, strategy: roundRobin(), on: on() })),
  smallestMailbox: node.spawn(pool(Tallier, { size: 2, strategy: smallestMailbox(), on: on() })),
  balancing: node.spawn(pool(Tallier, { size: 2, strategy: balancing(), on: on() })),
};

async function run(target) {
  const counted = new Promise(resolve => {
    let left = messages;
    const inbox = node.spawn((count, context) => {
      left -= count;
      if (left > 0) return;
      context.stop();
      resolve();
    });
    void (async () => {
      for (let i = 0; i < messages; ) {
        for (let k = 0; k < batch && i < messages; k++, i++)
          target.tell({ id: i, text: 'abcdefghijklmnop' }, inbox);
        await turn();
      }
    })();
  });
  const start = performance.now();
  await counted;
  return (performance.now() - start) / 1000;
}

const taken = Object.fromEntries(Object.keys(targets).map(name => [name, []]));
for (let i = 0; i <= runs; i++)
  for (const [name, target] of Object.entries(targets)) {
    const seconds = await run(target);
    if (i > 0) taken[name].push(seconds);
  }
const direct = median(taken.direct);
for (const [name, seconds] of Object.entries(taken))
  print({
    scenario: `poolThreads/${name}`,
    ops: messages,
    perSecond: Math.round(messages / median(seconds)),
    ratio: Number((direct / median(seconds)).toFixed(3)),
  });
checkBooks(node);
await node.stop();
