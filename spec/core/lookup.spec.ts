import { assert } from 'chai';
import { DeadLetter, InvalidAddress, LookupFailed, type Node, type Ref, Uri } from '../../lib/index.ts';
import { heard, startNode } from './support.ts';

describe('node.lookup()', () => {
  const found: Record<string, 'a' | 'b' | 'guardian'> = {
    '/': 'guardian',
    '.': 'guardian',
    '/a': 'a',
    a: 'a',
    './a': 'a',
    '/a/b': 'b',
    'a/b': 'b',
    'a/../a/./b': 'b',
  };
  for (const [address, expected] of Object.entries(found)) {
    it(`finds the very ref of an actor: ${address}`, async () => {
      const tree = await startTree();
      assert.strictEqual(tree.node.lookup(address), tree[expected]);
    });
  }

  it('takes a Uri as well as a text', async () => {
    const { node, b } = await startTree();
    assert.strictEqual(node.lookup(Uri.parse('/a/b')), b);
  });

  for (const missing of ['/x', 'x', '/a/x', 'a/b/c', '/constructor', '/a/__proto__']) {
    it(`throws LookupFailed for a local path that leads nowhere: ${missing}`, async () => {
      const { node } = await startTree();
      assert.throws(() => node.lookup(missing), LookupFailed);
    });
  }

  for (const bad of ['', 42, null, undefined, {}]) {
    it(`throws InvalidAddress for ${JSON.stringify(bad)}`, async () => {
      const { node } = await startTree();
      assert.throws(() => node.lookup(bad as string), InvalidAddress);
    });
  }

  it('finds an actor that has not started yet', async () => {
    const { node } = await startNode();
    const ref = node.spawn(() => {}, { name: 'new' });
    assert.strictEqual(node.lookup('/new'), ref);
  });

  it('finds no actor that has stopped', async () => {
    const { node, a } = await startTree();
    a.stop();
    await a.join();
    assert.throws(() => node.lookup('/a'), LookupFailed);
  });

  it('gives a ref that is down for another node, since this one has no remoting', async () => {
    const { node } = await startTree();
    const dead = heard(node, DeadLetter);
    node.lookup('127.0.0.1:9999/other').tell('hello');
    assert.deepEqual(
      dead.map(({ reason }) => reason),
      ['nodeDown'],
    );
  });
});

describe('this.lookup()', () => {
  const found: Record<string, 'a' | 'b' | 'guardian'> = {
    b: 'b',
    './b': 'b',
    '.': 'a',
    '..': 'guardian',
    '../a/b': 'b',
    '/a/b': 'b',
    '/a': 'a',
  };
  for (const [address, expected] of Object.entries(found)) {
    it(`starts from the actor: ${address} seen from /a`, async () => {
      const tree = await startTree();
      assert.strictEqual(await tree.seenFromA(address), tree[expected]);
    });
  }

  it('throws InvalidAddress for what leads above the root', async () => {
    const { seenFromA } = await startTree();
    assert.instanceOf(await seenFromA('../..'), InvalidAddress);
  });

  it('throws LookupFailed for a sibling named as if it were a child', async () => {
    const { seenFromA } = await startTree();
    assert.instanceOf(await seenFromA('a'), LookupFailed);
  });
});

describe('ref.child()', () => {
  it('finds a child, and a grandchild in one text', async () => {
    const { node, a, b } = await startTree();
    assert.deepEqual([node.guardian.child('a'), a.child('b'), node.guardian.child('a/b')], [a, b, b]);
  });

  it('climbs with ..', async () => {
    const { a, b } = await startTree();
    assert.strictEqual(b.child('..'), a);
  });

  it('reads a path that begins with a slash from the root', async () => {
    const { node, a } = await startTree();
    const top = node.spawn(() => {}, { name: 'b' });
    assert.strictEqual(a.child('/b'), top);
  });

  it('throws LookupFailed for a local child that does not exist', async () => {
    const { a } = await startTree();
    assert.throws(() => a.child('x'), LookupFailed);
  });

  it('throws InvalidAddress for an address with a node', async () => {
    const { a } = await startTree();
    assert.throws(() => a.child('127.0.0.1:9700/b'), InvalidAddress);
  });

  it('gives a dead ref below an actor that has stopped', async () => {
    const { node, a } = await startTree();
    a.stop();
    await a.join();
    const dead = heard(node, DeadLetter);
    const child = a.child('b');
    child.tell('hello');
    assert.deepEqual([child.path, dead[0]?.reason], ['/a/b', 'notFound']);
  });
});

async function startTree() {
  const { node, clock } = await startNode();
  const { a, b } = await plant(node, clock);
  const seenFromA = async (address: string) => {
    const answers: unknown[] = [];
    a.tell({ address, answers });
    await clock.settle();
    return answers[0];
  };
  return { node, clock, a, b, guardian: node.guardian, seenFromA };
}

async function plant(node: Node, clock: { settle(): Promise<void> }): Promise<{ a: Ref; b: Ref }> {
  const a = node.spawn<{ address: string; answers: unknown[] } | 'spawn'>(
    (message, context) => {
      if (message === 'spawn') return void context.spawn(() => {}, { name: 'b' });
      try {
        message.answers.push(context.lookup(message.address));
      } catch (error) {
        message.answers.push(error);
      }
    },
    { name: 'a' },
  );
  a.tell('spawn');
  await clock.settle();
  return { a: a as Ref, b: a.child('b') };
}
