// A million messages to a pool of four, by each strategy, beside the same messages told to one worker directly.
import { Actor, Node } from 'troupe';
import { balancing, consistentHash, pool, random, roundRobin, smallestMailbox } from 'troupe/pool';
import { checkBooks, measure, signal, turn } from './measure.mjs';

const ops = 1_000_000;
const batch = 1000;

class Counter extends Actor {
  receive(message) {
    this.params.tally.sum += message.n;
    if (this.params.tally.sum === ops) this.params.done();
  }
}

const run = spawnWith => async () => {
  const node = await Node.start();
  const { promise, done } = signal();
  const target = spawnWith(node, Counter.using({ tally: { sum: 0 }, done }));
  for (let i = 0; i < ops; ) {
    for (let k = 0; k < batch; k++, i++) target.tell({ key: i & 1023, n: 1 });
    await turn();
  }
  await promise;
  checkBooks(node);
  await node.stop();
};

const direct = run((node, worker) => node.spawn(worker));
const strategies = {
  roundRobin: roundRobin(),
  random: random(),
  smallestMailbox: smallestMailbox(),
  consistentHash: consistentHash(message => message.key),
  balancing: balancing(),
};
for (const [name, strategy] of Object.entries(strategies)) {
  const pooled = run((node, worker) => node.spawn(pool(worker, { size: 4, strategy })));
  await measure(`pool/${name}`, ops, pooled, direct);
}
