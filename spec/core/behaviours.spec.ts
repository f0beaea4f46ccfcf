import { assert } from 'chai';
import { Actor, ActorError } from '../../lib/index.ts';
import { gate, heard, startNode } from './support.ts';

describe('become()', () => {
  it('handles messages with another function from the next one on', async () => {
    assert.deepEqual(await replay(['become', 'a']), ['other a']);
  });

  it('replaces the behaviour: unbecome goes back to receive', async () => {
    assert.deepEqual(await replay(['become', 'become', 'unbecome', 'a']), ['receive a']);
  });

  it('keeps the behaviour below with discardOld: false, for unbecome to return to', async () => {
    assert.deepEqual(await replay(['become', 'push', 'a', 'unbecome', 'b', 'unbecome', 'c']), [
      'pushed a',
      'other b',
      'receive c',
    ]);
  });

  it('is over after a restart', async () => {
    assert.deepEqual(await replay(['become', 'fail', 'a']), ['receive a']);
  });

  it('throws a TypeError for what is no function', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ActorError);
    node.spawn((_, context) => context.become('other' as never)).tell('go');
    await clock.settle();
    assert.instanceOf(errors[0]?.error, TypeError);
  });

  it('takes an async function', async () => {
    const { node, clock } = await startNode();
    const [seen, { opened, open }] = [[] as unknown[], gate()];
    const ref = node.spawn((_, context) => {
      context.become(async message => {
        await opened;
        seen.push(message);
      });
    });
    ref.tell('go').tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(seen, []);
    open();
    await clock.settle();
    assert.deepEqual(seen, ['a', 'b']);
  });
});

describe('unbecome()', () => {
  it('leaves receive in place when there is nothing to go back to', async () => {
    assert.deepEqual(await replay(['unbecome', 'unbecome', 'a']), ['receive a']);
  });
});

/** What an actor with three behaviours says about the messages. */
async function replay(messages: string[]): Promise<string[]> {
  const { node, clock } = await startNode();
  const seen: string[] = [];
  class Changing extends Actor<string> {
    override receive(message: string) {
      this.#obey(message, 'receive');
    }
    #obey(message: string, name: string) {
      if (message === 'become') this.become(next => this.#obey(next, 'other'));
      else if (message === 'push') this.become(next => this.#obey(next, 'pushed'), { discardOld: false });
      else if (message === 'unbecome') this.unbecome();
      else if (message === 'fail') throw new Error('restart me');
      else seen.push(`${name} ${message}`);
    }
  }
  const ref = node.spawn(Changing);
  for (const message of messages) ref.tell(message);
  await clock.settle();
  return seen;
}
