import { assert } from 'chai';
import fc from 'fast-check';
import { checkLimits, Intensity } from '../../lib/restart/index.ts';

describe('Intensity.admit()', () => {
  it('admits max and no more at one moment', () => {
    const intensity = new Intensity({ max: 3, within: 5000 });
    assert.deepEqual(admitAll(intensity, [0, 0, 0, 0, 0]), [true, true, true, false, false]);
  });

  it('admits nothing with a max of 0', () => {
    assert.isFalse(new Intensity({ max: 0, within: 1 }).admit(0));
  });

  it('admits everything with a max of Infinity', () => {
    const intensity = new Intensity({ max: Infinity, within: 5000 });
    assert.deepEqual(admitAll(intensity, Array(100).fill(0)), Array(100).fill(true));
  });

  it('never forgets within Infinity', () => {
    const intensity = new Intensity({ max: 1, within: Infinity });
    assert.deepEqual(admitAll(intensity, [0, Number.MAX_VALUE]), [true, false]);
  });

  it('forgets what is exactly within ms old', () => {
    const intensity = new Intensity({ max: 1, within: 5000 });
    assert.deepEqual(admitAll(intensity, [0, 4999, 5000]), [true, false, true]);
  });

  it('slides: each one is forgotten at its own time', () => {
    const intensity = new Intensity({ max: 2, within: 100 });
    assert.deepEqual(admitAll(intensity, [0, 60, 99, 100, 101, 159, 160]), [
      true,
      true,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it('does not count what it has not admitted', () => {
    const intensity = new Intensity({ max: 1, within: 100 });
    assert.deepEqual(admitAll(intensity, [0, 50, 99, 100]), [true, false, false, true]);
  });

  it('admits at most max within any window', () => {
    fc.assert(
      fc.property(anyLimits, anyTimes, (limits, times) => {
        const intensity = new Intensity(limits);
        const admitted = times.filter(now => intensity.admit(now));
        for (const end of admitted) assert.isAtMost(countWithin(admitted, end, limits.within), limits.max);
      }),
    );
  });

  it('refuses only what would be one too many', () => {
    fc.assert(
      fc.property(anyLimits, anyTimes, (limits, times) => {
        const intensity = new Intensity(limits);
        const admitted: number[] = [];
        for (const now of times) {
          const isFull = countWithin(admitted, now, limits.within) >= limits.max;
          assert.equal(intensity.admit(now), !isFull);
          if (!isFull) admitted.push(now);
        }
      }),
    );
  });
});

describe('an Intensity whose window is closed', () => {
  const closed = (max: number, within: number) => new Intensity({ max, within }, { isClosed: true });

  it('remembers what is exactly within ms old, and forgets what is older', () => {
    assert.deepEqual(admitAll(closed(1, 5000), [0, 5000, 5000.5]), [true, false, true]);
  });

  it('slides as an open one does', () => {
    assert.deepEqual(admitAll(closed(2, 100), [0, 60, 100, 101, 160, 161]), [
      ...[true, true, false],
      ...[true, false, true],
    ]);
  });

  it('has spent what is exactly within ms old', () => {
    const intensity = closed(2, 100);
    intensity.admit(0);
    assert.deepEqual([intensity.used(100), intensity.left(100), intensity.left(101)], [1, 1, 2]);
  });

  it('admits at most max within any window, its ends among it', () => {
    fc.assert(
      fc.property(anyLimits, anyTimes, ({ max, within }, times) => {
        const intensity = closed(max, within);
        const admitted: number[] = [];
        for (const now of times) {
          const isFull = admitted.filter(at => now - at <= within).length >= max;
          assert.equal(intensity.admit(now), !isFull);
          if (!isFull) admitted.push(now);
        }
      }),
    );
  });
});

describe('Intensity.used() and left()', () => {
  it('add up to max', () => {
    const intensity = new Intensity({ max: 3, within: 100 });
    admitAll(intensity, [0, 50]);
    assert.deepEqual([intensity.used(50), intensity.left(50)], [2, 1]);
  });

  it('forget with time', () => {
    const intensity = new Intensity({ max: 3, within: 100 });
    admitAll(intensity, [0, 50, 50]);
    assert.deepEqual(
      [99, 100, 149, 150].map(now => intensity.left(now)),
      [0, 1, 1, 3],
    );
  });

  it('spend nothing', () => {
    const intensity = new Intensity({ max: 1, within: 100 });
    intensity.left(0);
    intensity.used(0);
    assert.isTrue(intensity.admit(0));
  });

  it('stay 0 and Infinity with a max of Infinity', () => {
    const intensity = new Intensity({ max: Infinity, within: 100 });
    admitAll(intensity, [0, 0, 0]);
    assert.deepEqual([intensity.used(0), intensity.left(0)], [0, Infinity]);
  });
});

describe('checkLimits()', () => {
  for (const max of [0, 1, 1000, Infinity]) {
    it(`accepts a max of ${max}`, () => assert.doesNotThrow(() => checkLimits({ max, within: 1 })));
  }

  for (const within of [0.5, 1, 5000, Infinity]) {
    it(`accepts a within of ${within}`, () => assert.doesNotThrow(() => checkLimits({ max: 1, within })));
  }

  for (const max of [-1, 1.5, NaN, -Infinity, '3', null, undefined]) {
    it(`names a max of ${text(max)}`, () => {
      const message = `max must be a whole number of restarts from 0 up, or Infinity, not ${text(max)}`;
      assert.throws(() => checkLimits({ max: max as number, within: 1 }), TypeError, message);
    });
  }

  for (const within of [0, -1, NaN, '5000', null, undefined]) {
    it(`names a within of ${text(within)}`, () => {
      const message = `within must be more than 0 milliseconds, not ${text(within)}`;
      assert.throws(() => checkLimits({ max: 1, within: within as number }), TypeError, message);
    });
  }

  it('stands at the door of Intensity', () => {
    assert.throws(() => new Intensity({ max: -1, within: 1 }), TypeError, 'max must be');
  });
});

const anyLimits = fc.record({ max: fc.integer({ min: 0, max: 5 }), within: fc.integer({ min: 1, max: 30 }) });

/** Times that never go back. */
const anyTimes = fc
  .array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 })
  .map(pauses => pauses.map((_, index) => pauses.slice(0, index + 1).reduce((sum, pause) => sum + pause, 0)));

const admitAll = (intensity: Intensity, times: readonly number[]) => times.map(now => intensity.admit(now));

const countWithin = (times: readonly number[], end: number, within: number) =>
  times.filter(at => at <= end && end - at < within).length;

function text(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
