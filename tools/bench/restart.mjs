// A child crashes and is restarted a hundred thousand times; and the same below a Supervisor with 1, 1000 and 100 000 children:
// what a restart costs must not depend on how many there are. Once it is always the same child, and once they crash in turn,
// where each has left the caches of the machine since.
import { Actor, Node, oneForOne, Supervisor, silentLogger } from 'troupe';
import { checkBooks, measure, signal } from './measure.mjs';

const ops = 100_000;
const crash = new Error('crash');

class Crasher extends Actor {
  preStart() {
    this.params.up();
  }
  receive() {
    throw crash;
  }
}

async function run() {
  const supervision = oneForOne({ max: Number.POSITIVE_INFINITY });
  const node = await Node.start({ supervision, logger: silentLogger });
  const end = signal();
  let left = ops;
  let crasher;
  const up = () => (left-- === 0 ? end.done() : crasher?.tell('crash'));
  crasher = node.spawn(Crasher.using({ up }));
  await end.promise;
  if (node.stats().restarts !== ops) throw new Error(`${node.stats().restarts} restarts`);
  checkBooks(node);
  await node.stop();
}

async function bare() {
  const make = () => ({
    receive() {
      throw crash;
    },
  });
  let restarts = 0;
  for (let one = make(); restarts < ops; ) {
    try {
      one.receive();
    } catch {
      one = make();
      restarts++;
    }
  }
}

await measure('restart', ops, run, bare);

async function supervised(size) {
  let onUp = () => {};
  class Child extends Actor {
    preStart() {
      onUp();
    }
    receive() {
      throw crash;
    }
  }
  const node = await Node.start({ logger: silentLogger });
  const intensity = Number.POSITIVE_INFINITY;
  const children = Array.from({ length: size }, (_, i) => ({ id: `child${i}`, start: Child }));
  const supervisor = node.spawn(Supervisor.using({ intensity, children }));
  const refs = (await Supervisor.whichChildren(supervisor)).map(({ ref }) => ref);
  /** One child after the other, each once the one before is up again. */
  const crashAll = async next => {
    const end = signal();
    let left = ops;
    onUp = () => (left-- === 0 ? end.done() : refs[next(left)].tell('crash'));
    onUp();
    await end.promise;
  };
  const middle = size >> 1;
  await measure(`restart/one of ${size}`, ops, () => crashAll(() => middle), bare);
  if (size > 1) await measure(`restart/each of ${size}`, ops, () => crashAll(left => left % size), bare);
  checkBooks(node);
  await node.stop();
}

for (const size of [1, 1000, 100_000]) await supervised(size);
