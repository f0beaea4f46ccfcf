// A message goes round a ring of 1000 actors 1000 times.
import { Actor, Node } from 'troupe';
import { checkBooks, measure, signal } from './measure.mjs';

const size = 1000;
const rounds = 1000;
const ops = size * rounds;

class Link extends Actor {
  receive(message) {
    if (message instanceof Object) this.next = message.next;
    else if (message === 0) this.params.done();
    else this.next.tell(message - 1);
  }
}

async function run() {
  const node = await Node.start();
  const end = signal();
  const links = Array.from({ length: size }, () => node.spawn(Link.using({ done: end.done })));
  for (const [i, link] of links.entries()) link.tell({ next: links[(i + 1) % size] });
  links[0].tell(ops);
  await end.promise;
  checkBooks(node);
  await node.stop();
}

async function bare() {
  const queue = [];
  const links = Array.from({ length: size }, () => ({
    next: undefined,
    receive(message) {
      if (message > 0) queue.push(this.next, message - 1);
    },
  }));
  for (const [i, link] of links.entries()) link.next = links[(i + 1) % size];
  queue.push(links[0], ops);
  while (queue.length > 0) {
    const message = queue.pop();
    queue.pop().receive(message);
  }
}

await measure('ring', ops, run, bare);
