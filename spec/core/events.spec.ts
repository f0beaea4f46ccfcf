import { assert } from 'chai';
import {
  ActorStarted,
  ActorStopped,
  bounded,
  DeadLetter,
  ErrorIgnored,
  HighWaterMarkReached,
  MailboxOverflow,
} from '../../lib/index.ts';
import { heard, startNode } from './support.ts';

describe('events.subscribe()', () => {
  it('tells a subscriber to Object all events', async () => {
    const { node, clock } = await startNode();
    const events: string[] = [];
    node.events.subscribe(Object, event => events.push(event.constructor.name));
    node.spawn(() => {}).stop();
    await clock.settle();
    assert.deepEqual(events, ['ActorStarted', 'ActorStopped']);
  });

  it('tells every event of the class, in order', async () => {
    const { node, clock } = await startNode();
    const started: unknown[] = [];
    node.events.subscribe(ActorStarted, ({ ref }) => started.push(ref));
    const refs = [node.spawn(() => {}), node.spawn(() => {})];
    await clock.settle();
    assert.deepEqual(started, refs);
  });

  it('tells nothing of other classes', async () => {
    const { node, clock } = await startNode();
    const stopped = heard(node, ActorStopped);
    node.spawn(() => {});
    await clock.settle();
    assert.deepEqual(stopped, []);
  });

  it('tells every subscriber', async () => {
    const { node } = await startNode();
    const [one, two] = [heard(node, Custom), heard(node, Custom)];
    node.events.publish(new Custom(1));
    assert.deepEqual([one.length, two.length], [1, 1]);
  });

  it('tells the events of a subclass to whoever subscribed to its base', async () => {
    const { node } = await startNode();
    const all = heard(node, Custom);
    const special = new Special(1);
    node.events.publish(special);
    assert.deepEqual(all, [special]);
  });

  it('gives a function that ends the subscription', async () => {
    const { node } = await startNode();
    const seen: number[] = [];
    const unsubscribe = node.events.subscribe(Custom, ({ value }) => seen.push(value));
    node.events.publish(new Custom(1));
    unsubscribe();
    node.events.publish(new Custom(2));
    assert.deepEqual(seen, [1]);
  });

  it('keeps other subscriptions when one is ended twice', async () => {
    const { node } = await startNode();
    const unsubscribe = node.events.subscribe(Custom, () => {});
    unsubscribe();
    const seen = heard(node, Custom);
    unsubscribe();
    node.events.publish(new Custom(1));
    assert.equal(seen.length, 1);
  });

  it('may be ended from within', async () => {
    const { node } = await startNode();
    const seen: number[] = [];
    const unsubscribe = node.events.subscribe(Custom, ({ value }) => {
      seen.push(value);
      unsubscribe();
    });
    node.events.publish(new Custom(1));
    node.events.publish(new Custom(2));
    assert.deepEqual(seen, [1]);
  });

  for (const args of [
    [undefined, () => {}],
    [class {}, undefined],
    ['DeadLetter', () => {}],
  ]) {
    it(`throws a TypeError for ${args.map(arg => typeof arg).join(' and ')}`, async () => {
      const { node } = await startNode();
      assert.throws(() => node.events.subscribe(args[0] as never, args[1] as never), TypeError);
    });
  }
});

describe('a subscriber that throws', () => {
  const ways = {
    'at once': () => {
      throw new Error('mine');
    },
    'from a promise': async () => {
      throw new Error('mine');
    },
  };
  for (const [when, fn] of Object.entries(ways)) {
    it(`harms no other subscriber: ${when}`, async () => {
      const { node } = await startNode();
      node.events.subscribe(Custom, fn);
      const seen = heard(node, Custom);
      node.events.publish(new Custom(1));
      assert.equal(seen.length, 1);
    });

    it(`is told as ErrorIgnored: ${when}`, async () => {
      const { node, clock } = await startNode();
      const ignored = heard(node, ErrorIgnored);
      node.events.subscribe(Custom, fn);
      node.events.publish(new Custom(1));
      await clock.settle();
      assert.deepEqual(
        ignored.map(({ error, where }) => [error.message, where]),
        [['mine', 'subscriber']],
      );
    });
  }

  it('to ErrorIgnored itself does not go round for ever', async () => {
    const { node } = await startNode();
    let calls = 0;
    node.events.subscribe(ErrorIgnored, () => {
      calls++;
      throw new Error('again');
    });
    node.events.publish(new ErrorIgnored(undefined, new Error('first'), 'somewhere'));
    assert.equal(calls, 2);
  });

  it('does not disturb the actor whose doing is told', async () => {
    const { node, clock } = await startNode();
    node.events.subscribe(ActorStarted, () => {
      throw new Error('mine');
    });
    const seen: unknown[] = [];
    node.spawn(message => void seen.push(message)).tell('hello');
    await clock.settle();
    assert.deepEqual(seen, ['hello']);
  });
});

describe('events.once()', () => {
  it('resolves with the next event of the class', async () => {
    const { node } = await startNode();
    const next = node.events.once(Custom);
    node.events.publish(new Custom(1));
    node.events.publish(new Custom(2));
    assert.equal((await next).value, 1);
  });

  it('passes over those for which the predicate does not hold', async () => {
    const { node } = await startNode();
    const next = node.events.once(Custom, ({ value }) => value > 1);
    node.events.publish(new Custom(1));
    node.events.publish(new Custom(2));
    assert.equal((await next).value, 2);
  });

  it('rejects with what the predicate throws', async () => {
    const { node } = await startNode();
    const error = new Error('mine');
    const next = node.events.once(Custom, () => {
      throw error;
    });
    node.events.publish(new Custom(1));
    assert.strictEqual(await next.catch(caught => caught), error);
  });

  it('leaves the event to the subscribers as well', async () => {
    const { node } = await startNode();
    const next = node.events.once(Custom);
    const seen = heard(node, Custom);
    node.events.publish(new Custom(1));
    await next;
    assert.equal(seen.length, 1);
  });
});

describe('events.stream()', () => {
  it('gives all events from the call on, those that came before they were asked for too', async () => {
    const { node } = await startNode();
    const stream = node.events.stream(Custom);
    for (const value of [1, 2, 3]) node.events.publish(new Custom(value));
    const values: number[] = [];
    for await (const { value } of stream) if (values.push(value) === 3) break;
    assert.deepEqual(values, [1, 2, 3]);
  });

  it('waits for the next event', async () => {
    const { node } = await startNode();
    const next = node.events.stream(Custom).next();
    node.events.publish(new Custom(1));
    assert.deepEqual(await next, { done: false, value: new Custom(1) });
  });

  it('ends the subscription when the loop is left', async () => {
    const { node } = await startNode();
    const stream = node.events.stream(Custom);
    node.events.publish(new Custom(1));
    for await (const _ of stream) break;
    assert.isFalse(node.events.hears(Custom));
  });

  it('ends whoever waits when it is returned', async () => {
    const { node } = await startNode();
    const stream = node.events.stream(Custom);
    const next = stream.next();
    await stream.return?.();
    assert.isTrue((await next).done);
  });
});

describe('HighWaterMarkReached', () => {
  it('is told at every multiple of 10 000 queued messages', async () => {
    const { node } = await startNode();
    const marks = heard(node, HighWaterMarkReached);
    const ref = node.spawn(() => {});
    for (let i = 0; i < 20_001; i++) ref.tell(i);
    assert.deepEqual(
      marks.map(({ count }) => count),
      [10_000, 20_000],
    );
  });
});

describe('MailboxOverflow', () => {
  it('is told beside the DeadLetter of what a bounded mailbox dropped', async () => {
    const { node } = await startNode();
    const [overflows, dead] = [heard(node, MailboxOverflow), heard(node, DeadLetter)];
    const ref = node
      .spawn(() => {}, { mailbox: bounded({ capacity: 1 }) })
      .tell('kept')
      .tell('dropped');
    assert.deepEqual(overflows, [new MailboxOverflow(ref, 'dropped', 1)]);
    assert.deepEqual(dead, [new DeadLetter(ref, 'dropped', undefined, 'overflow')]);
  });
});

class Custom {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

class Special extends Custom {}
