import { assert } from 'chai';
import { Backlog, type Waiting } from '../../../lib/pool/tasks/backlog.ts';
import { range } from '../support.ts';

interface Item extends Waiting {
  readonly id: number;
  isWaiting: boolean;
}

const item = (id: number, priority = 0): Item => ({ id, priority, isWaiting: true });
const drain = (backlog: Backlog<Item>): number[] => {
  const ids: number[] = [];
  for (let one = backlog.take(); one !== undefined; one = backlog.take()) ids.push(one.id);
  return ids;
};

describe('Backlog', () => {
  it('gives the highest priority first, and of one priority what came first', () => {
    const backlog = new Backlog<Item>();
    for (const [id, priority] of [0, 5, -1, 5, 0, 7].entries()) backlog.add(item(id, priority));
    assert.equal(backlog.peek()?.id, 5);
    assert.deepEqual(drain(backlog), [5, 1, 3, 0, 4, 2]);
    assert.equal(backlog.size, 0);
    assert.isUndefined(backlog.peek());
  });

  it('takes back what was taken before all others of its priority', () => {
    const backlog = new Backlog<Item>();
    for (const id of range(3)) backlog.add(item(id));
    const [first, second] = [backlog.take() as Item, backlog.take() as Item];
    backlog.putBack(second);
    backlog.putBack(first);
    backlog.putBack(item(9));
    backlog.putBack(item(8, 1));
    assert.deepEqual(drain(backlog), [8, 9, 0, 1, 2]);
  });

  it('passes over what does not wait any more, and counts the rest', () => {
    const backlog = new Backlog<Item>();
    const items = range(5).map(id => item(id, id % 2));
    for (const one of items) backlog.add(one);
    for (const id of [1, 0, 4]) {
      (items[id] as Item).isWaiting = false;
      backlog.dropped();
    }
    assert.equal(backlog.size, 2);
    assert.deepEqual(
      backlog.all().map(({ id }) => id),
      [3, 2],
    );
    assert.deepEqual(drain(backlog), [3, 2]);
  });

  it('goes on counting when it has swept out many that do not wait any more', () => {
    const backlog = new Backlog<Item>();
    backlog.add(item(-1));
    for (const id of range(5000)) {
      const one = item(id);
      backlog.add(one);
      one.isWaiting = false;
      backlog.dropped();
    }
    backlog.add(item(5000));
    assert.equal(backlog.size, 2);
    assert.deepEqual(drain(backlog), [-1, 5000]);
  });

  it('keeps no lane for each of many priorities', () => {
    const backlog = new Backlog<Item>();
    for (const id of range(10_000)) {
      backlog.add(item(id, id));
      assert.equal(backlog.take()?.id, id);
    }
    for (const id of range(100)) backlog.add(item(id, id % 50));
    assert.deepEqual(
      drain(backlog),
      range(50)
        .reverse()
        .flatMap(id => [id, id + 50]),
    );
  });
});
