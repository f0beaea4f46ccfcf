import { assert } from 'chai';
import { systemClock } from '../../lib/base/world.ts';
import { type Event, EventDropped, type QueuePolicy } from '../../lib/flow/index.ts';
import { Call, event, Gate, Pass, type Quiet, quietFlow, Sink, Tap, turn } from './support.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const statsOf = ({ director }: Quiet, source: string) =>
  director.stats()?.queues.find(queue => queue.kind === 'event' && queue.source === source);

/** A source, and a consumer that takes one event at a time when the spec lets it. */
async function sourceAndGate(policy: QueuePolicy, size = 3) {
  const flow = await quietFlow();
  const tap = flow.director.registerActor(Tap, 'tap');
  const gate = flow.director.registerActor(Gate, 'gate', { concurrency: 1 });
  flow.director.connectQueue(tap, gate, { size, policy });
  const dropped: EventDropped[] = [];
  flow.node.events.subscribe(EventDropped, told => dropped.push(told));
  await flow.director.start();
  return { ...flow, flow, tap, gate, dropped };
}

async function openAll(gate: Gate): Promise<void> {
  while (gate.waiting.length > 0) await gate.openNext();
}

describe('queues: policies', () => {
  it('block makes the source wait until there is room, and loses nothing', async () => {
    const { tap, gate, flow, end } = await sourceAndGate('block');
    let emitted = 0;
    const all = (async () => {
      for (const n of numbers(20)) {
        await tap.put(n);
        emitted++;
      }
    })();
    await turn();
    assert.equal(emitted, 4, 'one is being consumed, three wait');
    assert.equal(statsOf(flow, 'tap')?.length, 4, 'and that whose sender waits');
    await gate.openNext();
    assert.equal(emitted, 5);
    await openAll(gate);
    await all;
    await flow.director.settled();
    assert.deepEqual(gate.done, numbers(20));
    await end();
  });

  it('dropNewest drops what comes, counts it and tells', async () => {
    const { tap, gate, flow, dropped, end } = await sourceAndGate('dropNewest');
    tap.put(0);
    await turn();
    for (const n of [1, 2, 3, 4, 5]) assert.isUndefined(tap.put(n));
    assert.deepEqual(
      dropped.map(({ event: { data }, reason, place }) => [data, reason, place]),
      [
        [4, 'overflow', 'tap.gate -> gate.tap'],
        [5, 'overflow', 'tap.gate -> gate.tap'],
      ],
    );
    await openAll(gate);
    assert.deepEqual(gate.done, [0, 1, 2, 3]);
    assert.deepInclude(statsOf(flow, 'tap'), { in: 6, out: 4, dropped: 2, length: 0 });
    assert.equal(flow.director.stats()?.lost.overflow, 2);
    await end();
  });

  it('dropOldest drops what has waited longest', async () => {
    const { tap, gate, dropped, end } = await sourceAndGate('dropOldest');
    tap.put(0);
    await turn();
    for (const n of [1, 2, 3, 4, 5]) tap.put(n);
    await openAll(gate);
    assert.deepEqual(gate.done, [0, 3, 4, 5]);
    assert.deepEqual(
      dropped.map(({ event: { data } }) => data),
      [1, 2],
    );
    await end();
  });

  it('fail throws at the sender, whose event goes to the error route', async () => {
    const flow = await quietFlow();
    const { director, errors } = flow;
    const tap = director.registerActor(Tap, 'tap');
    const pass = director.registerActor(Pass, 'pass');
    const gate = director.registerActor(Gate, 'gate', { concurrency: 1 });
    const other = director.registerActor(Sink, 'other');
    director.connectQueue(tap, pass);
    director.connectQueue(pass, other);
    director.connectQueue(pass, gate, { size: 1, policy: 'fail' });
    await director.start();
    for (const n of [0, 1, 2]) {
      tap.put(n);
      await turn();
    }
    assert.deepEqual(errors.data, [2]);
    assert.equal(errors.events[0]?.error?.name, 'QueueFull');
    assert.deepEqual(other.data, [0, 1], 'either all outboxes get it or none');
    await openAll(gate);
    await flow.end();
  });

  it('a source that emits into a full queue with fail is told at once', async () => {
    const { tap, gate, end } = await sourceAndGate('fail', 1);
    tap.put(0);
    await turn();
    tap.put(1);
    assert.throws(() => tap.put(2), /queue tap\.gate -> gate\.tap is full: it has room for 1/);
    await openAll(gate);
    await end();
  });

  it('a sender that does not wait gets no further events until there is room', async () => {
    const flow = await quietFlow();
    const { director } = flow;
    const tap = director.registerActor(Tap, 'tap');
    let consumed = 0;
    const middle = director.registerActor(Call, 'middle', {
      fn: (given: Event, self: Call) => {
        consumed++;
        void self.forward(given);
      },
    });
    const gate = director.registerActor(Gate, 'gate', { concurrency: 1 });
    director.connectQueue(tap, middle);
    director.connectQueue(middle, gate, { size: 2 });
    await director.start();
    await tap.putAll(numbers(50));
    await turn();
    assert.equal(consumed, 4, 'one is consumed, two wait, one more has parked the sender');
    await openAll(gate);
    await director.settled();
    assert.deepEqual(gate.done, numbers(50));
    await flow.end();
  });

  it('one slow destination does not hold up another that drops', async () => {
    const flow = await quietFlow();
    const { director } = flow;
    const tap = director.registerActor(Tap, 'tap');
    const slow = director.registerActor(Gate, 'slow', { concurrency: 1 });
    const fast = director.registerActor(Sink, 'fast');
    director.connectQueue(tap, slow, { size: 2, policy: 'dropNewest' });
    director.connectQueue(tap, fast);
    await director.start();
    for (const n of numbers(10)) {
      await tap.put(n);
      await turn(1);
    }
    assert.deepEqual(fast.data, numbers(10));
    assert.equal(statsOf(flow, 'tap')?.dropped, 7);
    await openAll(slow);
    await flow.end();
  });

  it('what is logged never makes anybody wait: the oldest lines are dropped and counted', async () => {
    const flow = await quietFlow({ size: 5 });
    const { director } = flow;
    const slowLog = director.registerLogActor(Gate, 'slow-log', { concurrency: 1 }) as Gate;
    const tap = director.registerActor(Tap, 'tap');
    const bad = director.registerActor(Call, 'bad', {
      fn: () => {
        throw new Error('again');
      },
    });
    director.connectQueue(tap, bad);
    await director.start();
    await tap.putAll(numbers(20));
    await turn();
    assert.equal(flow.errors.events.length, 20);
    const log = director.stats()?.queues.find(({ kind, source }) => kind === 'log' && source === 'bad');
    assert.isAbove(log?.dropped ?? 0, 5);
    assert.equal(log?.policy, 'dropOldest');
    await openAll(slowLog);
    await flow.end();
  });
});

describe('queues: many at one end', () => {
  it('one outbox can lead to several actors', async () => {
    const flow = await quietFlow();
    const { director } = flow;
    const tap = director.registerActor(Tap, 'tap');
    const sinks = ['a', 'b', 'c'].map(name => director.registerActor(Sink, name));
    director.connectQueue([tap, 'out'], sinks);
    await director.start();
    tap.put(1, 'out');
    await director.settled();
    assert.deepEqual(
      sinks.map(({ data, origins }) => [data, origins]),
      [
        [[1], ['out']],
        [[1], ['out']],
        [[1], ['out']],
      ],
    );
    await flow.end();
  });

  it('several actors can lead to one inbox', async () => {
    const flow = await quietFlow();
    const { director } = flow;
    const taps = ['a', 'b', 'c'].map(name => director.registerActor(Tap, name));
    const sink = director.registerActor(Sink, 'sink');
    for (const tap of taps) director.connectQueue([tap, 'in'], sink);
    await director.start();
    for (const tap of taps) tap.put(tap.name);
    await director.settled();
    assert.deepEqual(sink.data, ['a', 'b', 'c']);
    assert.deepEqual(sink.origins, ['in', 'in', 'in']);
    await flow.end();
  });

  it('inboxes get their turns, however full another one is', async () => {
    const flow = await quietFlow();
    const { director } = flow;
    const busy = director.registerActor(Tap, 'busy');
    const rare = director.registerActor(Tap, 'rare');
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(busy, sink);
    director.connectQueue(rare, sink);
    await director.start();
    for (const n of numbers(400)) busy.put(n);
    rare.put('me too');
    await director.settled();
    assert.isBelow(sink.data.indexOf('me too'), 50);
    await flow.end();
  });

  it('keeps the order of each queue', async () => {
    const flow = await quietFlow({ size: 7 });
    const { director } = flow;
    const tap = director.registerActor(Tap, 'tap');
    const pass = director.registerActor(Pass, 'pass');
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, pass);
    director.connectQueue(pass, sink);
    await director.start();
    await tap.putAll(numbers(1000));
    await director.settled();
    assert.deepEqual(sink.data, numbers(1000));
    await flow.end();
  });

  it('without copies everybody gets the very event', async () => {
    const flow = await quietFlow({ copy: false });
    const { director } = flow;
    const tap = director.registerActor(Tap, 'tap');
    const [a, b] = [director.registerActor(Sink, 'a'), director.registerActor(Sink, 'b')];
    director.connectQueue(tap, [a, b]);
    await director.start();
    const given = event(1);
    tap.put(given);
    await director.settled();
    assert.strictEqual(a.events[0], given);
    assert.strictEqual(b.events[0], given);
    await flow.end();
  });
});

describe('queues: cycles', () => {
  /** Sends an event round until it has made so many steps. */
  const round = (steps: number) => (given: Event, self: Call) => {
    const { left = steps } = given.data as { left?: number };
    given.data = { left: left - 1 };
    return self.forward(given, left > 1 ? 'round' : 'out');
  };

  it('two actors that send to each other through queues of size 1 do not wait for each other', async () => {
    const flow = await quietFlow({ size: 1 });
    const { director } = flow;
    const tap = director.registerActor(Tap, 'tap');
    const a = director.registerActor(Call, 'a', { fn: round(6) });
    const b = director.registerActor(Call, 'b', { fn: round(6) });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue([tap, 'in'], a);
    director.connectQueue([a, 'round'], b);
    director.connectQueue([b, 'round'], a);
    director.connectQueue([a, 'out'], sink);
    director.connectQueue([b, 'out'], sink);
    await director.start();
    await tap.putAll(numbers(500).map(() => ({ left: 6 })));
    await director.settled();
    assert.lengthOf(sink.events, 500);
    await flow.end();
  });

  it('an actor can send to itself', async () => {
    const flow = await quietFlow({ size: 1 });
    const { director } = flow;
    const tap = director.registerActor(Tap, 'tap');
    const a = director.registerActor(Call, 'a', { fn: round(10) });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue([tap, 'in'], a);
    director.connectQueue([a, 'round'], a);
    director.connectQueue([a, 'out'], sink);
    await director.start();
    await tap.putAll(numbers(50).map(() => ({ left: 10 })));
    await director.settled();
    assert.lengthOf(sink.events, 50);
    await flow.end();
  });

  it('what comes in from outside waits while the cycle is full', async () => {
    const flow = await quietFlow();
    const { director } = flow;
    const tap = director.registerActor(Tap, 'tap');
    const a = director.registerActor(Call, 'a', {
      fn: (given: Event, self: Call, origin: string) =>
        self.forward(given, origin === 'in' ? 'round' : 'out'),
    });
    const b = director.registerActor(Gate, 'b', { concurrency: 1 });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue([tap, 'in'], a, { size: 3 });
    director.connectQueue([a, 'round'], b, { size: 2 });
    director.connectQueue([b, 'back'], a, { size: 2 });
    director.connectQueue([a, 'out'], sink);
    await director.start();
    let emitted = 0;
    void (async () => {
      for (const n of numbers(30)) {
        await tap.put(n);
        emitted++;
      }
    })();
    await turn();
    // One is in b's hands and four in the queues of the cycle; three wait before it, and one with its sender.
    assert.equal(emitted, 8);
    await openAll(b);
    await director.settled();
    assert.deepEqual(sink.data, numbers(30));
    await flow.end();
  });

  it('a server in the cycle that hands on requests and gets the answers is slowed, not stuck', async () => {
    const flow = await quietFlow({ size: 4 });
    const { director } = flow;
    const server = director.registerActor(
      class extends Tap {
        answers: unknown[] = [];
        override consume(given: Event = event()): void {
          this.answers.push(given.data);
        }
      },
      'server',
    );
    const auth = director.registerActor(Pass, 'auth', { concurrency: 1 });
    const work = director.registerActor(Gate, 'work', { concurrency: 1 });
    director.connectQueue([server, 'requests'], auth);
    director.connectQueue(auth, work);
    director.connectQueue(work, server);
    await director.start();
    let emitted = 0;
    const all = (async () => {
      for (const n of numbers(100)) {
        await server.put(n);
        emitted++;
      }
    })();
    await turn();
    assert.isBelow(emitted, 20);
    while (work.done.length < 100) {
      await openAll(work);
      await turn(1);
    }
    await all;
    await director.settled();
    assert.deepEqual(server.answers, numbers(100));
    await flow.end();
  });

  it('a cycle that breeds events comes to an end with errors, not without memory', async () => {
    // On real time: events that never come to an end would keep a clock that stands still from being moved.
    const flow = await quietFlow({ size: 10, stopTimeout: 20 }, systemClock);
    const { director, errors } = flow;
    const tap = director.registerActor(Tap, 'tap');
    const breeder = director.registerActor(Call, 'breeder', {
      fn: (given: Event, self: Call) => {
        void self.forward(given, 'round');
        void self.forward(given, 'round');
      },
    });
    director.connectQueue([tap, 'in'], breeder);
    director.connectQueue([breeder, 'round'], breeder);
    await director.start();
    void tap.put(0);
    while (errors.events.length < 10) await turn(1);
    assert.equal(errors.events[0]?.error?.name, 'QueueFull');
    const queue = director.stats()?.queues.find(({ outbox }) => outbox === 'round');
    assert.isBelow(queue?.length ?? Number.POSITIVE_INFINITY, 1200);
    await flow.end();
    assert.isAbove(director.stats()?.lost.stopped ?? 0, 0);
  });
});
