import { assert } from 'chai';
import { Actor, ActorStopped, DeadLetter, ErrorIgnored, type Ref } from '../../lib/index.ts';
import { startBusy } from './busy.ts';
import { heard, startNode } from './support.ts';

describe('stop()', () => {
  it('waits until the ongoing receive is over', async () => {
    const { clock, ref, steps, open } = await startBusy();
    ref.stop();
    await clock.settle();
    assert.deepEqual(steps, ['receive begins']);
    open();
    await clock.settle();
    assert.deepEqual(steps, ['receive begins', 'receive ends', 'postStop']);
  });

  it('does not wait for what is queued: that becomes dead letters, in order', async () => {
    const { node, clock, ref, open } = await startBusy();
    const dead = heard(node, DeadLetter);
    ref.tell('a').tell('b').stop();
    ref.tell('c');
    open();
    await clock.settle();
    assert.deepEqual(
      dead.map(({ message }) => message),
      ['a', 'b', 'c'],
    );
  });

  it('lets no later message through', async () => {
    const { clock, ref, steps, open } = await startBusy();
    ref.stop();
    ref.tell('late');
    open();
    await clock.settle();
    assert.deepEqual(steps, ['receive begins', 'receive ends', 'postStop']);
  });

  it('is never seen by receive', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    node.spawn(message => void seen.push(message)).stop();
    await clock.settle();
    assert.deepEqual(seen, []);
  });

  it('does nothing the second time', async () => {
    const { clock, ref, steps, open } = await startBusy();
    ref.stop();
    ref.stop();
    open();
    await clock.settle();
    assert.equal(steps.filter(step => step === 'postStop').length, 1);
  });

  it('means this actor when it is called without a ref inside', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn((_, context) => context.stop()).tell('go');
    await clock.settle();
    assert.isTrue(ref.isStopped);
  });

  it('aborts the signal of the actor, with the reason', async () => {
    const { clock, ref, signals } = await startBusy();
    ref.stop();
    await clock.settle();
    assert.instanceOf(signals[0]?.reason, ActorStopped);
  });

  it('publishes ActorStopped once it is done', async () => {
    const { node, clock, ref, open } = await startBusy();
    const stopped = heard(node, ActorStopped);
    ref.stop();
    await clock.settle();
    assert.deepEqual(stopped, []);
    open();
    await clock.settle();
    assert.deepEqual(
      stopped.map(event => [event.ref, event.reason]),
      [[ref, 'stopped']],
    );
  });

  it('is no dead letter when the actor has stopped already', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(() => {});
    ref.stop();
    await ref.join();
    ref.stop();
    ref.kill();
    await clock.settle();
    assert.equal(node.stats().deadLetters.total, 0);
  });
});

describe('kill()', () => {
  it('does not wait for the ongoing receive', async () => {
    const { clock, ref, steps } = await startBusy();
    ref.kill();
    await clock.settle();
    assert.deepEqual(steps, ['receive begins', 'postStop']);
  });

  it('runs the finally blocks of a generator receive', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    const ref = node.spawn(function* () {
      try {
        yield new Promise(() => {});
      } finally {
        steps.push('finally');
      }
    });
    ref.tell('go');
    await clock.settle();
    ref.kill();
    await clock.settle();
    assert.deepEqual(steps, ['finally']);
  });

  it('makes an error of the abandoned receive an ErrorIgnored', async () => {
    const { node, clock, ref, fail } = await startBusy();
    const ignored = heard(node, ErrorIgnored);
    ref.kill();
    await clock.settle();
    fail(new Error('too late'));
    await clock.settle();
    assert.deepEqual(
      ignored.map(({ error, where }) => [error.message, where]),
      [['too late', 'receive']],
    );
  });

  it('kills the children too, whatever they are doing', async () => {
    const { node, clock } = await startNode();
    const children: Ref[] = [];
    const parent = node.spawn(
      (_, { spawn }) => void children.push(spawn(async () => new Promise(() => {})).tell('block')),
    );
    parent.tell('spawn');
    await clock.settle();
    parent.kill();
    await clock.settle();
    assert.deepEqual(
      children.map(child => child.isStopped),
      [true],
    );
  });

  it('cuts a stop short that waits for a receive', async () => {
    const { clock, ref } = await startBusy();
    ref.stop();
    await clock.settle();
    ref.kill();
    await clock.settle();
    assert.isTrue(ref.isStopped);
  });

  it('cuts a stop short that waits for postStop', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(
      class extends Actor {
        override postStop() {
          return new Promise(() => {});
        }
      },
    );
    ref.stop();
    await clock.settle();
    ref.kill();
    await clock.settle();
    assert.isTrue(ref.isStopped);
  });

  it('aborts the signal of the actor', async () => {
    const { clock, ref, signals } = await startBusy();
    ref.kill();
    await clock.settle();
    assert.isTrue(signals[0]?.aborted);
  });
});
