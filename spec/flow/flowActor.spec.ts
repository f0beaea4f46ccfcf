import { assert } from 'chai';
import { silentLogger } from '../../lib/base/log.ts';
import { JSONEvent } from '../../lib/flow/events/jsonEvent.ts';
import { Event, FlowActor, FlowHarness, type LogEvent } from '../../lib/flow/index.ts';
import { Node } from '../../lib/node/node.ts';
import { ManualClock } from '../../lib/testkit/manualClock.ts';
import { Call, errorOf, event, Gate, Pass, turn, virtualWorld } from './support.ts';

const textOf = ({ data }: LogEvent) => `${data.level} ${data.message}`;

const nodes: Node[] = [];

async function withClock(what: never, options: object = {}) {
  const clock = new ManualClock();
  const node = await Node.start({ clock, logger: silentLogger });
  nodes.push(node);
  const harness = await FlowHarness.start(what, {
    world: virtualWorld(clock),
    director: { node },
    ...options,
  });
  return { clock, harness };
}

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

describe('FlowActor: consuming', () => {
  it('sends nothing by itself', async () => {
    const harness = await FlowHarness.start(new Call('quiet', { fn: () => undefined }));
    await harness.put(event(1));
    await harness.settled();
    assert.deepEqual(harness.takeAll(), []);
    await harness.stop();
  });

  it('knows the name of the inbox', async () => {
    const origins: string[] = [];
    const harness = await FlowHarness.start(
      new Call('a', { fn: (_, __, origin) => void origins.push(origin) }),
      {
        inboxes: ['one', 'two'],
      },
    );
    await harness.put(event(1), 'two');
    await harness.put(event(2));
    await harness.settled();
    assert.deepEqual(origins, ['two', 'one', 'two']);
    await harness.stop();
  });

  it('handles up to 100 events at once when it is async', async () => {
    const harness = await FlowHarness.start(Gate);
    for (let i = 0; i < 150; i++) await harness.put(event(i));
    await turn();
    assert.lengthOf(harness.actor.waiting, 100);
    for (let i = 0; i < 150; i++) await harness.actor.openNext();
    await harness.stop();
    assert.lengthOf(harness.actor.done, 150);
  });

  for (const params of [{ concurrency: 1 }, { blockingConsume: true }]) {
    it(`${JSON.stringify(params)} keeps the order`, async () => {
      const harness = await FlowHarness.start(Gate, { params });
      for (let i = 0; i < 3; i++) await harness.put(event(i));
      await turn();
      assert.lengthOf(harness.actor.waiting, 1);
      for (let i = 0; i < 3; i++) await harness.actor.openNext();
      await harness.settled();
      assert.deepEqual(
        harness.takeAll().map(({ data }) => data),
        [0, 1, 2],
      );
      await harness.stop();
    });
  }

  it('converts events that are not of its input, and says so', async () => {
    class Json extends Pass {
      static override input = JSONEvent;
    }
    const harness = await FlowHarness.start(Json);
    const given = event({ a: 1 });
    await harness.put(given);
    const received = await harness.next();
    assert.instanceOf(received, JSONEvent);
    assert.equal(received.eventId, given.eventId);
    await harness.settled();
    assert.deepEqual(harness.takeLogs().map(textOf), [
      'WARNING Incoming event was of type Event. Converted to JSONEvent',
    ]);
    await harness.stop();
  });

  it('an event that cannot be converted goes to the error outboxes', async () => {
    class Json extends Pass {
      static override input = JSONEvent;
    }
    const harness = await FlowHarness.start(Json, { params: { rescue: true } });
    await harness.put(event('no json'));
    assert.equal((await harness.error()).error?.name, 'InvalidEventDataModification');
    await harness.stop();
  });

  it('an event without a required attribute goes to the error outboxes', async () => {
    class Needy extends Pass {
      static override requires = ['user'];
    }
    const harness = await FlowHarness.start(Needy);
    await harness.put(event(1));
    assert.equal((await harness.error()).error?.name, 'InvalidActorInput');
    await harness.put(event(2, { user: 'ann' }));
    assert.equal((await harness.next()).data, 2);
    await harness.stop();
  });
});

describe('FlowActor: sending', () => {
  it('sends a copy to every outbox, in the order of the wiring', async () => {
    const harness = await FlowHarness.start(Pass, { outboxes: ['b', 'a'] });
    const given = event({ list: [1] });
    await harness.put(given);
    const [first, second] = [await harness.next('b'), await harness.next('a')];
    (first.data as { list: number[] }).list.push(2);
    assert.deepEqual(second.data, { list: [1] });
    assert.deepEqual(given.data, { list: [1] });
    assert.equal(first.eventId, given.eventId);
    assert.equal(second.metaId, given.metaId);
    await harness.stop();
  });

  it('sends to the outboxes that are named', async () => {
    const harness = await FlowHarness.start(
      new Call('a', { fn: (given, self) => self.forward(given, ['y']) }),
      {
        outboxes: ['x', 'y'],
      },
    );
    await harness.put(event(1));
    await harness.settled();
    assert.lengthOf(harness.takeAll('x'), 0);
    assert.lengthOf(harness.takeAll('y'), 1);
    await harness.stop();
  });

  it('an outbox that does not exist is an error of the event', async () => {
    const harness = await FlowHarness.start(new Call('a', { fn: (given, self) => self.forward(given, 'z') }));
    await harness.put(event(1));
    assert.match(String((await harness.error()).error), /a has no outbox z: it has outbox/);
    await harness.stop();
  });

  it('an event that is none of its output is an error, unless it is not checked or is converted', async () => {
    class Json extends Call {
      static override output = JSONEvent;
    }
    const refused = await FlowHarness.start(new Json('a', { fn: (given, self) => self.forward(given) }));
    await refused.put(event({ a: 1 }));
    assert.equal((await refused.error()).error?.name, 'InvalidActorOutput');
    await refused.stop();
    const unchecked = await FlowHarness.start(
      new Json('a', { fn: (given, self) => self.forward(given, undefined, { check: false }) }),
    );
    await unchecked.put(event({ a: 1 }));
    assert.notInstanceOf(await unchecked.next(), JSONEvent);
    await unchecked.stop();
    const converted = await FlowHarness.start(
      new Json('a', { convertOutput: true, fn: (given, self) => self.forward(given) }),
    );
    await converted.put(event({ a: 1 }));
    assert.instanceOf(await converted.next(), JSONEvent);
    await converted.stop();
  });

  it('an instance can have an output of its own', async () => {
    class Own extends Call {
      override readonly output = JSONEvent;
    }
    const harness = await FlowHarness.start(new Own('a', { fn: (given, self) => self.forward(given) }));
    await harness.put(event(1));
    assert.equal((await harness.error()).error?.name, 'InvalidActorOutput');
    await harness.stop();
  });

  it('what is no event is refused', async () => {
    const harness = await FlowHarness.start(
      new Call('a', { fn: (_, self) => self.forward('text' as never) }),
    );
    await harness.put(event(1));
    assert.match(String((await harness.error()).error), /a sends events, not "text"/);
    await harness.stop();
  });

  it('createEvent makes one of the only class that it sends', async () => {
    class Maker extends FlowActor {
      static override output = JSONEvent;
      override consume(): void {
        this.send(this.createEvent({ data: { made: true } }));
      }
    }
    class Many extends Maker {
      static override output = [JSONEvent, Event] as never;
    }
    const harness = await FlowHarness.start(Maker);
    await harness.put(event());
    assert.deepEqual((await harness.next()).data, { made: true });
    await harness.stop();
    const many = await FlowHarness.start(Many);
    await many.put(event());
    assert.match(String((await many.error()).error), /more than one class/);
    await many.stop();
  });

  it('without outboxes, send does nothing', async () => {
    const harness = await FlowHarness.start(Pass, { outboxes: [] });
    await harness.put(event(1));
    await harness.settled();
    assert.deepEqual(harness.takeErrors(), []);
    await harness.stop();
  });

  it('knows its boxes and its parameters', async () => {
    class Knows extends FlowActor<{ colour: string }> {
      override consume(given: Event): void {
        given.data = [this.inboxes, this.outboxes, this.errorOutboxes, this.params.colour, this.name];
        this.send(given);
      }
    }
    const harness = await FlowHarness.start(Knows, {
      name: 'k',
      params: { colour: 'red' },
      outboxes: ['o', 'p'],
    });
    await harness.put(event());
    assert.deepEqual((await harness.next('o')).data, [['inbox'], ['o', 'p'], ['error'], 'red', 'k']);
    await harness.stop();
  });

  it('says what is wrong when it is used before the start', () => {
    class Eager extends FlowActor {
      constructor(name: string) {
        super(name);
        void this.world;
      }
      override consume(): void {}
    }
    assert.throws(() => new Eager('early'), /this\.world of "early" does not exist before director\.start/);
  });
});

describe('FlowActor: errors', () => {
  it('an event whose consume throws goes to the error outboxes, with the error, and is logged', async () => {
    const harness = await FlowHarness.start(
      new Call('a', {
        fn: () => {
          throw new Error('no good');
        },
      }),
      { errorOutboxes: ['one', 'two'] },
    );
    const given = event(1);
    await harness.put(given);
    const failed = await harness.error('one');
    assert.equal(failed.error?.message, 'no good');
    assert.equal(failed.eventId, given.eventId);
    assert.equal((await harness.error('two')).error?.message, 'no good');
    await harness.settled();
    const [line] = harness.takeLogs();
    assert.equal(line?.data.level, 'WARNING');
    assert.equal(line?.data.id, given.metaId);
    assert.match(line?.data.message ?? '', /no good\n\s+at/);
    await harness.stop();
  });

  it('a rejection and a thrown text are errors too', async () => {
    const harness = await FlowHarness.start(
      new Call('a', {
        fn: async given => {
          if (given.data === 1) throw new Error('later');
          throw 'a text';
        },
      }),
    );
    await harness.put(event(1));
    assert.equal((await harness.error()).error?.message, 'later');
    await harness.put(event(2));
    assert.match((await harness.error()).error?.message ?? '', /"a text" was thrown/);
    await harness.stop();
  });

  it('sendError sends to the error outboxes on purpose', async () => {
    const harness = await FlowHarness.start(
      new Call('a', { fn: (given, self) => self.fail(given, new Error('said so')) }),
    );
    await harness.put(event(1));
    assert.equal((await harness.error()).error?.message, 'said so');
    await harness.stop();
  });

  it('rescue tries again, later, and in the end gives up', async () => {
    let tries = 0;
    const { clock, harness } = await withClock(
      new Call('a', {
        rescue: true,
        fn: () => {
          tries++;
          throw new Error('still not');
        },
      }) as never,
    );
    await harness.put(event(1));
    await clock.advance(4999);
    assert.equal(tries, 5);
    assert.deepEqual(harness.takeErrors(), []);
    await clock.advance(1);
    assert.equal(tries, 6);
    assert.lengthOf(harness.takeErrors(), 1);
    await harness.stop();
    assert.deepInclude(
      harness.director.stats()?.actors.find(({ name }) => name === 'a'),
      { failed: 1, rescued: 5 },
    );
  });

  it('rescue puts the event at the end of its inbox', async () => {
    const seen: unknown[] = [];
    const { clock, harness } = await withClock(
      new Call('a', {
        rescue: { max: 1, delay: 100 },
        fn: given => {
          seen.push(given.data);
          if (seen.length === 1) throw new Error('once');
        },
      }) as never,
    );
    await harness.put(event(1));
    await harness.put(event(2));
    await clock.advance(100);
    assert.deepEqual(seen, [1, 2, 1]);
    await harness.stop();
  });

  it('an async consume that takes too long is an ActorTimeout, and its late end changes nothing', async () => {
    const { clock, harness } = await withClock(Gate as never, { params: { timeout: 1000, concurrency: 1 } });
    const gate = harness.actor as unknown as Gate;
    await harness.put(event(1));
    await harness.put(event(2));
    await clock.advance(1000);
    assert.equal((await harness.error()).error?.name, 'ActorTimeout');
    assert.lengthOf(gate.waiting, 2, 'the next one has its turn');
    gate.waiting[0]?.fail(new Error('too late'));
    gate.waiting[1]?.open();
    await harness.settled();
    assert.deepEqual(harness.takeErrors(), []);
    await harness.stop();
    assert.deepInclude(
      harness.director.stats()?.actors.find(({ name }) => name === 'actor'),
      {
        consumed: 1,
        failed: 1,
      },
    );
  });
});

describe('FlowActor: timers, loops and the log', () => {
  class Timed extends FlowActor<{ begin: (self: Timed) => void }> {
    ended = false;
    override preStart(): void {
      this.params.begin(this);
    }
    override consume(): void {}
    override postStop(): void {
      this.ended = true;
    }
    at(ms: number, fn: () => unknown) {
      return this.after(ms, fn);
    }
    each(ms: number, fn: () => unknown) {
      return this.every(ms, fn);
    }
    loop(task: (signal: AbortSignal) => unknown): void {
      this.background(task);
    }
    say(text: string): void {
      this.log.info(text);
    }
    out(data: unknown) {
      return this.emit(event(data));
    }
    get end(): AbortSignal {
      return this.signal;
    }
  }

  it('after and every emit on time, and end with the actor', async () => {
    const begin = (self: Timed) => {
      self.at(1500, () => self.out('once'));
      self.each(1000, () => self.out('tick'));
    };
    const { clock, harness } = await withClock(Timed as never, { params: { begin } });
    await clock.advance(3000);
    assert.deepEqual(
      harness.takeAll().map(({ data }) => data),
      ['tick', 'once', 'tick', 'tick'],
    );
    await harness.stop();
    assert.equal(clock.pending, 0);
  });

  it('timers can be cancelled', async () => {
    const begin = (self: Timed) => {
      const one = self.at(100, () => self.out('once'));
      const other = self.each(100, () => self.out('tick'));
      one();
      other();
    };
    const { clock, harness } = await withClock(Timed as never, { params: { begin } });
    await clock.advance(1000);
    assert.deepEqual(harness.takeAll(), []);
    await harness.stop();
  });

  it('every leaves ticks out while the last one is not done', async () => {
    let open = () => {};
    let ticks = 0;
    const begin = (self: Timed) =>
      void self.each(100, () => {
        ticks++;
        return new Promise<void>(resolve => {
          open = resolve;
        });
      });
    const { clock, harness } = await withClock(Timed as never, { params: { begin } });
    await clock.advance(1000);
    assert.equal(ticks, 1);
    open();
    await clock.advance(100);
    assert.equal(ticks, 2);
    await harness.stop();
  });

  it('refuses delays that make no sense', async () => {
    const begin = (self: Timed) => void self.each(0, () => {});
    const error = await errorOf(withClock(Timed as never, { params: { begin } }));
    assert.match(error.message, /every\(ms, fn\): ms must be more than 0/);
  });

  it('what a timer throws restarts the actor', async () => {
    let lives = 0;
    const begin = (self: Timed) => {
      if (++lives === 1)
        self.at(100, () => {
          throw new Error('timer');
        });
    };
    const { clock, harness } = await withClock(Timed as never, { params: { begin } });
    await clock.advance(100);
    assert.equal(lives, 2);
    assert.isTrue((harness.actor as unknown as Timed).ended, 'the old one was ended');
    await harness.stop();
  });

  it('a loop that fails restarts the actor; its signal ends it at the stop', async () => {
    let lives = 0;
    let wasAborted = false;
    const begin = (self: Timed) => {
      self.loop(async signal => {
        if (++lives === 1) throw new Error('loop');
        await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()));
        wasAborted = true;
        throw new Error('nobody minds any more');
      });
    };
    const { clock, harness } = await withClock(Timed as never, { params: { begin } });
    await clock.advance(1);
    assert.equal(lives, 2);
    await harness.stop();
    assert.isTrue(wasAborted);
    assert.isUndefined(harness.director.failure);
  });

  it('logs from before the start are not lost', async () => {
    class Chatty extends FlowActor {
      constructor(name: string) {
        super(name);
        this.log.debug('made');
      }
      override preStart(): void {
        this.log.critical('started');
      }
      override consume(given: Event): void {
        this.log.error('seen', given);
      }
    }
    const harness = await FlowHarness.start(Chatty);
    const given = event(1, { metaId: 'm1' });
    await harness.put(given);
    await harness.settled();
    const logs = harness.takeLogs();
    assert.deepEqual(logs.map(textOf), ['DEBUG made', 'CRITICAL started', 'ERROR seen']);
    assert.equal(logs[2]?.metaId, 'm1');
    assert.equal(logs[2]?.data.originActor, 'actor');
    await harness.stop();
  });
});
