// Questions and answers: one after the other, and 100 in flight.
import { Actor, Node } from 'troupe';
import { checkBooks, measure } from './measure.mjs';

class Echo extends Actor {
  receive(message) {
    this.reply(message);
  }
}

const withNode = work => async () => {
  const node = await Node.start();
  await work(node.spawn(Echo));
  checkBooks(node);
  await node.stop();
};

const sequential = 100_000;
await measure(
  'ask/sequential',
  sequential,
  withNode(async echo => {
    for (let i = 0; i < sequential; i++) await echo.ask(i);
  }),
  async () => {
    const echo = async value => value;
    for (let i = 0; i < sequential; i++) await echo(i);
  },
);

const inFlight = 100;
const rounds = 2000;
await measure(
  'ask/100 in flight',
  inFlight * rounds,
  withNode(async echo => {
    for (let i = 0; i < rounds; i++)
      await Promise.all(Array.from({ length: inFlight }, (_, k) => echo.ask(k)));
  }),
  async () => {
    const echo = async value => value;
    for (let i = 0; i < rounds; i++) await Promise.all(Array.from({ length: inFlight }, (_, k) => echo(k)));
  },
);
