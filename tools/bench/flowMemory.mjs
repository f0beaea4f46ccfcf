// Ten million events from a source that could be much faster to a sink that is slow: what the process holds, at ten points on the way.
import { Director, Event, FlowActor } from 'troupe/flow';
import { print, signal } from './measure.mjs';

const ops = 10_000_000;
const { promise, done } = signal();
const used = [];

class Source extends FlowActor {
  preStart() {
    this.background(async () => {
      for (let i = 0; i < ops; i++) {
        const wait = this.emit(new Event({ data: i }));
        if (wait !== undefined) await wait;
      }
    });
  }
  consume() {}
}

class Middle extends FlowActor {
  consume(event) {
    this.send(event);
  }
}

/** Has a break after every event that is divisible by 1000: the queues before it are full all the time. */
class SlowSink extends FlowActor {
  #seen = 0;
  consume() {
    if (++this.#seen % (ops / 10) === 0) look();
    if (this.#seen === ops) done();
    if (this.#seen % 1000 === 0) return new Promise(resolve => setImmediate(resolve));
  }
}

function look() {
  global.gc();
  const { heapUsed, rss } = process.memoryUsage();
  used.push({ heap: Math.round(heapUsed / 1024), rss: Math.round(rss / 1024 / 1024) });
}

const director = new Director({ copy: false });
const [source, middle, sink] = [
  director.registerActor(Source, 'source'),
  director.registerActor(Middle, 'middle'),
  director.registerActor(SlowSink, 'sink', { concurrency: 1 }),
];
director.connectQueue(source, middle);
director.connectQueue(middle, sink);
const began = performance.now();
await director.start();
await promise;
const seconds = (performance.now() - began) / 1000;
const longest = Math.max(...director.stats().queues.map(({ size }) => size));
print({
  name: 'flow/memory, 10 M events, slow sink',
  seconds: Number(seconds.toFixed(1)),
  heapKiB: used.map(({ heap }) => heap),
  rssMiB: used.map(({ rss }) => rss),
  longestQueueNow: longest,
});
await director.stop();
