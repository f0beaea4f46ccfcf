import { assert } from 'chai';
import { restartByHand } from '../../lib/core/byHand.ts';
import { Actor, ActorError, ActorRestarted, Supervisor } from '../../lib/index.ts';
import { gate, heard, startNode } from './support.ts';

const why = new Error('by hand');

describe('restartByHand()', () => {
  it('gives an actor a new instance, with its hooks, and keeps its mailbox', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const held = gate();
    class Worker extends Actor {
      override preRestart(error: Error, message: unknown) {
        seen.push([error.message, message]);
      }
      override async receive(message: unknown) {
        if (message === 'first') await held.opened;
        seen.push(message);
      }
    }
    const [errors, restarts] = [heard(node, ActorError), heard(node, ActorRestarted)];
    const worker = node.spawn(Worker);
    worker.tell('first');
    worker.tell('second');
    await clock.settle();
    restartByHand(worker, why);
    await clock.settle();
    assert.deepEqual(seen, [], 'what it does comes to its end before');
    held.open();
    await clock.settle();
    assert.deepEqual(seen, ['first', ['by hand', undefined], 'second']);
    assert.deepEqual([errors.length, restarts.length], [0, 1]);
  });

  it('spends none of the restarts that a supervisor grants, and leaves it in charge', async () => {
    const { node, clock } = await startNode();
    class Worker extends Actor {
      override receive(): void {
        throw new Error('boom');
      }
    }
    const supervisor = node.spawn(
      Supervisor.using({ children: [{ id: 'worker', start: Worker }], intensity: 1 }),
      { name: 'top' },
    );
    await clock.settle();
    const worker = supervisor.child('worker');
    for (let i = 0; i < 5; i++) {
      restartByHand(node.lookup('/top/worker'), why);
      await clock.settle();
    }
    const restarts = heard(node, ActorRestarted);
    worker.tell('fail');
    await clock.settle();
    assert.equal(restarts.length, 1);
    assert.isFalse(node.lookup('/top/worker').isStopped);
    assert.isFalse(supervisor.isStopped);
  });

  it('refuses what is no live actor of this node, and the guardian', async () => {
    const { node, clock } = await startNode();
    const gone = node.spawn(() => {});
    gone.stop();
    await clock.settle();
    assert.throws(() => restartByHand(gone, why), TypeError, 'is no live actor');
    assert.throws(() => restartByHand('/a' as never, why), TypeError, 'is no live actor');
    assert.throws(() => restartByHand(node.guardian, why), TypeError, 'the root of the tree');
  });
});
