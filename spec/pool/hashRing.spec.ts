import { assert } from 'chai';
import fc from 'fast-check';
import { HashRing } from '../../lib/pool/hashRing.ts';
import { range } from './support.ts';

const keys = range(10_000).map(i => `user ${i}`);
const names = (count: number) => range(count).map(String);

describe('HashRing', () => {
  it('gives every key one of the owners, and always the same', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 20 }), fc.string(), (owners, key) => {
        const owner = new HashRing(owners, 8).ownerOf(key);
        assert.isTrue(owner >= 0 && owner < owners.length);
        assert.equal(new HashRing(owners, 8).ownerOf(key), owner);
      }),
    );
  });

  it('gives none where there are none', () => {
    assert.equal(new HashRing([], 8).ownerOf('a'), -1);
  });

  for (const count of [2, 5, 16]) {
    it(`shares keys out among ${count}: none has more than twice its part, none less than half`, () => {
      const ring = new HashRing(names(count), 128);
      const parts = new Array<number>(count).fill(0);
      for (const key of keys) parts[ring.ownerOf(key)] = (parts[ring.ownerOf(key)] as number) + 1;
      for (const part of parts) assert.approximately(part * count, keys.length, keys.length / 2);
    });
  }

  it('moves only the keys of an owner that goes', () => {
    const before = new HashRing(names(8), 128);
    const after = new HashRing(names(7), 128);
    for (const key of keys)
      if (before.ownerOf(key) !== 7) assert.equal(after.ownerOf(key), before.ownerOf(key));
  });

  it('moves keys only to an owner that comes, and about as many as it is to have', () => {
    const before = new HashRing(names(8), 128);
    const after = new HashRing(names(9), 128);
    const moved = keys.filter(key => after.ownerOf(key) !== before.ownerOf(key));
    assert.deepEqual([...new Set(moved.map(key => after.ownerOf(key)))], [8]);
    assert.isBelow(moved.length, (1.5 * keys.length) / 9);
  });

  it('does not depend on the order of the owners', () => {
    const one = new HashRing(['a', 'b', 'c'], 16);
    const other = new HashRing(['c', 'a', 'b'], 16);
    for (const key of keys.slice(0, 500))
      assert.equal(['a', 'b', 'c'][one.ownerOf(key)], ['c', 'a', 'b'][other.ownerOf(key)]);
  });
});
