import { assert } from 'chai';
import { ActorStopped, sleep } from '../../lib/index.ts';
import { gate } from '../core/support.ts';
import { failing, runningAsync, runningUntilPostStop } from './support.ts';

describe('stopping a process with an async run', () => {
  it('aborts its signal and rejects what it waits for with ActorStopped', async () => {
    const { ref, clock, seen } = await runningAsync(async (self, log) => {
      self.signal.addEventListener('abort', () => log('aborted'));
      await self.get().then(undefined, error => log(error instanceof ActorStopped));
    });
    ref.stop();
    await clock.settle();
    assert.deepEqual([ref.isStopped, seen], [true, ['aborted', true]]);
  });

  it('rejects a sleep, too, and leaves no timer', async () => {
    const { ref, clock, seen } = await runningAsync(async (_, log) => {
      await sleep(1).then(undefined, () => {});
      await sleep(1000).then(undefined, error => log((error as Error).name));
    });
    await clock.advance(1);
    ref.stop();
    await clock.settle();
    assert.deepEqual([ref.isStopped, seen, clock.pending], [true, ['ActorStopped'], 0]);
  });

  it('waits for its finally blocks, which may await', async () => {
    const { ref, clock, seen } = await runningAsync(async (self, log) => {
      try {
        await self.get();
      } finally {
        await sleep(1000);
        log('cleaned');
      }
    });
    ref.stop();
    await clock.advance(999);
    assert.isFalse(ref.isStopped);
    await clock.advance(1);
    assert.deepEqual([ref.isStopped, seen], [true, ['cleaned']]);
  });

  it('tells no error when the ActorStopped is not caught', async () => {
    const { ref, clock, ignored } = await runningAsync(self => self.get());
    ref.stop();
    await clock.settle();
    assert.deepEqual([ref.isStopped, ignored], [true, []]);
  });

  it('leaves it behind after shutdownTimeout, and it gets nothing more', async () => {
    const errors: unknown[] = [];
    const held = gate();
    const { ref, clock } = await runningAsync(async self => {
      await held.opened;
      try {
        await self.get();
      } catch (error) {
        errors.push((error as Error).name);
      }
    });
    ref.stop();
    await clock.advance(5000);
    assert.isTrue(ref.isStopped);
    held.open();
    await clock.settle();
    assert.deepEqual(errors, ['ActorStopped']);
  });
});

describe('killing a process', () => {
  it('runs finally blocks as far as they need not wait', async () => {
    const { ref, clock, seen, ignored } = await runningUntilPostStop(function* (self, log) {
      try {
        yield* self.get();
      } finally {
        log('finally');
        yield* sleep(1000);
        log('never');
      }
    });
    ref.kill();
    await clock.settle();
    assert.deepEqual([ref.isStopped, seen, ignored, clock.pending], [true, ['finally', 'postStop'], [], 0]);
  });

  it('tells an error in a finally block as ErrorIgnored', async () => {
    const { ref, clock, ignored } = await runningUntilPostStop(function* (self) {
      try {
        yield* self.get();
      } finally {
        yield* failing('in finally');
      }
    });
    ref.kill();
    await clock.settle();
    assert.deepEqual(
      ignored.map(({ error, where }) => [error.message, where]),
      [['in finally', 'the cleanup of run']],
    );
  });

  it('rejects what an async run waits for', async () => {
    const { ref, clock, seen } = await runningAsync(async (self, log) => {
      await self.get({ timeout: 1000 }).then(undefined, error => log((error as Error).name));
    });
    ref.kill();
    await clock.settle();
    assert.deepEqual([ref.isStopped, seen, clock.pending], [true, ['ActorStopped'], 0]);
  });
});
