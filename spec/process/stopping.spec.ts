import { assert } from 'chai';
import { DeadLetter, PoisonPill, Process, type Ref, sleep, Terminated } from '../../lib/index.ts';
import { gate, heard, startNode } from '../core/support.ts';
import { failing, type Log, runningUntilPostStop } from './support.ts';

describe('a process', () => {
  it('starts to run when it is spawned', async () => {
    const { seen } = await runningUntilPostStop(function* (_, log) {
      yield log('runs');
    });
    assert.equal(seen[0], 'runs');
  });

  it('stops when run returns', async () => {
    const { ref, node, clock } = await runningUntilPostStop(function* (self) {
      yield* self.get();
    });
    const ended = node.spawn(Watcher.using({ ref })).ask('reason');
    ref.tell('end');
    await clock.settle();
    assert.equal(await ended, 'stopped');
  });

  it('stops when run returns before it has waited', async () => {
    const { ref, seen } = await runningUntilPostStop(function* (_, log) {
      yield log('done');
    });
    assert.deepEqual([ref.isStopped, seen], [true, ['done', 'postStop']]);
  });

  it('stops when an async run resolves', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(
      class extends Process {
        async run() {
          await this.get();
        }
      },
    );
    await clock.settle();
    assert.isFalse(ref.isStopped);
    ref.tell('end');
    await clock.settle();
    assert.isTrue(ref.isStopped);
  });

  it('can stop itself', async () => {
    const { ref, seen } = await runningUntilPostStop(
      function* (self, log) {
        try {
          self.stop();
          log('goes on until it waits');
          yield* self.get();
          log('never');
        } finally {
          log('finally');
        }
      },
      ['waiting already'],
    );
    assert.deepEqual([ref.isStopped, seen], [true, ['goes on until it waits', 'finally', 'postStop']]);
  });

  it('stops at a PoisonPill in its turn', async () => {
    const { ref, seen } = await runningUntilPostStop(
      function* (self, log) {
        for (;;) log(yield* self.get(Number));
      },
      [1, 'kept', 2, PoisonPill, 3],
    );
    assert.deepEqual([ref.isStopped, seen], [true, [1, 2, 'postStop']]);
  });
});

describe('stopping a process', () => {
  it('runs the finally blocks, then stops the children, then calls postStop', async () => {
    const { ref, clock, seen } = await runningUntilPostStop(function* (self, log) {
      self.spawn(
        class extends Process {
          *run() {
            try {
              yield* this.get();
            } finally {
              log('child');
            }
          }
        },
      );
      try {
        yield* self.get();
      } finally {
        log('finally');
      }
    });
    ref.stop();
    await clock.settle();
    assert.deepEqual(seen, ['finally', 'child', 'postStop']);
  });

  it('catches nothing: it is no error', async () => {
    const { ref, clock, seen, ignored } = await runningUntilPostStop(function* (self, log) {
      try {
        yield* self.get();
      } catch {
        log('caught');
      }
    });
    ref.stop();
    await clock.settle();
    assert.deepEqual([seen, ignored], [['postStop'], []]);
  });

  it('ends generators that wait for one another from the inside out', async () => {
    const { ref, clock, seen } = await runningUntilPostStop(function* (_, log) {
      try {
        yield nested(log, 'plain yield', nested(log, 'innermost', sleep(1000)));
      } finally {
        log('outermost');
      }
    });
    ref.stop();
    await clock.settle();
    assert.deepEqual(seen, ['innermost', 'plain yield', 'outermost', 'postStop']);
  });

  it('waits for finally blocks that yield', async () => {
    const { ref, clock, seen } = await runningUntilPostStop(function* (self, log) {
      try {
        yield* self.get();
      } finally {
        yield* sleep(1000);
        log('cleaned');
      }
    });
    ref.stop();
    await clock.advance(999);
    assert.deepEqual([ref.isStopped, seen], [false, []]);
    await clock.advance(1);
    assert.deepEqual([ref.isStopped, seen], [true, ['cleaned', 'postStop']]);
  });

  it('lets a finally block get what is there', async () => {
    const { ref, clock, seen } = await runningUntilPostStop(
      function* (self, log) {
        try {
          yield* self.get('go');
        } finally {
          log(yield* self.get());
        }
      },
      ['kept'],
    );
    ref.stop();
    await clock.settle();
    assert.deepEqual(seen, ['kept', 'postStop']);
  });

  it('leaves finally blocks behind that take longer than shutdownTimeout', async () => {
    const { ref, clock, seen, ignored } = await runningUntilPostStop(function* (self, log) {
      try {
        yield* self.get();
      } finally {
        yield* sleep(6000);
        log('never');
      }
    });
    ref.stop();
    await clock.advance(5000);
    assert.deepEqual([ref.isStopped, seen, clock.pending], [true, ['postStop'], 0]);
    assert.equal(ignored[0]?.error.name, 'TimeoutError');
  });

  it('tells an error in a finally block as ErrorIgnored', async () => {
    const { ref, clock, seen, ignored } = await runningUntilPostStop(function* (self) {
      try {
        yield* self.get();
      } finally {
        yield* failing('in finally');
      }
    });
    ref.stop();
    await clock.settle();
    assert.deepEqual([seen, ignored.map(({ error }) => error.message)], [['postStop'], ['in finally']]);
  });

  it('waits until a promise that it waits for no longer matters', async () => {
    const { ref, clock, seen } = await runningUntilPostStop(function* (_, log) {
      yield gate().opened;
      log('never');
    });
    ref.stop();
    await clock.settle();
    assert.deepEqual([ref.isStopped, seen], [true, ['postStop']]);
  });

  it('makes dead letters of kept messages, in the order they were sent', async () => {
    const { ref, node, clock } = await runningUntilPostStop(
      function* (self) {
        yield* self.get('never');
      },
      [1, 2, 3],
    );
    const dead = heard(node, DeadLetter);
    ref.stop();
    await clock.settle();
    assert.deepEqual(
      dead.map(({ message, reason }) => [message, reason]),
      [1, 2, 3].map(n => [n, 'stopped']),
    );
  });
});

function* nested(log: Log, name: string, inner: unknown): Generator<unknown, void, unknown> {
  try {
    yield inner;
  } finally {
    log(name);
  }
}

class Watcher extends Process<{ ref: Ref }> {
  *run({ ref }: { ref: Ref }) {
    this.watch(ref);
    yield* this.get('reason');
    const asker = this.sender;
    const { reason } = yield* this.get(Terminated);
    asker?.tell(reason);
  }
}
