import { assert } from 'chai';
import {
  Actor,
  ActorStopped,
  DeadLetter,
  ErrorIgnored,
  oneForOne,
  PoisonPill,
  type Ref,
  Resume,
  Terminated,
} from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { gate, heard, startNode } from './support.ts';

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

  it('ignores how the abandoned receive ends', async () => {
    const { node, clock, ref, fail } = await startBusy();
    const ignored = heard(node, ErrorIgnored);
    ref.kill();
    await clock.settle();
    fail(new Error('too late'));
    await clock.settle();
    assert.deepEqual([ignored, ref.isStopped], [[], true]);
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

describe('PoisonPill', () => {
  it('stops the actor in its turn, after all that was sent before', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const ref = node.spawn(message => void seen.push(message));
    ref
      .tell('a')
      .tell('b')
      .tell(PoisonPill as unknown as string)
      .tell('c');
    await clock.settle();
    assert.deepEqual([seen, ref.isStopped], [['a', 'b'], true]);
  });

  it('makes what was sent after it dead letters', async () => {
    const { node, clock } = await startNode();
    const dead = heard(node, DeadLetter);
    node
      .spawn(() => {})
      .tell('a')
      .tell(PoisonPill)
      .tell('b');
    await clock.settle();
    assert.deepEqual(
      dead.map(({ message }) => message),
      ['b'],
    );
  });

  it('waits for an async receive before it', async () => {
    const { clock, ref, steps, open } = await startBusy();
    ref.tell('next').tell(PoisonPill as unknown as string);
    open();
    await clock.settle();
    assert.deepEqual(steps, ['receive begins', 'receive ends', 'receive begins', 'receive ends', 'postStop']);
  });

  it('is no dead letter when the actor has stopped already, and is in no book', async () => {
    const { node, clock } = await startNode();
    const ref = node
      .spawn(() => {})
      .tell(PoisonPill)
      .tell(PoisonPill);
    await clock.settle();
    ref.tell(PoisonPill);
    const { sent, deadLetters } = node.stats();
    assert.deepEqual([sent, deadLetters.total], [0, 0]);
  });
});

describe('postStop', () => {
  it('is waited for: watchers hear of the end after it', async () => {
    const { node, clock } = await startNode();
    const { opened, open } = gate();
    const probe = new TestProbe(node);
    const ref = node.spawn(
      class extends Actor {
        override postStop() {
          return opened;
        }
      },
    );
    probe.watch(ref);
    ref.stop();
    await clock.settle();
    assert.deepEqual(probe.messages, []);
    open();
    await clock.settle();
    assert.deepEqual(probe.messages, [new Terminated(ref, 'stopped')]);
  });

  it('may be a generator', async () => {
    const { node, clock } = await startNode();
    const { opened, open } = gate();
    const ref = node.spawn(
      class extends Actor {
        override *postStop() {
          yield opened;
        }
      },
    );
    ref.stop();
    await clock.settle();
    assert.isFalse(ref.isStopped);
    open();
    await clock.settle();
    assert.isTrue(ref.isStopped);
  });

  it('is left behind after the shutdown timeout, with an ErrorIgnored', async () => {
    const { node, clock } = await startNode({ shutdownTimeout: 100 });
    const ignored = heard(node, ErrorIgnored);
    const ref = node.spawn(
      class extends Actor {
        override postStop() {
          return new Promise(() => {});
        }
      },
    );
    ref.stop();
    await clock.advance(99);
    assert.isFalse(ref.isStopped);
    await clock.advance(1);
    assert.deepEqual([ref.isStopped, ignored[0]?.where], [true, 'postStop']);
  });

  it('cannot leave a child behind that it spawned', async () => {
    const { node, clock } = await startNode();
    node
      .spawn(
        class extends Actor {
          override postStop() {
            try {
              this.spawn(() => {});
            } catch {}
          }
        },
      )
      .stop();
    await clock.settle();
    assert.equal(node.stats().actors, 0);
  });
});

describe('join()', () => {
  it('resolves when the actor has stopped', async () => {
    const { clock, ref, open } = await startBusy();
    const steps: string[] = [];
    void ref.join().then(() => steps.push('joined'));
    ref.stop();
    await clock.settle();
    assert.deepEqual(steps, []);
    open();
    await clock.settle();
    assert.deepEqual(steps, ['joined']);
  });

  it('resolves at once for an actor that has stopped', async () => {
    const { node } = await startNode();
    const ref = node.spawn(() => {});
    ref.stop();
    await ref.join();
    await ref.join();
  });

  it('does not resolve for a restart', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    const ref = node.spawn(() => {
      throw new Error('restart me');
    });
    void ref.join().then(() => steps.push('joined'));
    ref.tell('fail');
    await clock.settle();
    assert.deepEqual([steps, node.stats().restarts], [[], 1]);
  });
});

/** An actor that is in the middle of an async receive. */
async function startBusy() {
  const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
  const [steps, signals, held] = [[] as string[], [] as AbortSignal[], gate()];
  class Busy extends Actor<string> {
    override async receive() {
      steps.push('receive begins');
      signals.push(this.signal);
      await held.opened;
      steps.push('receive ends');
    }
    override postStop() {
      steps.push('postStop');
    }
  }
  const ref = node.spawn(Busy).tell('block') as Ref<string>;
  await clock.settle();
  return { node, clock, ref, steps, signals, open: held.open, fail: held.fail };
}
