// What tracing costs: a message that is told from outside, and a ball between two actors, on a node that is traced, beside the same on
// one that is not. `perSecond` is with tracing, `barePerSecond` without. Spans are made by the SDK of OpenTelemetry and exported nowhere.
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { Actor, Node } from 'troupe';
import { tracing } from 'troupe/observe';
import { measure, signal, turn } from './measure.mjs';

const ops = 100_000;
const batch = 1000;

class Counter extends Actor {
  left = ops;
  receive() {
    if (--this.left === 0) this.params.done();
  }
}

const tell = attach => async () => {
  const node = await Node.start();
  attach(node);
  const end = signal();
  const counter = node.spawn(Counter.using({ done: end.done }));
  for (let i = 0; i < ops; ) {
    for (let k = 0; k < batch; k++, i++) counter.tell('inc');
    await turn();
  }
  await end.promise;
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
const tracerProvider = new BasicTracerProvider();
const unsampled = node => tracing(node, { tracerProvider, sample: 0 });
const sampled = node => tracing(node, { tracerProvider });

await measure('tell/unsampled', ops, tell(unsampled), tell(nothing));
await measure('pingPong/unsampled', ops, pingPong(unsampled), pingPong(nothing));
await measure('tell/sampled', ops, tell(sampled), tell(nothing));
await measure('pingPong/sampled', ops, pingPong(sampled), pingPong(nothing));
