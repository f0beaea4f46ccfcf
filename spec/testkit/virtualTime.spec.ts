import { assert } from 'chai';
import fc from 'fast-check';
import { VirtualTime } from '../../lib/testkit/virtualTime.ts';

describe('VirtualTime', () => {
  it('runs timers by when they are due, those due at once in the order in which they were set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 60 }), async delays => {
        const time = new VirtualTime();
        const ran: (readonly [number, number])[] = [];
        delays.forEach((delay, i) => {
          time.after(delay, () => ran.push([time.now, i]));
        });
        await time.advance(20);
        const expected = delays
          .map((delay, i) => [delay, i] as const)
          .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        assert.deepEqual(ran, expected);
      }),
      { numRuns: 50 },
    );
  });

  it('does not run what was called off', async () => {
    const time = new VirtualTime();
    const ran: string[] = [];
    const cancel = time.after(5, () => ran.push('cancelled'));
    time.after(3, cancel);
    time.after(6, () => ran.push('kept'));
    await time.advance(10);
    assert.deepEqual([ran, time.now], [['kept'], 10]);
  });

  it('runs what is soon before what is later, and both before time passes', async () => {
    const time = new VirtualTime();
    const ran: string[] = [];
    time.after(1, () => ran.push('next'));
    time.after(0, () => {
      time.later(() => ran.push('later'));
      time.soon(() => {
        ran.push('soon');
        time.soon(() => ran.push('soon too'));
      });
    });
    await time.advance(1);
    assert.deepEqual(ran, ['soon', 'soon too', 'later', 'next']);
  });

  it('lets promises come to rest between two events, however long their chain', async () => {
    const time = new VirtualTime();
    const ran: string[] = [];
    time.after(1, async () => {
      for (let i = 0; i < 100; i++) await undefined;
      ran.push('chain');
    });
    time.after(1, () => ran.push('next'));
    await time.advance(1);
    assert.deepEqual(ran, ['chain', 'next']);
  });

  it('ends a run with what an event threw, and can go on', async () => {
    const time = new VirtualTime();
    const ran: string[] = [];
    time.after(1, () => {
      throw new RangeError('as told');
    });
    time.after(2, () => ran.push('after'));
    assert.instanceOf(await thrownBy(time.advance(5)), RangeError);
    await time.advance(5);
    assert.deepEqual(ran, ['after']);
  });

  for (const ms of [-1, Number.NaN, '5', undefined]) {
    it(`refuses to advance by ${String(ms)}`, () => {
      assert.throws(() => new VirtualTime().advance(ms as number), TypeError);
    });
  }

  it('refuses two runs at once', async () => {
    const time = new VirtualTime();
    const first = time.advance(1);
    assert.throws(() => time.advance(1), /await one run before the next/);
    await first;
  });
});

const thrownBy = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
