/** Who waits for an event hears when no answer is to be expected any more: and never when one may still come. */
import { assert } from 'chai';
import { Dedupe, type Event, EventJoin, FlowActor, Null, Retry, STDOUT } from '../../lib/flow/index.ts';
import { Call, event, Gate, Pass, type Quiet, quietFlow, Sink, turn } from './support.ts';

/** Emits events and waits for each. */
class Waiter extends FlowActor {
  readonly heard: (string | undefined)[] = [];
  readonly answers: unknown[] = [];
  readonly leave = new Map<string, () => void>();

  override consume(answer: Event): void {
    this.leave.get(answer.eventId)?.();
    this.answers.push(answer.data);
  }

  ask(data: unknown, change?: (made: Event) => void): Event {
    const made = event(data);
    change?.(made);
    this.leave.set(
      made.eventId,
      this.follow(made, error => {
        this.heard.push(error?.message);
      }),
    );
    void this.emit(made);
    return made;
  }
}

/** Settles every event, with an error if the spec gives one. */
class Settler extends FlowActor<{ error?: Error }> {
  override consume(given: Event): void {
    this.settle(given, this.params.error);
  }
}

/** Keeps events and sends them when the spec says so. */
class Keeper extends FlowActor {
  readonly kept: Event[] = [];

  override consume(given: Event): void {
    this.kept.push(given);
  }

  sendNext(): void {
    void this.send(this.kept.shift() as Event);
  }

  settleNext(): void {
    this.settle(this.kept.shift() as Event);
  }
}

describe('whoever waits for an event', () => {
  let flow: Quiet;
  let waiter: Waiter;

  for (const copy of [true, false]) {
    describe(`(copy: ${copy})`, () => {
      beforeEach(async () => {
        flow = await quietFlow({ copy });
        waiter = flow.director.registerActor(Waiter, 'waiter');
      });
      afterEach(() => flow.end());

      const add = <A extends FlowActor>(
        // biome-ignore lint/suspicious/noExplicitAny: any actor with any parameters
        Class: new (name: string, params?: any) => A,
        name: string,
        params = {},
      ) => flow.director.registerActor(new Class(name, params));
      const go = async () => {
        await flow.director.start();
        waiter.ask('a');
        await turn(6);
      };

      it('hears that an actor has settled it', async () => {
        const { director } = flow;
        director.connectQueue(waiter, add(Pass, 'pass'));
        director.connectQueue('pass', add(Settler, 'settler'));
        await go();
        assert.deepEqual(waiter.heard, [undefined]);
      });

      it('hears why, if the actor says so', async () => {
        flow.director.connectQueue(waiter, add(Settler, 'settler', { error: new Error('too dull') }));
        await go();
        assert.deepEqual(waiter.heard, ['too dull']);
      });

      it('hears the error of an event that ends in Null', async () => {
        const { director } = flow;
        const fn = () => {
          throw new Error('broken');
        };
        director.connectQueue(waiter, add(Call, 'bad', { fn }));
        director.connectErrorQueue('bad', add(Null, 'null'));
        await go();
        assert.deepEqual(waiter.heard, ['broken']);
      });

      it('hears it when the last actor has nobody to send it on to', async () => {
        const { director } = flow;
        const lines: string[] = [];
        director.connectQueue(waiter, add(STDOUT, 'out', { write: (text: string) => void lines.push(text) }));
        await go();
        assert.deepEqual([lines, waiter.heard], [['a\n'], [undefined]]);
      });

      it('hears it only when all copies have come to their end', async () => {
        const { director } = flow;
        const gate = add(Gate, 'gate');
        director.connectQueue(waiter, [add(Settler, 'settler'), gate]);
        director.connectQueue(gate, add(Settler, 'other'));
        await go();
        assert.deepEqual(waiter.heard, []);
        await gate.openNext();
        assert.deepEqual(waiter.heard, [undefined]);
      });

      it('hears nothing while an actor keeps a copy, and of the end when that is settled at last', async () => {
        const { director } = flow;
        const keeper = add(Keeper, 'keeper');
        director.connectQueue(waiter, [add(Settler, 'settler'), keeper]);
        await go();
        assert.deepEqual(waiter.heard, []);
        keeper.settleNext();
        assert.deepEqual(waiter.heard, [undefined]);
      });

      it('hears nothing of an actor that merely does nothing with it: it may answer later', async () => {
        const { director } = flow;
        const keeper = add(Keeper, 'keeper');
        director.connectQueue(waiter, keeper);
        director.connectQueue(keeper, waiter);
        await go();
        assert.deepEqual(waiter.heard, []);
        keeper.sendNext();
        await turn();
        assert.deepEqual([waiter.answers, waiter.heard], [['a'], []]);
      });

      it('hears nothing after it has got its answer', async () => {
        const { director } = flow;
        const gate = add(Gate, 'gate');
        director.connectQueue(waiter, [add(Pass, 'pass'), gate]);
        director.connectQueue('pass', waiter);
        director.connectQueue(gate, add(Settler, 'settler'));
        await go();
        await gate.openNext();
        assert.deepEqual([waiter.answers, waiter.heard], [['a'], []]);
      });

      it('hears nothing of an event that waits to be tried again', async () => {
        const { director, clock } = flow;
        let tries = 0;
        const fn = (given: Event, self: Call) => {
          if (tries++ === 0) throw new Error('not yet');
          return self.forward(given);
        };
        const retry = add(Retry, 'retry', { backoff: { min: 1000, jitter: 0 } });
        director.connectQueue(waiter, retry);
        director.connectQueue(retry, add(Call, 'flaky', { fn }));
        director.connectErrorQueue('flaky', retry);
        director.connectQueue('flaky', add(Settler, 'settler'));
        await go();
        assert.deepEqual([tries, waiter.heard], [1, []]);
        await clock.advance(1000);
        await turn(6);
        assert.deepEqual([tries, waiter.heard], [2, [undefined]]);
      });

      it('hears nothing of the parts of a join that waits for more, and of its end when the whole is settled', async () => {
        const { director } = flow;
        const gate = add(Gate, 'gate');
        const join = add(EventJoin, 'join');
        director.connectQueue(waiter, [add(Pass, 'pass'), gate]);
        director.connectQueue('pass', join);
        director.connectQueue(gate, join);
        director.connectQueue(join, add(Settler, 'settler'));
        await go();
        assert.deepEqual(waiter.heard, []);
        await gate.openNext();
        await turn(6);
        assert.deepEqual(waiter.heard, [undefined]);
      });

      it('hears of a conversion, or of another event with the same id, as of the event', async () => {
        const { director } = flow;
        const fn = (given: Event, self: Call) => self.forward(event('b', { eventId: given.eventId }));
        director.connectQueue(waiter, add(Call, 'same', { fn }));
        director.connectQueue('same', add(Settler, 'settler'));
        await go();
        assert.deepEqual(waiter.heard, [undefined]);
      });

      it('hears of its own event only', async () => {
        const { director } = flow;
        const dedupe = add(Dedupe, 'dedupe', { key: 'data' });
        director.connectQueue(waiter, dedupe);
        director.connectQueue(dedupe, add(Keeper, 'keeper'));
        await go();
        waiter.ask('b');
        await turn(6);
        assert.deepEqual(waiter.heard, []);
        waiter.ask('b');
        await turn(6);
        assert.deepEqual(waiter.heard, [undefined]);
      });

      it('hears that a copy found no room, when nothing else is left', async () => {
        const { director } = flow;
        const gate = add(Gate, 'gate', { concurrency: 1 });
        director.connectQueue(waiter, gate, { size: 1, policy: 'dropNewest' });
        await go();
        waiter.ask('b');
        waiter.ask('c');
        await turn();
        assert.lengthOf(waiter.heard, 1);
        assert.match(waiter.heard[0] as string, /is full/);
        await gate.openNext();
        await gate.openNext();
      });
    });
  }

  describe('two at once', () => {
    beforeEach(async () => {
      flow = await quietFlow();
      waiter = flow.director.registerActor(Waiter, 'waiter');
    });
    afterEach(() => flow.end());

    it('for one event: each hears of the end, and leaves alone', async () => {
      const { director } = flow;
      const gate = director.registerActor(Gate, 'gate');
      director.connectQueue(waiter, gate);
      director.connectQueue(gate, director.registerActor(Settler, 'settler'));
      await director.start();
      const heard: string[] = [];
      const left: (() => void)[] = [];
      waiter.ask('a', made => {
        for (const name of ['one', 'two', 'three'])
          left.push((waiter as unknown as Follower).follow(made, () => heard.push(name)));
      });
      left[1]?.();
      left[1]?.();
      await turn();
      await gate.openNext();
      assert.deepEqual(heard.sort(), ['one', 'three']);
      assert.deepEqual(waiter.heard, [undefined]);
    });

    it('a callback that throws is a crash of whoever waits', async () => {
      const { director, clock } = flow;
      const sink = director.registerActor(Settler, 'settler');
      director.connectQueue(waiter, sink);
      await director.start();
      waiter.ask('a', made => {
        (waiter as unknown as Follower).follow(made, () => {
          throw new Error('cannot cope');
        });
      });
      await turn(6);
      await clock.advance(1);
      assert.equal(director.stats()?.actors.find(({ name }) => name === 'waiter')?.restarts, 1);
    });

    it('an instance that has crashed hears nothing any more', async () => {
      const { director, clock } = flow;
      const gate = director.registerActor(Gate, 'gate');
      director.connectQueue(waiter, gate);
      director.connectQueue(gate, director.registerActor(Settler, 'settler'));
      await director.start();
      waiter.ask('a');
      (waiter as unknown as Follower).after(1, () => {
        throw new Error('broken');
      });
      await clock.advance(1);
      await turn();
      await gate.openNext();
      assert.deepEqual(waiter.heard, []);
    });
  });

  it('nobody: settling an event changes nothing', async () => {
    const { director, end } = await quietFlow();
    const tap = director.registerActor(Call, 'tap', { fn: () => {} });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(tap, [director.registerActor(Settler, 'settler'), sink]);
    await director.start();
    tap.forward(event('a'));
    await director.settled();
    assert.deepEqual(sink.data, ['a']);
    await end();
  });
});

/** What is protected, for the spec. */
interface Follower {
  follow(made: Event, ended: (error: Error | undefined) => void): () => void;
  after(ms: number, fn: () => unknown): () => void;
}
