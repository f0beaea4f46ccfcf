import { assert } from 'chai';
import { Actor, NameConflict, type Ref } from '../../lib/index.ts';
import { startNode } from './support.ts';

describe('the name of an actor', () => {
  it('is / for the path of the guardian', async () => {
    const { node } = await startNode();
    assert.equal(node.guardian.path, '/');
  });

  it('follows the slash of the guardian for a top-level actor', async () => {
    const { node } = await startNode();
    assert.equal(node.spawn(() => {}, { name: 'a' }).path, '/a');
  });

  it('follows the path of the parent for a child', async () => {
    const { node, clock } = await startNode();
    const parent = spawnParent(node);
    assert.equal((await childOf(parent, clock, 'b')).path, '/a/b');
  });

  it('is what ref.name gives', async () => {
    const { node, clock } = await startNode();
    assert.equal((await childOf(spawnParent(node), clock, 'b')).name, 'b');
  });

  it('makes the address, the text and the JSON of a ref on a node without remoting', async () => {
    const { node } = await startNode();
    const ref = node.spawn(() => {}, { name: 'a' });
    assert.deepEqual([ref.address, String(ref), JSON.stringify({ ref })], ['/a', '/a', '{"ref":"/a"}']);
  });

  for (const name of ['', 'a/b', '/', '.', '..', '$1', '$', 42, null, {}]) {
    it(`throws a TypeError for ${JSON.stringify(name)}`, async () => {
      const { node } = await startNode();
      assert.throws(() => node.spawn(() => {}, { name: name as string }), TypeError);
    });
  }

  for (const name of ['a$1', 'ünï', 'a b', '...', 'constructor', '__proto__', 'a:1', '%2F']) {
    it(`may be ${JSON.stringify(name)}`, async () => {
      const { node } = await startNode();
      assert.equal(node.spawn(() => {}, { name }).name, name);
    });
  }

  it('throws NameConflict at once when a top-level actor has it', async () => {
    const { node } = await startNode();
    node.spawn(() => {}, { name: 'a' });
    assert.throws(() => node.spawn(() => {}, { name: 'a' }), NameConflict, '/a');
  });

  it('throws NameConflict at once when a sibling has it', async () => {
    const { node, clock } = await startNode();
    const errors: unknown[] = [];
    node
      .spawn((_, { spawn }) => {
        spawn(() => {}, { name: 'b' });
        try {
          spawn(() => {}, { name: 'b' });
        } catch (error) {
          errors.push(error);
        }
      })
      .tell('go');
    await clock.settle();
    assert.instanceOf(errors[0], NameConflict);
  });

  it('throws NameConflict while the actor that has it is stopping', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(Lingering, { name: 'a' });
    await clock.settle();
    ref.stop();
    await clock.settle();
    assert.throws(() => node.spawn(() => {}, { name: 'a' }), NameConflict);
  });

  it('throws NameConflict in the very receive that stopped the child which has it', async () => {
    const { node, clock } = await startNode();
    const errors: unknown[] = [];
    node
      .spawn((_, { spawn, stop }) => {
        stop(spawn(() => {}, { name: 'b' }));
        try {
          spawn(() => {}, { name: 'b' });
        } catch (error) {
          errors.push(error);
        }
      })
      .tell('go');
    await clock.settle();
    assert.instanceOf(errors[0], NameConflict);
  });

  it('may be the same under different parents', async () => {
    const { node, clock } = await startNode();
    const [one, two] = [spawnParent(node, 'one'), spawnParent(node, 'two')];
    assert.equal((await childOf(one, clock, 'b')).name, (await childOf(two, clock, 'b')).name);
  });

  it('is free again once its actor has stopped', async () => {
    const { node } = await startNode();
    const first = node.spawn(() => {}, { name: 'a' });
    first.stop();
    await first.join();
    assert.doesNotThrow(() => node.spawn(() => {}, { name: 'a' }));
  });

  it('is not taken by a spawn that threw', async () => {
    const { node } = await startNode();
    assert.throws(() => node.spawn(42 as never, { name: 'a' }));
    assert.doesNotThrow(() => node.spawn(() => {}, { name: 'a' }));
  });

  it('is made of the class and a number when none is given', async () => {
    const { node } = await startNode();
    class Greeter extends Actor {}
    assert.deepEqual([node.spawn(Greeter).path, node.spawn(Greeter).path], ['/greeter$1', '/greeter$2']);
  });

  it('is made up for unnamed children too, below the path of the parent', async () => {
    const { node, clock } = await startNode();
    const parent = spawnParent(node);
    const [one, two] = [await childOf(parent, clock), await childOf(parent, clock)];
    assert.notEqual(one.path, two.path);
    assert.match(one.path, /^\/a\/[^/]+$/);
  });

  it('is made up without a class name for an anonymous function', async () => {
    const { node } = await startNode();
    assert.equal(node.spawn(() => {}).path, '/actor$1');
  });

  it('is made up so that it avoids names that were given', async () => {
    const { node } = await startNode();
    node.spawn(() => {}, { name: 'actor$1' });
    assert.equal(node.spawn(() => {}).path, '/actor$2');
  });

  it('makes refs to the same address equal', async () => {
    const { node } = await startNode();
    const first = node.spawn(() => {}, { name: 'a' });
    first.stop();
    await first.join();
    assert.isTrue(first.equals(node.spawn(() => {}, { name: 'a' })));
  });

  it('does not make the ref of an ended actor lead to its successor', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const first = node.spawn(() => {}, { name: 'a' });
    first.stop();
    await first.join();
    node.spawn(message => void seen.push(message), { name: 'a' });
    first.tell('for the dead');
    await clock.settle();
    assert.deepEqual([seen, first.isStopped], [[], true]);
  });
});

type Nodeish = Awaited<ReturnType<typeof startNode>>;

const spawnParent = (node: Nodeish['node'], name = 'a') =>
  node.spawn<{ name: string | undefined; children: Ref[] }>(
    (message, { spawn }) => void message.children.push(spawn(() => {}, { name: message.name })),
    { name },
  );

async function childOf(parent: Ref<never>, clock: Nodeish['clock'], name?: string): Promise<Ref> {
  const children: Ref[] = [];
  (parent as Ref).tell({ name, children });
  await clock.settle();
  return children[0] as Ref;
}

class Lingering extends Actor {
  override postStop() {
    return new Promise(() => {});
  }
}
