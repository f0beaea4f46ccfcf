// What instruments cost: the scenarios tell and ping-pong on a node that measures, beside the same on one that does not. `perSecond`
// is with the instrument, `barePerSecond` without.
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

const tell = attach => async () => {
  const node = await Node.start();
  attach(node);
  const end = signal();
  const counter = node.spawn(Counter.using({ done: end.done }));
  for (let i = 0; i < ops; ) {
    for (let k = 0; k < batch; k++, i++) counter.tell({ type: 'inc', n: 1 });
    await turn();
  }
  await end.promise;
  checkBooks(node);
  await node.stop();
};

class Player extends Actor {
  left = ops / 2;
  receive(ball) {
    if (--this.left === 0) this.params.done();
    else this.sender.tell(ball, this.ref);
  }
}

const pingPong = attach => async () => {
  const node = await Node.start();
  attach(node);
  const end = signal();
  const [one, other] = [1, 2].map(() => node.spawn(Player.using({ done: end.done })));
  one.tell('ball', other);
  await end.promise;
  await node.stop();
};

const nothing = () => {};
const measuring = node => node.instruments.measure();
const observing = node => node.instruments.observe({ ended: nothing });

await measure('tell/measured', ops, tell(measuring), tell(nothing));
if (process.env.ONLY !== 'tell')
  await measure('pingPong/measured', ops, pingPong(measuring), pingPong(nothing));
await measure('tell/observed', ops, tell(observing), tell(nothing));
