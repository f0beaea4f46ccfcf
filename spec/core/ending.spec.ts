import { assert } from 'chai';
import { Actor, DeadLetter, ErrorIgnored, PoisonPill, Terminated } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { startBusy } from './busy.ts';
import { gate, heard, startNode } from './support.ts';

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
