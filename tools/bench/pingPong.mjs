// Two actors send one message back and forth a million times.
import { Actor, Node } from 'troupe';
import { checkBooks, measure, signal } from './measure.mjs';

const ops = 1_000_000;

class Player extends Actor {
  receive(message) {
    if (message.n === 0) this.params.done();
    else message.to.tell({ n: message.n - 1, to: this.ref });
  }
}

async function run() {
  const node = await Node.start();
  const end = signal();
  const [a, b] = [node.spawn(Player.using({ done: end.done })), node.spawn(Player.using({ done: end.done }))];
  a.tell({ n: 2 * ops, to: b });
  await end.promise;
  checkBooks(node);
  await node.stop();
}

async function bare() {
  const queue = [];
  const player = () => ({
    receive(message) {
      if (message.n > 0) queue.push(message.to, { n: message.n - 1, to: this });
    },
  });
  const [a, b] = [player(), player()];
  queue.push(a, { n: 2 * ops, to: b });
  while (queue.length > 0) {
    const message = queue.pop();
    queue.pop().receive(message);
  }
}

await measure('pingPong', ops, run, bare);
