// A tree of actors, ten children each, down to a million leaves that send their numbers up to be summed.
import { Actor, Node } from 'troupe';
import { checkBooks, measure, signal } from './measure.mjs';

const leaves = 1_000_000;
const expected = (leaves * (leaves - 1)) / 2;

class Sky extends Actor {
  sum = 0;
  left = 10;
  receive(message) {
    if (message.size === undefined) {
      this.sum += message.sum;
      if (--this.left === 0) this.answer(this.sum);
    } else if (message.size === 1) {
      this.to = message.to;
      this.answer(message.first);
    } else {
      this.to = message.to;
      const size = message.size / 10;
      for (let i = 0; i < 10; i++)
        this.spawn(Sky).tell({ first: message.first + i * size, size, to: this.ref });
    }
  }
  answer(sum) {
    this.to.tell({ sum });
    this.stop();
  }
}

async function run() {
  const node = await Node.start();
  const end = signal();
  const result = node.spawn(message => end.done(message.sum));
  node.spawn(Sky).tell({ first: 0, size: leaves, to: result });
  if ((await end.promise) !== expected) throw new Error('wrong sum');
  checkBooks(node);
  await node.stop();
}

async function bare() {
  const sky = (first, size) => {
    if (size === 1) return first;
    const children = new Map();
    let sum = 0;
    for (let i = 0; i < 10; i++) {
      children.set(`sky$${i}`, { first: first + (i * size) / 10 });
      sum += sky(first + (i * size) / 10, size / 10);
    }
    return sum;
  };
  if (sky(0, leaves) !== expected) throw new Error('wrong sum');
}

await measure('skynet', leaves, run, bare);
