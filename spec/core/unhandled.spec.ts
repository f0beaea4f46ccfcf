import { assert } from 'chai';
import { Actor, Unhandled, UnhandledMessage } from '../../lib/index.ts';
import { heard, startNode } from './support.ts';

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
