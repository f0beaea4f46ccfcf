// A child crashes and is restarted a hundred thousand times.
import { Actor, Node, oneForOne, silentLogger } from 'troupe';
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
