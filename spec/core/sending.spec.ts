import { assert } from 'chai';
import { Actor, ActorError, DeadLetter, Unhandled, UnhandledMessage } from '../../lib/index.ts';
import { gate, heard, startNode } from './support.ts';

describe('ref.tell()', () => {
  it('brings a message to receive', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    node.spawn(into(seen)).tell('hello');
    await clock.settle();
    assert.deepEqual(seen, ['hello']);
  });

  it('returns the ref, so that messages can be chained in order', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    node.spawn(into(seen)).tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(seen, ['a', 'b']);
  });

  it('handles nothing before it returns', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const ref = node.spawn(into(seen));
    await clock.settle();
    ref.tell('hello');
    assert.deepEqual(seen, []);
  });

  for (const message of [undefined, null, 0, '', false, Number.NaN]) {
    it(`delivers ${message === '' ? 'an empty text' : String(message)} like any other message`, async () => {
      const { node, clock } = await startNode();
      const seen: unknown[] = [];
      node.spawn(into(seen)).tell(message);
      await clock.settle();
      assert.deepEqual(seen, [message]);
    });
  }

  it('keeps the order of far more messages than one turn takes', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const ref = node.spawn(into(seen));
    const messages = Array.from({ length: 1000 }, (_, i) => i);
    for (const message of messages) ref.tell(message);
    await clock.settle();
    assert.deepEqual(seen, messages);
  });

  it('gives other actors their turns while one is flooded', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const [busy, other] = [node.spawn(into(seen)), node.spawn(into(seen))];
    await clock.settle();
    for (let i = 0; i < 1000; i++) busy.tell(i);
    other.tell('other');
    await clock.settle();
    assert.isBelow(seen.indexOf('other'), 1000);
  });

  it('shows the given sender to the receiver', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const sender = node.spawn(into([]));
    node.spawn((_, { sender }) => void seen.push(sender)).tell('hello', sender);
    await clock.settle();
    assert.deepEqual(seen, [sender]);
  });

  it('shows no sender when none was given, even after a message that had one', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const ref = node.spawn((_, { sender }) => void seen.push(sender));
    ref.tell('a', ref).tell('b');
    await clock.settle();
    assert.deepEqual(seen, [ref, undefined]);
  });
});

describe('receive', () => {
  it('never runs twice at once: a message to itself waits until it returns', async () => {
    const { node, clock } = await startNode();
    const seen: string[] = [];
    const ref = node.spawn<string>((message, { ref }) => {
      seen.push(`${message} begins`);
      if (message === 'a') ref.tell('b');
      seen.push(`${message} ends`);
    });
    ref.tell('a');
    await clock.settle();
    assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('may be async: the next message waits until the promise is settled', async () => {
    const { node, clock } = await startNode();
    const [seen, { opened, open }] = [[] as string[], gate()];
    const ref = node.spawn(async message => {
      seen.push(`${message} begins`);
      await opened;
      seen.push(`${message} ends`);
    });
    ref.tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(seen, ['a begins']);
    open();
    await clock.settle();
    assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('may be a generator: the next message waits until it is done', async () => {
    const { node, clock } = await startNode();
    const [seen, { opened, open }] = [[] as string[], gate()];
    const ref = node.spawn(function* (message) {
      seen.push(`${message} begins`);
      yield opened;
      seen.push(`${message} ends`);
    });
    ref.tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(seen, ['a begins']);
    open();
    await clock.settle();
    assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('gets back what it yields: a plain value, the value of a promise, what another generator returns', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    function* inner() {
      return (yield Promise.resolve('c')) as string;
    }
    node
      .spawn(function* () {
        seen.push(yield 'a', yield Promise.resolve('b'), yield inner(), yield* inner());
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual(seen, ['a', 'b', 'c', 'c']);
  });

  it('gets the rejection of what it yields as an exception at the yield', async () => {
    const { node, clock } = await startNode();
    const [seen, error] = [[] as unknown[], new Error('no')];
    node
      .spawn(function* () {
        try {
          yield Promise.reject(error);
        } catch (caught) {
          seen.push(caught);
        }
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual(seen, [error]);
  });

  it('still knows the sender after an await', async () => {
    const { node, clock } = await startNode();
    const [seen, sender] = [[] as unknown[], node.spawn(into([]))];
    node
      .spawn(async (_, context) => {
        await Promise.resolve();
        seen.push(context.sender);
      })
      .tell('hello', sender);
    await clock.settle();
    assert.deepEqual(seen, [sender]);
  });

  it('fails as an async generator, which nobody can drive', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ActorError);
    node
      .spawn(async function* () {
        yield 1;
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual(
      errors.map(({ error }) => (error as { code?: string }).code),
      ['ASYNC_GENERATOR'],
    );
  });

  it('is bound to the instance', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    class Named extends Actor {
      readonly title = 'named';
      override receive() {
        seen.push(this.title);
      }
    }
    node.spawn(Named).tell('hello');
    await clock.settle();
    assert.deepEqual(seen, ['named']);
  });
});

describe('unhandled()', () => {
  const ways = {
    'this.unhandled(message)': (message: unknown, { unhandled }: { unhandled: (message: unknown) => void }) =>
      unhandled(message),
    'throw new Unhandled()': () => {
      throw new Unhandled();
    },
    'an async throw new Unhandled()': async () => {
      await Promise.resolve();
      throw new Unhandled();
    },
  };
  for (const [name, receive] of Object.entries(ways)) {
    it(`reports the message with its sender: ${name}`, async () => {
      const { node, clock } = await startNode();
      const reported = heard(node, UnhandledMessage);
      const ref = node.spawn((message, context) =>
        receive(message, { unhandled: m => context.unhandled(m) }),
      );
      ref.tell('what', node.guardian);
      await clock.settle();
      assert.deepEqual(reported, [new UnhandledMessage(ref, 'what', node.guardian)]);
    });

    it(`counts the message as unhandled, not as handled: ${name}`, async () => {
      const { node, clock } = await startNode();
      node
        .spawn((message, context) => receive(message, { unhandled: m => context.unhandled(m) }))
        .tell('what');
      await clock.settle();
      const { handled, unhandled } = node.stats();
      assert.deepEqual({ handled, unhandled }, { handled: 0, unhandled: 1 });
    });

    it(`leaves the actor alive, with its next message: ${name}`, async () => {
      const { node, clock } = await startNode();
      const reported = heard(node, UnhandledMessage);
      const ref = node.spawn((message, context) =>
        receive(message, { unhandled: m => context.unhandled(m) }),
      );
      ref.tell('a').tell('b');
      await clock.settle();
      assert.deepEqual(
        reported.map(({ message }) => message),
        ['a', 'b'],
      );
    });
  }

  it('is what an actor without receive does with every message', async () => {
    const { node, clock } = await startNode();
    const reported = heard(node, UnhandledMessage);
    const ref = node.spawn(class extends Actor {});
    ref.tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(
      reported.map(({ message }) => message),
      ['a', 'b'],
    );
  });

  it('is what the guardian does with every message', async () => {
    const { node, clock } = await startNode();
    const reported = heard(node, UnhandledMessage);
    node.guardian.tell('hello');
    await clock.settle();
    assert.deepEqual(reported, [new UnhandledMessage(node.guardian, 'hello', undefined)]);
  });
});

describe('a message to an actor that has stopped', () => {
  it('is a dead letter', async () => {
    const { node, clock } = await startNode();
    const dead = heard(node, DeadLetter);
    const ref = node.spawn(into([]));
    ref.stop();
    await clock.settle();
    ref.tell('late', node.guardian);
    assert.deepEqual(dead, [new DeadLetter(ref, 'late', node.guardian, 'stopped')]);
  });

  it('returns the ref like any other', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(into([]));
    ref.kill();
    await clock.settle();
    assert.equal(ref.tell('late'), ref);
  });
});

const into = (seen: unknown[]) => (message: unknown) => void seen.push(message);
