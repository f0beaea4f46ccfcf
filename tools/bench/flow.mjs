// A flow of three actors, source to middle to sink, beside the same as function calls through two arrays: with events passed on
// as they are, with a copy for every outbox, with acknowledgements, and with an async consume.
import { Director, Event, FlowActor } from 'troupe/flow';
import { measure, signal } from './measure.mjs';

const batch = 500;

class Source extends FlowActor {
  preStart() {
    this.background(async () => {
      const { ops, fresh } = this.params;
      const kept = new Event({ data: 1 });
      for (let i = 0; i < ops; i++) {
        const wait = this.emit(fresh ? new Event({ data: i }) : kept);
        if (wait !== undefined) await wait;
      }
    });
  }
  acked() {}
  consume() {}
}

class Middle extends FlowActor {
  consume(event) {
    this.send(event);
  }
}

class AsyncMiddle extends FlowActor {
  async consume(event) {
    await null;
    this.send(event);
  }
}

class Sink extends FlowActor {
  #seen = 0;
  consume() {
    if (++this.#seen === this.params.ops) this.params.done();
  }
}

const flow = (ops, options, { middle = Middle, fresh = true } = {}) =>
  async function run() {
    const { promise, done } = signal();
    const director = new Director(options);
    const source = director.registerActor(Source, 'source', { ops, fresh });
    const between = director.registerActor(middle, 'middle');
    const sink = director.registerActor(Sink, 'sink', { ops, done });
    director.connectQueue(source, between);
    director.connectQueue(between, sink);
    await director.start();
    await promise;
    return () => director.stop();
  };

/** The same events by hand. */
const bare = ops => () => {
  const first = [];
  const second = [];
  let seen = 0;
  for (let i = 0; i < ops; ) {
    for (let k = 0; k < batch; k++, i++) first.push(new Event({ data: i }));
    for (const event of first.splice(0)) second.push(event);
    for (const event of second.splice(0)) seen += event === undefined ? 0 : 1;
  }
  if (seen !== ops) throw new Error('the bench is wrong');
};

await measure('flow/same', 1_000_000, flow(1_000_000, { copy: false }, { fresh: false }), bare(1_000_000));
await measure('flow/fresh', 1_000_000, flow(1_000_000, { copy: false }), bare(1_000_000));
await measure('flow/copies', 200_000, flow(200_000, {}), bare(200_000));
await measure('flow/acks', 200_000, flow(200_000, { copy: false, acks: true }), bare(200_000));
await measure('flow/async', 200_000, flow(200_000, { copy: false }, { middle: AsyncMiddle }), bare(200_000));
