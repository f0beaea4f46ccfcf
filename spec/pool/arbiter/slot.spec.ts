import { assert } from 'chai';
import { Slot } from '../../../lib/pool/arbiter/slot.ts';

const backoff = { min: 100, max: 1000, jitter: 0, resetAfter: 5000 };
const half = () => 0.5;
const cause = new RangeError('as told');

describe('a slot', () => {
  it('begins with a worker that starts', () => {
    const slot = new Slot(3, { intensity: 5, period: 10_000, backoff }, 7);
    const { index, state, since, restarts, lastCause } = slot;
    assert.deepEqual(
      { index, state, since, restarts, lastCause },
      {
        ...{ index: 3, state: 'starting', since: 7, restarts: 0, lastCause: undefined },
      },
    );
  });

  it('is filled again at once when its worker was ready for a second', () => {
    const slot = new Slot(0, { intensity: 5, period: 10_000, backoff }, 0);
    slot.ready(10);
    assert.equal(slot.down(cause, 1010, half), 0);
    assert.equal(slot.state, 'waiting');
    assert.equal(slot.restarts, 1);
    assert.equal(slot.lastCause, cause);
  });

  it('waits when it was ready for less, longer each time', () => {
    const slot = new Slot(0, { intensity: 5, period: 10_000, backoff }, 0);
    const delays: unknown[] = [];
    for (let now = 0; delays.length < 5; now += 100) {
      slot.ready(now);
      delays.push(slot.down(cause, now + 99, half));
      slot.starting(now + 99);
    }
    assert.deepEqual(delays, [100, 200, 400, 800, 1000]);
  });

  it('waits when its worker never was ready, however long that took', () => {
    const slot = new Slot(0, { intensity: 5, period: 10_000, backoff }, 0);
    assert.equal(slot.down(cause, 4000, half), 100);
    slot.starting(4100);
    assert.equal(slot.down(cause, 8000, half), 200);
  });

  it('has so many restarts within a period, and no more', () => {
    const slot = new Slot(0, { intensity: 2, period: 1000, backoff }, 0);
    const downAt = (now: number) => {
      slot.starting(now);
      return slot.down(cause, now, half) !== undefined;
    };
    assert.deepEqual([0, 500, 999, 1000, 1499, 1500].map(downAt), [true, true, false, true, false, true]);
    assert.equal(slot.restarts, 4);
  });
});
