// A hundred thousand actors: spawned; spawned, told one message and stopped; and how many bytes an idle one takes.
import { Actor, Node } from 'troupe';
import { checkBooks, measure, print, signal, turn } from './measure.mjs';

const ops = 100_000;

class Idle extends Actor {
  receive() {}
}

class OneShot extends Actor {
  receive({ done }) {
    done();
    this.stop();
  }
}

class Bare {
  constructor(name, parent) {
    this.name = name;
    this.parent = parent;
  }
  receive({ done }) {
    done();
    this.parent.delete(this.name);
  }
}

async function started(node, count) {
  while (node.stats().actors < count) await turn();
}

await measure(
  'spawn',
  ops,
  async () => {
    const node = await Node.start();
    for (let i = 0; i < ops; i++) node.spawn(Idle);
    await turn();
    return () => node.stop();
  },
  async () => {
    const all = new Map();
    for (let i = 0; i < ops; i++) all.set(`bare$${i}`, new Bare(`bare$${i}`, all));
  },
);

await measure(
  'spawnStop',
  ops,
  async () => {
    const node = await Node.start();
    const end = signal();
    let left = ops;
    const done = () => --left === 0 && end.done();
    for (let i = 0; i < ops; i++) node.spawn(OneShot).tell({ done });
    await end.promise;
    while (node.stats().actors > 0) await turn();
    checkBooks(node);
    await node.stop();
  },
  async () => {
    const all = new Map();
    let left = ops;
    const done = () => left--;
    for (let i = 0; i < ops; i++) {
      const one = new Bare(`bare$${i}`, all);
      all.set(one.name, one);
      one.receive({ done });
    }
    if (left !== 0) throw new Error('lost');
  },
);

const node = await Node.start();
globalThis.gc();
const before = process.memoryUsage().heapUsed;
for (let i = 0; i < ops; i++) node.spawn(Idle);
await started(node, ops);
await turn();
globalThis.gc();
print({ scenario: 'bytesPerIdleActor', value: Math.round((process.memoryUsage().heapUsed - before) / ops) });
await node.stop();
