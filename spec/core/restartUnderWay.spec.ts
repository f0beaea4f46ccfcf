import { assert } from 'chai';
import { Actor, DeadLetter, ErrorIgnored, oneForOne, Terminated } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { spawnTracing } from './instances.ts';
import { gate, heard, startNode } from './support.ts';

describe('a restart that is under way', () => {
  it('is called off by a stop that comes while it waits for the children', async () => {
    const { node, clock } = await startNode();
    const [steps, { opened, open }] = [[] as string[], gate()];
    const ref = spawnTracing(node, steps, parent =>
      parent.spawn(
        class extends Actor {
          override postStop() {
            return opened;
          }
        },
      ),
    ).tell('fail');
    await clock.settle();
    ref.stop();
    open();
    await clock.settle();
    assert.deepEqual([ref.isStopped, steps.includes('new 2')], [true, false]);
  });

  it('runs postStop once when a stop calls it off', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ backoff: { min: 1000 } }) });
    const steps: string[] = [];
    const ref = spawnTracing(node, steps).tell('fail');
    await clock.settle();
    ref.stop();
    await clock.settle();
    assert.deepEqual(
      [ref.isStopped, steps.filter(step => step.startsWith('postStop'))],
      [true, ['postStop 1']],
    );
  });

  it('registers a watcher that comes while it is under way', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ backoff: { min: 1000 } }) });
    const probe = new TestProbe(node);
    const ref = spawnTracing(node, []).tell('fail');
    await clock.settle();
    probe.watch(ref);
    await clock.settle();
    ref.stop();
    await clock.settle();
    assert.deepEqual(probe.messages, [new Terminated(ref, 'stopped')]);
  });

  it('forgets whom the old instance watched', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    const watched = node.spawn(() => {});
    spawnTracing(node, steps, actor => void (steps.includes('new 2') || actor.watch(watched))).tell('fail');
    await clock.settle();
    watched.stop();
    await clock.settle();
    assert.equal(steps.at(-1), 'preStart 2');
  });

  it('aborts the signal of the old instance and not that of the new one', async () => {
    const { node, clock } = await startNode();
    const signals: AbortSignal[] = [];
    spawnTracing(node, [], actor => void signals.push(actor.signal)).tell('fail');
    await clock.settle();
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, false],
    );
  });

  it('means nothing to an actor that has stopped', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    const ref = spawnTracing(node, steps, actor => void (steps.includes('new 2') || actor.stop())).tell(
      'fail',
    );
    await clock.settle();
    assert.deepEqual([ref.isStopped, steps.includes('new 2')], [true, false]);
  });
});

describe('messages during a restart', () => {
  it('loses no message, however many come while it is under way', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ backoff: { min: 1000 } }) });
    const [steps, dead] = [[] as string[], heard(node, DeadLetter)];
    const ref = spawnTracing(node, steps).tell('fail');
    for (let i = 0; i < 100; i++) ref.tell('m');
    await clock.settle();
    for (let i = 0; i < 100; i++) ref.tell('m');
    await clock.advance(1200);
    assert.deepEqual([steps.filter(step => step === 'm 2').length, dead], [200, []]);
  });

  it('ignores an error of a receive that ends after it was asked for', async () => {
    const { node, clock } = await startNode();
    const [ignored, { opened, fail }] = [heard(node, ErrorIgnored), gate()];
    const ref = node.spawn((message, context) => {
      if (message === 'pipe') context.pipeToSelf(opened);
      else throw new Error('first');
    });
    ref.tell('pipe').tell('fail');
    await clock.settle();
    fail(new Error('second'));
    await clock.settle();
    assert.deepEqual([ignored.map(({ error }) => error.message), node.stats().restarts], [['second'], 1]);
  });
});
