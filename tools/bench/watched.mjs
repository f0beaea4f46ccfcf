// The loads on which instruments are measured: a flood of messages into one actor, and a ball between two, on a node to which
// `attach` attaches something first.
import { Actor, Node } from 'troupe';
import { checkBooks, signal, turn } from './measure.mjs';

const batch = 1000;

class Counter extends Actor {
  receive() {
    if (--this.params.left === 0) this.params.done();
  }
}

/** @param message makes the message of a number */
export const tell =
  (ops, attach, message = n => ({ type: 'inc', n })) =>
  async () => {
    const node = await Node.start();
    attach(node);
    const { promise, done } = signal();
    const counter = node.spawn(Counter.using({ left: ops, done }));
    for (let i = 0; i < ops; ) {
      for (let k = 0; k < batch; k++, i++) counter.tell(message(i));
      await turn();
    }
    await promise;
    checkBooks(node);
    await node.stop();
  };

class Player extends Actor {
  receive(ball) {
    if (--this.params.left === 0) this.params.done();
    else this.sender.tell(ball, this.ref);
  }
}

export const pingPong = (ops, attach) => async () => {
  const node = await Node.start();
  attach(node);
  const { promise, done } = signal();
  const [one, other] = [1, 2].map(() => node.spawn(Player.using({ left: ops / 2, done })));
  one.tell('ball', other);
  await promise;
  await node.stop();
};

export const nothing = () => {};
