// What an open dashboard costs: loads on a node whose dashboard somebody looks at (the view of the tree, told once a second to a
// client in a thread of its own), beside the same on a node without. `perSecond` is with it, `barePerSecond` without; `closed` is a
// dashboard that nobody has open.
import { Worker } from 'node:worker_threads';
import { Actor, Node } from 'troupe';
import { dashboard } from 'troupe/observe';
import { checkBooks, measure, signal, turn } from './measure.mjs';

const batch = 1000;

class Counter extends Actor {
  left = 0;
  receive(message) {
    if (message.of !== undefined) this.left = message.of;
    else if (--this.left === 0) this.params.done();
  }
}

const tellOps = 20_000_000;
const tell = node => async () => {
  const end = signal();
  const counter = node.spawn(Counter.using({ done: end.done }));
  counter.tell({ of: tellOps });
  for (let i = 0; i < tellOps; ) {
    for (let k = 0; k < batch; k++, i++) counter.tell({ n: 1 });
    await turn();
  }
  await end.promise;
  counter.stop();
};

class Runner extends Actor {
  receive(ball) {
    if (--ball.left === 0) ball.done();
    else this.params.ring[(this.params.at + 1) % this.params.ring.length].tell(ball);
  }
}

const ringOps = 4_000_000;
const ringSize = 1000;
const ring = node => async () => {
  const end = signal();
  const refs = [];
  for (let at = 0; at < ringSize; at++) refs.push(node.spawn(Runner.using({ ring: refs, at })));
  let balls = 10;
  const done = () => --balls === 0 && end.done();
  for (let i = 0; i < 10; i++) refs[i * 100].tell({ left: ringOps / 10, done });
  await end.promise;
  for (const ref of refs) ref.stop();
};

class Clerk extends Actor {
  receive({ text, of }) {
    const order = JSON.parse(text);
    order.total = order.lines.reduce((sum, { price, count }) => sum + price * count, 0);
    if (order.total > 0 && --of.left === 0) of.done();
  }
}

const text = JSON.stringify({ lines: Array.from({ length: 5 }, (_, i) => ({ price: 1.5 * i, count: i })) });
const workOps = 600_000;
const work = node => async () => {
  const end = signal();
  const of = { left: workOps, done: end.done };
  const clerks = Array.from({ length: 200 }, () => node.spawn(Clerk));
  for (let i = 0; i < workOps; ) {
    for (let k = 0; k < batch; k++, i++) clerks[i % clerks.length].tell({ text, of });
    await turn();
  }
  await end.promise;
  for (const clerk of clerks) clerk.stop();
};

/** Looks at a dashboard, as a page does, without taking time from this thread. */
async function lookAt(board) {
  const q = JSON.stringify([['outline', { limit: 200 }], ['stuck']]);
  const url = `${board.url}api/live?q=${encodeURIComponent(q)}`;
  const client = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads');
     require('node:http').get(workerData, response => { response.resume(); response.once('data', () => parentPort.postMessage('')); });`,
    { eval: true, workerData: url },
  );
  await new Promise(resolve => client.once('message', resolve));
  return client;
}

const [plain, closed, open] = await Promise.all([1, 2, 3].map(() => Node.start()));
await dashboard(closed, { port: 0 });
const client = await lookAt(await dashboard(open, { port: 0 }));
await measure('dashboard/closed', tellOps, tell(closed), tell(plain));
await measure('dashboard/tell', tellOps, tell(open), tell(plain));
await measure('dashboard/ring', ringOps, ring(open), ring(plain));
await measure('dashboard/work', workOps, work(open), work(plain));
for (const node of [plain, closed, open]) checkBooks(node);
await client.terminate();
await Promise.all([plain, closed, open].map(node => node.stop()));
