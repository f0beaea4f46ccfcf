import { assert } from 'chai';
import {
  Batch,
  Dedupe,
  Director,
  Event,
  FlowActor,
  JSONEvent,
  Null,
  Retry,
  SetupError,
  Split,
  Throttle,
  Window,
} from '../../../lib/flow/index.ts';
import { dataOf, run, runRefused, text, turns } from './support.ts';

describe('What can not be sent in time', () => {
  const stages: [kind: never, params: object, data: unknown][] = [
    [Batch as never, { period: 100 }, [3]],
    [Throttle as never, { rate: 1, interval: 100 }, 3],
    [Window as never, { size: 100 }, [3]],
    [Retry as never, { backoff: { min: 100, jitter: 0 } }, 3],
  ];
  for (const [kind, params, data] of stages) {
    it(`goes to the error outboxes of a ${(kind as { name: string }).name}, which goes on`, async () => {
      const { director, tap, errors, pass, end } = await runRefused(kind, params);
      for (const n of [1, 2, 3]) {
        await tap.put(new Event({ data: n, error: kind === Retry ? new Error('again') : null }));
        await pass(100);
      }
      await pass(100);
      assert.deepEqual(errors.data, [data]);
      assert.deepEqual(
        errors.events.map(({ error }) => error?.name),
        ['QueueFull'],
      );
      await end();
      assert.isUndefined(director.failure);
    });
  }
});

describe('Batch', () => {
  it('is full after so many events', async () => {
    const { harness } = await run(Batch, { count: 2 });
    for (const n of [1, 2, 3]) await harness.put(text(n));
    await turns();
    assert.deepEqual(dataOf(harness.takeAll()), [[1, 2]]);
    await harness.stop();
    assert.deepEqual(dataOf(harness.takeAll()), [[3]], 'the rest, when the flow stops');
  });

  it('is sent after a period, counted from its first event', async () => {
    const { harness, pass } = await run(Batch, { period: 100 });
    await harness.put(text(1));
    await pass(60);
    await harness.put(text(2));
    await pass(39);
    assert.deepEqual(harness.takeAll(), []);
    await pass(1);
    const [batch] = harness.takeAll();
    assert.deepEqual([batch?.data, batch?.get('count')], [[1, 2], 2]);
    await pass(1000);
    assert.deepEqual(harness.takeAll(), [], 'nothing comes of no events');
    await harness.stop();
  });

  it('is full after so much text', async () => {
    const { harness } = await run(Batch, { size: 5 });
    for (const part of ['abc', 'de', 'f']) await harness.put(text(part));
    await turns();
    assert.deepEqual(dataOf(harness.takeAll()), [['abc', 'de']]);
    await harness.stop();
  });

  it('holds events of one key', async () => {
    const { harness } = await run(Batch, { count: 2, key: 'service' });
    for (const service of ['a', 'b', 'a']) await harness.put(new JSONEvent({ service, data: { service } }));
    const batch = await harness.next();
    assert.deepEqual(batch.data, [{ service: 'a' }, { service: 'a' }]);
    assert.instanceOf(batch, JSONEvent);
    await harness.stop();
  });

  for (const params of [{ count: 0 }, { size: -1 }, { period: Number.NaN }, { key: 5 }]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new Batch('batch', params as never), /^batch: \w+ must be/);
    });
  }
});

describe('Split', () => {
  it('makes an event of every element, with the metaId and the attributes of the whole', async () => {
    const { harness } = await run(Split);
    const whole = new JSONEvent({ data: [1, { a: 2 }], colour: 'red' });
    await harness.put(whole);
    const parts = [await harness.next(), await harness.next()];
    assert.deepEqual(dataOf(parts), [1, { a: 2 }]);
    for (const part of parts) {
      assert.equal(part.metaId, whole.metaId);
      assert.notEqual(part.eventId, whole.eventId);
      assert.equal(part.get('colour'), 'red');
    }
    await harness.stop();
  });

  it('fails for what is no list', async () => {
    const { harness } = await run(Split);
    await harness.put(text('x'));
    assert.equal((await harness.error()).error?.name, 'MalformedEventData');
    await harness.stop();
  });
});

describe('Throttle', () => {
  it('lets so many pass in any interval, in order; the others wait', async () => {
    const { harness, pass } = await run(Throttle, { rate: 2, interval: 100 });
    for (const n of [1, 2, 3, 4, 5]) await harness.put(text(n));
    await pass(0);
    assert.deepEqual(dataOf(harness.takeAll()), [1, 2]);
    await pass(99);
    assert.deepEqual(dataOf(harness.takeAll()), []);
    await pass(1);
    assert.deepEqual(dataOf(harness.takeAll()), [3, 4]);
    await pass(100);
    assert.deepEqual(dataOf(harness.takeAll()), [5]);
    await harness.stop();
  });

  it('is full again only when the oldest is an interval old', async () => {
    const { harness, pass } = await run(Throttle, { rate: 2, interval: 100, excess: 'drop' });
    for (const wait of [0, 60, 30, 20]) {
      await pass(wait);
      await harness.put(text(wait));
      await turns();
    }
    assert.deepEqual(dataOf(harness.takeAll()), [0, 60, 20]);
    await harness.stop();
  });

  it('sends what is too much to the error outboxes', async () => {
    const { harness } = await run(Throttle, { rate: 1, excess: 'fail' });
    await harness.put(text(1));
    await harness.put(text(2));
    const event = await harness.error();
    assert.deepEqual([event.data, event.error?.name], [2, 'EventRateExceeded']);
    await harness.stop();
  });

  for (const params of [{}, { rate: 0 }, { rate: 1, interval: 0 }, { rate: 1, excess: 'x' }]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new Throttle('throttle', params as never), /^throttle: \w+ must be/);
    });
  }
});

describe('Retry', () => {
  const options = { outboxes: ['worker', 'dead_letter'], inboxes: ['source', 'error_worker'] };
  const failed = (event: Event) => {
    const copy = event.clone();
    copy.error = new Error('no luck');
    return copy;
  };

  it('lets an event pass that comes from an actor whose name looks like that of an error queue', async () => {
    const { harness } = await run(Retry, {}, { inboxes: ['error_maker'] });
    await harness.put(text('a'), 'error_maker');
    await turns();
    assert.deepEqual(dataOf(harness.takeAll()), ['a']);
    await harness.stop();
  });

  it('sends what came back with an error again, each time later, and gives up at the dead-letter outbox', async () => {
    const backoff = { min: 100, factor: 2, jitter: 0 };
    const { harness, pass } = await run(Retry, { max: 2, backoff }, options);
    await harness.put(text('x'), 'source');
    let event = await harness.next('worker');
    for (const delay of [100, 200]) {
      await harness.put(failed(event), 'error_worker');
      await pass(delay - 1);
      assert.deepEqual(harness.takeAll(), []);
      await pass(1);
      event = await harness.next('worker');
      assert.isNull(event.error);
    }
    await harness.put(failed(event), 'error_worker');
    const dead = await harness.next('dead_letter');
    assert.deepEqual([dead.data, dead.error?.message, dead.get('actor_attempts')], ['x', 'no luck', 2]);
    assert.deepEqual(harness.takeErrors(), []);
    await harness.stop();
  });

  it('sends what is given up to the error outboxes when there is no other place', async () => {
    const { harness } = await run(Retry, { max: 0 }, { ...options, outboxes: ['worker'] });
    await harness.put(failed(text('x')), 'error_worker');
    assert.equal((await harness.error()).error?.message, 'no luck');
    await harness.stop();
  });

  it('works as wired in its docs', async () => {
    let tries = 0;
    const done: unknown[] = [];
    class Worker extends FlowActor {
      consume(event: Event) {
        if (++tries < 3) throw new Error('not yet');
        done.push(event.data);
      }
    }
    class Source extends FlowActor {
      override preStart() {
        this.after(0, () => this.emit(new Event({ data: 'work' })));
      }
      consume() {}
    }
    const director = new Director({ handleSignals: false });
    director.registerLogActor(Null, 'log');
    const source = director.registerActor(Source, 'source');
    const retry = director.registerActor(Retry, 'retry', { backoff: { min: 1, max: 2 } });
    const worker = director.registerActor(Worker, 'worker');
    director.connectQueue(source, retry);
    director.connectQueue(retry, worker);
    director.connectErrorQueue(worker, retry);
    await director.start();
    while (done.length === 0) await turns();
    assert.deepEqual([done, tries], [['work'], 3]);
    await director.stop();
  });

  for (const params of [{ max: -1 }, { deadLetter: '' }, { backoff: { min: -1 } }]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new Retry('retry', params), SetupError, /^retry: .*must be/);
    });
  }
});

describe('Dedupe', () => {
  it('lets an event pass once', async () => {
    const { harness } = await run(Dedupe, {}, { outboxes: ['outbox', 'duplicates'] });
    const event = text('x');
    await harness.put(event.clone());
    await harness.put(event.clone());
    await harness.put(text('x'));
    await turns();
    assert.equal(harness.takeAll('outbox').length, 2);
    assert.equal(harness.takeAll('duplicates').length, 1);
    await harness.stop();
  });

  it('goes by a key, for a while', async () => {
    const { harness, pass } = await run(Dedupe, { key: 'data/id', within: 1000 });
    const put = (id: unknown) => harness.put(new JSONEvent({ data: { id } }));
    for (const id of [1, '1', 1]) await put(id);
    await pass(1000);
    await put(1);
    await turns();
    assert.deepEqual(dataOf(harness.takeAll()), [{ id: 1 }, { id: '1' }, { id: 1 }]);
    await harness.stop();
  });

  it('remembers no more than it may', async () => {
    const { harness } = await run(Dedupe, { max: 2, key: 'data' });
    for (const n of [1, 2, 3, 1, 3]) await harness.put(text(n));
    await turns();
    assert.deepEqual(dataOf(harness.takeAll()), [1, 2, 3, 1]);
    assert.isAtMost(harness.actor.remembered, 2);
    await harness.stop();
  });
});

describe('Window', () => {
  it('that can not be reduced goes to the error outboxes, and the next one is reduced', async () => {
    const reduce = (events: readonly Event[]) => {
      if (events.length === 1) throw new TypeError('too few');
      return events.length;
    };
    const { harness, pass } = await run(Window, { size: 100, reduce });
    await harness.put(text('a'));
    await pass(100);
    const failed = await harness.error();
    assert.deepEqual([failed.data, failed.error?.message], [['a'], 'too few']);
    for (const data of ['b', 'c']) await harness.put(text(data));
    await pass(100);
    assert.deepEqual(dataOf(harness.takeAll()), [2]);
    await harness.stop();
  });

  it('holds what came in its time', async () => {
    const { harness, pass } = await run(Window, { size: 100 });
    await harness.put(text(1));
    await pass(50);
    await harness.put(text(2));
    await pass(50);
    await harness.put(text(3));
    await pass(100);
    await pass(100);
    const windows = harness.takeAll();
    assert.deepEqual(dataOf(windows), [[1, 2], [3]]);
    for (const { start, end } of windows) assert.equal((end as number) - (start as number), 100);
    await harness.stop();
  });

  it('slides', async () => {
    const { harness, pass } = await run(Window, { size: 100, every: 50 });
    for (const n of [1, 2, 3]) {
      await harness.put(text(n));
      await pass(50);
    }
    await pass(50);
    await pass(50);
    assert.deepEqual(dataOf(harness.takeAll()), [[1], [1, 2], [2, 3], [3]]);
    await harness.stop();
  });

  it('is full after so many events', async () => {
    const { harness } = await run(Window, { count: 3, every: 1 });
    for (const n of [1, 2, 3, 4]) await harness.put(text(n));
    await turns();
    assert.deepEqual(dataOf(harness.takeAll()), [
      [1, 2, 3],
      [2, 3, 4],
    ]);
    await harness.stop();
    assert.deepEqual(dataOf(harness.takeAll()), [], 'nothing new has come since');
  });

  it('is one for each key, with what a function makes of it', async () => {
    const sum = (events: readonly Event[]) => events.reduce((all, { data }) => all + (data as number), 0);
    const { harness } = await run(Window, { count: 2, key: 'service', reduce: sum });
    for (const [service, data] of [
      ['a', 1],
      ['b', 10],
      ['a', 2],
      ['b', 20],
    ] as const)
      await harness.put(new Event({ service, data }));
    await turns();
    assert.deepEqual(
      harness.takeAll().map(({ data, windowKey, count }) => [data, windowKey, count]),
      [
        [3, 'a', 2],
        [30, 'b', 2],
      ],
    );
    await harness.stop();
  });

  it('is sent as it is when the flow stops', async () => {
    const { harness } = await run(Window, { size: 1000 });
    await harness.put(text(1));
    await turns();
    await harness.stop();
    assert.deepEqual(dataOf(harness.takeAll()), [[1]]);
  });

  it('holds no more than it may; what is too much goes to the error outboxes', async () => {
    const { harness } = await run(Window, { size: 1000, max: 1 });
    await harness.put(text(1));
    await harness.put(text(2));
    assert.equal((await harness.error()).error?.name, 'QueueFull');
    await harness.stop();
  });

  for (const params of [
    {},
    { size: 1, count: 1 },
    { size: 10, every: 11 },
    { count: 2, every: 0.5 },
    { size: 1, max: 0 },
  ]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new Window('window', params), /^window: \w+ must be/);
    });
  }
});
