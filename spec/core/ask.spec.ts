import { getEventListeners } from 'node:events';
import { assert } from 'chai';
import {
  AbortError,
  Actor,
  ActorStopped,
  bounded,
  DeadLetter,
  MailboxFull,
  type Ref,
  TimeoutError,
} from '../../lib/index.ts';
import { gate, heard, outcomeOf, rejection, startNode } from './support.ts';

describe('ref.ask()', () => {
  it('resolves with what the actor replies', async () => {
    const { node } = await startNode();
    const ref = node.spawn<number>((n, context) => context.reply(n * 2));
    assert.equal(await ref.ask(21), 42);
  });

  it('resolves with a reply that comes after an await', async () => {
    const { node } = await startNode();
    const ref = node.spawn(async (_, context) => {
      await Promise.resolve();
      context.reply('later');
    });
    assert.equal(await ref.ask('?'), 'later');
  });

  it('resolves with undefined when that is the reply', async () => {
    const { node } = await startNode();
    assert.isUndefined(await node.spawn((_, context) => context.reply(undefined)).ask('?'));
  });

  it('rejects with the very error when the reply is an Error', async () => {
    const { node } = await startNode();
    const error = new Error('no');
    assert.strictEqual(await rejection(node.spawn((_, context) => context.reply(error)).ask('?')), error);
  });

  it('shows the asked actor a sender that can be kept and told later', async () => {
    const { node, clock } = await startNode();
    const askers: Ref[] = [];
    const answer = node.spawn((_, { sender }) => void askers.push(sender as Ref)).ask('?');
    await clock.settle();
    askers[0]?.tell('at last');
    assert.equal(await answer, 'at last');
  });

  it('rejects with TimeoutError after the timeout, and not before', async () => {
    const { node, clock } = await startNode();
    const outcome = outcomeOf(node.spawn(() => {}).ask('?', { timeout: 100 }));
    await clock.advance(99);
    assert.deepEqual(outcome, []);
    await clock.advance(1);
    assert.instanceOf(outcome[0], TimeoutError);
  });

  it('waits 5000 ms unless told otherwise', async () => {
    const { node, clock } = await startNode();
    const outcome = outcomeOf(node.spawn(() => {}).ask('?'));
    await clock.advance(4999);
    assert.deepEqual(outcome, []);
    await clock.advance(1);
    assert.instanceOf(outcome[0], TimeoutError);
  });

  it('waits for ever with an infinite timeout, without a timer', async () => {
    const { node, clock } = await startNode();
    outcomeOf(node.spawn(() => {}).ask('?', { timeout: Number.POSITIVE_INFINITY }));
    await clock.settle();
    assert.equal(clock.pending, 0);
  });

  it('leaves no timer behind once it has been answered', async () => {
    const { node, clock } = await startNode();
    await node.spawn((_, context) => context.reply(1)).ask('?');
    assert.equal(clock.pending, 0);
  });

  for (const options of [{ timeout: -1 }, { timeout: '5' }, { timeout: Number.NaN }, { signal: {} }]) {
    it(`rejects with a TypeError for ${JSON.stringify(options)}`, async () => {
      const { node } = await startNode();
      assert.instanceOf(await rejection(node.spawn(() => {}).ask('?', options as never)), TypeError);
    });
  }

  it('takes the first answer; a second one is a dead letter', async () => {
    const { node, clock } = await startNode();
    const dead = heard(node, DeadLetter);
    const ref = node.spawn((_, context) => {
      context.reply('first');
      context.reply('second');
    });
    assert.equal(await ref.ask('?'), 'first');
    await clock.settle();
    assert.deepEqual(
      dead.map(({ message, reason }) => [message, reason]),
      [['second', 'lateReply']],
    );
  });

  it('makes an answer after the timeout a dead letter', async () => {
    const { node, clock } = await startNode();
    const [dead, { opened, open }] = [heard(node, DeadLetter), gate()];
    const ref = node.spawn(async (_, context) => {
      await opened;
      context.reply('late');
    });
    outcomeOf(ref.ask('?', { timeout: 10 }));
    await clock.advance(10);
    open();
    await clock.settle();
    assert.deepEqual(
      dead.map(({ message, reason }) => [message, reason]),
      [['late', 'lateReply']],
    );
  });
});

describe('the signal of an ask', () => {
  it('rejects it with AbortError, whose cause is the reason', async () => {
    const { node } = await startNode();
    const controller = new AbortController();
    const answer = node.spawn(() => {}).ask('?', { signal: controller.signal });
    controller.abort('changed my mind');
    const error = await rejection(answer);
    assert.deepEqual([error.constructor, error.cause], [AbortError, 'changed my mind']);
  });

  it('sends nothing when it is aborted already: the message is a dead letter', async () => {
    const { node, clock } = await startNode();
    const [seen, dead] = [[] as unknown[], heard(node, DeadLetter)];
    const ref = node.spawn(message => void seen.push(message));
    assert.instanceOf(await rejection(ref.ask('?', { signal: AbortSignal.abort() })), AbortError);
    await clock.settle();
    assert.deepEqual([seen, dead.map(({ reason }) => reason)], [[], ['cancelled']]);
  });

  it('leaves no timer behind', async () => {
    const { node, clock } = await startNode();
    const controller = new AbortController();
    const answer = node.spawn(() => {}).ask('?', { signal: controller.signal });
    controller.abort();
    await rejection(answer);
    assert.equal(clock.pending, 0);
  });
});

describe('many asks with one signal', () => {
  it('are no reason for a warning, and leave no listener behind', async () => {
    const { node } = await startNode();
    const warnings: Error[] = [];
    const listener = (warning: Error) => warnings.push(warning);
    process.on('warning', listener);
    const { signal } = new AbortController();
    const echo = node.spawn<number>((message, context) => context.reply(message));
    await Promise.all(Array.from({ length: 50 }, (_, i) => echo.ask(i, { signal })));
    await new Promise(resolve => setImmediate(resolve)); // when warnings are told
    process.off('warning', listener);
    assert.deepEqual(warnings, []);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});

describe('an ask to an actor that ends', () => {
  it('rejects with ActorStopped at once when it has ended before', async () => {
    const { node } = await startNode();
    const ref = node.spawn(() => {});
    ref.stop();
    await ref.join();
    assert.instanceOf(await rejection(ref.ask('?')), ActorStopped);
  });

  it('rejects with ActorStopped when it stops with the question still queued', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(async () => new Promise(() => {})).tell('block');
    await clock.settle();
    const answer = rejection(ref.ask('?'));
    ref.kill();
    assert.instanceOf(await answer, ActorStopped);
  });

  it('rejects with ActorStopped when it stops instead of answering', async () => {
    const { node } = await startNode();
    assert.instanceOf(await rejection(node.spawn((_, context) => context.stop()).ask('?')), ActorStopped);
  });

  it('rejects with ActorStopped when it is asked while it stops', async () => {
    const { node, clock } = await startNode();
    const { opened, open } = gate();
    const ref = node.spawn(async () => opened).tell('block');
    await clock.settle();
    ref.stop();
    await clock.settle();
    const answer = rejection(ref.ask('?'));
    open();
    assert.instanceOf(await answer, ActorStopped);
  });

  it('rejects with ActorStopped when it fails to start', async () => {
    const { node } = await startNode();
    const ref = node.spawn(
      class extends Actor {
        override preStart() {
          throw new Error('no');
        }
      },
    );
    const error = await rejection(ref.ask('?'));
    assert.equal((error as ActorStopped).reason, 'failed');
  });

  it('still resolves when it answers and stops in the same breath', async () => {
    const { node } = await startNode();
    const ref = node.spawn((_, context) => {
      context.reply('last words');
      context.stop();
    });
    assert.equal(await ref.ask('?'), 'last words');
  });

  it('waits on when it only restarts', async () => {
    const { node, clock } = await startNode();
    const outcome = outcomeOf(
      node
        .spawn(() => {
          throw new Error('restart me');
        })
        .ask('?'),
    );
    await clock.settle();
    assert.deepEqual([outcome, node.stats().restarts], [[], 1]);
  });

  it('rejects with MailboxFull when its mailbox is full and says fail', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(async () => new Promise(() => {}), {
      mailbox: bounded({ capacity: 1, overflow: 'fail' }),
    });
    ref.tell('block');
    await clock.settle();
    ref.tell('queued');
    assert.instanceOf(await rejection(ref.ask('?')), MailboxFull);
  });
});
