import { assert } from 'chai';
import { ActorError, type Ref } from '../../lib/index.ts';
import { gate, heard } from './support.ts';
import { startTimed } from './timed.ts';

describe('timers.once()', () => {
  it('delivers the message after the delay, and not before', async () => {
    const { clock, seen, run } = await startTimed();
    await run(({ timers }) => timers.once('key', 100, 'tick'));
    await clock.advance(99);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, ['tick']);
  });

  it('delivers it once', async () => {
    const { clock, seen, run } = await startTimed();
    await run(({ timers }) => timers.once('key', 100, 'tick'));
    await clock.advance(1000);
    assert.deepEqual(seen, ['tick']);
  });

  it('takes the place of a timer with the same key', async () => {
    const { clock, seen, run } = await startTimed();
    await run(({ timers }) => {
      timers.once('key', 100, 'first');
      timers.once('key', 200, 'second');
    });
    await clock.advance(1000);
    assert.deepEqual(seen, ['second']);
  });

  it('leaves timers with other keys alone', async () => {
    const { clock, seen, run } = await startTimed();
    await run(({ timers }) => {
      timers.once('a', 100, 'first');
      timers.once('b', 200, 'second');
    });
    await clock.advance(1000);
    assert.deepEqual(seen, ['first', 'second']);
  });

  for (const delay of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5']) {
    it(`throws a TypeError for a delay of ${delay}`, async () => {
      const { node, run } = await startTimed();
      const errors = heard(node, ActorError);
      await run(({ timers }) => timers.once('key', delay as number, 'tick'));
      assert.instanceOf(errors[0]?.error, TypeError);
    });
  }
});

describe('timers.every()', () => {
  it('delivers the message at each interval, the first one interval from now', async () => {
    const { clock, seen, run } = await startTimed();
    await run(({ timers }) => timers.every('key', 100, 'tick'));
    await clock.advance(99);
    assert.deepEqual(seen, []);
    await clock.advance(201);
    assert.deepEqual(seen, ['tick', 'tick', 'tick']);
  });

  it('does not pile up messages while the actor is busy', async () => {
    const { clock, seen, run } = await startTimed();
    const { opened, open } = gate();
    await run(({ timers }) => {
      timers.every('key', 100, 'tick');
      return opened;
    });
    await clock.advance(1000);
    open();
    await clock.settle();
    assert.deepEqual(seen, ['tick']);
  });

  for (const interval of [0, -1, Number.NaN]) {
    it(`throws a TypeError for an interval of ${interval}`, async () => {
      const { node, run } = await startTimed();
      const errors = heard(node, ActorError);
      await run(({ timers }) => timers.every('key', interval, 'tick'));
      assert.instanceOf(errors[0]?.error, TypeError);
    });
  }
});

describe('timers.cancel()', () => {
  it('ends a timer that has not fired', async () => {
    const { clock, seen, run } = await startTimed();
    await run(({ timers }) => timers.once('key', 100, 'tick'));
    await run(({ timers }) => timers.cancel('key'));
    await clock.advance(1000);
    assert.deepEqual([seen, clock.pending], [[], 0]);
  });

  it('keeps a message that is queued already from being delivered', async () => {
    const { clock, seen, run } = await startTimed();
    const { opened, open } = gate();
    await run(async ({ timers }) => {
      timers.once('key', 100, 'tick');
      await opened;
      timers.cancel('key');
    });
    await clock.advance(100);
    open();
    await clock.settle();
    assert.deepEqual(seen, []);
  });

  it('keeps the queued message of a repeated timer from being delivered', async () => {
    const { clock, seen, run } = await startTimed();
    const { opened, open } = gate();
    await run(async ({ timers }) => {
      timers.every('key', 100, 'tick');
      await opened;
      timers.cancel('key');
    });
    await clock.advance(100);
    open();
    await clock.settle();
    assert.deepEqual(seen, []);
  });

  it('leaves the books balanced when it withdraws a queued message', async () => {
    const { node, clock, run } = await startTimed();
    const { opened, open } = gate();
    await run(async ({ timers }) => {
      timers.once('key', 100, 'tick');
      await opened;
      timers.cancel('key');
    });
    await clock.advance(100);
    open();
    await clock.settle();
    const { sent, handled } = node.stats();
    assert.deepEqual([sent, handled], [1, 1]);
  });

  it('says whether there was one', async () => {
    const { seen, run } = await startTimed();
    await run(({ timers }) => {
      timers.once('key', 100, 'tick');
      seen.push(timers.cancel('key'), timers.cancel('key'), timers.has('key'));
    });
    assert.deepEqual(seen, [true, false, false]);
  });
});

describe('all timers of an actor', () => {
  const ends: Record<string, (ref: Ref<never>) => void> = {
    'when it stops': ref => ref.stop(),
    'when it is killed': ref => ref.kill(),
    'when it restarts': ref => (ref as Ref).tell('fail'),
  };
  for (const [when, end] of Object.entries(ends)) {
    it(`end ${when}`, async () => {
      const { clock, seen, run, ref } = await startTimed();
      await run(context => {
        context.timers.once('a', 100, 'tick');
        context.timers.every('b', 100, 'tick');
        context.setReceiveTimeout(100);
      });
      end(ref);
      await clock.settle();
      assert.equal(clock.pending, 0);
      await clock.advance(1000);
      assert.deepEqual(seen, []);
    });
  }

  it('are not delivered to the next instance, though they were queued before the restart', async () => {
    const { clock, seen, run, ref } = await startTimed();
    const { opened, fail } = gate();
    await run(({ timers }) => {
      timers.once('a', 100, 'tick');
      return opened;
    });
    await clock.advance(100);
    fail(new Error('restart me'));
    (ref as Ref).tell('next');
    await clock.settle();
    assert.deepEqual(seen, ['next']);
  });
});
