import { assert } from 'chai';
import {
  Actor,
  ActorError,
  type AnyDecision,
  oneForOne,
  Process,
  type Ref,
  Restart,
  Resume,
  Stop,
  SupervisionWarning,
} from '../../lib/index.ts';
import { heard, startNode } from '../core/support.ts';

describe('a process that fails', () => {
  it('reports what run throws after a get to its supervisor', async () => {
    const { errors } = await supervised(Stop, ['fail'], function* (self) {
      yield* self.get();
      throw new RangeError('in run');
    });
    assert.deepEqual(errors, ['RangeError: in run']);
  });

  it('reports what run throws before it has waited, as it is', async () => {
    // biome-ignore lint/correctness/useYield: that it throws before it yields is what is tested
    const { errors } = await supervised(Stop, [], function* () {
      throw new RangeError('at once');
    });
    assert.deepEqual(errors, ['RangeError: at once']);
  });

  it('reports what run throws about a message that had been kept', async () => {
    const { errors } = await supervised(Stop, ['kept', 'go'], function* (self) {
      yield* self.get('go');
      throw new RangeError(String(yield* self.get()));
    });
    assert.deepEqual(errors, ['RangeError: kept']);
  });

  it('reports what an async run is rejected with', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Stop }) });
    const failed = heard(node, ActorError);
    const ref = node.spawn(
      class extends Process {
        async run() {
          await this.get();
          throw new RangeError('in run');
        }
      },
    );
    ref.tell('fail');
    await clock.settle();
    assert.deepEqual([ref.isStopped, failed.map(({ error }) => error.message)], [true, ['in run']]);
  });

  it('reports a rejected promise that run waits for', async () => {
    const { errors } = await supervised(Stop, [], function* () {
      yield Promise.reject(new RangeError('promise'));
    });
    assert.deepEqual(errors, ['RangeError: promise']);
  });

  it('reports an async generator as run, which nobody could drive', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Stop }) });
    const failed = heard(node, ActorError);
    class Impossible extends Process {
      // @ts-expect-error an async generator is no run
      async *run() {
        yield 1;
      }
    }
    node.spawn(Impossible as never);
    await clock.settle();
    assert.deepEqual(
      failed.map(({ error }) => (error as { code?: string }).code),
      ['ASYNC_GENERATOR'],
    );
  });

  it('runs anew when it is restarted, with its mailbox kept', async () => {
    const { seen } = await supervised(Restart, ['kept', 'fail', 'later'], function* (self, log) {
      log('runs');
      if (self.node.stats().restarts > 0) for (;;) log(yield* self.get());
      yield* self.get('fail');
      throw new Error('fail');
    });
    assert.deepEqual(seen, ['runs', 'postStop', 'runs', 'kept', 'later']);
  });

  it('ends what run waits for before it runs anew', async () => {
    const { seen } = await supervised(Restart, [], function* (self, log) {
      try {
        log('runs');
        if (self.node.stats().restarts > 0) yield* self.get();
        yield* self.escalate(new Error('restart me'));
      } finally {
        log('finally');
      }
    });
    assert.deepEqual(seen, ['runs', 'finally', 'postStop', 'runs']);
  });

  it('cannot be resumed, so it is restarted with a warning', async () => {
    const { seen, warnings } = await supervised(Resume, ['fail'], function* (self, log) {
      log('runs');
      yield* self.get();
      throw new Error('fail');
    });
    assert.deepEqual([seen, warnings.length], [['runs', 'postStop', 'runs'], 1]);
  });

  it('is warned about when run returns a value', async () => {
    const { warnings, ref } = await supervised(Stop, ['go'], function* (self) {
      return yield* self.get();
    });
    assert.deepEqual([warnings.length, ref.isStopped], [1, true]);
    assert.include(warnings[0]?.text, 'run returned "go"');
  });
});

describe('escalate', () => {
  it('goes on when the supervisor says Resume', async () => {
    const { seen, errors } = await supervised(Resume, ['next'], function* (self, log) {
      yield* self.escalate(new Error('help'));
      log('goes on');
      log(yield* self.get());
    });
    assert.deepEqual([errors, seen], [['Error: help'], ['goes on', 'next', 'postStop']]);
  });

  it('never goes on when the supervisor says Restart', async () => {
    const { seen } = await supervised(Restart, [], function* (self, log) {
      log('runs');
      if (self.node.stats().restarts === 0) yield* self.escalate(new Error('help'));
      log('second run');
      yield* self.get();
    });
    assert.deepEqual(seen, ['runs', 'postStop', 'runs', 'second run']);
  });

  it('never goes on when the supervisor says Stop', async () => {
    const { seen, ref } = await supervised(Stop, [], function* (self, log) {
      yield* self.escalate(new Error('help'));
      log('never');
    });
    assert.deepEqual([ref.isStopped, seen], [true, ['postStop']]);
  });

  it('can be awaited in an async run', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
    const seen: unknown[] = [];
    const ref = node.spawn(
      class extends Process {
        async run() {
          await this.escalate(new Error('help'));
          seen.push(await this.get());
        }
      },
    );
    ref.tell('next');
    await clock.settle();
    assert.deepEqual(seen, ['next']);
  });

  it('fails with InvalidEscalation when there is no error to report', async () => {
    const { errors } = await supervised(Stop, [], function* (self) {
      yield* self.escalate(undefined as never);
    });
    assert.match(
      errors[0] ?? '',
      /^InvalidEscalation: .*escalate\(error\) reports an error; undefined is none/,
    );
  });
});

type Log = (value: unknown) => void;
type Run = (self: Process, log: Log) => Generator<unknown, unknown, unknown>;

/** A process below a supervisor that decides `decision`, at most three times. */
async function supervised(decision: AnyDecision, messages: unknown[], run: Run) {
  const { node, clock } = await startNode();
  const seen: unknown[] = [];
  const errors: string[] = [];
  const warnings = heard(node, SupervisionWarning);
  class Child extends Process {
    *run() {
      return yield* run(this, value => seen.push(value));
    }
    override postStop() {
      seen.push('postStop');
    }
  }
  const refs: Ref[] = [];
  class Parent extends Actor {
    override preStart() {
      const child = this.spawn(Child);
      refs.push(child);
      for (const message of messages) child.tell(message);
    }
    override supervise(error: Error) {
      errors.push(String(error));
      return errors.length > 3 ? Stop : decision;
    }
  }
  node.spawn(Parent);
  await clock.settle();
  return { node, clock, seen, errors, warnings, ref: refs[0] as Ref };
}
