import { assert } from 'chai';
import { Actor, oneForOne, Process, type Ref, sleep } from '../../lib/index.ts';
import { gate, startNode } from '../core/support.ts';
import type { Log } from './support.ts';

/** The parent has failed and waits for its restart, which takes a second: so long its children are suspended. */
describe('a suspended process', () => {
  it('is paused where it waits, and goes on when it is released', async () => {
    const { suspend, release, clock, seen } = await family(function* (_, log) {
      yield* sleep(10);
      log('goes on');
    });
    await suspend();
    await clock.advance(10);
    assert.deepEqual(seen, []);
    await release();
    assert.deepEqual(seen, ['goes on']);
  });

  it('gets no messages, and loses none', async () => {
    const { suspend, release, child, clock, seen } = await family(function* (self, log) {
      for (;;) log(yield* self.get());
    });
    await suspend();
    child.tell(1).tell(2);
    await clock.settle();
    assert.deepEqual(seen, []);
    await release();
    assert.deepEqual(seen, [1, 2]);
  });

  it('hears of a timeout once it is released', async () => {
    const { suspend, release, child, clock, seen } = await family(function* (self, log) {
      try {
        log(yield* self.get({ timeout: 10 }));
      } catch (error) {
        log((error as Error).name);
      }
      log(yield* self.get());
    });
    await suspend();
    child.tell('queued');
    await clock.advance(10);
    assert.deepEqual(seen, []);
    await release();
    assert.deepEqual(seen, ['TimeoutError', 'queued']);
  });

  it('runs no further but for its finally blocks when it is stopped', async () => {
    const { suspend, child, clock, seen } = await family(function* (_, log) {
      try {
        yield* sleep(10);
        log('never');
      } finally {
        log('finally');
      }
    });
    await suspend();
    await clock.advance(10);
    child.stop();
    await clock.settle();
    assert.deepEqual([child.isStopped, seen], [true, ['finally']]);
  });

  it('does not begin to run before it is released', async () => {
    const start = gate();
    const { suspend, release, clock, seen } = await family(
      function* (_, log) {
        yield log('runs');
      },
      { preStart: () => start.opened },
    );
    await suspend();
    start.open();
    await clock.settle();
    assert.deepEqual(seen, []);
    await release();
    assert.deepEqual(seen, ['runs']);
  });

  it('gets no messages in an async run either, though that is not paused', async () => {
    const look = gate();
    const { suspend, release, child, clock, seen } = await family(async (self, log) => {
      await look.opened;
      log(self.getNowait() ?? 'nothing');
      log(await self.get());
    });
    await suspend();
    child.tell('message');
    look.open();
    await clock.settle();
    assert.deepEqual(seen, ['nothing']);
    await release();
    assert.deepEqual(seen, ['nothing', 'message']);
  });
});

interface Family {
  readonly child: Ref;
  readonly clock: Awaited<ReturnType<typeof startNode>>['clock'];
  readonly seen: unknown[];
  suspend(): Promise<void>;
  release(): Promise<void>;
}

/** A process that runs `run`, below a parent that can fail without ending its children. */
async function family(
  run: (self: Process, log: Log) => Generator<unknown, unknown, unknown> | Promise<unknown>,
  { preStart = () => undefined }: { preStart?: () => unknown } = {},
): Promise<Family> {
  const { node, clock } = await startNode({
    supervision: oneForOne({ backoff: { min: 1000, jitter: 0, factor: 1 } }),
  });
  const seen: unknown[] = [];
  class Child extends Process {
    override preStart() {
      return preStart();
    }
    run() {
      return run(this, value => seen.push(value)) as Promise<unknown>;
    }
  }
  class Parent extends Actor {
    override preStart() {
      if (this.children.length === 0) this.spawn(Child, { name: 'child' });
    }
    override preRestart() {}
    override receive() {
      throw new Error('the parent fails');
    }
  }
  const parent = node.spawn(Parent, { name: 'parent' });
  await clock.settle();
  return {
    child: parent.child('child'),
    clock,
    seen,
    suspend: async () => {
      parent.tell('fail');
      await clock.settle();
    },
    release: () => clock.advance(1000),
  };
}
