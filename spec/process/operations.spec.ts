import { assert } from 'chai';
import { ActorStopped, Process, sleep, withTimeout } from '../../lib/index.ts';
import { startNode } from '../core/support.ts';
import { caught, failing, type Log, running } from './support.ts';

describe('sleep', () => {
  it('waits by the clock of the node', async () => {
    const { clock, seen } = await running(function* (_, log) {
      yield* sleep(1000);
      log('awake');
    });
    await clock.advance(999);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, ['awake']);
  });

  it('can be awaited in an async run, also after another await', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    node.spawn(
      class extends Process {
        async run() {
          await sleep(1000);
          await Promise.resolve();
          await sleep(1000);
          seen.push('awake');
        }
      },
    );
    await clock.advance(1999);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, ['awake']);
  });

  it('is a method of a process, too', async () => {
    const { clock, seen } = await running(function* (self, log) {
      yield self.sleep(10);
      log('awake');
    });
    await clock.advance(10);
    assert.deepEqual(seen, ['awake']);
  });

  it('ends with the process', async () => {
    const { ref, clock } = await running(function* () {
      yield* sleep(1000);
    });
    ref.stop();
    await clock.settle();
    assert.deepEqual([ref.isStopped, clock.pending], [true, 0]);
  });

  for (const ms of [-1, Number.NaN, '5', undefined]) {
    it(`throws a TypeError for ${String(ms)}`, () => {
      assert.throws(() => sleep(ms as number), TypeError, 'sleep: expected milliseconds from 0 up');
    });
  }
});

describe('withTimeout', () => {
  it('throws TimeoutError when it takes longer', async () => {
    const { clock, seen } = await running(function* (_, log) {
      yield* caught(withTimeout(1000, sleep(2000)), log);
    });
    await clock.advance(999);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, ['TimeoutError']);
  });

  it('passes when it takes no longer, and leaves no timer', async () => {
    const { clock, seen } = await running(function* (self, log) {
      yield* withTimeout(1000, sleep(999));
      log('passed');
      yield* self.get();
    });
    await clock.advance(999);
    assert.deepEqual([seen, clock.pending], [['passed'], 0]);
  });

  it('cancels the inner operation when the time is up', async () => {
    const { clock, seen } = await running(function* (self, log) {
      yield* caught(withTimeout(1000, sleep(2000)), log);
      yield* self.get();
    });
    await clock.advance(1000);
    assert.deepEqual([seen, clock.pending], [['TimeoutError'], 0]);
  });

  it('ends a get when the time is up, so that the next may follow at once', async () => {
    const { ref, clock, seen } = await running(function* (self, log) {
      yield* caught(withTimeout(10, self.get('never')), log);
      log(yield* self.get());
    });
    await clock.advance(10);
    ref.tell('next');
    await clock.settle();
    assert.deepEqual(seen, ['TimeoutError', 'next']);
  });

  it('runs the finally blocks of a generator when the time is up', async () => {
    const { clock, seen } = await running(function* (_, log) {
      yield* caught(withTimeout(10, withFinally(log)), log);
    });
    await clock.advance(10);
    assert.deepEqual(seen, ['finally', 'TimeoutError']);
  });

  it('passes a value, a promise, an operation and a generator through', async () => {
    const { ref, clock, seen } = await running(function* (self, log) {
      log(yield* withTimeout(10, 'value'));
      log(yield* withTimeout(10, Promise.resolve('promise')));
      log(yield* withTimeout(10, self.get()));
      log(yield* withTimeout(10, gives('generator')));
    });
    ref.tell('operation');
    await clock.advance(10);
    assert.deepEqual(seen, ['value', 'promise', 'operation', 'generator']);
  });

  it('passes errors through', async () => {
    const { clock, seen } = await running(function* (_, log) {
      yield* caught(withTimeout(10, Promise.reject(new RangeError('promise'))), log);
      yield* caught(withTimeout(10, failing('generator')), log);
    });
    await clock.settle();
    assert.deepEqual(seen, ['RangeError', 'Error']);
  });

  for (const ms of [undefined, Number.POSITIVE_INFINITY]) {
    it(`sets no limit for ${ms}`, async () => {
      const { clock, seen } = await running(function* (_, log) {
        yield* withTimeout(ms, sleep(1_000_000));
        log('passed');
      });
      await clock.advance(1_000_000);
      assert.deepEqual(seen, ['passed']);
    });
  }

  it('does not limit what is there already', async () => {
    const { clock, seen } = await running(function* (self, log) {
      log(yield* self.withTimeout(0, 'there'));
    });
    await clock.settle();
    assert.deepEqual(seen, ['there']);
  });

  it('rejects with ActorStopped in an async run that is stopped, whatever it limits', async () => {
    const { node, clock } = await startNode();
    const errors: unknown[] = [];
    const ref = node.spawn(
      class extends Process {
        async run() {
          await this.withTimeout(
            1000,
            withFinally(() => {}),
          ).then(undefined, error => errors.push(error));
        }
      },
    );
    await clock.settle();
    ref.stop();
    await clock.settle();
    assert.instanceOf(errors[0], ActorStopped);
    assert.equal(clock.pending, 0);
  });

  for (const ms of [-1, Number.NaN, '5', null]) {
    it(`throws a TypeError for ${String(ms)}`, () => {
      assert.throws(
        () => withTimeout(ms as number, 1),
        TypeError,
        'withTimeout: expected milliseconds from 0 up',
      );
    });
  }
});

function* withFinally(log: Log): Generator<unknown, void, unknown> {
  try {
    yield* sleep(2000);
  } finally {
    log('finally');
  }
}

function* gives(value: unknown): Generator<unknown, unknown, unknown> {
  yield* sleep(0);
  return value;
}
