import { assert } from 'chai';
import {
  Actor,
  ActorStopped,
  oneForOne,
  Restart,
  Resume,
  Stop,
  SupervisionWarning,
} from '../../lib/index.ts';
import { startFamily } from './family.ts';
import { gate, heard, startNode } from './support.ts';

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

const failingToStart = (fails: () => boolean) =>
  class extends Actor {
    override preStart() {
      if (fails()) throw new Error('start');
    }
    override receive(message: unknown) {
      if (message === 'fail') throw new Error('receive');
    }
  };
