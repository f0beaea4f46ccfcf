import { assert } from 'chai';
import { Ring } from '../../../lib/observe/record/ring.ts';

const row = (name: string, size = 1) => ({ name, size });

function ringOf(count: number, maxSize: number) {
  const overwritten: string[] = [];
  const ring = new Ring<{ name: string; size: number }>(count, maxSize, ({ name }) => overwritten.push(name));
  return { ring, overwritten, names: () => [...ring].map(({ name }) => name) };
}

describe('a ring', () => {
  it('keeps the newest rows, the oldest first', () => {
    const { ring, overwritten, names } = ringOf(3, 1000);
    for (const name of 'abcde') ring.push(row(name));
    assert.deepEqual(names(), ['c', 'd', 'e']);
    assert.deepEqual(overwritten, ['a', 'b']);
    assert.deepEqual([ring.length, ring.size], [3, 3]);
  });

  it('keeps no more than its size, but always the newest row', () => {
    const { ring, names } = ringOf(100, 10);
    for (const name of 'abc') ring.push(row(name, 4));
    assert.deepEqual(names(), ['b', 'c']);
    ring.push(row('huge', 50));
    assert.deepEqual(names(), ['huge']);
    ring.push(row('d', 4));
    assert.deepEqual([names(), ring.size], [['d'], 4]);
  });

  it('makes room for a row that grows', () => {
    const { ring, names } = ringOf(100, 10);
    for (const name of 'ab') ring.push(row(name, 4));
    const last = row('c', 1);
    ring.push(last);
    last.size += 4;
    ring.grew(4);
    assert.deepEqual([names(), ring.size], [['b', 'c'], 9]);
  });
});
