import { assert } from 'chai';
import { Board } from '../../../lib/pool/tasks/board.ts';

const pair = () => {
  const queue = new Board();
  return { queue, worker: new Board(queue.words) };
};

describe('Board', () => {
  it('lets a task begin once, and then not be taken back', () => {
    const { queue, worker } = pair();
    queue.hand(3, 17);
    assert.isFalse(queue.isBegun(3, 17));
    assert.isTrue(worker.begin(3, 17));
    assert.isTrue(queue.isBegun(3, 17));
    assert.isFalse(worker.begin(3, 17));
    assert.isFalse(queue.takeBack(3, 17));
  });

  it('does not let a task begin that was taken back', () => {
    const { queue, worker } = pair();
    queue.hand(3, 17);
    assert.isTrue(queue.takeBack(3, 17));
    assert.isFalse(worker.begin(3, 17));
    assert.isFalse(queue.takeBack(3, 17));
  });

  it('does not take the next task of a place for the one before', () => {
    const { queue, worker } = pair();
    queue.hand(3, 17);
    queue.takeBack(3, 17);
    queue.hand(3, 18);
    assert.isFalse(worker.begin(3, 17));
    assert.isTrue(worker.begin(3, 18));
  });

  it('tells one that has begun that it is not wanted', () => {
    const { queue, worker } = pair();
    queue.hand(3, 17);
    queue.cancel(3, 17);
    assert.isTrue(worker.begin(3, 17));
    assert.isFalse(worker.isCancelled(3, 17));
    queue.cancel(3, 17);
    assert.isTrue(worker.isCancelled(3, 17));
    assert.isTrue(queue.isBegun(3, 17));
  });

  it('knows numbers that do not fit', () => {
    const { queue, worker } = pair();
    const number = 3 * 2 ** 28 + 5;
    queue.hand(3, number);
    assert.isTrue(worker.begin(3, number));
    assert.isTrue(queue.isBegun(3, number));
  });
});
