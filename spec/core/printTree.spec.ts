import { assert } from 'chai';
import { Actor, oneForOne, printTree } from '../../lib/index.ts';
import { boom, gate, startNode } from './support.ts';

describe('printTree()', () => {
  it('shows each actor with its class, its state, and what there is of restarts and messages', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ max: 10, within: 1000 }) });
    const blocked = gate();
    class Worker extends Actor<string> {
      override receive(message: string) {
        if (message === 'fail') boom();
        if (message === 'stash') return this.stash();
        return blocked.opened;
      }
    }
    class Boss extends Actor<string> {
      override preStart() {
        const first = this.spawn(Worker, { name: 'first' });
        for (const message of ['fail', 'stash', 'block', 'one', 'two', 'three']) first.tell(message);
        this.spawn(Worker, { name: 'second' }).tell('block').tell('one');
      }
      override receive() {
        boom();
      }
    }
    const boss = node.spawn(Boss, { name: 'boss' });
    const greet = () => {};
    node.spawn(greet, { name: 'greeter' });
    await clock.settle();
    assert.equal(
      printTree(node),
      `
/ running
├─ boss (Boss) running
│  ├─ first (Worker) busy, 1 restart, 3 messages, 1 stashed
│  └─ second (Worker) busy, 1 message
└─ greeter (greet) running`.trimStart(),
    );
    assert.equal(
      printTree(boss),
      `
/boss (Boss) running
├─ first (Worker) busy, 1 restart, 3 messages, 1 stashed
└─ second (Worker) busy, 1 message`.trimStart(),
    );
    blocked.open();
  });

  it('can be limited in depth', async () => {
    const node = await crowd(1, 1200);
    assert.equal(printTree(node, { maxDepth: 1 }), '/ running\n└─ p0 (Parent) running, 1 200 children');
    assert.equal(printTree(node, { maxDepth: 0 }), '/ running, 1 child');
  });

  it('shows no more than 20 children of one actor, or as many as it is told to', async () => {
    const node = await crowd(2, 1234);
    const lines = printTree(node).split('\n');
    assert.lengthOf(lines, 1 + 2 * (1 + 20 + 1));
    assert.equal(lines[22], '│  └─ ... 1 214 more');
    assert.equal(lines[44], '   └─ ... 1 214 more');
    assert.equal(
      printTree(node, { maxChildren: 1 }),
      `
/ running
├─ p0 (Parent) running
│  ├─ c0 (Idle) running
│  └─ ... 1 233 more
└─ ... 1 more`.trimStart(),
    );
    assert.lengthOf(printTree(node, { maxChildren: Number.POSITIVE_INFINITY }).split('\n'), 1 + 2 * 1235);
  });

  it('shows an actor that has stopped as that', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(Idle, { name: 'a' });
    ref.stop();
    await clock.settle();
    assert.equal(printTree(ref), '/a stopped');
  });

  it('keeps every actor on one line, whatever its name', async () => {
    const { node } = await startNode();
    node.spawn(Idle, { name: 'a\n└─ b' });
    assert.equal(printTree(node), '/ running\n└─ a�└─ b (Idle) starting');
  });
});

class Idle extends Actor {}

class Parent extends Actor<unknown, number> {
  override preStart() {
    for (let child = 0; child < this.params; child++) this.spawn(Idle, { name: `c${child}` });
  }
}

/** A node with so many parents of so many children. */
async function crowd(parents: number, children: number) {
  const { node, clock } = await startNode();
  for (let parent = 0; parent < parents; parent++) node.spawn(Parent.using(children), { name: `p${parent}` });
  await clock.settle();
  return node;
}
