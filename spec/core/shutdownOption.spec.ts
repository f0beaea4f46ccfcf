import { assert } from 'chai';
import {
  Actor,
  ErrorIgnored,
  type Node,
  Process,
  type Ref,
  type ShutdownLimit,
  Terminated,
} from '../../lib/index.ts';
import { type ManualClock, TestProbe } from '../../lib/testkit/index.ts';
import { gate, heard, startNode } from './support.ts';

const never = new Promise<never>(() => {});

/** A child that is slow to end, of a parent that does nothing. */
class Slow extends Actor<string, { steps: string[]; postStop: () => unknown }> {
  override receive(message: string) {
    if (message === 'hang') return never;
    throw new Error(message);
  }
  override postStop() {
    this.params.steps.push('postStop');
    return this.params.postStop();
  }
}

interface Family {
  node: Node;
  clock: ManualClock;
  parent: Ref;
  child: Ref;
  steps: string[];
}

async function startFamily(
  shutdown: ShutdownLimit | undefined,
  postStop: () => unknown = () => {},
  nodeOptions: object = {},
): Promise<Family> {
  const { node, clock } = await startNode(nodeOptions);
  const steps: string[] = [];
  class Parent extends Actor {
    override preStart() {
      this.spawn(Slow.using({ steps, postStop }), { name: 'child', shutdown });
    }
    override receive() {
      throw new Error('restart me');
    }
    override postStop() {
      steps.push('parent');
    }
  }
  const parent = node.spawn(Parent) as Ref;
  await clock.settle();
  return { node, clock, parent, child: parent.child('child'), steps };
}

/** The ms until an actor has stopped. */
async function endOf(ref: Ref, clock: ManualClock, most = 20_000): Promise<number | undefined> {
  const from = clock.now();
  await clock.settle();
  while (!ref.isStopped && clock.now() - from < most) await clock.advance(1);
  return ref.isStopped ? clock.now() - from : undefined;
}

describe('the shutdown option of spawn', () => {
  it('ends a child that hangs in receive after so many ms, when its parent stops', async () => {
    const { clock, parent, child } = await startFamily(70);
    child.tell('hang');
    await clock.settle();
    parent.stop();
    assert.deepEqual([await endOf(child, clock), await endOf(parent, clock)], [70, 0]);
  });

  it('ends a child that hangs in postStop after so many ms, which is all that it has', async () => {
    const { clock, parent, child } = await startFamily(70, () => never);
    parent.stop();
    assert.equal(await endOf(child, clock), 70);
  });

  it('may be longer than the shutdown timeout of the node', async () => {
    const { clock, parent, child } = await startFamily(9000, () => never, { shutdownTimeout: 100 });
    parent.stop();
    assert.equal(await endOf(child, clock), 9000);
  });

  it('leaves postStop the shutdown timeout of the node when it is not given', async () => {
    const { clock, parent, child } = await startFamily(undefined, () => never, { shutdownTimeout: 100 });
    parent.stop();
    assert.equal(await endOf(child, clock), 100);
  });

  it("waits with 'infinity' as long as it takes", async () => {
    const held = gate();
    const { clock, parent, child } = await startFamily('infinity', () => held.opened);
    parent.stop();
    const before = await endOf(child, clock, 15_000);
    held.open();
    assert.deepEqual([before, await endOf(child, clock)], [undefined, 0]);
  });

  it("kills at once with 'brutal_kill': the receive is not waited for, and there is no postStop", async () => {
    const { clock, parent, child, steps } = await startFamily('brutal_kill');
    child.tell('hang');
    await clock.settle();
    parent.stop();
    assert.deepEqual([await endOf(parent, clock), steps], [0, ['parent']]);
  });

  it('tells watchers of a child that was cut short that it was killed', async () => {
    const { node, clock, parent, child } = await startFamily(70, () => never);
    const [probe, ignored] = [new TestProbe(node), heard(node, ErrorIgnored)];
    probe.watch(child);
    await clock.settle();
    parent.stop();
    await clock.advance(70);
    assert.deepEqual(probe.messages, [new Terminated(child, 'killed')]);
    assert.include(ignored[0]?.error.message, 'took longer than 70 ms to end');
  });

  it('tells watchers of a child that made it in time that it has stopped', async () => {
    const { node, clock, parent, child } = await startFamily(70);
    const probe = new TestProbe(node);
    probe.watch(child);
    await clock.settle();
    parent.stop();
    await clock.advance(70);
    assert.deepEqual([probe.messages, clock.pending], [[new Terminated(child, 'stopped')], 0]);
  });

  it('holds too when the parent restarts', async () => {
    const { clock, parent, child } = await startFamily(70);
    child.tell('hang');
    await clock.settle();
    parent.tell('fail');
    assert.deepEqual([await endOf(child, clock), parent.isStopped], [70, false]);
  });

  it('holds too for a child that has been stopped before', async () => {
    const { clock, parent, child } = await startFamily(70);
    child.tell('hang');
    await clock.settle();
    child.stop();
    await clock.advance(1000);
    parent.stop();
    assert.equal(await endOf(child, clock), 70);
  });

  it('is not meant by who stops the child by its ref', async () => {
    const { clock, child } = await startFamily(70);
    child.tell('hang');
    await clock.settle();
    child.stop();
    assert.isUndefined(await endOf(child, clock));
  });

  it('covers the children of the child', async () => {
    const { node, clock } = await startNode();
    let grandchild: Ref | undefined;
    class Child extends Actor {
      override preStart() {
        grandchild = this.spawn(() => never).tell('m');
      }
    }
    const parent = node.spawn(
      class extends Actor {
        override preStart() {
          this.spawn(Child, { shutdown: 70 });
        }
      },
    );
    await clock.settle();
    parent.stop();
    assert.deepEqual([await endOf(parent, clock), grandchild?.isStopped], [70, true]);
  });

  it('covers the cleanup of a process', async () => {
    const { node, clock } = await startNode();
    class Stubborn extends Process {
      *run() {
        try {
          yield never;
        } finally {
          yield never;
        }
      }
    }
    const parent = node.spawn(
      class extends Actor {
        override preStart() {
          this.spawn(Stubborn, { shutdown: 9000 });
        }
      },
    );
    await clock.settle();
    parent.stop();
    assert.equal(await endOf(parent, clock), 9000);
  });

  for (const shutdown of [-1, NaN, '5000', 'brutal', null]) {
    it(`is refused when it is none: ${String(shutdown)}`, async () => {
      const { node } = await startNode();
      assert.throws(
        () => node.spawn(() => {}, { shutdown: shutdown as ShutdownLimit }),
        TypeError,
        `shutdown must be milliseconds from 0 up, 'brutal_kill' or 'infinity', not ${JSON.stringify(shutdown).replace('null', Number.isNaN(shutdown) ? 'NaN' : 'null')}`,
      );
    });
  }
});
