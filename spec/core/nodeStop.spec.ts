import { assert } from 'chai';
import { Branch } from './branch.ts';
import { startNode } from './support.ts';

describe('node.stop()', () => {
  it('stops all actors, children first', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    node.spawn(Branch.using({ name: 'root', depth: 1, steps }));
    await clock.settle();
    await node.stop();
    assert.deepEqual([steps, node.stats().actors], [['root.b', 'root.a', 'root'], 0]);
  });

  it('gives the same promise when it is called again, and resolves node.stopped', async () => {
    const { node } = await startNode();
    assert.strictEqual(node.stop(), node.stop());
    await node.stopped;
  });

  it('kills what takes longer than the shutdown timeout', async () => {
    const { node, clock } = await startNode({ shutdownTimeout: 100 });
    const ref = node.spawn(async () => new Promise(() => {})).tell('block');
    await clock.settle();
    const stopped = node.stop();
    await clock.advance(100);
    await stopped;
    assert.isTrue(ref.isStopped);
  });

  it('is what the end of an `await using` block does', async () => {
    const { node } = await startNode();
    await node[Symbol.asyncDispose]();
    assert.isTrue(node.guardian.isStopped);
  });

  it('leaves no timer behind', async () => {
    const { node, clock } = await startNode();
    node.spawn((_, { timers }) => timers.every('tick', 10, 'tick')).tell('go');
    await clock.settle();
    await node.stop();
    assert.equal(clock.pending, 0);
  });
});
