/** Instruments where it is easy to miscount, to forget an end, or to hear too much. */
import { assert } from 'chai';
import {
  Actor,
  allForOne,
  bounded,
  type ClassMeter,
  type CommandRef,
  command,
  type Delivery,
  ErrorIgnored,
  inspect,
  type Node,
  type Observer,
  PoisonPill,
  Process,
  priority,
  send,
  type Tracer,
  Unhandled,
} from '../../lib/index.ts';
import { gate, heard, into, rejection, startNode } from './support.ts';

const noop = () => {};

async function observing(observer: Observer = {}) {
  const { node, clock } = await startNode();
  const ended: Delivery[] = [];
  const leave = node.instruments.observe({ ended: delivery => ended.push(delivery), ...observer });
  return { node, clock, ended, leave };
}

const seen = (deliveries: readonly Delivery[]) =>
  deliveries.map(({ message, outcome }) => `${message} ${outcome}`);

const meterOf = (classes: Iterable<ClassMeter>, name: string) =>
  [...classes].find(({ className }) => className === name) as ClassMeter;

const tracer = (parts: Partial<Tracer> = {}): Tracer => ({
  told: () => undefined,
  asked: () => undefined,
  pack: String,
  unpack: text => text,
  ...parts,
});

describe('what is handled', () => {
  it('is counted once for each message of a process, and not for those that it leaves', async () => {
    const { node, clock } = await startNode();
    const { classes } = node.instruments.measure();
    class Choosy extends Process {
      override *run() {
        for (;;) yield* this.get('mine');
      }
    }
    const ref = node.spawn(Choosy);
    await clock.settle();
    ref.tell('other');
    await clock.settle();
    ref.tell('another');
    await clock.settle();
    assert.equal(meterOf(classes, 'Choosy').handled, 0);
    ref.tell('mine');
    await clock.settle();
    assert.equal(meterOf(classes, 'Choosy').handled, 1);
    assert.equal(inspect(ref)?.meter?.handled, 1);
  });

  it('is counted for a process with an async run, too', async () => {
    const { node, clock } = await startNode();
    const { classes } = node.instruments.measure();
    class Clerk extends Process {
      override async run() {
        for (;;) await this.get();
      }
    }
    const ref = node.spawn(Clerk);
    for (let i = 0; i < 10; i++) ref.tell(i);
    await clock.settle();
    assert.equal(meterOf(classes, 'Clerk').handled, 10);
    assert.equal(inspect(ref)?.meter?.handled, 10);
  });

  it('does not count what is no message', async () => {
    const { node, clock } = await startNode();
    const { classes } = node.instruments.measure();
    node
      .spawn(function sink() {})
      .tell('a')
      .tell(PoisonPill);
    await clock.settle();
    assert.equal(meterOf(classes, 'sink').handled, 1);
    assert.equal(node.stats().handled, 1);
  });

  it('is summed up for so many classes and no more', async () => {
    const { node, clock } = await startNode();
    const { classes } = node.instruments.measure();
    for (let i = 0; i < 3000; i++) {
      const { [`one${i}`]: one } = { [`one${i}`]: () => {} };
      node.spawn(one as () => void).tell(i);
    }
    await clock.settle();
    const all = [...classes];
    assert.isAtMost(all.length, 2001);
    assert.equal(
      all.reduce((sum, { handled }) => sum + handled, 0),
      3000,
    );
    assert.isAbove(meterOf(classes, 'other').handled, 900);
  });
});

describe('the end of a delivery', () => {
  it('is told when the process that handles it is stopped meanwhile: it was cut', async () => {
    const { node, clock, ended } = await observing();
    class Generated extends Process {
      override *run() {
        yield* this.get();
        yield new Promise(noop);
      }
    }
    class Async extends Process {
      override async run() {
        await this.get();
        await this.get('never', { timeout: 60_000 });
      }
    }
    for (const ref of [node.spawn(Generated), node.spawn(Async)]) {
      ref.tell(inspect(ref)?.className);
      await clock.settle();
      ref.stop();
      await clock.settle();
    }
    assert.equal(seen(ended)[0], 'Generated cut');
    assert.notInclude(seen(ended).join(), 'failed');
  });

  it('is told when the cleanup of a process is left behind', async () => {
    const { node, clock, ended } = await observing();
    class Clinging extends Process {
      override *run() {
        yield* this.get();
        try {
          yield new Promise(noop);
        } finally {
          yield new Promise(noop);
        }
      }
    }
    const ref = node.spawn(Clinging).tell('a');
    await clock.settle();
    ref.stop();
    await clock.advance(60_000);
    assert.isTrue(ref.isStopped);
    assert.deepEqual(seen(ended), ['a cut']);
  });

  it('is told when an async receive is waited for by a restart because of a sibling', async () => {
    const { node, clock, ended } = await observing();
    const held = gate();
    class Boss extends Actor {
      override supervision = allForOne();
      override receive() {
        this.spawn(() => held.opened).tell('waits');
        this.spawn(() => {
          throw new Error('as told');
        }).tell('fails');
      }
    }
    node.spawn(Boss).tell('go');
    await clock.settle();
    assert.deepEqual(seen(ended), ['go handled', 'fails failed']);
    held.open();
    await clock.settle();
    assert.deepEqual(seen(ended), ['go handled', 'fails failed', 'waits handled']);
  });

  it('is a failure when the actor fails because it did not handle a Terminated', async () => {
    const { node, clock, ended } = await observing();
    class Watcher extends Actor {
      override preStart() {
        this.watch(this.spawn(noop)).stop();
      }
      override receive() {
        throw new Unhandled();
      }
    }
    node.spawn(Watcher);
    await clock.settle();
    assert.equal(ended[0]?.outcome, 'failed');
    assert.equal((ended[0]?.error as { code?: string })?.code, 'UNHANDLED_TERMINATION');
  });
});

describe('the end of a question', () => {
  it('is told when the mailbox is full', async () => {
    const { node, clock } = await startNode();
    const ends: unknown[] = [];
    node.instruments.trace(
      tracer({ asked: message => ({ baggage: undefined, ended: e => ends.push(`${message} ${e?.name}`) }) }),
    );
    node.instruments.observe({ asking: message => error => ends.push(`${message}: ${error?.name}`) });
    const ref = node.spawn(() => new Promise(noop), {
      mailbox: bounded({ capacity: 1, overflow: 'fail' }),
    });
    await clock.settle();
    ref.tell('busy');
    await clock.settle();
    ref.tell('waits');
    await rejection(ref.ask('too many'));
    assert.deepEqual(ends, ['too many: MailboxFull', 'too many MailboxFull']);
  });
});

describe('an observer', () => {
  const running = async (run: NonNullable<Observer['run']>) => {
    const { node, clock, ended } = await observing({ run });
    const errors = heard(node, ErrorIgnored);
    return { node, clock, ended, errors };
  };

  it('takes no message away by not calling receive', async () => {
    const { node, clock } = await running(() => undefined);
    const got: unknown[] = [];
    node.spawn(into(got)).tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(got, ['a', 'b']);
  });

  it('has no message handled twice', async () => {
    const { node, clock } = await running((_, receive) => {
      receive();
      return receive();
    });
    const got: unknown[] = [];
    node.spawn(into(got)).tell('a');
    await clock.settle();
    assert.deepEqual(got, ['a']);
  });

  it('hides no failure, and is not taken for the actor when it fails itself', async () => {
    const { node, clock, ended } = await running((_, receive) => {
      try {
        receive();
      } catch {
        // it looks away
      }
      throw new Error('clumsy');
    });
    node
      .spawn(message => {
        if (message === 'fail') throw new Error('as told');
      })
      .tell('a')
      .tell('fail');
    await clock.settle();
    assert.deepEqual(seen(ended), ['a handled', 'fail failed']);
    assert.equal(ended[1]?.error?.message, 'as told');
  });

  it('does not keep the actor from waiting for its own async work', async () => {
    const { node, clock, ended } = await running((_, receive) => void receive());
    const held = gate();
    node.spawn(() => held.opened).tell('a');
    await clock.settle();
    assert.deepEqual(seen(ended), []);
    held.open();
    await clock.settle();
    assert.deepEqual(seen(ended), ['a handled']);
  });

  it('ends no process by a promise of its own that is rejected', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ErrorIgnored);
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    const earlier = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
    const late = (text: string) => async () => {
      throw new Error(text);
    };
    node.instruments.observe({ begun: late('begun') as never });
    node.instruments.observe({ ended: late('ended') as never });
    node.instruments.observe({ asking: () => late('answered') as never });
    node.instruments.observe({ run: async (_, receive) => await receive() });
    node.instruments.observe({ run: late('run') });
    const ref = node.spawn((message, context) => {
      if (message === 'fail') throw new Error('as told');
      if (message === 'fail later') return Promise.reject(new Error('as told'));
      return context.reply(message);
    });
    assert.equal(await ref.ask('a'), 'a');
    ref.tell('fail').tell('fail later');
    await clock.settle();
    await new Promise(resolve => setImmediate(resolve));
    process.off('unhandledRejection', note);
    for (const listener of earlier) process.on('unhandledRejection', listener);
    assert.deepEqual(unhandled, []);
    assert.sameMembers(
      errors.map(({ error }) => error.message),
      ['begun', 'ended', 'answered', 'run'],
    );
  });

  it('hears no more in the turn in which it leaves, and hears the rest of the turn in which it comes', async () => {
    const { node, clock } = await startNode();
    const heardOf: unknown[] = [];
    let leave = noop;
    const come = () => {
      leave = node.instruments.observe({ begun: ({ message }) => heardOf.push(message) });
    };
    node.instruments.measure();
    const ref = node.spawn(message => {
      if (message === 'come') come();
      else if (message === 'leave') leave();
    });
    for (const message of ['a', 'come', 'b', 'leave', 'c']) ref.tell(message);
    await clock.settle();
    assert.deepEqual(heardOf, ['b', 'leave']);
  });

  it('may come in the turn of another actor than the one whose code runs', async () => {
    const { node, clock } = await startNode();
    const senders: unknown[] = [];
    const probe = node.spawn(noop);
    const starter = (own: Node) => {
      own.instruments.measure();
      own.instruments.trace(tracer({ told: () => 'something' }));
    };
    const held = gate();
    class Late extends Actor {
      override *receive() {
        yield held.opened;
        starter(node);
      }
    }
    node.spawn(Late).tell('wait');
    const ref = node.spawn((message, context) => {
      senders.push(context.sender);
      if (message === 'open') held.open();
    });
    await clock.settle();
    ref.tell('open', probe).tell('next', probe);
    await clock.settle();
    ref.tell('last', probe);
    await clock.settle();
    assert.deepEqual(senders, [probe, probe, probe]);
  });
});

describe('a command to a process', () => {
  it('is a delivery like any other, and its message comes after it', async () => {
    const held = gate();
    class Clerk extends Process {
      @command async look() {
        await held.opened;
        return 'seen';
      }

      override *run() {
        for (;;) yield* this.get('mine');
      }
    }
    const runs: unknown[] = [];
    const { node, clock, ended } = await observing({
      run: (_, receive) => {
        runs.push('run');
        receive();
      },
    });
    const { classes } = node.instruments.measure();
    const ref: CommandRef<Clerk> = node.spawn(Clerk);
    await clock.settle();
    const answer = send(ref, 'look');
    await clock.settle();
    assert.deepEqual(seen(ended), []);
    assert.isFalse(Number.isNaN(inspect(ref)?.meter?.busySince));
    held.open();
    assert.equal(await answer, 'seen');
    ref.tell('mine');
    await clock.settle();
    assert.deepEqual(
      ended.map(({ message, outcome }) => [(message as { name?: string }).name ?? message, outcome]),
      [
        ['look', 'handled'],
        ['mine', 'handled'],
      ],
    );
    assert.equal(meterOf(classes, 'Clerk').handled, 2);
    assert.lengthOf(runs, 2);
  });
});

describe('what is attached', () => {
  it('is told what is wrong with it', async () => {
    const { node } = await startNode();
    const { instruments } = node;
    const observe = (observer: object) => () => instruments.observe(observer);
    assert.throws(observe({ began() {} }), TypeError, 'at least one of begun, ended, run, asking');
    assert.throws(observe({ begun: 5 }), TypeError, 'begun must be a function, not 5');
    assert.throws(() => instruments.trace({} as never), TypeError, 'has no told, asked, pack, unpack');
    assert.throws(() => instruments.trace(tracer({ outside: 'x' as never })), TypeError, 'outside must be');
    for (const exhibit of [undefined, {}, { kind: 'a', name: 'b' }])
      assert.throws(() => instruments.exhibit(exhibit as never), TypeError, 'exhibit: expected');
    instruments.trace(tracer())();
  });

  it('leaves once, and nobody else with it', async () => {
    const { node, clock } = await startNode();
    const heardOf: unknown[] = [];
    const observer = { begun: ({ message }: Delivery) => heardOf.push(message) };
    const [first] = [node.instruments.observe(observer), node.instruments.observe(observer)];
    first?.();
    first?.();
    const one = tracer({ begun: ({ message }) => heardOf.push(`traced ${message}`) });
    const leave = node.instruments.trace(one);
    leave();
    node.instruments.trace(one);
    leave();
    node.spawn(noop).tell('a');
    await clock.settle();
    assert.deepEqual(heardOf, ['a', 'traced a']);
  });
});

describe('inspect() of an actor with a priority mailbox', () => {
  it('sorts what waits once, however much it shows', async () => {
    const { node, clock } = await startNode();
    let compared = 0;
    const ref = node.spawn(() => new Promise(noop), {
      mailbox: priority<number>((a, b) => {
        compared++;
        return a - b;
      }),
    });
    await clock.settle();
    ref.tell(-1);
    await clock.settle();
    for (let i = 0; i < 1000; i++) ref.tell((i * 7919) % 1000);
    compared = 0;
    const shown = inspect(ref, { peek: 100 })?.mailbox.map(({ message }) => message);
    assert.deepEqual(shown?.slice(0, 3), [0, 1, 2]);
    assert.lengthOf(shown ?? [], 100);
    assert.isBelow(compared, 40_000);
  });
});
