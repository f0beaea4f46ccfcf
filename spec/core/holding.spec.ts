import { assert } from 'chai';
import { Actor, oneForOne, type Ref } from '../../lib/index.ts';
import { gate, startNode } from './support.ts';

/** There is no public message that suspends an actor: here an ancestor has failed and waits for its restart. */
describe('an actor whose ancestor has failed and is not yet back', () => {
  it('handles no messages', async () => {
    const { child, seen, fail } = await startFamily();
    await fail();
    await child.tell('queued').settled();
    assert.deepEqual(seen, []);
  });

  it('handles all that was queued, in order, once the ancestor is back', async () => {
    const { child, seen, fail, bringBack } = await startFamily();
    await fail();
    await child.tell('a').tell('b').settled();
    await bringBack();
    assert.deepEqual(seen, ['a', 'b']);
  });

  it('is released by one end of the failure, though it was held twice', async () => {
    const { child, seen, fail, bringBack } = await startFamily({ depth: 2 });
    await fail();
    await fail('middle');
    await child.tell('a').settled();
    await bringBack();
    await bringBack();
    assert.deepEqual(seen, ['a']);
  });

  it('keeps what was queued behind an ongoing receive, which ends on its own', async () => {
    const { opened, open } = gate();
    const { child, seen, fail, bringBack, clock } = await startFamily({ receive: async () => opened });
    await child.tell('a').tell('b').settled();
    await fail();
    open();
    await clock.settle();
    assert.deepEqual(seen, ['a']);
    await bringBack();
    assert.deepEqual(seen, ['a', 'b']);
  });

  it('freezes a generator receive between two yields until the ancestor is back', async () => {
    const { opened, open } = gate();
    const steps: string[] = [];
    const { child, fail, bringBack, clock } = await startFamily({
      *receive() {
        yield opened;
        steps.push('after the yield');
      },
    });
    await child.tell('a').settled();
    await fail();
    open();
    await clock.settle();
    assert.deepEqual(steps, []);
    await bringBack();
    assert.deepEqual(steps, ['after the yield']);
  });

  it('freezes a generator preStart between two yields until the ancestor is back', async () => {
    const { opened, open } = gate();
    const steps: string[] = [];
    const { fail, bringBack, clock } = await startFamily({
      *preStart() {
        yield opened;
        steps.push('after the yield');
      },
    });
    await fail();
    open();
    await clock.settle();
    assert.deepEqual(steps, []);
    await bringBack();
    assert.deepEqual(steps, ['after the yield']);
  });

  it('finishes an async preStart and then waits', async () => {
    const { opened, open } = gate();
    const { child, seen, fail, bringBack, clock } = await startFamily({ preStart: async () => opened });
    await fail();
    await child.tell('a').settled();
    open();
    await clock.settle();
    assert.deepEqual(seen, []);
    await bringBack();
    assert.deepEqual(seen, ['a']);
  });

  it('can be stopped', async () => {
    const { child, fail } = await startFamily();
    await fail();
    child.ref.stop();
    await child.settled();
    assert.isTrue(child.ref.isStopped);
  });

  it('can be stopped while its frozen receive is still unfinished, once that ends', async () => {
    const { opened, open } = gate();
    const { child, fail, clock } = await startFamily({
      *receive() {
        yield opened;
      },
    });
    await child.tell('a').settled();
    await fail();
    child.ref.stop();
    open();
    await clock.settle();
    assert.isTrue(child.ref.isStopped);
  });

  it('can be killed', async () => {
    const { child, fail } = await startFamily({ receive: async () => new Promise(() => {}) });
    await child.tell('a').settled();
    await fail();
    child.ref.kill();
    await child.settled();
    assert.isTrue(child.ref.isStopped);
  });

  it('does not keep the ancestor from coming back when it has stopped meanwhile', async () => {
    const { child, parent, fail, bringBack, clock } = await startFamily();
    const seen: unknown[] = [];
    await fail();
    child.ref.stop();
    await bringBack();
    parent.tell(seen);
    await clock.settle();
    assert.deepEqual(seen, ['parent']);
  });

  it('goes on as well when it failed itself meanwhile', async () => {
    const { opened, fail: failChild } = gate();
    const { child, seen, fail, bringBack } = await startFamily({
      receive: message => (message === 'block' ? opened : undefined),
    });
    await child.tell('block').settled();
    await fail();
    failChild(new Error('meanwhile'));
    await child.tell('next').settled();
    await bringBack();
    assert.deepEqual(seen, ['block', 'next']);
  });

  it('loses no message', async () => {
    const { node, child, fail, bringBack } = await startFamily();
    await fail();
    for (let i = 0; i < 100; i++) child.tell(String(i));
    await bringBack();
    assert.equal(node.stats().deadLetters.total, 0);
  });
});

interface Hooks {
  preStart?(): unknown;
  receive?(message: unknown): unknown;
  depth?: number;
}

/** A parent that keeps its children when it restarts, a second after it has failed. */
async function startFamily({ preStart, receive, depth = 1 }: Hooks = {}) {
  const patient = oneForOne({ max: 10, backoff: { min: 1000, jitter: 0, factor: 1 } });
  const { node, clock } = await startNode({ supervision: patient });
  const seen: unknown[] = [];
  class Child extends Actor {
    override preStart() {
      return preStart?.();
    }
    override receive(message: unknown) {
      seen.push(message);
      return receive?.(message);
    }
  }
  class Parent extends Actor<unknown, { left: number }> {
    override readonly supervision = patient;
    override preStart() {
      if (this.children.length > 0) return;
      if (this.params.left === 1) this.spawn(Child, { name: 'child' });
      else this.spawn(Parent.using({ left: this.params.left - 1 }), { name: 'middle' });
    }
    override preRestart() {}
    override receive(message: unknown) {
      if (message === 'fail') throw new Error('parent');
      if (Array.isArray(message)) message.push('parent');
    }
  }
  const parent = node.spawn(Parent.using({ left: depth }), { name: 'parent' }) as Ref;
  await clock.settle();
  const middle = depth === 2 ? parent.child('middle') : parent;
  const ref = middle.child('child');
  return {
    node,
    clock,
    parent,
    seen,
    child: chain(ref, clock),
    fail: async (whom: 'parent' | 'middle' = 'parent') => {
      (whom === 'parent' ? parent : middle).tell('fail');
      await clock.settle();
    },
    bringBack: () => clock.advance(1000),
  };
}

function chain(ref: Ref, clock: { settle(): Promise<void> }) {
  return {
    ref,
    tell(message: unknown) {
      ref.tell(message);
      return this;
    },
    settled: () => clock.settle(),
  };
}
