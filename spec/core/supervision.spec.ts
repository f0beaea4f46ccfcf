import assertion from 'node:assert';
import { assert } from 'chai';
import {
  Actor,
  ActorError,
  ActorStopped,
  type AnyDecision,
  BadSupervision,
  ErrorIgnored,
  Escalate,
  oneForOne,
  type Ref,
  Restart,
  Resume,
  Stop,
  SupervisionWarning,
} from '../../lib/index.ts';
import { gate, heard, startNode } from './support.ts';

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
    const { node, clock } = await startNode();
    const [asked, ignored] = [[] as Error[], heard(node, ErrorIgnored)];
    const child = node.spawn((_, context) => {
      context.stop();
      throw new Error('after stop');
    });
    child.tell('go');
    await clock.settle();
    assert.deepEqual(
      [asked, ignored.map(({ ref, error }) => [ref, error.message])],
      [[], [[child, 'after stop']]],
    );
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
    const { steps, child, fail } = await startFamily(() => (steps.push('supervise'), Resume));
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

describe('Resume', () => {
  it('drops the failing message and goes on with the next, on the same instance', async () => {
    const { steps, child, fail } = await startFamily(() => Resume);
    await fail();
    await fail('next');
    assert.deepEqual([steps, child.isStopped], [['preStart', 'fail', 'next'], false]);
  });

  it('becomes a restart, with a warning, for an actor that failed to start', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
    const warnings = heard(node, SupervisionWarning);
    let starts = 0;
    node.spawn(failingToStart(() => ++starts === 1));
    await clock.settle();
    assert.deepEqual([starts, warnings.length], [2, 1]);
  });

  it('of a failed start waits for the async preStart of the new instance', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
    const [seen, { opened, open }] = [[] as unknown[], gate()];
    let starts = 0;
    class Slow extends Actor {
      override async preStart() {
        if (++starts === 1) throw new Error('first');
        await opened;
      }
      override receive(message: unknown) {
        seen.push(message);
      }
    }
    node.spawn(Slow).tell('a');
    await clock.settle();
    assert.deepEqual(seen, []);
    open();
    await clock.settle();
    assert.deepEqual(seen, ['a']);
  });

  it('is an ordinary resume again after such a restart', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
    let starts = 0;
    const ref = node.spawn(failingToStart(() => ++starts === 1));
    ref.tell('fail').tell('fail');
    await clock.settle();
    assert.deepEqual([starts, ref.isStopped], [2, false]);
  });
});

describe('Restart', () => {
  it('starts a new instance', async () => {
    const { steps, fail } = await startFamily(() => Restart);
    await fail();
    assert.deepEqual(steps, ['preStart', 'fail', 'postStop', 'preStart']);
  });

  it('of an actor that failed to start makes it once more, without postStop', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Restart }) });
    let starts = 0;
    const ref = node.spawn(failingToStart(() => ++starts === 1));
    await clock.settle();
    assert.deepEqual([starts, ref.isStopped], [2, false]);
  });
});

describe('Stop', () => {
  it('runs postStop and ends the actor', async () => {
    const { steps, child, fail } = await startFamily(() => Stop);
    await fail();
    assert.deepEqual([steps, child.isStopped], [['preStart', 'fail', 'postStop'], true]);
  });

  it('ends it with the reason failed', async () => {
    const { node, fail } = await startFamily(() => Stop);
    const stopped = heard(node, ActorStopped);
    await fail();
    assert.deepEqual(
      stopped.map(({ reason }) => reason),
      ['failed'],
    );
  });
});

describe('escalation', () => {
  const ways: Record<string, { decide: () => AnyDecision | undefined; said: (error: Error) => unknown }> = {
    'Escalate reports the error of the child': { decide: () => Escalate, said: ({ message }) => message },
    'supervise that throws reports what it threw': {
      decide: throwing,
      said: ({ message }) => (message === 'thrown' ? 'boom' : ''),
    },
    'an illegal value reports BadSupervision with the cause': {
      decide: () => 'restart' as never,
      said: badSupervision,
    },
    'a promise reports BadSupervision with the cause': {
      decide: () => Promise.resolve(Restart) as never,
      said: badSupervision,
    },
    'null reports BadSupervision with the cause': { decide: () => null as never, said: badSupervision },
  };
  for (const [name, { decide, said }] of Object.entries(ways)) {
    it(`is the supervisor's own failure: ${name}`, async () => {
      const { node, parent, fail } = await startFamily(decide);
      const errors = heard(node, ActorError);
      await fail();
      assert.deepEqual(
        errors.slice(1).map(({ ref, error }) => [ref, said(error)]),
        [[parent, 'boom']],
      );
    });
  }

  it('ignores the rejection of a promise that supervise gave', async () => {
    const { node, fail } = await startFamily(() => Promise.reject(new Error('later')) as never);
    const ignored = heard(node, ErrorIgnored);
    await fail();
    assert.deepEqual(
      ignored.map(({ error, where }) => [error.message, where]),
      [['later', 'supervise']],
    );
  });

  it('restarts the supervisor by default, and so ends the child', async () => {
    const { child, fail, node } = await startFamily(() => Escalate);
    await fail();
    assert.deepEqual([child.isStopped, node.stats().restarts], [true, 1]);
  });

  it('resumes the child when the supervisor is resumed', async () => {
    const { child, steps, fail } = await startFamily(() => Escalate, {
      guardian: oneForOne({ decide: () => Resume }),
    });
    await fail();
    await fail('next');
    assert.deepEqual([steps, child.isStopped], [['preStart', 'fail', 'next'], false]);
  });

  it('is what an AssertionError means by default, of node and of chai', async () => {
    for (const wrong of [() => assertion.equal(1, 2), () => assert.equal(1, 2)]) {
      const { node } = await startNode();
      node.spawn(wrong).tell('go');
      await node.stopped;
      assert.equal(node.failure?.error.name, 'AssertionError');
    }
  });

  it('up to the guardian stops the node, which keeps the failure', async () => {
    const { node } = await startNode({ supervision: oneForOne({ decide: () => Escalate }) });
    const error = new Error('to the top');
    node
      .spawn(() => {
        throw error;
      })
      .tell('go');
    await node.stopped;
    assert.strictEqual(node.failure?.error, error);
  });
});

describe('without a decision', () => {
  for (const where of ['constructor', 'preStart'] as const) {
    it(`a failure of the ${where} stops the actor`, async () => {
      const { node, clock } = await startNode();
      let made = 0;
      class Broken extends Actor {
        readonly number = this.#check('constructor');
        #check(here: string) {
          if (here === 'constructor') made++;
          if (here === where) throw new Error(where);
        }
        override preStart() {
          this.#check('preStart');
        }
      }
      const ref = node.spawn(Broken);
      await clock.settle();
      assert.deepEqual([made, ref.isStopped], [1, true]);
    });
  }

  it('a failure of receive restarts the actor', async () => {
    const { steps, fail } = await startFamily(() => undefined);
    await fail();
    assert.deepEqual(steps, ['preStart', 'fail', 'postStop', 'preStart']);
  });
});

function throwing(): never {
  throw new Error('thrown');
}

const badSupervision = (error: Error) =>
  error instanceof BadSupervision ? (error.cause as Error).message : error;

const failingToStart = (fails: () => boolean) =>
  class extends Actor {
    override preStart() {
      if (fails()) throw new Error('start');
    }
    override receive(message: unknown) {
      if (message === 'fail') throw new Error('receive');
    }
  };

interface Settings {
  strategy?: ReturnType<typeof oneForOne>;
  guardian?: ReturnType<typeof oneForOne>;
}

/** A parent that decides as it is told, and a child that fails when it is told to. */
async function startFamily(decide: () => AnyDecision | undefined, { strategy, guardian }: Settings = {}) {
  const { node, clock } = await startNode({ supervision: guardian });
  const [steps, asked, parentSaw, error, held] = [
    [] as unknown[],
    [] as unknown[],
    [] as unknown[],
    new Error('boom'),
    gate(),
  ];
  class Child extends Actor {
    override preStart() {
      steps.push('preStart');
    }
    override receive(message: unknown) {
      steps.push(message);
      if (message === 'fail') throw error;
      return message === 'block' ? held.opened : undefined;
    }
    override postStop() {
      steps.push('postStop');
    }
  }
  class Parent extends Actor {
    override preStart() {
      this.spawn(Child, { name: 'child' });
    }
    override receive(message: unknown) {
      if (message === 'block') return new Promise(() => {});
      parentSaw.push(message);
      return undefined;
    }
    override supervise(error: Error, child: Ref) {
      asked.push({ error, child });
      return decide();
    }
  }
  const parent = node.spawn(Parent, { name: 'parent', supervision: strategy });
  await clock.settle();
  const child = parent.child('child');
  const fail = async (message = 'fail') => {
    child.tell(message);
    await clock.settle();
  };
  return { node, clock, parent, child, steps, asked, parentSaw, error, held, fail };
}
