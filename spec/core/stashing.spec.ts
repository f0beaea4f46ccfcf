import { assert } from 'chai';
import { Actor, ActorError, DeadLetter, Terminated } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { heard, startNode } from './support.ts';

describe('stash()', () => {
  it('puts messages aside until unstashAll, which puts them in front, in their order', async () => {
    assert.deepEqual(await stashing(['stash 1', 'stash 2', 'a', 'unstash', 'b']), [
      'a',
      'stash 1',
      'stash 2',
      'b',
    ]);
  });

  it('keeps the sender', async () => {
    const { node } = await startNode();
    const probe = new TestProbe(node);
    const ref = node.spawn((message, context) => {
      if (message === 'open') {
        context.become(() => context.reply('answer'));
        context.unstashAll();
      } else context.stash();
    });
    ref.tell('question', probe.ref).tell('open');
    await probe.expect('answer');
  });

  it('counts messages as stashed, not as handled', async () => {
    const { node, clock } = await startNode();
    node
      .spawn((_, context) => context.stash())
      .tell('a')
      .tell('b');
    await clock.settle();
    const { stashed, handled, sent } = node.stats();
    assert.deepEqual({ stashed, handled, sent }, { stashed: 2, handled: 0, sent: 2 });
  });

  it('works after an await', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(async (_, context) => {
      await Promise.resolve();
      context.stash();
    });
    ref.tell('a');
    await clock.settle();
    assert.equal(node.stats().stashed, 1);
  });

  it('survives a restart: what was stashed is in front of the mailbox', async () => {
    assert.deepEqual(await stashing(['stash 1', 'stash 2', 'fail', 'b'], true), ['stash 1', 'stash 2', 'b']);
  });

  it('becomes dead letters when the actor stops, in front of what is queued', async () => {
    const { node, clock } = await startNode();
    const dead = heard(node, DeadLetter);
    const ref = node.spawn((message, context) =>
      message === 'block' ? new Promise(() => {}) : context.stash(),
    );
    ref.tell('a').tell('b').tell('block').tell('c');
    await clock.settle();
    ref.kill();
    await clock.settle();
    assert.deepEqual(
      dead.map(({ message, reason }) => [message, reason]),
      [
        ['a', 'stopped'],
        ['b', 'stopped'],
        ['c', 'stopped'],
      ],
    );
  });

  it('throws when the same message is stashed twice', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ActorError);
    node
      .spawn((_, context) => {
        context.stash();
        context.stash();
      })
      .tell({ an: 'object' });
    await clock.settle();
    assert.instanceOf(errors[0]?.error, TypeError);
  });

  it('throws when a text is stashed twice', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ActorError);
    node
      .spawn((_, context) => {
        context.stash();
        context.stash();
      })
      .tell('a text');
    await clock.settle();
    assert.instanceOf(errors[0]?.error, TypeError);
  });

  it('keeps equal texts that were told one after the other', async () => {
    const { node, clock } = await startNode();
    node
      .spawn((_, context) => context.stash())
      .tell('same')
      .tell('same');
    await clock.settle();
    assert.equal(node.stats().stashed, 2);
  });

  it('keeps one object that was told twice', async () => {
    const { node, clock } = await startNode();
    const message = { told: 'twice' };
    node
      .spawn((_, context) => context.stash())
      .tell(message)
      .tell(message);
    await clock.settle();
    assert.equal(node.stats().stashed, 2);
  });

  it('keeps undefined like any other message', async () => {
    const { node, clock } = await startNode();
    node.spawn((_, context) => context.stash()).tell(undefined);
    await clock.settle();
    assert.equal(node.stats().stashed, 1);
  });

  it('throws in preStart, where no message is being handled', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ActorError);
    node.spawn(
      class extends Actor {
        override preStart() {
          this.stash();
        }
      },
    );
    await clock.settle();
    assert.instanceOf(errors[0]?.error.cause, TypeError);
  });

  it('keeps a Terminated', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const watched = node.spawn(() => {});
    const ref = node.spawn((message, context) => {
      if (message === 'watch') context.watch(watched);
      else if (message instanceof Terminated && seen.length === 0) {
        seen.push('stashed');
        context.stash();
      } else if (message === 'open') context.unstashAll();
      else seen.push(message);
    });
    ref.tell('watch');
    await clock.settle();
    watched.stop();
    await clock.settle();
    ref.tell('open');
    await clock.settle();
    assert.deepEqual(seen, ['stashed', new Terminated(watched, 'stopped')]);
  });
});

/** What an actor handles that puts aside what begins with `stash`, until it is told to unstash or restarts. */
async function stashing(messages: string[], isOpenAfterRestart = false): Promise<string[]> {
  const { node, clock } = await startNode();
  const seen: string[] = [];
  let restarts = 0;
  class Stashing extends Actor<string> {
    isOpen = isOpenAfterRestart && restarts > 0;
    override receive(message: string) {
      if (message === 'fail') {
        restarts++;
        throw new Error('restart me');
      }
      if (message === 'unstash') {
        this.isOpen = true;
        this.unstashAll();
      } else if (message.startsWith('stash') && !this.isOpen) this.stash();
      else seen.push(message);
    }
  }
  const ref = node.spawn(Stashing);
  for (const message of messages) ref.tell(message);
  await clock.settle();
  return seen;
}
