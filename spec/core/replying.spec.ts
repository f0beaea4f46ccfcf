import { assert } from 'chai';
import { DeadLetter } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { gate, heard, outcomeOf, startNode } from './support.ts';

describe('messageSignal', () => {
  it('is aborted when the asker gave up', async () => {
    const { node, clock } = await startNode();
    const signals: AbortSignal[] = [];
    const ref = node.spawn(async (_, context) => {
      signals.push(context.messageSignal);
      await new Promise(() => {});
    });
    outcomeOf(ref.ask('?', { timeout: 10 }));
    await clock.settle();
    assert.isFalse(signals[0]?.aborted);
    await clock.advance(10);
    assert.isTrue(signals[0]?.aborted);
  });

  it('is aborted from the beginning when the asker gave up while the question was queued', async () => {
    const { node, clock } = await startNode();
    const [signals, { opened, open }] = [[] as AbortSignal[], gate()];
    const ref = node.spawn<string>(async (message, context) => {
      if (message === 'block') await opened;
      else signals.push(context.messageSignal);
    });
    ref.tell('block');
    outcomeOf(ref.ask('?', { timeout: 10 }));
    await clock.advance(10);
    open();
    await clock.settle();
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true],
    );
  });

  it('is never aborted for a message that was told', async () => {
    const { node, clock } = await startNode();
    const signals: AbortSignal[] = [];
    node.spawn((_, context) => void signals.push(context.messageSignal)).tell('hello');
    await clock.settle();
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [false],
    );
  });

  it('is another one for each question', async () => {
    const { node, clock } = await startNode();
    const signals: AbortSignal[] = [];
    const ref = node.spawn((_, context) => void signals.push(context.messageSignal));
    outcomeOf(ref.ask('a', { timeout: 10 }));
    outcomeOf(ref.ask('b', { timeout: 20 }));
    await clock.settle();
    assert.notStrictEqual(signals[0], signals[1]);
  });
});

describe('reply()', () => {
  it('tells the sender, with the actor as the sender', async () => {
    const { node } = await startNode();
    const probe = new TestProbe(node);
    const ref = node.spawn((_, context) => context.reply('pong'));
    ref.tell('ping', probe.ref);
    await probe.expect('pong');
    assert.strictEqual(probe.sender, ref);
  });

  it('is a dead letter without a sender', async () => {
    const { node, clock } = await startNode();
    const dead = heard(node, DeadLetter);
    node.spawn((_, context) => context.reply('pong')).tell('ping');
    await clock.settle();
    assert.deepEqual(
      dead.map(({ message, reason }) => [message, reason]),
      [['pong', 'notFound']],
    );
  });
});

describe('forward()', () => {
  it('passes the message on with its original sender', async () => {
    const { node } = await startNode();
    const last = node.spawn((message, context) => context.reply(`got ${message}`));
    assert.equal(await node.spawn((_, context) => context.forward(last)).ask('it'), 'got it');
  });

  it('passes the message on after an await', async () => {
    const { node } = await startNode();
    const last = node.spawn((message, context) => context.reply(`got ${message}`));
    const first = node.spawn(async (_, context) => {
      await Promise.resolve();
      context.forward(last);
    });
    assert.equal(await first.ask('it'), 'got it');
  });
});
