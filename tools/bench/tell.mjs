// One sender, a million small objects into one actor, in batches of 1000.
import { Actor, Node } from 'troupe';
import { checkBooks, measure, signal, turn } from './measure.mjs';

const ops = 1_000_000;
const batch = 1000;

class Counter extends Actor {
  sum = 0;
  receive(message) {
    this.sum += message.n;
    if (this.sum === ops) this.params.done();
  }
}

async function run() {
  const node = await Node.start();
  const end = signal();
  const counter = node.spawn(Counter.using({ done: end.done }));
  for (let i = 0; i < ops; ) {
    for (let k = 0; k < batch; k++, i++) counter.tell({ type: 'inc', n: 1 });
    await turn();
  }
  await end.promise;
  checkBooks(node);
  await node.stop();
}

async function bare() {
  let queue = [];
  let sum = 0;
  const receive = message => {
    sum += message.n;
  };
  for (let i = 0; i < ops; ) {
    for (let k = 0; k < batch; k++, i++) queue.push({ type: 'inc', n: 1 });
    await turn();
    const drained = queue;
    queue = [];
    for (const message of drained) receive(message);
  }
  if (sum !== ops) throw new Error('lost');
}

await measure('tell', ops, run, bare);
