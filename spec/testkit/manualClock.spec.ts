import { assert } from 'chai';
import fc from 'fast-check';
import { ManualClock } from '../../lib/testkit/index.ts';

describe('ManualClock', () => {
  it('stands still until it is advanced', async () => {
    const clock = new ManualClock();
    await clock.settle();
    assert.equal(clock.now(), 0);
    await clock.advance(10);
    assert.equal(clock.now(), 10);
  });

  it('tells the time of day from its epoch on', async () => {
    const clock = new ManualClock(1000);
    await clock.advance(10);
    assert.equal(clock.wall(), 1010);
  });

  it('runs a timer when its time has come, and not before', async () => {
    const { clock, ran, at } = withLog();
    at(10);
    await clock.advance(9);
    assert.deepEqual(ran, []);
    await clock.advance(1);
    assert.deepEqual(ran, [10]);
  });

  it('runs timers in the order of their times, and those of one time in the order in which they were set', async () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    for (const [delay, name] of [
      [2, 'c'],
      [1, 'a'],
      [2, 'd'],
      [1, 'b'],
    ] as const)
      clock.after(delay, () => ran.push(name));
    await clock.advance(2);
    assert.deepEqual(ran, ['a', 'b', 'c', 'd']);
  });

  it('shows a timer its own time', async () => {
    const { clock, ran, at } = withLog();
    for (const delay of [1, 5, 7]) at(delay);
    await clock.advance(100);
    assert.deepEqual(ran, [1, 5, 7]);
  });

  it('runs a timer that a timer sets, if its time comes too', async () => {
    const clock = new ManualClock();
    const ran: number[] = [];
    clock.after(5, () => clock.after(5, () => ran.push(clock.now())));
    await clock.advance(9);
    assert.deepEqual([ran, clock.pending], [[], 1]);
    await clock.advance(1);
    assert.deepEqual(ran, [10]);
  });

  it('runs what a promise does after one timer before the next', async () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    clock.after(1, () => void Promise.resolve().then(() => ran.push('promise')));
    clock.after(1, () => ran.push('next'));
    await clock.advance(1);
    assert.deepEqual(ran, ['promise', 'next']);
  });

  it('does not run a timer that was cancelled, nor count it', async () => {
    const { clock, ran, at } = withLog();
    const cancel = at(1);
    assert.equal(clock.pending, 1);
    cancel();
    cancel();
    assert.equal(clock.pending, 0);
    await clock.advance(10);
    assert.deepEqual(ran, []);
  });

  it('runs a timer of the past at once when it is advanced by 0', async () => {
    const { clock, ran, at } = withLog();
    at(-5);
    await clock.advance(0);
    assert.deepEqual(ran, [0]);
  });

  it('runs every timer once, at its time, however the time passes', async () => {
    const times = fc.array(fc.nat(50), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(times, times, async (delays, steps) => {
        const { clock, ran, at } = withLog();
        for (const delay of delays) at(delay);
        for (const step of steps) await clock.advance(step);
        const end = steps.reduce((sum, step) => sum + step, 0);
        const expected = delays.filter(delay => steps.length > 0 && delay <= end).sort((a, b) => a - b);
        assert.deepEqual([ran, clock.now()], [expected, end]);
      }),
      { numRuns: 50 },
    );
  });

  for (const ms of [-1, Number.NaN, '5', undefined]) {
    it(`rejects an advance by ${String(ms)}`, async () => {
      let error: unknown;
      await new ManualClock().advance(ms as number).catch(thrown => {
        error = thrown;
      });
      assert.instanceOf(error, TypeError);
    });
  }
});

function withLog() {
  const clock = new ManualClock();
  const ran: number[] = [];
  return { clock, ran, at: (delay: number) => clock.after(delay, () => ran.push(clock.now())) };
}
