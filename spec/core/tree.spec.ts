import { assert } from 'chai';
import {
  Actor,
  type ActorTree,
  type Context,
  Node,
  oneForOne,
  Ref,
  type TreeRoot,
  tree,
} from '../../lib/index.ts';
import { Simulation } from '../../lib/testkit/index.ts';
import { boom, gate, startNode } from './support.ts';

describe('tree()', () => {
  it('has the actors of a node below its guardian, in the order of their spawning', async () => {
    const { node, clock } = await startNode();
    node.spawn(Parent, { name: 'b' });
    node.spawn(Parent, { name: 'a' });
    await clock.settle();
    const child = { c: {} };
    assert.deepEqual(names(tree(node)), { '': { b: child, a: child } });
  });

  it('has the refs of the actors', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(Parent, { name: 'parent' });
    await clock.settle();
    assert.strictEqual(tree(node).children[0]?.ref, ref);
    assert.strictEqual(tree(node).ref, node.guardian);
  });

  it('begins with the actor that it is given: its ref, its `this` or its context', async () => {
    const { node, clock } = await startNode();
    const seen: ActorTree[] = [];
    const look = (actor: TreeRoot) => seen.push(tree(actor));
    class Looking extends Actor {
      override preStart() {
        this.spawn(Idle, { name: 'c' });
        look(this);
      }
    }
    const ref = node.spawn(Looking, { name: 'a' });
    const looking = (_: unknown, context: Context) => void look(context);
    node.spawn(looking, { name: 'f' }).tell('look');
    await clock.settle();
    look(ref);
    assert.deepEqual(seen.map(names), [{ a: { c: {} } }, { f: {} }, { a: { c: {} } }]);
  });

  it('names the class of an actor, also while it has no instance, or the function', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ backoff: { min: 100, jitter: 0 } }) });
    const greet = () => {};
    node.spawn(class extends Actor {}, { name: 'a' });
    node.spawn(greet, { name: 'b' });
    node.spawn(() => {}, { name: 'c' });
    node.spawn(Crashing.using({}), { name: 'd' }).tell('crash');
    await clock.settle();
    node.spawn(Idle, { name: 'e' });
    assert.deepEqual(
      tree(node).children.map(({ className, state }) => [className, state]),
      [
        ['class', 'running'],
        ['greet', 'running'],
        ['function', 'running'],
        ['Crashing', 'restarting'],
        ['Idle', 'starting'],
      ],
    );
  });

  it('counts the restarts of each actor', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(Crashing.using({}), { name: 'crashing' });
    node.spawn(Idle);
    assert.deepEqual(await restarts(), [0, 0]);
    ref.tell('crash').tell('crash');
    assert.deepEqual(await restarts(), [2, 0]);

    async function restarts(): Promise<number[]> {
      await clock.settle();
      return tree(node).children.map(one => one.restarts);
    }
  });

  it('counts a restart once the new instance has started', async () => {
    const { node, clock } = await startNode();
    const blocked = gate();
    class Slow extends Actor {
      override receive() {
        boom();
      }
      override postRestart() {
        return blocked.opened;
      }
    }
    const ref = node.spawn(Slow).tell('crash');
    await clock.settle();
    assert.deepEqual([tree(ref).state, tree(ref).restarts], ['restarting', 0]);
    blocked.open();
    await clock.settle();
    assert.deepEqual([tree(ref).state, tree(ref).restarts], ['running', 1]);
  });

  it('counts the messages that wait and those that are stashed, and says who is busy', async () => {
    const { node, clock } = await startNode();
    const blocked = gate();
    const ref = node.spawn((message: string, { stash }) => {
      if (message === 'stash') stash();
      else return blocked.opened;
      return undefined;
    });
    for (const message of ['stash', 'block', 'one', 'two']) ref.tell(message);
    await clock.settle();
    const { state, queued, stashed } = tree(ref);
    assert.deepEqual([state, queued, stashed], ['busy', 2, 1]);
    blocked.open();
  });

  it('leaves out what is deeper than maxDepth, and counts it', async () => {
    const { node } = await family();
    const depths = [0, 1, 2].map(maxDepth => tree(node, { maxDepth }));
    assert.deepEqual(depths.map(names), [
      { '': {} },
      { '': { a: {}, b: {} } },
      { '': { a: { c: {} }, b: { c: {} } } },
    ]);
    assert.deepEqual(
      depths.map(top => [top.more, top.children[0]?.more]),
      [
        [2, undefined],
        [0, 1],
        [0, 0],
      ],
    );
  });

  it('leaves out children after maxChildren, and counts them', async () => {
    const { node } = await family();
    const top = tree(node, { maxChildren: 1 });
    assert.deepEqual([names(top), top.more], [{ '': { a: { c: {} } } }, 1]);
  });

  it('leaves out /system unless it is asked for', async () => {
    const { node, clock } = await startNode();
    node.spawn(Parent, { name: 'system' });
    const other = node
      .spawn((_, { spawn }) => void spawn(Idle, { name: 'system' }), { name: 'a' })
      .tell('go');
    await clock.settle();
    assert.deepEqual(names(tree(node)), { '': { a: { system: {} } } });
    assert.deepEqual(tree(node).more, 0);
    assert.deepEqual(names(tree(node, { system: true })), { '': { system: { c: {} }, a: { system: {} } } });
    assert.deepEqual(names(tree(other)), { a: { system: {} } });
  });

  it('has nothing to tell of an actor that has stopped', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(Parent, { name: 'a' });
    await clock.settle();
    ref.stop();
    await clock.settle();
    const { state, className, children } = tree(ref);
    assert.deepEqual([state, className, children], ['stopped', undefined, []]);
  });

  it('can be as deep as there are actors', async () => {
    const { node, clock } = await startNode();
    const depth = 20_000;
    let spawned = 0;
    class Link extends Actor {
      override preStart() {
        if (++spawned < depth) this.spawn(Link);
      }
    }
    node.spawn(Link);
    await clock.settle();
    assert.equal(spawned, depth);
    let levels = 0;
    for (let at = tree(node).children[0]; at !== undefined; at = at.children[0]) levels++;
    assert.equal(levels, depth);
  });

  it('refuses an actor of another node', async () => {
    const sim = new Simulation({ seed: 1 });
    const [here, there] = [await sim.node(), await sim.node()];
    const remote = here.lookup(`${there.address}/a`);
    assert.throws(() => tree(remote), TypeError, `${there.address}/a lives on another node`);
    await sim.stop();
  });

  const wrong: [string, unknown, unknown, RegExp][] = [
    ['what is no root', 'a', {}, /root must be a node, an actor or its ref, not "a"/],
    ['nothing', undefined, {}, /root must be .*, not undefined/],
    ['an object that is none of these', { guardian: '/' }, {}, /root must be/],
    ['an option that does not exist', Node, { depth: 1 }, /no option "depth".*maxDepth, maxChildren, system/],
    ['options that are none', Node, 3, /options must be an object .*, not 3/],
    ['a depth that is none', Node, { maxDepth: '1' }, /maxDepth must be a number from 0 up, not "1"/],
    ['a number of children below 0', Node, { maxChildren: -1 }, /maxChildren must be .*, not -1/],
  ];
  for (const [what, root, options, message] of wrong) {
    it(`refuses ${what}`, async () => {
      const { node } = await startNode();
      const given = (root === Node ? node : root) as TreeRoot;
      assert.throws(() => tree(given, options as object), TypeError, message);
    });
  }

  it('refuses a ref that is no actor’s', async () => {
    const { node, clock } = await startNode();
    const senders: Ref[] = [];
    const asked = node.spawn((_, { sender }) => void senders.push(sender as Ref)).ask('who');
    asked.catch(() => {}); // it is never answered
    await clock.settle();
    assert.instanceOf(senders[0], Ref);
    assert.throws(() => tree(senders[0] as Ref), TypeError, /is no actor/);
  });
});

class Idle extends Actor {}

class Parent extends Actor {
  override preStart() {
    this.spawn(Idle, { name: 'c' });
  }
}

class Crashing extends Actor<string, object> {
  override receive() {
    boom();
  }
}

async function family(): Promise<{ node: Node }> {
  const { node, clock } = await startNode();
  for (const name of ['a', 'b']) node.spawn(Parent, { name });
  await clock.settle();
  return { node };
}

type Names = { [name: string]: Names };

const names = ({ name, children }: ActorTree): Names => ({
  [name]: Object.assign({}, ...children.map(names)),
});
