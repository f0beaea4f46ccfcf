import { assert } from 'chai';
import { Actor, ActorError, ErrorIgnored, oneForOne, Resume, Stop } from '../../lib/index.ts';
import { startFamily } from './family.ts';
import { heard, startNode } from './support.ts';

describe('supervise()', () => {
  it('gets the very error, and the child', async () => {
    const { asked, child, fail, error } = await startFamily(() => Stop);
    await fail();
    assert.deepEqual(asked, [{ error, child }]);
  });

  it('is called once for each failure', async () => {
    const { asked, fail } = await startFamily(() => Resume);
    await fail();
    await fail();
    assert.equal(asked.length, 2);
  });

  it('is how a failure reaches the parent: its receive never sees it', async () => {
    const { parentSaw, fail } = await startFamily(() => Resume);
    await fail();
    assert.deepEqual(parentSaw, []);
  });

  it('comes before the strategy, which decides when it says undefined', async () => {
    const { steps, fail } = await startFamily(() => undefined, {
      strategy: oneForOne({ decide: () => Stop }),
    });
    await fail();
    assert.equal(steps.at(-1), 'postStop');
  });

  it('is asked while the parent is in the middle of an async receive', async () => {
    const { parent, clock, asked, fail } = await startFamily(() => Resume);
    parent.tell('block');
    await clock.settle();
    await fail();
    assert.equal(asked.length, 1);
  });

  it('is not asked about an actor that failed after it had stopped itself', async () => {
    const asked: Error[] = [];
    const decide = (error: Error) => {
      asked.push(error);
      return Stop;
    };
    const { node, clock } = await startNode({ supervision: oneForOne({ decide }) });
    node
      .spawn((_, context) => {
        context.stop();
        throw new Error('after stop');
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual(asked, []);
  });
});

describe('a failure', () => {
  it('is published as ActorError with the error and the message', async () => {
    const { node, child, fail, error } = await startFamily(() => Resume);
    const errors = heard(node, ActorError);
    await fail();
    assert.deepEqual(errors, [new ActorError(child, error, 'fail')]);
  });

  it('is an Error even when something else was thrown', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ActorError);
    node
      .spawn(() => {
        throw 'a text';
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual(
      errors.map(({ error }) => [error instanceof Error, error.cause]),
      [[true, 'a text']],
    );
  });

  it('suspends the actor until the decision: what is queued comes after it', async () => {
    const { steps, child, fail } = await startFamily(() => {
      steps.push('supervise');
      return Resume;
    });
    child.tell('fail');
    child.tell('next');
    await fail('again');
    assert.deepEqual(steps, ['preStart', 'fail', 'supervise', 'next', 'again']);
  });

  it('is reported before what the child tells its parent later, and after what it told before', async () => {
    const { node, clock } = await startNode();
    const steps: unknown[] = [];
    class Parent extends Actor {
      override preStart() {
        const child = this.spawn((message, { parent }) => {
          parent.tell(message);
          if (message === 2) throw new Error('two');
        });
        child.tell(1).tell(2).tell(3);
      }
      override receive(message: unknown) {
        steps.push(message);
      }
      override supervise() {
        steps.push('supervise');
        return Resume;
      }
    }
    node.spawn(Parent);
    await clock.settle();
    assert.sameMembers(steps, [1, 2, 'supervise', 3]);
    assert.isBelow(steps.indexOf('supervise'), steps.indexOf(3));
  });

  it('that comes while the supervisor is stopping is ignored', async () => {
    const { node, parent, child, clock, asked, held } = await startFamily(() => Resume);
    const ignored = heard(node, ErrorIgnored);
    child.tell('block');
    await clock.settle();
    parent.stop();
    await clock.settle();
    held.fail(new Error('late'));
    await clock.settle();
    assert.deepEqual([asked, ignored.map(({ error }) => error.message)], [[], ['late']]);
  });
});
