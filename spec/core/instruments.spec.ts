import { assert } from 'chai';
import {
  Actor,
  type ClassMeter,
  type Context,
  type Delivery,
  ErrorIgnored,
  inspect,
  oneForOne,
  openQuestions,
  Process,
  type Ref,
  Resume,
  sleep,
  type Tracer,
} from '../../lib/index.ts';
import { ManualClock, TestProbe } from '../../lib/testkit/index.ts';
import { gate, heard, into, startNode } from './support.ts';

const noop = () => {};

describe('node.instruments.measure()', () => {
  const meterOf = (classes: Iterable<ClassMeter>, name: string) =>
    [...classes].find(({ className }) => className === name) as ClassMeter;

  it('counts what each class has handled', async () => {
    const { node, clock } = await startNode();
    const { classes } = node.instruments.measure();
    class Sink extends Actor {
      override receive() {}
    }
    const [one, other] = [node.spawn(Sink), node.spawn(Sink)];
    for (let i = 0; i < 300; i++) one.tell(i);
    other.tell('more');
    await clock.settle();
    assert.equal(meterOf(classes, 'Sink').handled, 301);
    assert.equal(inspect(one)?.meter?.handled, 300);
    assert.equal(inspect(other)?.meter?.handled, 1);
  });

  it('measures how long messages wait and how long they are handled', async () => {
    const { node, clock } = await startNode();
    const { classes } = node.instruments.measure();
    class Slow extends Actor {
      override async receive() {
        await new Promise<void>(resolve => clock.after(10, resolve));
      }
    }
    const ref = node.spawn(Slow);
    for (let i = 0; i < 4; i++) ref.tell(i);
    await clock.advance(100);
    const { wait, handling } = meterOf(classes, 'Slow');
    assert.deepEqual([wait.count, wait.sum, wait.max], [4, 0 + 10 + 20 + 30, 30]);
    assert.deepEqual([handling.count, handling.sum, handling.max], [4, 40, 10]);
    assert.approximately(handling.quantile(0.5), 10, 5);
  });

  it('lets each measured message stand for those that were too many to be measured', async () => {
    const { node, clock } = await startNode();
    const { classes } = node.instruments.measure();
    const ref = node.spawn(function sink() {});
    for (let i = 0; i < 100_000; i++) ref.tell(i);
    await clock.settle();
    const { handled, handling } = meterOf(classes, 'sink');
    assert.equal(handled, 100_000);
    assert.approximately(handling.count, 100_000, 2048);
  });

  it('divides the time fairly when there are so many turns that it looks at few of them', async () => {
    const manual = new ManualClock();
    let [spent, looks] = [0, 0];
    const now = () => {
      looks++;
      return manual.now() + spent;
    };
    const { node, clock } = await startNode({
      clock: { now, wall: () => 0, after: (ms, run) => manual.after(ms, run) },
    });
    node.instruments.measure();
    let isOver = false;
    const player =
      (ms: number) =>
      (left: number, { sender, ref }: Context) => {
        spent += ms;
        isOver = left === 0;
        if (left > 0) sender?.tell(left - 1, ref);
      };
    const [fast, slow] = [0.001, 0.004].map(ms => node.spawn(player(ms)));
    looks = 0;
    (fast as Ref).tell(40_000, slow as Ref);
    while (!isOver) await clock.settle();
    const [a, b] = [fast, slow].map(ref => inspect(ref as Ref)?.meter?.busyTime ?? 0) as [number, number];
    assert.approximately(a, 20_000 * 0.001, 4);
    assert.approximately(b, 20_000 * 0.004, 8);
    assert.approximately(a + b, spent, 8);
    assert.isBelow(looks, 10_000);
  });

  it('tells for how long an actor has kept the event loop', async () => {
    const manual = new ManualClock();
    let spent = 0;
    const { node, clock } = await startNode({
      clock: { now: () => manual.now() + spent, wall: () => 0, after: (ms, run) => manual.after(ms, run) },
    });
    const { classes } = node.instruments.measure();
    const ref = node.spawn(function spinner(ms: number) {
      spent += ms;
    });
    ref.tell(25).tell(5);
    await clock.settle();
    const { busyTime, longestTurn } = inspect(ref)?.meter ?? {};
    assert.deepEqual([busyTime, longestTurn], [30, 30]);
    assert.equal(meterOf(classes, 'spinner').busyTime, 30);
  });

  it('tells since when an actor waits in an async receive', async () => {
    const { node, clock } = await startNode();
    node.instruments.measure();
    const held = gate();
    const ref = node.spawn(() => held.opened);
    await clock.advance(100);
    const { busySince: before } = inspect(ref.tell('go'))?.meter ?? {};
    await clock.settle();
    const since = inspect(ref)?.meter?.busySince;
    assert.isTrue(before === undefined || Number.isNaN(before));
    assert.equal(since, clock.now());
    held.open();
    await clock.settle();
    assert.isNaN(inspect(ref)?.meter?.busySince);
  });

  it('measures processes too', async () => {
    const { node, clock } = await startNode();
    const { classes } = node.instruments.measure();
    class Clerk extends Process {
      override *run() {
        for (;;) {
          yield* this.get();
          yield* sleep(20);
        }
      }
    }
    node.spawn(Clerk).tell('a').tell('b');
    await clock.advance(1000);
    const { wait, handling } = meterOf(classes, 'Clerk');
    assert.deepEqual([wait.count, wait.sum], [2, 20]);
    assert.deepEqual([handling.count, handling.sum], [2, 40]);
  });

  it('goes on until the last of those who measure has stopped', async () => {
    const { node, clock } = await startNode();
    const [one, other] = [node.instruments.measure(), node.instruments.measure()];
    const ref = node.spawn(function sink() {});
    const tellOne = async () => {
      ref.tell('a');
      await clock.settle();
      return meterOf(one.classes, 'sink').handled;
    };
    assert.equal(await tellOne(), 1);
    one.stop();
    one.stop();
    assert.equal(await tellOne(), 2);
    other.stop();
    assert.equal(await tellOne(), 2);
  });

  it('may begin in the middle of a turn', async () => {
    const { node, clock } = await startNode();
    const senders: unknown[] = [];
    const sink = node.spawn((_, context) => void senders.push(context.sender), { name: 'sink' });
    const ref = node.spawn((message, context) => {
      if (message === 'begin') {
        node.instruments.measure();
        context.ref.tell('again', context.ref);
        sink.tell('a', context.ref);
      } else senders.push(context.sender);
    });
    ref.tell('begin');
    await clock.settle();
    assert.deepEqual(senders, [ref, ref]);
    assert.equal(inspect(sink)?.meter?.busyTime, 0);
  });

  it('may begin while an actor starts', async () => {
    const { node, clock } = await startNode();
    const got: unknown[] = [];
    class Measurer extends Actor {
      override preStart() {
        this.node.instruments.measure();
      }
      override receive(message: unknown) {
        got.push(message);
      }
    }
    node.spawn(Measurer).tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(got, ['a', 'b']);
  });

  it('changes nothing about who sent what', async () => {
    const { node } = await startNode();
    node.instruments.measure();
    const probe = new TestProbe(node);
    const echo = node.spawn((message, context) => {
      assert.equal(context.sender, probe.ref);
      context.reply(message);
    });
    echo.tell('hello', probe.ref);
    await probe.expect('hello');
  });
});

describe('node.instruments.observe()', () => {
  /** What has been seen of each delivery. */
  const seen = (deliveries: Delivery[]) => deliveries.map(({ message, outcome }) => `${message} ${outcome}`);

  async function observing() {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
    const ended: Delivery[] = [];
    const begun: Delivery[] = [];
    const leave = node.instruments.observe({
      begun: delivery => begun.push(delivery),
      ended: delivery => ended.push(delivery),
    });
    return { node, clock, begun, ended, leave };
  }

  it('shows what became of each message', async () => {
    const { node, clock, ended } = await observing();
    const ref = node.spawn((message, context) => {
      if (message === 'fail') throw new Error('as told');
      if (message === 'unknown') context.unhandled(message);
      if (message === 'later') context.stash();
    });
    ref.tell('a').tell('fail').tell('unknown').tell('later');
    await clock.settle();
    assert.deepEqual(seen(ended), ['a handled', 'fail failed', 'unknown unhandled', 'later stashed']);
    assert.equal(ended[1]?.error?.message, 'as told');
    assert.equal(ended[0]?.ref, ref);
  });

  it('shows when an async receive began and ended, and who sent the message', async () => {
    const { node, clock, begun, ended } = await observing();
    const probe = new TestProbe(node);
    const ref = node.spawn(function waiter() {
      return new Promise<void>(resolve => clock.after(50, resolve));
    });
    ref.tell('go', probe.ref);
    await clock.settle();
    assert.lengthOf(ended, 0);
    await clock.advance(50);
    const delivery = ended.find(({ message }) => message === 'go') as Delivery;
    assert.equal(
      delivery,
      begun.find(({ message }) => message === 'go'),
    );
    assert.equal(delivery.endedAt - delivery.startedAt, 50);
    assert.equal(delivery.sender, probe.ref);
    assert.equal(delivery.className, 'waiter');
  });

  it('tells of an async receive that fails, and of one that is cut', async () => {
    const { node, clock, ended } = await observing();
    const held = gate();
    const [failing, killed] = [node.spawn(() => held.opened), node.spawn(() => new Promise(noop))];
    failing.tell('fails');
    killed.tell('hangs');
    await clock.settle();
    held.fail(new Error('late'));
    killed.kill();
    await clock.settle();
    assert.sameMembers(seen(ended), ['fails failed', 'hangs cut']);
  });

  it('shows the message of a timer, and no notice that means nothing any more', async () => {
    const { node, clock, ended } = await observing();
    const ref = node.spawn((message, context) => {
      if (message === 'arm') {
        context.timers.once('a', 10, 'tick');
        context.timers.once('b', 10, 'never');
      } else context.timers.cancel('b');
    });
    ref.tell('arm');
    await clock.advance(10);
    assert.deepEqual(seen(ended), ['arm handled', 'tick handled']);
  });

  it('shows the deliveries only of actors that the observer observes', async () => {
    const { node, clock } = await startNode();
    const ended: unknown[] = [];
    node.instruments.observe({
      observes: (_, className) => className === 'wanted',
      ended: ({ message }) => ended.push(message),
    });
    node.spawn(function wanted() {}).tell('a');
    node.spawn(function other() {}).tell('b');
    await clock.settle();
    assert.deepEqual(ended, ['a']);
  });

  it('is over when it is left', async () => {
    const { node, clock, ended, leave } = await observing();
    const ref = node.spawn(noop).tell('a');
    await clock.settle();
    leave();
    ref.tell('b');
    await clock.settle();
    assert.deepEqual(seen(ended), ['a handled']);
  });

  it('reports an observer that throws once, and lets the actor go on', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ErrorIgnored);
    const wrong = () => {
      throw new Error('clumsy');
    };
    node.instruments.observe({ begun: wrong, ended: wrong, run: wrong });
    const got: unknown[] = [];
    node.spawn(into(got)).tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(got, ['a', 'b']);
    assert.deepEqual(
      errors.map(({ error }) => error.message),
      ['clumsy'],
    );
  });

  it('may surround receive with something of its own', async () => {
    const { node, clock } = await startNode();
    const steps: unknown[] = [];
    node.instruments.observe({
      run: ({ message }, receive) => {
        steps.push(`before ${message}`);
        const result = receive();
        steps.push(`after ${message}`);
        return result;
      },
    });
    node.spawn(into(steps)).tell('a');
    await clock.settle();
    assert.deepEqual(steps, ['before a', 'a', 'after a']);
  });

  it('surrounds each step of a generator, until the message is done with', async () => {
    const { node, clock } = await startNode();
    const steps: unknown[] = [];
    node.instruments.observe({
      run: ({ message }, receive) => {
        steps.push(`before ${message}`);
        try {
          return receive();
        } finally {
          steps.push(`after ${message}`);
        }
      },
    });
    class Clerk extends Process {
      override *run() {
        for (;;) {
          const message = yield* this.get();
          steps.push('first');
          yield* sleep(5);
          steps.push('second');
          if (message === 'b') throw new Error('as told');
        }
      }
    }
    node.spawn(Clerk).tell('a').tell('b');
    await clock.advance(20);
    const one = ['before', 'first', 'after', 'before', 'second', 'after'];
    const of = (message: string) =>
      one.map(step => (step === 'first' || step === 'second' ? step : `${step} ${message}`));
    assert.deepEqual(steps, [...of('a'), ...of('b')]);
  });

  it('shows the end of what it has shown the begin of, though the observer has left', async () => {
    const { node, clock, begun, ended, leave } = await observing();
    const held = gate();
    const ref = node.spawn(() => held.opened);
    ref.tell('a').tell('b');
    await clock.settle();
    leave();
    ref.inlet.signal({ type: 'hold' }, ref);
    ref.inlet.signal({ type: 'release' }, ref);
    await clock.settle();
    held.open();
    await clock.settle();
    assert.lengthOf(begun, 1);
    assert.deepEqual(seen(ended), ['a handled']);
  });

  it('shows the questions, who asks them, and their answers', async () => {
    const { node, clock } = await startNode();
    const asked: string[] = [];
    const leave = node.instruments.observe({
      asking: (message, to, within) => {
        asked.push(`${message} to ${to.path} within ${within?.message}`);
        return (error, answer) => asked.push(`${message}: ${error?.name ?? answer}`);
      },
    });
    const answering = node.spawn((message, context) => message === 'a' && context.reply('yes'), {
      name: 'b',
    });
    node
      .spawn(async message => void (await answering.ask('a').then(() => asked.push(`done ${message}`))))
      .tell('go');
    await clock.settle();
    const late = answering.ask('never', { timeout: 20 }).catch(() => {});
    await clock.advance(20);
    await late;
    leave();
    await answering.ask('a');
    assert.deepEqual(asked, [
      'a to /b within go',
      'a: yes',
      'done go',
      'never to /b within undefined',
      'never: TimeoutError',
    ]);
  });

  it('lets a question have its answer, whatever an observer throws', async () => {
    const { node } = await startNode();
    const errors = heard(node, ErrorIgnored);
    const wrong = () => {
      throw new Error('clumsy');
    };
    node.instruments.observe({ asking: () => wrong });
    node.instruments.observe({ asking: wrong });
    const ref = node.spawn((message, context) => context.reply(message));
    assert.equal(await ref.ask('a'), 'a');
    assert.deepEqual(
      errors.map(({ where }) => where),
      ['asking of an observer', 'asking of an observer'],
    );
  });

  it('refuses what is no observer', async () => {
    const { node } = await startNode();
    assert.throws(() => node.instruments.observe('all' as never), TypeError, 'not "all"');
  });
});

describe('node.instruments.trace()', () => {
  const tracer = (parts: Partial<Tracer> = {}): Tracer => ({
    told: () => undefined,
    asked: () => undefined,
    pack: String,
    unpack: text => text,
    ...parts,
  });

  it('lets something travel with each message, also over a stash', async () => {
    const { node, clock } = await startNode();
    const arrived: string[] = [];
    node.instruments.trace(
      tracer({
        told: message => `with ${message}`,
        ended: ({ message, baggage }) => arrived.push(`${message}: ${baggage}`),
      }),
    );
    let isOpen = false;
    node
      .spawn((message, context) => {
        if (!isOpen && message === 'a') context.stash();
        else if (message === 'open') {
          isOpen = true;
          context.unstashAll();
        }
      })
      .tell('a')
      .tell('open');
    await clock.settle();
    assert.deepEqual(arrived, ['a: with a', 'open: with open', 'a: with a']);
  });

  it('knows within which delivery an actor tells', async () => {
    const { node, clock } = await startNode();
    const told: string[] = [];
    node.instruments.trace(
      tracer({
        told: (message, _, within) => {
          told.push(`${message} within ${within?.message}`);
        },
      }),
    );
    const sink = node.spawn(noop);
    node.spawn(message => void sink.tell(`from ${message}`)).tell('a');
    await clock.settle();
    assert.deepEqual(told, ['a within undefined', 'from a within a']);
  });

  it('follows a question to its end', async () => {
    const { node } = await startNode();
    const ends: unknown[] = [];
    const baggage: unknown[] = [];
    node.instruments.trace(
      tracer({
        asked: message => ({ baggage: `asks ${message}`, ended: error => ends.push(error?.message) }),
        begun: delivery => baggage.push(delivery.baggage),
      }),
    );
    const ref = node.spawn((message, context) => context.reply(message === 'no' ? new Error('no') : 'yes'));
    await ref.ask('a');
    await ref.ask('no').catch(noop);
    assert.deepEqual(ends, [undefined, 'no']);
    assert.deepEqual(baggage, ['asks a', 'asks no']);
  });

  it('may run the turns of actors within something of its own', async () => {
    const { node, clock } = await startNode();
    let isOutside = false;
    const seen: unknown[] = [];
    const leave = node.instruments.trace(
      tracer({
        outside: turns => {
          isOutside = true;
          turns();
          isOutside = false;
        },
      }),
    );
    const ref = node.spawn(() => void seen.push(isOutside));
    ref.tell('a');
    await clock.settle();
    leave();
    ref.tell('b');
    await clock.settle();
    assert.deepEqual(seen, [true, false]);
  });

  it('loses no turn when that throws, or does nothing', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ErrorIgnored);
    const got: unknown[] = [];
    const ref = node.spawn(into(got));
    const wrong = () => {
      throw new Error('clumsy');
    };
    for (const outside of [wrong, noop]) {
      const leave = node.instruments.trace(tracer({ outside }));
      ref.tell(got.length);
      await clock.settle();
      leave();
    }
    assert.deepEqual(got, [0, 1]);
    assert.deepEqual(
      errors.map(({ error }) => error.message),
      ['clumsy'],
    );
  });

  it('is the only one', async () => {
    const { node } = await startNode();
    const leave = node.instruments.trace(tracer());
    assert.throws(() => node.instruments.trace(tracer()), TypeError, 'has a tracer already');
    leave();
    node.instruments.trace(tracer());
  });
});

describe('inspect()', () => {
  it('tells what an actor is doing, what waits, and who is tied to it', async () => {
    const { node, clock } = await startNode();
    const held = gate();
    const probe = new TestProbe(node);
    const peer = node.spawn(noop, { name: 'peer' });
    const ref = node.spawn(
      function worker(_, context) {
        context.link(peer);
        context.spawn(noop);
        return held.opened;
      },
      { name: 'worker' },
    );
    probe.watch(ref);
    ref.tell('first', probe.ref).tell('second', probe.ref).tell('third');
    await clock.settle();
    const detail = inspect(ref, { peek: 1 });
    assert.include(detail, {
      className: 'worker',
      state: 'busy',
      queued: 2,
      children: 1,
      isElsewhere: false,
    });
    assert.deepEqual(detail?.current, { message: 'first', sender: probe.ref });
    assert.deepEqual(detail?.mailbox, [{ message: 'second', sender: probe.ref }]);
    assert.deepEqual([detail?.watchers, detail?.links], [[probe.ref], [peer]]);
  });

  it('gives nothing for an actor that has stopped, and refuses what is none', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(noop);
    ref.stop();
    await clock.settle();
    assert.isUndefined(inspect(ref));
    assert.throws(() => inspect('worker' as never), TypeError, 'expected a ref, not "worker"');
  });

  it('tells how many restarts are left', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ max: 3, within: 1000 }) });
    const ref = node.spawn(() => {
      throw new Error('again');
    });
    assert.isUndefined(inspect(ref)?.restartsLeft);
    ref.tell('a').tell('b');
    await clock.settle();
    assert.equal(inspect(ref)?.restartsLeft, 1);
    await clock.advance(1000);
    assert.equal(inspect(ref)?.restartsLeft, 3);
  });
});

describe('openQuestions()', () => {
  it('tells who waits for an answer of whom', async () => {
    const { node, clock } = await startNode();
    const silent = node.spawn(noop, { name: 'silent' });
    const asking = node.spawn(async () => void (await silent.ask('?', { timeout: 50 })), { name: 'asking' });
    asking.tell('go');
    await clock.advance(10);
    assert.deepEqual(openQuestions(node.guardian), [{ from: asking, to: silent, since: clock.now() - 10 }]);
    await clock.advance(50);
    assert.deepEqual(openQuestions(node.guardian), []);
  });

  it('names the actor whose turn it is, also where a process with an async run began the turn', async () => {
    const { node, clock } = await startNode();
    const silent = node.spawn(noop, { name: 'silent' });
    const asking = node.spawn(() => void silent.ask('?').catch(noop), { name: 'asking' });
    class Starter extends Process {
      override async run() {
        await this.sleep(1);
        asking.tell('go');
      }
    }
    node.spawn(Starter);
    await clock.advance(10);
    assert.equal(openQuestions(node.guardian)[0]?.from, asking);
  });
});
