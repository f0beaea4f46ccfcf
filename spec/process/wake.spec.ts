import { assert } from 'chai';
import { Actor, openQuestions, Process, sleep } from '../../lib/index.ts';
import { startNode } from '../core/support.ts';

describe('an async run', () => {
  it('is not taken for the code of those that it wakes', async () => {
    const { node, clock } = await startNode();
    const silent = node.spawn(() => {}, { name: 'silent' });
    class Woken extends Actor {
      override async receive() {
        await Promise.resolve();
        await silent.ask('?', { timeout: 10_000 }).catch(() => {});
      }
    }
    const woken = node.spawn(Woken);
    class Waking extends Process {
      override async run(): Promise<never> {
        await sleep(10);
        woken.tell('go');
        await silent.ask('?', { timeout: 10_000 }).catch(() => {});
        return this.get() as never;
      }
    }
    const waking = node.spawn(Waking);
    await clock.advance(20);
    // After an await, nothing tells who asks in a class; in an async run it is known.
    assert.sameMembers(
      openQuestions(node.guardian).map(({ from }) => from),
      [waking, undefined],
    );
  });
});
