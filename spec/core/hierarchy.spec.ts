import { assert } from 'chai';
import { Actor, DeadLetter, ErrorIgnored, type Node, type Ref, Terminated } from '../../lib/index.ts';
import { Branch } from './branch.ts';
import { gate, heard, startNode } from './support.ts';

describe('children', () => {
  it('is empty at first', async () => {
    const { children } = await startParent();
    assert.deepEqual(await children(), []);
  });

  it('contains each spawned ref at once, in the order of spawning', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    node
      .spawn((_, context) => {
        const refs = [context.spawn(() => {}), context.spawn(() => {})];
        seen.push(refs, context.children);
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual(seen[0], seen[1]);
  });

  it('loses a child before its Terminated arrives', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    node
      .spawn((message, context) => {
        if (message instanceof Terminated) seen.push(context.children);
        else context.watch(context.spawn(() => {}) as Ref).stop();
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual(seen, [[]]);
  });

  it('has its name free again when its Terminated arrives', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    node
      .spawn(
        (message, context) => {
          const child = context.spawn(() => {}, { name: 'child' });
          if (message instanceof Terminated) seen.push(child.path);
          else context.watch(child).stop();
        },
        { name: 'parent' },
      )
      .tell('go');
    await clock.settle();
    assert.deepEqual(seen, ['/parent/child']);
  });

  it('is a copy that the actor may keep', async () => {
    const { children, spawn } = await startParent();
    const before = await children();
    await spawn();
    assert.deepEqual(before, []);
  });
});

describe('stopping a parent', () => {
  it('stops its children', async () => {
    const { clock, parent, spawn } = await startParent();
    const child = await spawn();
    parent.stop();
    await clock.settle();
    assert.isTrue(child.isStopped);
  });

  it('runs its postStop after the async postStop of every child, level by level', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    const ref = node.spawn(Branch.using({ name: 'root', depth: 2, steps }));
    await clock.settle();
    ref.stop();
    await clock.settle();
    assert.deepEqual(steps, ['root.b.b', 'root.b.a', 'root.a.b', 'root.a.a', 'root.b', 'root.a', 'root']);
  });

  it('waits for a child that is in the middle of something', async () => {
    const { clock, parent, spawn } = await startParent();
    const { opened, open } = gate();
    const child = await spawn(async () => opened);
    child.tell('block');
    await clock.settle();
    parent.stop();
    await clock.settle();
    assert.isFalse(parent.isStopped);
    open();
    await clock.settle();
    assert.isTrue(parent.isStopped);
  });

  it('stops children that are spawned while it waits for the others', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    const ref = node.spawn(Branch.using({ name: 'root', depth: 3, steps }));
    ref.stop();
    await clock.settle();
    assert.deepEqual([ref.isStopped, node.stats().actors], [true, 0]);
  });

  it('makes a message that a child tells it from postStop a dead letter', async () => {
    const { node, clock } = await startNode();
    const dead = heard(node, DeadLetter);
    const child = class extends Actor {
      override postStop() {
        this.parent.tell('goodbye');
      }
    };
    const parent = node.spawn((_, { spawn }) => void spawn(child)).tell('spawn');
    await clock.settle();
    parent.stop();
    await clock.settle();
    assert.deepEqual(
      dead.map(({ recipient, message }) => [recipient, message]),
      [[parent, 'goodbye']],
    );
  });

  it('ignores errors of its children meanwhile, and goes on', async () => {
    const { node, clock, parent, spawn } = await startParent();
    const [ignored, { opened, fail }] = [heard(node, ErrorIgnored), gate()];
    const child = await spawn(async () => opened);
    child.tell('block');
    await clock.settle();
    parent.stop();
    await clock.settle();
    fail(new Error('too late'));
    await clock.settle();
    assert.deepEqual(
      [ignored.map(({ ref, error }) => [ref, error.message]), parent.isStopped],
      [[[child, 'too late']], true],
    );
  });

  it('is possible from a child, and does not deadlock', async () => {
    const { node, clock } = await startNode();
    const child = class extends Actor {
      override preStart() {
        this.parent.stop();
      }
    };
    const parent = node.spawn((_, { spawn }) => void spawn(child)).tell('spawn');
    await clock.settle();
    assert.deepEqual([parent.isStopped, node.stats().actors], [true, 0]);
  });

  it('is possible from a child that stops itself while it is being restarted', async () => {
    const { node, clock } = await startNode();
    const child = class extends Actor {
      override receive() {
        throw new Error('restart me');
      }
      override postRestart() {
        this.parent.stop();
        this.stop();
      }
    };
    const parent = node.spawn((_, { spawn }) => void spawn(child).tell('fail')).tell('spawn');
    await clock.settle();
    assert.deepEqual([parent.isStopped, node.stats().actors], [true, 0]);
  });

  it('is not disturbed by a stop of a stranger that ends (nobody can forge the end of a child)', async () => {
    const { clock, parent, spawn, node } = await startParent();
    const { opened, open } = gate();
    const [child, stranger] = [await spawn(async () => opened), node.spawn(() => {})];
    child.tell('block');
    await clock.settle();
    parent.stop();
    stranger.stop();
    await clock.settle();
    assert.deepEqual([stranger.isStopped, parent.isStopped], [true, false]);
    open();
  });
});

type Work = (message: unknown) => unknown;

async function startParent() {
  const { node, clock } = await startNode();
  const parent = spawnParent(node);
  const ask = async <R>(work: Work | 'children') => {
    const answer = parent.ask<R>(work);
    await clock.settle();
    return answer;
  };
  return {
    node,
    clock,
    parent,
    children: () => ask<Ref[]>('children'),
    spawn: (work: Work = () => {}) => ask<Ref>(work),
  };
}

const spawnParent = (node: Node): Ref<Work | 'children'> =>
  node.spawn<Work | 'children'>((work, context) => {
    context.reply(work === 'children' ? context.children : context.spawn(message => work(message)));
  });
