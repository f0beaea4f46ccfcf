import { assert } from 'chai';
import fc from 'fast-check';
import { Backoff, type BackoffOptions, checkBackoff } from '../../lib/restart/index.ts';

describe('Backoff.delay()', () => {
  it('is min at first and doubles each time up to max', () => {
    const backoff = new Backoff({ min: 100, max: 1000 });
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5].map(attempt => backoff.delay(attempt, middle)),
      [100, 200, 400, 800, 1000, 1000],
    );
  });

  it('grows by the factor', () => {
    const backoff = new Backoff({ min: 100, factor: 1.5 });
    assert.deepEqual(
      [0, 1, 2].map(attempt => backoff.delay(attempt, middle)),
      [100, 150, 225],
    );
  });

  it('stays the same with a factor of 1', () => {
    const backoff = new Backoff({ min: 100, factor: 1 });
    assert.deepEqual(
      [0, 1, 99].map(attempt => backoff.delay(attempt, middle)),
      [100, 100, 100],
    );
  });

  it('is shorter or longer by up to the jitter', () => {
    const backoff = new Backoff({ min: 100, jitter: 0.5 });
    assert.deepEqual(
      [() => 0, () => 0.25, () => 0.75].map(random => backoff.delay(0, random)),
      [50, 75, 125],
    );
  });

  it('leaves nothing to chance with a jitter of 0', () => {
    const backoff = new Backoff({ min: 100, jitter: 0 });
    assert.deepEqual(
      [() => 0, () => 0.999].map(random => backoff.delay(0, random)),
      [100, 100],
    );
  });

  it('is never more than max, whatever chance says', () => {
    assert.equal(
      new Backoff({ min: 100, max: 100, jitter: 1 }).delay(0, () => 0.999),
      100,
    );
  });

  it('is max after more attempts than a number can hold the power of', () => {
    assert.equal(new Backoff({ min: 1, max: 1000, jitter: 0 }).delay(5000, middle), 1000);
  });

  it('stays 0 with a min of 0', () => {
    const backoff = new Backoff({ min: 0 });
    assert.deepEqual(
      [0, 1, 5000].map(attempt => backoff.delay(attempt, middle)),
      [0, 0, 0],
    );
  });

  it('counts nothing', () => {
    const backoff = new Backoff({ min: 100 });
    backoff.delay(3, middle);
    assert.equal(backoff.next(0, middle), 100);
  });

  it('lies between 0 and max, and within the jitter of the plain delay', () => {
    fc.assert(
      fc.property(anyOptions, fc.nat(3000), anyChance, (options, attempt, chance) => {
        const { min, max, factor, jitter } = checkBackoff(options);
        const delay = new Backoff(options).delay(attempt, () => chance);
        const plain = min === 0 ? 0 : Math.min(max, min * factor ** attempt);
        assert.isTrue(delay >= 0 && delay <= max, `${delay} is from 0 to ${max}`);
        assert.isAtMost(Math.abs(delay - plain), plain * jitter + 1e-6);
      }),
    );
  });

  it('never gets shorter from one attempt to the next when chance stays the same', () => {
    fc.assert(
      fc.property(anyOptions, fc.nat(100), anyChance, (options, attempt, chance) => {
        const backoff = new Backoff(options);
        assert.isAtLeast(
          backoff.delay(attempt + 1, () => chance),
          backoff.delay(attempt, () => chance),
        );
      }),
    );
  });
});

describe('Backoff.next()', () => {
  it('is longer each time', () => {
    const backoff = new Backoff({ min: 100 });
    assert.deepEqual(nextAll(backoff, [0, 100, 300]), [100, 200, 400]);
  });

  it('begins at min again once it has been quiet for resetAfter ms since the end of the last delay', () => {
    const backoff = new Backoff({ min: 100, resetAfter: 1000 });
    assert.deepEqual(nextAll(backoff, [0, 100, 1300]), [100, 200, 100]);
  });

  it('goes on growing 1 ms before that', () => {
    const backoff = new Backoff({ min: 100, resetAfter: 1000 });
    assert.deepEqual(nextAll(backoff, [0, 100, 1299]), [100, 200, 400]);
  });

  it('does not take a delay that is longer than resetAfter for a quiet time', () => {
    const backoff = new Backoff({ min: 100, resetAfter: 1 });
    assert.deepEqual(nextAll(backoff, [0, 100, 300]), [100, 200, 400]);
  });

  it('never begins again with a resetAfter of Infinity', () => {
    const backoff = new Backoff({ min: 100, resetAfter: Infinity });
    assert.deepEqual(nextAll(backoff, [0, 1e9, 1e12]), [100, 200, 400]);
  });

  it('asks for chance once each time', () => {
    let asked = 0;
    new Backoff({ min: 100 }).next(0, () => asked++);
    assert.equal(asked, 1);
  });
});

describe('checkBackoff()', () => {
  it('completes what is not given', () => {
    const complete = { min: 100, max: 30_000, factor: 2, jitter: 0.2, resetAfter: 30_000 };
    assert.deepEqual(checkBackoff({ min: 100 }), complete);
  });

  it('makes max as large as min if that is more than 30 s', () => {
    assert.equal(checkBackoff({ min: 60_000 }).max, 60_000);
  });

  it('waits at least 10 s before it begins again', () => {
    assert.equal(checkBackoff({ min: 1, max: 50 }).resetAfter, 10_000);
  });

  it('leaves the given options as they are', () => {
    const options = { min: 100 };
    checkBackoff(options);
    assert.deepEqual(options, { min: 100 });
  });

  for (const [options, message] of [
    [undefined, 'backoff must be an object such as { min: 100 }, not undefined'],
    [null, 'backoff must be an object such as { min: 100 }, not null'],
    [100, 'backoff must be an object such as { min: 100 }, not 100'],
    [{}, 'backoff: min must be milliseconds from 0 up, not undefined'],
    [{ min: '1s' }, 'backoff: min must be milliseconds from 0 up, not "1s"'],
    [{ min: -1 }, 'backoff: min must be milliseconds from 0 up, not -1'],
    [{ min: NaN }, 'backoff: min must be milliseconds from 0 up, not NaN'],
    [{ min: Infinity }, 'backoff: min must be milliseconds from 0 up, not Infinity'],
    [{ min: 100, max: 99 }, 'backoff: max must be milliseconds from min (100) up, not 99'],
    [{ min: 100, max: null }, 'backoff: max must be milliseconds from min (100) up, not null'],
    [{ min: 100, max: Infinity }, 'backoff: max must be milliseconds from min (100) up, not Infinity'],
    [{ min: 100, factor: 0.9 }, 'backoff: factor must be a number from 1 up, not 0.9'],
    [{ min: 100, factor: Infinity }, 'backoff: factor must be a number from 1 up, not Infinity'],
    [{ min: 100, jitter: -0.1 }, 'backoff: jitter must be a number from 0 to 1, not -0.1'],
    [{ min: 100, jitter: 1.1 }, 'backoff: jitter must be a number from 0 to 1, not 1.1'],
    [{ min: 100, resetAfter: 0 }, 'backoff: resetAfter must be more than 0 milliseconds, or Infinity, not 0'],
  ] as const) {
    it(`says ${message}`, () => {
      assert.throws(() => checkBackoff(options as BackoffOptions), TypeError, message);
    });
  }

  it('stands at the door of Backoff', () => {
    assert.throws(() => new Backoff({ min: -1 }), TypeError, 'min must be');
  });
});

/** Whole numbers, as people write them: the smallest fractions are all rounding. */
const anyOptions = fc
  .tuple(fc.nat(1_000_000), fc.nat(1_000_000), fc.integer({ min: 10, max: 100 }), fc.nat(100))
  .map(([min, more, tenths, percent]) => ({
    min,
    max: min + more,
    factor: tenths / 10,
    jitter: percent / 100,
  }));

const anyChance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Chance that changes nothing. */
const middle = () => 0.5;

const nextAll = (backoff: Backoff, times: readonly number[]) => times.map(now => backoff.next(now, middle));
