// What a flight recorder costs: the scenario tell with every delivery recorded, with none of these actors recorded, and with large
// messages. `perSecond` is with the recorder, `barePerSecond` without.
import { Actor, Node } from 'troupe';
import { record } from 'troupe/observe';
import { checkBooks, measure, signal, turn } from './measure.mjs';

const ops = 300_000;
const batch = 1000;

class Counter extends Actor {
  count = 0;
  receive() {
    if (++this.count === ops) this.params.done();
  }
}

const tell = (attach, message) => async () => {
  const node = await Node.start();
  attach(node);
  const end = signal();
  const counter = node.spawn(Counter.using({ done: end.done }));
  for (let i = 0; i < ops; ) {
    for (let k = 0; k < batch; k++, i++) counter.tell(message(i));
    await turn();
  }
  await end.promise;
  checkBooks(node);
  await node.stop();
};

const nothing = () => {};
const small = n => ({ type: 'inc', n });
const when = new Date();
const rich = n => ({
  id: n,
  when,
  tags: new Set(['a', 'b']),
  lines: [
    { sku: 'x-1', count: 2 },
    { sku: 'y-2', count: 1 },
  ],
});
await measure(
  'tell/recorded',
  ops,
  tell(node => record(node), small),
  tell(nothing, small),
);
await measure(
  'tell/recordedRich',
  ops,
  tell(node => record(node), rich),
  tell(nothing, rich),
);
await measure(
  'tell/othersRecorded',
  ops,
  tell(node => record(node, { actors: '/others/**' }), small),
  tell(nothing, small),
);
