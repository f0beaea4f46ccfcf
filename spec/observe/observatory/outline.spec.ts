import { assert } from 'chai';
import { Actor, type Node } from '../../../lib/index.ts';
import { Observatory, type OutlineFilter } from '../../../lib/observe/index.ts';
import { startNode } from '../../core/support.ts';

class Leaf extends Actor {
  override receive(): void {}
}

class Other extends Actor {
  override receive(): void {}
}

class Branch extends Actor<{ leaves: number; others?: number }> {
  override receive({ leaves, others = 0 }: { leaves: number; others?: number }) {
    for (let i = 0; i < leaves; i++) this.spawn(Leaf, { name: `leaf-${i}` });
    for (let i = 0; i < others; i++) this.spawn(Other, { name: `other-${i}` });
  }
}

describe('Observatory outline', () => {
  async function start(): Promise<{
    node: Node;
    settle: () => Promise<void>;
    lines: (filter?: OutlineFilter) => string[];
    observatory: Observatory;
  }> {
    const { node, clock } = await startNode();
    const observatory = Observatory.open(node);
    const lines = (filter?: OutlineFilter) =>
      observatory
        .outline(filter)
        .rows.map(({ key, depth, isOpen }) => `${'  '.repeat(depth)}${isOpen ? '-' : '+'} ${key}`);
    return { node, settle: () => clock.settle(), lines, observatory };
  }

  it('has the lines below what is unfolded, in the order of the tree', async () => {
    const { node, settle, lines } = await start();
    for (const name of ['a', 'b']) node.spawn(Branch, { name }).tell({ leaves: 2 });
    await settle();
    assert.deepEqual(lines(), ['+ /a', '+ /b']);
    assert.deepEqual(lines({ open: ['/a', '/nobody', '/b/nobody'] }), [
      '- /a',
      '  + /a/leaf-0',
      '  + /a/leaf-1',
      '+ /b',
    ]);
    assert.deepEqual(lines({ open: ['/a/leaf-0'] }), ['+ /a', '+ /b'], 'its parent is folded');
  });

  it('can be cut anywhere, and always tells how many lines there are', async () => {
    const { node, settle, lines, observatory } = await start();
    for (const name of ['a', 'b', 'c']) node.spawn(Branch, { name }).tell({ leaves: 3 });
    await settle();
    const open = ['/a', '/b', '/c'];
    const all = lines({ open });
    assert.lengthOf(all, 12);
    for (let offset = 0; offset <= 13; offset++) {
      assert.deepEqual(lines({ open, offset, limit: 4 }), all.slice(offset, offset + 4));
      assert.equal(observatory.outline({ open, offset, limit: 4 }).total, 12);
    }
  });

  it('has one line for more than fifty siblings of one class, with their sums', async () => {
    const { node, settle, lines, observatory } = await start();
    const branch = node.spawn(Branch, { name: 'b' });
    branch.tell({ leaves: 51, others: 50 });
    await settle();
    const folded = lines({ open: ['/b'], limit: 500 });
    assert.lengthOf(folded, 1 + 1 + 50);
    assert.deepEqual(folded.slice(0, 3), ['- /b', '  + /b//Leaf', '  + /b/other-0']);
    const { kin, actor } = observatory.outline({ open: ['/b'] }).rows[1] ?? {};
    assert.deepEqual(kin, { className: 'Leaf', size: 51, queued: 0, rate: 0, restarts: 0 });
    assert.isUndefined(actor);
    const unfolded = lines({ open: ['/b', '/b//Leaf'], limit: 500 });
    assert.lengthOf(unfolded, 1 + 1 + 51 + 50);
    assert.deepEqual(unfolded.slice(1, 3), ['  - /b//Leaf', '    + /b/leaf-0']);
    branch.child('leaf-0').stop();
    await settle();
    assert.equal(lines({ open: ['/b', '/b//Leaf'] })[1], '  + /b/leaf-1', 'they are few now');
  });

  it('unfolds very many at the top, too', async () => {
    const { node, settle, lines } = await start();
    for (let i = 0; i < 60; i++) node.spawn(Leaf, { name: `leaf-${i}` });
    await settle();
    assert.deepEqual(lines(), ['+ //Leaf']);
    assert.deepEqual(lines({ open: ['//Leaf'], limit: 2 }), ['- //Leaf', '  + /leaf-0']);
  });

  it('shows what is the runtime’s own only when asked', async () => {
    const { lines } = await start();
    assert.deepEqual(lines(), []);
    assert.isTrue(lines({ system: true }).every(line => line.startsWith('+ /system')));
  });

  it('refuses what makes no sense', async () => {
    const { observatory } = await start();
    assert.throws(() => observatory.outline({ offset: -1 }), TypeError, 'offset must be a whole number');
    assert.throws(() => observatory.outline({ limit: 0.5 }), TypeError, 'limit must be a whole number');
    assert.throws(() => observatory.outline({ open: '/a' as never }), TypeError, 'open must be a list');
  });
});

describe('Observatory.remember()', () => {
  it('takes down what happens without measuring, for whoever looks later', async () => {
    const { node, clock } = await startNode();
    const forget = Observatory.remember(node);
    const leaf = node.spawn(Leaf, { name: 'leaf' });
    leaf.tell(1);
    await clock.settle();
    const observatory = Observatory.open(node);
    assert.deepEqual(
      observatory.events().map(({ kind, subject }) => [kind, subject]),
      [['ActorStarted', '/leaf']],
    );
    assert.equal(observatory.actor('/leaf')?.handled, 0);
    leaf.tell(2);
    await clock.advance(1000);
    assert.equal(observatory.actor('/leaf')?.handled, 1);
    assert.equal(observatory.overview().rates.handled, 1);
    observatory.close();
    leaf.tell(3);
    await clock.advance(1000);
    const again = Observatory.open(node);
    assert.equal(again, observatory);
    assert.equal(again.actor('/leaf')?.handled, 1);
    assert.equal(again.overview().rates.handled, 0, 'no figures of another time');
    again.close();
    forget();
    forget();
    const fresh = Observatory.open(node);
    assert.notEqual(fresh, observatory);
    assert.lengthOf(fresh.events(), 0);
    fresh.close();
  });
});
