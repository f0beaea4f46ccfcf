import { assert } from 'chai';
import { world } from '../../../lib/base/world.ts';
import {
  CallbackEventGenerator,
  CronEventGenerator,
  Director,
  Event,
  EventGenerator,
  FlowActor,
  type FlowActorClass,
  JSONEvent,
  Null,
  STDOUT,
  TestEvent,
  XMLEvent,
} from '../../../lib/flow/index.ts';
import { ManualClock } from '../../../lib/testkit/index.ts';
import { dataOf, run, text, turns } from './support.ts';

describe('EventGenerator', () => {
  it('makes an event every interval, the first after one', async () => {
    const { harness, clock } = await run(EventGenerator, { interval: 2000, eventKwargs: { data: 'x' } });
    const counts: number[] = [];
    for (const ms of [1000, 2000, 2000]) {
      await clock.advance(ms);
      counts.push(harness.takeAll().length);
    }
    assert.deepEqual(counts, [0, 1, 1]);
    await harness.stop();
    await clock.advance(10_000);
    assert.deepEqual(harness.takeAll(), [], 'none after the stop');
    assert.equal(clock.pending, 0);
  });

  for (const eventClass of [Event, JSONEvent, XMLEvent]) {
    it(`makes events of the class ${eventClass.name}`, async () => {
      const { harness, clock } = await run(EventGenerator, { interval: { seconds: 1 }, eventClass });
      await clock.advance(1000);
      assert.equal((await harness.next()).constructor, eventClass);
      await harness.stop();
    });
  }

  it('makes each event of a copy of eventKwargs', async () => {
    const eventKwargs = { data: { list: [1] }, service: 'orders', colour: ['red'] };
    const params = { interval: 1, eventClass: JSONEvent, eventKwargs };
    const { harness, clock } = await run(EventGenerator, params, { director: { copy: false } });
    await clock.advance(2);
    const [one, two] = harness.takeAll() as [Event, Event];
    (one.data as { list: number[] }).list.push(2);
    (one.get('colour') as string[]).push('blue');
    assert.deepEqual([two.data, two.get('colour'), two.service], [{ list: [1] }, ['red'], 'orders']);
    assert.notEqual(one.eventId, two.eventId);
    assert.deepEqual(eventKwargs.data, { list: [1] });
    await harness.stop();
  });

  it('adds up the parts of an interval, and takes fractions of a ms', async () => {
    const { harness, clock } = await run(EventGenerator, { interval: { minutes: 1, seconds: 0.5 } });
    await clock.advance(60_499);
    assert.equal(harness.takeAll().length, 0);
    await clock.advance(1);
    assert.equal(harness.takeAll().length, 1);
    await harness.stop();
  });

  it('has so many producers', async () => {
    const { harness, clock } = await run(EventGenerator, { interval: 1000, producers: 3 });
    await clock.advance(2000);
    assert.equal(harness.takeAll().length, 6);
    await harness.stop();
  });

  it('begins after a delay, for which nobody waits', async () => {
    const { harness, clock } = await run(EventGenerator, { interval: 1000, delay: 5000 });
    await clock.advance(5999);
    assert.equal(harness.takeAll().length, 0);
    await clock.advance(1);
    assert.equal(harness.takeAll().length, 1);
    await harness.stop();
  });

  it('makes one for whatever it is given', async () => {
    const { harness } = await run(EventGenerator, { eventKwargs: { data: 'made' } });
    await harness.put(text('a wish'));
    await harness.settled();
    assert.deepEqual(dataOf(harness.takeAll()), ['made']);
    assert.deepEqual(harness.takeErrors(), []);
    await harness.stop();
  });

  it('makes no more than maxEvents, of all producers and all wishes', async () => {
    const { harness, clock } = await run(EventGenerator, { interval: 10, maxEvents: 3, producers: 2 });
    await harness.put(text('a wish'));
    await clock.advance(1000);
    assert.equal(harness.takeAll().length, 3);
    await harness.stop();
  });

  it('makes another one for the error outboxes only when it is told to', async () => {
    const { harness, clock } = await run(EventGenerator, { interval: 10, generateError: true });
    await clock.advance(10);
    const [event] = harness.takeAll();
    const [error] = harness.takeErrors();
    assert.isNull(event?.error);
    assert.notEqual(error?.eventId, event?.eventId);
    assert.instanceOf(error?.error, Error);
    await harness.stop();
  });

  it('B8: logs that one with level INFO when nobody else takes it', async () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const director = new Director({ world: world({ clock }), handleSignals: false });
    director.registerLogActor(STDOUT, 'log', { write: (line: string) => lines.push(line) });
    director.registerActor(EventGenerator, 'generator', { interval: 10, generateError: true, maxEvents: 1 });
    await director.start();
    await clock.advance(10);
    assert.lengthOf(lines, 1);
    assert.match(lines[0] as string, / INFO actor=\w+, id=[\da-f]{32} :: .*error: /);
    await director.stop();
  });

  it('sends what a full queue refuses to the error outboxes, and goes on', async () => {
    const { director, clock, errors, slow } = await overfull('fail');
    await clock.advance(5);
    slow.release();
    await turns();
    await clock.advance(1);
    assert.deepEqual(
      errors.map(({ error }) => (error as { code?: string }).code),
      ['QUEUE_FULL', 'QUEUE_FULL'],
    );
    assert.isAtLeast(slow.seen.length, 2);
    await director.stop();
  });

  const refused: [object, RegExp][] = [
    [{ interval: 0 }, /^actor: interval must be more than 0 ms/],
    [{ interval: { fortnights: 1 } }, /^actor: interval must be/],
    [{ interval: { seconds: '5' } }, /^actor: interval must be/],
    [{ eventClass: Date }, /^actor: eventClass must be a class of events/],
    [{ eventKwargs: [] }, /^actor: eventKwargs must be an object/],
    [{ producers: 0 }, /^actor: producers must be a whole number/],
    [{ delay: -1 }, /^actor: delay must be ms/],
    [{ maxEvents: 1.5 }, /^actor: maxEvents must be/],
    [{ generateError: 'no' }, /^actor: generateError must be true or false/],
    [
      { eventClass: XMLEvent, eventKwargs: { data: 'no xml' } },
      /^actor: no event can be made of eventKwargs/,
    ],
  ];
  for (const [params, message] of refused) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new EventGenerator('actor', params as never), message);
    });
  }
});

describe('TestEvent, to two outputs', () => {
  const line = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\] I am number (one|two): test\n$/;

  it('B1, B2: prints two lines for each tick, in the order of the wiring, without drift', async () => {
    const { clock, director, lines } = await twoOutputs({ interval: 1000 });
    await clock.advance(0);
    await clock.advance(4000);
    assert.lengthOf(lines, 10);
    for (const one of lines) assert.match(one, line);
    const numbers = lines.map(one => line.exec(one)?.[1]);
    assert.deepEqual(numbers, ['one', 'two', 'one', 'two', 'one', 'two', 'one', 'two', 'one', 'two']);
    const seconds = lines.map(one => one.slice(18, 27));
    assert.deepEqual(
      [...new Set(seconds)],
      ['00.000000', '01.000000', '02.000000', '03.000000', '04.000000'],
    );
    await director.stop();
  });

  it('B1: counts its times from the start, however late a timer is', async () => {
    const clock = new LateClock(3);
    const times: number[] = [];
    class Stamp extends FlowActor {
      override consume(): void {
        times.push(this.world.clock.now());
      }
    }
    const director = new Director({ world: world({ clock }), handleSignals: false });
    director.registerLogActor(Null, 'log');
    director.connectQueue(
      director.registerActor(EventGenerator, 'generator', { interval: 100 }),
      director.registerActor(Stamp, 'stamp'),
    );
    await director.start();
    await clock.advance(1010);
    assert.deepEqual(times, [103, 203, 303, 403, 503, 603, 703, 803, 903, 1003]);
    await director.stop();
  });

  it('B3: gives each a copy of its own with the same ids', async () => {
    const seen: Event[] = [];
    class Spoiler extends FlowActor {
      override consume(event: Event): void {
        seen.push(event);
        (event.data as unknown[]).push(this.name);
      }
    }
    const { clock, director } = await twoOutputs({ dataValue: ['x'], maxEvents: 1 }, Spoiler);
    await clock.advance(0);
    const [one, two] = seen as [Event, Event];
    assert.deepEqual(
      [one.data, two.data],
      [
        ['x', 'one'],
        ['x', 'two'],
      ],
    );
    assert.deepEqual([one.eventId, one.metaId], [two.eventId, two.metaId]);
    await director.stop();
  });

  it('B4: makes so many and then no more, with data of your own, after a delay', async () => {
    const { clock, director, lines } = await twoOutputs({
      interval: 100,
      maxEvents: 3,
      delay: 50,
      dataValue: 'mine',
    });
    await clock.advance(49);
    assert.lengthOf(lines, 0);
    await clock.advance(1);
    assert.lengthOf(lines, 2);
    await clock.advance(5000);
    assert.lengthOf(lines, 6);
    assert.match(lines[5] as string, /: mine\n$/);
    await director.stop();
  });

  it('B5: one that fails each time does not hold up the other, and its errors arrive', async () => {
    const lines: string[] = [];
    const errors: Event[] = [];
    class Faulty extends FlowActor {
      override consume(): void {
        throw new Error('broken');
      }
    }
    class Errors extends FlowActor {
      override consume(event: Event): void {
        errors.push(event);
      }
    }
    const clock = new ManualClock();
    const director = new Director({ world: world({ clock }), handleSignals: false });
    director.registerLogActor(Null, 'log');
    director.registerErrorActor(Errors, 'errors');
    const generator = director.registerActor(TestEvent, 'generator', { interval: 1000 });
    director.connectQueue(generator, [
      director.registerActor(Faulty, 'faulty'),
      director.registerActor(STDOUT, 'out', { write: (text: string) => lines.push(text) }),
    ]);
    await director.start();
    await clock.advance(2000);
    assert.deepEqual(lines, ['test\n', 'test\n', 'test\n']);
    assert.deepEqual(
      errors.map(({ error }) => error?.message),
      ['broken', 'broken', 'broken'],
    );
    await director.stop();
  });

  it('B6: waits for a slow one and loses nothing', async () => {
    const { director, clock, slow, made, stats } = await overfull('block');
    await clock.advance(20);
    assert.isBelow(made(), 6, 'the queue has room for two');
    slow.release();
    await clock.advance(20);
    assert.equal(slow.seen.length, made());
    assert.isAbove(made(), 20);
    assert.equal(stats().dropped, 0);
    await director.stop();
  });

  it('B6: with the policy drop, the other one is not held up and what is dropped is counted', async () => {
    const { director, clock, slow, made, other, stats } = await overfull('dropNewest');
    await clock.advance(20);
    assert.equal(other.length, made());
    assert.equal(stats().dropped, made() - 3, 'one is being handled, two wait');
    slow.release();
    await director.stop();
    assert.lengthOf(slow.seen, 3);
  });

  it('B7: an output passes the event on', async () => {
    const { harness } = await run(STDOUT, { write: () => {} });
    const event = text('through');
    await harness.put(event);
    assert.equal((await harness.next()).eventId, event.eventId);
    await harness.stop();
  });
});

describe('CallbackEventGenerator', () => {
  it('makes no other event until the last one has come back', async () => {
    const { harness, clock } = await run(CallbackEventGenerator, { interval: 100 });
    await clock.advance(1000);
    const [first, ...more] = harness.takeAll();
    assert.deepEqual(more, []);
    await harness.put(first as Event);
    await clock.advance(100);
    const [second] = harness.takeAll();
    assert.notEqual(second?.eventId, first?.eventId);
    await harness.stop();
  });

  it('takes any other event as a wish, if none is under way', async () => {
    const { harness } = await run(CallbackEventGenerator);
    for (const wish of ['one', 'another']) await harness.put(text(wish));
    await harness.settled();
    assert.lengthOf(harness.takeAll(), 1);
    await harness.stop();
  });

  it('waits for none that could not be sent', async () => {
    const { director, clock, errors, slow } = await overfull('fail', CallbackEventGenerator, {
      producers: 4,
    });
    await clock.advance(10);
    assert.isAbove(errors.length, 10);
    slow.release();
    await director.stop();
  });

  it('gives up one that does not come back in time', async () => {
    const { harness, clock } = await run(CallbackEventGenerator, { interval: 100, graceTime: 250 });
    await clock.advance(399);
    assert.lengthOf(harness.takeAll(), 1);
    await clock.advance(1);
    assert.lengthOf(harness.takeAll(), 1);
    assert.match(harness.takeLogs()[0]?.message as string, /has not come back within 250 ms/);
    await harness.stop();
  });
});

describe('CronEventGenerator', () => {
  const utc = { timezone: 'UTC' };

  it('makes an event every twelve seconds unless it is told otherwise', async () => {
    const { harness, clock } = await run(CronEventGenerator, utc);
    await clock.advance(60_000);
    assert.lengthOf(harness.takeAll(), 5);
    await harness.stop();
  });

  it('takes a text of cron', async () => {
    const { harness, clock } = await run(CronEventGenerator, { ...utc, interval: '30 */2 * * *' });
    const counts: number[] = [];
    for (const minutes of [29, 1, 119, 1]) {
      await clock.advance(minutes * 60_000);
      counts.push(harness.takeAll().length);
    }
    assert.deepEqual(counts, [0, 1, 0, 1]);
    await harness.stop();
  });

  it('takes fields: those behind the last given one are the least', async () => {
    const { harness, clock } = await run(CronEventGenerator, { ...utc, interval: { hour: 4 } });
    await clock.advance(4 * 3_600_000 - 1);
    assert.lengthOf(harness.takeAll(), 0);
    await clock.advance(1);
    assert.lengthOf(harness.takeAll(), 1);
    await clock.advance(24 * 3_600_000);
    assert.lengthOf(harness.takeAll(), 1);
    await harness.stop();
  });

  it('makes one for whatever it is given, and no more than maxEvents', async () => {
    const { harness, clock } = await run(CronEventGenerator, { ...utc, maxEvents: 2 });
    await harness.put(text('a wish'));
    await clock.advance(60_000);
    assert.lengthOf(harness.takeAll(), 2);
    await harness.stop();
  });

  it('stops when there is no next time', async () => {
    const { harness, clock } = await run(CronEventGenerator, { ...utc, interval: '0 0 0 1 1 * 2020' });
    assert.equal(clock.pending, 0);
    await harness.stop();
  });

  const refused: [object, RegExp][] = [
    [{ interval: 'every day' }, /^actor: interval: .*is no schedule/],
    [{ interval: {} }, /^actor: interval: a schedule needs one of the fields/],
    [{ interval: { hours: 4 } }, /^actor: interval: a schedule has no field hours/],
    [{ interval: { hour: '4 * *' } }, /^actor: interval: the hour of a schedule must be/],
    [{ interval: { hour: 25 } }, /^actor: interval: .*is no schedule/],
    [{ interval: { week: 54 } }, /^actor: interval: the week of a schedule must be/],
    [{ interval: 12 }, /^actor: interval must be a text of cron/],
    [{ timezone: 'Mars/Olympus' }, /^actor: interval: .*is no schedule/],
  ];
  for (const [params, message] of refused) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new CronEventGenerator('actor', params as never), message);
    });
  }
});

/** A generator with two outputs that print. */
async function twoOutputs(params: object, Output: FlowActorClass = STDOUT) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const director = new Director({ world: world({ clock }), handleSignals: false });
  director.registerLogActor(Null, 'log');
  const generator = director.registerActor(TestEvent, 'generator', params);
  const outputs = ['one', 'two'].map(number =>
    director.registerActor(Output, number, {
      prefix: `I am number ${number}: `,
      timestamp: true,
      write: (line: string) => lines.push(line),
    }),
  );
  director.connectQueue(generator, outputs);
  await director.start();
  return { clock, director, lines };
}

class Slow extends FlowActor {
  readonly seen: Event[] = [];
  release = () => {};
  readonly #released = new Promise<void>(resolve => {
    this.release = resolve;
  });

  override async consume(event: Event): Promise<void> {
    await this.#released;
    this.seen.push(event);
  }
}

/** A generator, every ms, with an output that takes nothing until it is released and has room for two, and another one. */
async function overfull(
  policy: 'block' | 'fail' | 'dropNewest',
  Generator = EventGenerator as FlowActorClass,
  params: object = {},
) {
  const clock = new ManualClock();
  const other: Event[] = [];
  const errors: Event[] = [];
  class Other extends FlowActor {
    override consume(event: Event): void {
      other.push(event);
    }
  }
  class Errors extends FlowActor {
    override consume(event: Event): void {
      errors.push(event);
    }
  }
  const slow = new Slow('slow', { concurrency: 1 });
  const director = new Director({ world: world({ clock }), handleSignals: false });
  director.registerLogActor(Null, 'log');
  director.registerErrorActor(Errors, 'errors');
  const generator = director.registerActor(Generator, 'generator', { interval: 1, ...params });
  director.registerActor(slow);
  director.connectQueue(generator, director.registerActor(Other, 'other'));
  director.connectQueue(generator, slow, { size: 2, policy });
  await director.start();
  const stats = () =>
    director.stats()?.queues.find(({ destination }) => destination === 'slow') as { dropped: number };
  return { clock, director, slow, other, errors, made: () => other.length, stats };
}

/** All timers are so many ms late. */
class LateClock extends ManualClock {
  readonly #late: number;

  constructor(late: number) {
    super();
    this.#late = late;
  }

  override after(delay: number, run: () => void) {
    return super.after(delay + this.#late, run);
  }
}
