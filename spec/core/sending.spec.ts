import { assert } from 'chai';
import { DeadLetter } from '../../lib/index.ts';
import { heard, into, startNode } from './support.ts';

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
