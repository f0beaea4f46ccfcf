import { assert } from 'chai';
import { Actor, ActorError, ErrorIgnored, oneForOne, Restart, Resume } from '../../lib/index.ts';
import { boom, heard, soon, startNode } from './support.ts';

describe('an error in preRestart', () => {
  for (const [kind, preRestart] of [
    ['sync', boom],
    [
      'async',
      async () => {
        await soon();
        boom();
      },
    ],
  ] as const) {
    it(`is ErrorIgnored, and the actor restarts all the same: ${kind}`, async () => {
      const { node, clock } = await startNode();
      const ignored = heard(node, ErrorIgnored);
      node
        .spawn(
          class extends Actor {
            override receive() {
              throw new Error('restart me');
            }
            override preRestart() {
              return preRestart();
            }
          },
        )
        .tell('go');
      await clock.settle();
      assert.deepEqual([ignored.map(({ where }) => where), node.stats().restarts], [['preRestart'], 1]);
    });
  }
});

describe('preRestart', () => {
  it('gets the error and the message that failed', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const error = new Error('why');
    node
      .spawn(
        class extends Actor {
          override receive() {
            throw error;
          }
          override preRestart(why: Error, message: unknown) {
            seen.push(why, message);
          }
        },
      )
      .tell('the message');
    await clock.settle();
    assert.deepEqual(seen, [error, 'the message']);
  });

  it('is not called for an actor that failed to start', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
    const seen: string[] = [];
    let starts = 0;
    node.spawn(
      class extends Actor {
        override preStart() {
          if (++starts === 1) boom();
        }
        override preRestart() {
          seen.push('preRestart');
        }
      },
    );
    await clock.settle();
    assert.deepEqual([starts, seen], [2, []]);
  });
});

describe('postRestart', () => {
  it('gets the error, on the new instance, and calls preStart unless overridden', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const error = new Error('why');
    node
      .spawn(
        class extends Actor {
          override preStart() {
            seen.push('preStart');
          }
          override receive() {
            throw error;
          }
          override postRestart(why: Error) {
            seen.push(why);
          }
        },
      )
      .tell('go');
    await clock.settle();
    assert.deepEqual(seen, ['preStart', error]);
  });

  for (const [kind, postRestart] of [
    ['sync', boom],
    [
      'async',
      async () => {
        await soon();
        boom();
      },
    ],
  ] as const) {
    it(`that fails is a CreateFailed, as a failed start is, without postStop: ${kind}`, async () => {
      const { node, clock } = await startNode();
      const [errors, steps] = [heard(node, ActorError), [] as string[]];
      const ref = node
        .spawn(
          class extends Actor {
            override receive() {
              throw new Error('restart me');
            }
            override postRestart() {
              return postRestart();
            }
            override postStop() {
              steps.push('postStop');
            }
          },
        )
        .tell('go');
      await clock.settle();
      assert.deepEqual(
        [errors.map(({ error }) => error.constructor.name), steps, ref.isStopped],
        [['Error', 'CreateFailed'], ['postStop'], true],
      );
    });
  }

  it('that fails can be restarted again, when the supervisor says so', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Restart }) });
    let starts = 0;
    const ref = node
      .spawn(
        class extends Actor {
          override preStart() {
            if (++starts === 2) boom();
          }
          override receive() {
            throw new Error('restart me');
          }
        },
      )
      .tell('go');
    await clock.settle();
    assert.deepEqual([starts, ref.isStopped], [3, false]);
  });
});
