import { assert } from 'chai';
import { Director, type Event, EventDropped, EventFailed, FlowActor } from '../../lib/flow/index.ts';
import { Call, errorOf, event, Gate, Pass, quietFlow, Sink, Tap, turn } from './support.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Notes what happens to it. */
class Noted extends FlowActor<{ notes: string[]; slow?: number; fails?: boolean }> {
  override preStart(): void | Promise<void> {
    this.#note('preStart');
    if (this.params.fails) throw new Error('no start');
    if (this.params.slow !== undefined)
      return new Promise(resolve => this.after(this.params.slow ?? 0, resolve as () => void));
    return undefined;
  }
  override consume(given: Event): Promise<void> | undefined {
    this.#note(`consume ${given.data}`);
    return this.send(given);
  }
  override preStop(): void {
    this.#note('preStop');
  }
  override flush(): Promise<void> | undefined {
    this.#note('flush');
    return this.send(event(`last of ${this.name}`));
  }
  override postStop(): void {
    this.#note('postStop');
  }
  #note(text: string): void {
    this.params.notes.push(`${this.name} ${text}`);
  }
}

/** Breaks down when it is told to. */
class Fragile extends FlowActor<{ lives: number[] }> {
  override preStart(): void {
    this.params.lives.push(1);
  }
  override consume(given: Event): Promise<void> | undefined {
    if (given.data === 'break') FlowActor.fatal(new Error('broken'));
    return this.send(given);
  }
}

describe('Director: starting', () => {
  it('starts all actors at once: a slow one does not hold up the others', async () => {
    const notes: string[] = [];
    const { director, clock, end } = await quietFlow();
    director.registerActor(Noted, 'slow', { notes, slow: 1000 });
    const tap = director.registerActor(Tap, 'tap');
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, sink);
    const starting = director.start();
    await clock.advance(10);
    tap.put(1);
    await clock.settle();
    assert.deepEqual(sink.data, [1]);
    await clock.advance(990);
    await starting;
    await end();
  });

  it('events wait until the actor that they are for has started', async () => {
    const notes: string[] = [];
    const { director, clock, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    director.connectQueue(tap, director.registerActor(Noted, 'slow', { notes, slow: 1000 }));
    const starting = director.start();
    await clock.advance(10);
    tap.put(1);
    await clock.advance(900);
    assert.deepEqual(notes, ['slow preStart']);
    await clock.advance(100);
    await starting;
    await director.settled();
    assert.deepEqual(notes, ['slow preStart', 'slow consume 1']);
    await end();
  });

  it('an actor that cannot start stops all others, and start tells why; then it can be started again', async () => {
    const notes: string[] = [];
    const params = { notes, fails: true };
    const { director, node, clock, end } = await quietFlow();
    director.registerActor(Noted, 'good', { notes });
    director.registerActor(Noted, 'bad', params);
    const error = await errorOf(director.start());
    assert.equal(error.message, 'no start');
    assert.isFalse(director.isRunning);
    assert.deepEqual(notes, ['good preStart', 'bad preStart', 'good postStop']);
    assert.equal(node.stats().actors, 0);
    assert.equal(clock.pending, 0);
    params.fails = false;
    await director.start();
    assert.isTrue(director.isRunning);
    await end();
  });

  it('a stop while it starts ends the start', async () => {
    const notes: string[] = [];
    const { director, node, end } = await quietFlow();
    director.registerActor(Noted, 'slow', { notes, slow: 1000 });
    const starting = errorOf(director.start());
    await turn();
    await director.stop();
    assert.match((await starting).message, /stopped before it had started/);
    assert.equal(node.stats().actors, 0);
    await end();
  });

  it('a stop at once after the start leaves nothing behind', async () => {
    const director = new Director();
    const starting = errorOf(director.start());
    await director.stop();
    assert.match((await starting).message, /stopped before/);
    assert.isFalse(director.isRunning);
  });

  it('cannot be started twice, or changed while it runs', async () => {
    const { director, end } = await quietFlow();
    await director.start();
    assert.match((await errorOf(director.start())).message, /runs already/);
    assert.throws(() => director.registerActor(Sink, 'late'), /can't register an actor while the flow/);
    assert.throws(() => director.connectQueue('a', 'b'), /can't connect a queue while the flow/);
    await end();
  });

  it('can run again, with new instances', async () => {
    const { director, end } = await quietFlow();
    const tap = new Tap('tap');
    director.registerActor(tap);
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, sink);
    for (const n of [1, 2]) {
      await director.start();
      tap.put(n);
      await director.settled();
      assert.deepEqual((director.getActor('sink') as Sink).data, [n]);
      await director.stop();
    }
    assert.deepEqual(sink.data, [1]);
    await end();
  });

  it('finds actors by name, the log and error actor too', async () => {
    const director = new Director();
    const tap = director.registerActor(Tap, 'tap');
    assert.strictEqual(director.getActor('tap'), tap);
    assert.isDefined(director.getActor('default_stdout'));
    assert.isDefined(director.getActor('default_error_logger'));
    assert.isUndefined(director.getActor('nobody'));
  });

  it('start with block resolves when the flow has stopped', async () => {
    const { director, end } = await quietFlow({ handleSignals: false });
    let isOver = false;
    const running = director.start({ block: true }).then(() => {
      isOver = true;
    });
    await turn();
    assert.isFalse(isOver);
    assert.isTrue(director.isRunning);
    await director.stop();
    await running;
    await director.block();
    await end();
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal} stops a flow that blocks, and nobody listens afterwards`, async () => {
      const before = process.listenerCount(signal);
      const { director, end } = await quietFlow();
      const running = director.start(true);
      await turn();
      assert.equal(process.listenerCount(signal), before + 1);
      // Only our own listener: the test runner has some too.
      (process.listeners(signal).at(-1) as () => void)();
      await running;
      assert.equal(process.listenerCount(signal), before);
      await end();
    });
  }

  it('a signal stops a flow that somebody waits for the end of, once; unless nobody is to listen', async () => {
    const before = process.listenerCount('SIGTERM');
    const { director, end } = await quietFlow();
    await director.start();
    const ends = Promise.all([director.block(), director.block()]);
    assert.equal(process.listenerCount('SIGTERM'), before + 1);
    (process.listeners('SIGTERM').at(-1) as () => void)();
    await ends;
    assert.equal(process.listenerCount('SIGTERM'), before);
    await end();
    const deaf = await quietFlow({ handleSignals: false });
    await deaf.director.start();
    const blocked = deaf.director.block();
    assert.equal(process.listenerCount('SIGTERM'), before);
    await deaf.end();
    await blocked;
  });

  it('without block nobody listens to signals unless asked to', async () => {
    const before = process.listenerCount('SIGINT');
    const quiet = await quietFlow();
    await quiet.director.start();
    assert.equal(process.listenerCount('SIGINT'), before);
    await quiet.end();
    const asked = await quietFlow({ handleSignals: true });
    await asked.director.start();
    assert.equal(process.listenerCount('SIGINT'), before + 1);
    await asked.end();
    assert.equal(process.listenerCount('SIGINT'), before);
  });

  it('has a node of its own unless one is given, and stops that one', async () => {
    const director = new Director();
    director.registerActor(Sink, 'sink');
    await director.start();
    const { node } = director;
    await director.stop();
    await node?.stopped;
    assert.isUndefined(director.node);
  });

  it('several flows of one name can run on one node, and a node that stops drains them', async () => {
    const { director, node } = await quietFlow();
    const other = new Director({ node });
    const notes: string[] = [];
    other.registerActor(Noted, 'a', { notes });
    await director.start();
    await other.start();
    assert.isDefined(node.lookup('/flow-default-2/a'));
    await node.stop();
    assert.isFalse(director.isRunning);
    assert.isFalse(other.isRunning);
    assert.deepEqual(notes, ['a preStart', 'a preStop', 'a flush', 'a postStop']);
  });
});

describe('Director: errors', () => {
  it('an error that has no queue of its own goes to the error actor, and its log says so', async () => {
    const { director, errors, log, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    const bad = director.registerActor(Call, 'bad', {
      fn: () => {
        throw new Error('no good');
      },
    });
    director.connectQueue(tap, bad);
    await director.start();
    tap.put(1);
    await director.settled();
    assert.deepEqual(errors.origins, ['error_bad']);
    assert.equal(errors.events[0]?.error?.message, 'no good');
    assert.lengthOf(log.events, 1);
    await end();
  });

  it('an error that ends in the error actor is told, with whom the event can no longer get to', async () => {
    const { director, node, end } = await quietFlow();
    const told: EventFailed[] = [];
    node.events.subscribe(EventFailed, failure => told.push(failure));
    const fails = () => {
      throw new Error('no good');
    };
    const tap = director.registerActor(Tap, 'tap');
    const bad = director.registerActor(Call, 'bad', { fn: fails });
    const cared = director.registerActor(Call, 'cared', { fn: fails });
    director.connectQueue(tap, [bad, cared]);
    director.connectQueue(bad, tap);
    const sink = director.registerActor(Sink, 'sink');
    director.connectErrorQueue(cared, sink);
    await director.start();
    tap.put(1);
    await director.settled();
    assert.lengthOf(told, 1);
    const [{ flow, place, error, leadsTo } = {} as EventFailed] = told;
    assert.deepEqual([flow, place, error.message], ['default', 'bad', 'no good']);
    assert.deepEqual([tap, bad, cared, sink].map(leadsTo), [true, true, true, false]);
    await end();
  });

  it('an event for which a queue has no room is told as well, but no line of a log', async () => {
    const { director, node, end } = await quietFlow();
    const told: string[] = [];
    const tap = director.registerActor(Tap, 'tap');
    const gate = director.registerActor(Gate, 'gate', { concurrency: 1 });
    node.events.subscribe(EventFailed, ({ event: { data }, place, error, leadsTo }) =>
      told.push(`${data} at ${place}: ${error.name}, ${leadsTo(tap)}, ${leadsTo(gate)}`),
    );
    director.connectQueue(tap, gate, { size: 1, policy: 'dropNewest' });
    const lines = director.registerActor(Gate, 'lines', { concurrency: 1 });
    director.connectLogQueue(tap, lines, { size: 1 });
    await director.start();
    for (const n of [1, 2, 3]) {
      tap.put(n);
      tap.say(`line ${n}`);
      await turn();
    }
    assert.deepEqual(told, ['3 at gate: QueueFull, false, true']);
    const closing = end();
    for (const open of [gate, lines, gate, lines, gate, lines]) {
      await turn();
      await open.openNext();
    }
    await closing;
  });

  it('an error queue that refuses an event does not hide its error', async () => {
    const { director, node, end } = await quietFlow();
    const told: string[] = [];
    node.events.subscribe(EventFailed, ({ event: { data }, error }) =>
      told.push(`${data}: ${error.message}`),
    );
    const tap = director.registerActor(Tap, 'tap');
    const bad = director.registerActor(Call, 'bad', {
      fn: () => {
        throw new Error('no good');
      },
    });
    const gate = director.registerActor(Gate, 'gate', { concurrency: 1 });
    director.connectQueue(tap, bad);
    director.connectErrorQueue(bad, gate, { size: 1, policy: 'fail' });
    await director.start();
    for (const n of [1, 2, 3]) {
      tap.put(n);
      await turn();
    }
    assert.deepEqual(told, ['3: no good']);
    const closing = end();
    for (let i = 0; i < 3; i++) {
      await turn();
      await gate.openNext();
    }
    await closing;
  });

  it('an error queue takes the place of the error actor', async () => {
    const { director, errors, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    const bad = director.registerActor(Call, 'bad', {
      fn: () => {
        throw new Error('no good');
      },
    });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, bad);
    director.connectErrorQueue(bad, sink);
    await director.start();
    tap.put(1);
    await director.settled();
    assert.deepEqual(sink.origins, ['error_bad']);
    assert.deepEqual(errors.data, []);
    await end();
  });

  it('an error of the error actor is told and counted', async () => {
    const { director, node, end } = await quietFlow();
    const fails = () => {
      throw new Error('fails too');
    };
    director.registerErrorActor(Call, 'errors', { fn: fails });
    const tap = director.registerActor(Tap, 'tap');
    director.connectQueue(tap, director.registerActor(Call, 'bad', { fn: fails }));
    const dropped: EventDropped[] = [];
    node.events.subscribe(EventDropped, told => dropped.push(told));
    await director.start();
    tap.put(1);
    await director.settled();
    assert.deepEqual(
      dropped.map(({ flow, place, reason, error }) => [flow, place, reason, error?.message]),
      [['default', 'errors', 'unroutable', 'fails too']],
    );
    assert.equal(director.stats()?.lost.unroutable, 1);
    await end();
  });

  it('an event that cannot be copied is told and counted', async () => {
    const { director, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    const make = director.registerActor(Call, 'make', {
      fn: (given: Event, self: Call) => {
        given.clone = () => {
          throw new Error('no copy');
        };
        return self.forward(given);
      },
    });
    director.connectQueue(tap, make);
    director.connectQueue(make, director.registerActor(Sink, 'sink'));
    await director.start();
    tap.put(1);
    await director.settled();
    assert.equal(director.stats()?.lost.unroutable, 1);
    await end();
  });
});

describe('Director: supervision', () => {
  it('an actor that crashes is made anew, its queues are intact, and the event goes to the error outboxes', async () => {
    const lives: number[] = [];
    const { director, errors, clock, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    const first = director.registerActor(Fragile, 'fragile', { lives });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, first);
    director.connectQueue(first, sink);
    await director.start();
    await tap.putAll([1, 2, 'break', 3, 4]);
    await clock.advance(1);
    await director.settled();
    assert.deepEqual(sink.data, [1, 2, 3, 4]);
    assert.deepEqual(errors.data, ['break']);
    assert.equal(errors.events[0]?.error?.message, 'broken');
    assert.lengthOf(lives, 2);
    assert.notStrictEqual(director.getActor('fragile'), first);
    assert.equal(director.stats()?.actors.find(({ name }) => name === 'fragile')?.restarts, 1);
    await end();
  });

  it('a ready actor that was given goes on as the same', async () => {
    const lives: number[] = [];
    const { director, clock, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    const fragile = new Fragile('fragile', { lives });
    director.connectQueue(tap, director.registerActor(fragile));
    await director.start();
    tap.put('break');
    await clock.advance(1);
    assert.lengthOf(lives, 2);
    assert.strictEqual(director.getActor('fragile'), fragile);
    await end();
  });

  it('restarts wait as long as backoff says; events wait too', async () => {
    const lives: number[] = [];
    const { director, clock, end } = await quietFlow({
      restart: { max: 3, within: 60_000, backoff: { min: 1000, jitter: 0 } },
    });
    const tap = director.registerActor(Tap, 'tap');
    const fragile = director.registerActor(Fragile, 'fragile', { lives });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, fragile);
    director.connectQueue(fragile, sink);
    await director.start();
    await tap.putAll(['break', 1, 'break', 2]);
    await clock.advance(999);
    assert.deepEqual(sink.data, []);
    await clock.advance(1);
    assert.deepEqual(sink.data, [1]);
    await clock.advance(1999);
    assert.deepEqual(sink.data, [1]);
    await clock.advance(1);
    assert.deepEqual(sink.data, [1, 2]);
    await end();
  });

  it('one that crashes too often ends the flow; what waited for it is counted, block tells why', async () => {
    const lives: number[] = [];
    const { director, errors, clock, end } = await quietFlow({ restart: { max: 2 } });
    const tap = director.registerActor(Tap, 'tap');
    const fragile = director.registerActor(Fragile, 'fragile', { lives });
    director.connectQueue(tap, fragile);
    await director.start();
    const blocked = errorOf(director.block());
    await tap.putAll(['break', 'break', 'break', 1, 2]);
    await clock.advance(1);
    assert.match((await blocked).message, /fragile of the flow "default" has used up its restarts: broken/);
    assert.equal(director.failure?.name, 'RestartsExhausted');
    assert.isFalse(director.isRunning);
    assert.deepEqual(errors.data, ['break', 'break', 'break']);
    assert.equal(director.stats()?.lost.stopped, 2);
    assert.lengthOf(lives, 3);
    await end();
  });

  it('an actor can have limits of its own', async () => {
    const lives: number[] = [];
    const { director, clock, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    director.connectQueue(tap, director.registerActor(Fragile, 'fragile', { lives, restart: { max: 0 } }));
    await director.start();
    tap.put('break');
    await clock.advance(1);
    assert.isFalse(director.isRunning);
    await end();
  });

  it('what other events were under way ends as usual, and a late crash of an old life harms nobody', async () => {
    const opens: (() => void)[] = [];
    const lives: number[] = [];
    const { director, errors, clock, end } = await quietFlow();
    class Both extends Fragile {
      override async consume(given: Event): Promise<void> {
        if (given.data === 'break') await super.consume(given);
        await new Promise<void>(resolve => opens.push(resolve));
        if (given.data === 'late break') FlowActor.fatal(new Error('late'));
        await this.send(given);
      }
    }
    const tap = director.registerActor(Tap, 'tap');
    const both = director.registerActor(Both, 'both', { lives });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, both);
    director.connectQueue(both, sink);
    await director.start();
    await tap.putAll([1, 'late break', 'break']);
    await clock.advance(1);
    assert.lengthOf(lives, 2);
    for (const open of opens) open();
    await clock.advance(1);
    assert.deepEqual(sink.data, [1]);
    assert.deepEqual(errors.data, ['break', 'late break']);
    assert.lengthOf(lives, 2);
    await end();
  });

  it('what waits for something that ended with the crash is given up after 5 s, so that nothing is stuck', async () => {
    const lives: number[] = [];
    const { director, errors, clock, end } = await quietFlow();
    class Sleeps extends Fragile {
      override async consume(given: Event): Promise<void> {
        if (given.data === 'break') return super.consume(given);
        await new Promise<void>(resolve => this.after(100, resolve));
        await this.send(given);
      }
    }
    const tap = director.registerActor(Tap, 'tap');
    const sleeps = director.registerActor(Sleeps, 'sleeps', { lives, concurrency: 2 });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, sleeps);
    director.connectQueue(sleeps, sink);
    await director.start();
    await tap.putAll(['asleep', 'break', 'next', 'last']);
    await clock.advance(4999);
    assert.deepEqual(sink.data, ['next', 'last'], 'one of two places is left');
    assert.deepEqual(errors.data, ['break']);
    await clock.advance(1);
    assert.deepEqual(errors.data, ['break', 'asleep']);
    assert.match(errors.events[1]?.error?.message ?? '', /sleeps crashed while it handled the event/);
    assert.equal(director.stats()?.actors.find(({ name }) => name === 'sleeps')?.inFlight, 0);
    await end();
    assert.equal(clock.pending, 0);
  });

  it('somebody else who stops an actor ends the flow', async () => {
    const { director, node, end } = await quietFlow();
    director.registerActor(Sink, 'sink');
    await director.start();
    const blocked = errorOf(director.block());
    node.lookup('/flow-default/sink').stop();
    assert.match((await blocked).message, /somebody stopped the actor sink/);
    await end();
  });

  it('somebody else who stops all of it ends the flow', async () => {
    const { director, node, end } = await quietFlow();
    director.registerActor(Sink, 'sink');
    await director.start();
    const blocked = errorOf(director.block());
    node.lookup('/flow-default').kill();
    assert.match((await blocked).message, /somebody stopped/);
    await end();
  });
});

describe('Director: stopping', () => {
  it('asks the actors of a cycle to flush until nothing comes of it', async () => {
    class Keep extends FlowActor {
      readonly #kept: Event[] = [];
      override consume(given: Event): void {
        this.#kept.push(given);
      }
      override flush(): void {
        for (const kept of this.#kept.splice(0)) void this.send(kept, 'on');
      }
    }
    const { director, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    const [one, two] = [director.registerActor(Keep, 'one'), director.registerActor(Keep, 'two')];
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, one);
    director.connectQueue([one, 'on'], two);
    director.connectQueue([two, 'on'], sink);
    director.connectQueue([two, 'back'], one);
    await director.start();
    await tap.put(1);
    await end();
    assert.deepEqual(sink.data, [1]);
  });

  it('drains in the order of the flow: preStop, then flush and postStop when nothing can come any more', async () => {
    const notes: string[] = [];
    const { director, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    const b = director.registerActor(Noted, 'b', { notes });
    const a = director.registerActor(Noted, 'a', { notes });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, a);
    director.connectQueue(a, b);
    director.connectQueue(b, sink);
    await director.start();
    notes.length = 0;
    for (const n of numbers(3)) void tap.put(n);
    await director.stop();
    assert.deepEqual(sink.data, [0, 1, 2, 'last of a', 'last of b']);
    assert.deepEqual(
      notes.filter(note => !note.includes('consume')),
      ['b preStop', 'a preStop', 'a flush', 'b flush', 'b postStop', 'a postStop'],
    );
    await end();
  });

  it('waits for what is under way, and for what an actor holds', async () => {
    const { director, clock, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    const gate = director.registerActor(Gate, 'gate');
    let release = () => {};
    class Holds extends Sink {
      override preStart(): void {
        release = this.hold();
      }
    }
    director.connectQueue(tap, gate);
    director.connectQueue(gate, director.registerActor(Holds, 'holds'));
    await director.start();
    tap.put(1);
    await clock.settle();
    let hasStopped = false;
    const stopping = director.stop().then(() => {
      hasStopped = true;
    });
    await clock.settle();
    assert.isFalse(hasStopped);
    await gate.openNext();
    await clock.settle();
    assert.isFalse(hasStopped);
    release();
    release();
    await stopping;
    assert.deepEqual(director.stats()?.lost, { overflow: 0, unroutable: 0, stopped: 0 });
    await end();
  });

  it('what an actor held when it crashed is let go of', async () => {
    const { director, clock, end } = await quietFlow();
    class Holds extends FlowActor {
      override consume(): void {
        this.hold();
        FlowActor.fatal(new Error('broken'));
      }
    }
    const tap = director.registerActor(Tap, 'tap');
    director.connectQueue(tap, director.registerActor(Holds, 'holds'));
    await director.start();
    tap.put(1);
    await clock.advance(1);
    await director.stop();
    await end();
  });

  it('gives up after stopTimeout; what is left is told and counted', async () => {
    const { director, node, clock, end } = await quietFlow({ stopTimeout: 500 });
    const dropped: EventDropped[] = [];
    node.events.subscribe(EventDropped, told => dropped.push(told));
    const tap = director.registerActor(Tap, 'tap');
    const gate = director.registerActor(Gate, 'gate', { concurrency: 1 });
    director.connectQueue(tap, gate);
    await director.start();
    await tap.putAll([1, 2, 3]);
    await clock.settle();
    const stopping = director.stop();
    await clock.advance(499);
    assert.isTrue(director.isRunning);
    await clock.advance(1);
    await stopping;
    assert.deepEqual(
      dropped.map(({ event: { data }, reason }) => [data, reason]),
      [
        [1, 'stopped'],
        [2, 'stopped'],
        [3, 'stopped'],
      ],
    );
    assert.equal(director.stats()?.lost.stopped, 3);
    gate.waiting[0]?.open();
    await clock.settle();
    assert.equal(clock.pending, 0);
    await end();
  });

  it('somebody who waits until all is settled hears of the end too', async () => {
    const { director, clock, end } = await quietFlow({ stopTimeout: 500 });
    class Holds extends Sink {
      override preStart(): void {
        this.hold();
      }
    }
    director.registerActor(Holds, 'holds');
    await director.start();
    const settled = director.settled();
    const stopping = director.stop();
    await clock.advance(500);
    await stopping;
    await settled;
    await end();
  });

  it('the error actor and the log actor have some time of their own when time was up', async () => {
    const { director, clock, end } = await quietFlow({ stopTimeout: 500 });
    const slowErrors = director.registerErrorActor(Gate, 'errors') as Gate;
    const tap = director.registerActor(Tap, 'tap');
    const stuck = director.registerActor(Gate, 'stuck');
    const bad = director.registerActor(Call, 'bad', {
      fn: () => {
        throw new Error('no good');
      },
    });
    director.connectQueue(tap, [stuck, bad]);
    await director.start();
    tap.put(1);
    const stopping = director.stop();
    await clock.advance(500);
    assert.isTrue(director.isRunning);
    assert.equal(director.stats()?.lost.stopped, 1);
    await slowErrors.openNext();
    await stopping;
    assert.deepEqual(slowErrors.done, [1]);
    assert.equal(director.stats()?.lost.stopped, 1);
    await end();
  });

  it('a source that goes on all the same is left waiting', async () => {
    const { director, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, sink);
    await director.start();
    await director.stop();
    let isDone = false;
    void tap.put(1)?.then(() => {
      isDone = true;
    });
    await turn();
    assert.isFalse(isDone);
    assert.deepEqual(sink.data, []);
    assert.equal(director.stats()?.lost.stopped, 1);
    await end();
  });

  it('is the same for everybody who asks', async () => {
    const { director, end } = await quietFlow();
    await director.stop();
    await director.start();
    await Promise.all([director.stop(), director.stop(), director.stop()]);
    await director.stop();
    assert.isFalse(director.isRunning);
    await end();
  });

  it('the error actor hears of the last errors, the log actor of the last lines', async () => {
    const { director, errors, log, end } = await quietFlow();
    class Last extends Pass {
      override flush(): void {
        this.sendError(event('last'), new Error('at the end'));
      }
      override postStop(): void {
        this.log.info('gone');
      }
    }
    director.registerActor(Last, 'last');
    await director.start();
    await director.stop();
    assert.deepEqual(errors.data, ['last']);
    assert.include(
      log.events.map(({ data }) => (data as { message: string }).message),
      'gone',
    );
    await end();
  });

  it('hooks that throw at the end are told and stop nothing', async () => {
    const { director, end } = await quietFlow();
    class Bad extends Pass {
      override preStop(): void {
        throw new Error('preStop');
      }
      override async flush(): Promise<void> {
        throw new Error('flush');
      }
      override postStop(): void {
        throw new Error('postStop');
      }
    }
    director.registerActor(Bad, 'bad');
    await director.start();
    await director.stop();
    assert.isFalse(director.isRunning);
    await end();
  });

  it('a crash while it drains does not keep the rest from being drained', async () => {
    const lives: number[] = [];
    const { director, clock, errors, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    const fragile = director.registerActor(Fragile, 'fragile', { lives });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, fragile);
    director.connectQueue(fragile, sink);
    await director.start();
    for (const data of [1, 'break', 2]) void tap.put(data);
    const stopping = director.stop();
    await clock.advance(1);
    await stopping;
    assert.deepEqual(sink.data, [1, 2]);
    assert.deepEqual(errors.data, ['break']);
    await end();
  });

  it('a cycle is drained as a whole', async () => {
    const { director, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    const a = director.registerActor(Call, 'a', {
      fn: (given: Event, self: Call) => {
        given.data = (given.data as number) - 1;
        return self.forward(given, (given.data as number) > 0 ? 'round' : 'out');
      },
    });
    const b = director.registerActor(Pass, 'b');
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue([tap, 'in'], a);
    director.connectQueue([a, 'round'], b);
    director.connectQueue([b, 'back'], a);
    director.connectQueue([a, 'out'], sink);
    await director.start();
    for (const n of numbers(50)) void tap.put(n + 1);
    await director.stop();
    assert.lengthOf(sink.data, 50);
    await end();
  });
});
