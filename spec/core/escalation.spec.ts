import assertion from 'node:assert';
import { assert } from 'chai';
import {
  ActorError,
  type AnyDecision,
  BadSupervision,
  ErrorIgnored,
  Escalate,
  oneForOne,
  Restart,
  Resume,
} from '../../lib/index.ts';
import { startFamily } from './family.ts';
import { heard, startNode } from './support.ts';

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

function throwing(): never {
  throw new Error('thrown');
}

function badSupervision(error: Error) {
  return error instanceof BadSupervision ? (error.cause as Error).message : error;
}
