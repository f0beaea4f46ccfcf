import { assert } from 'chai';
import { RestartPool, type TaskFunction } from '../../lib/index.ts';
import { ManualClock } from '../../lib/testkit/index.ts';
import { crash, hold, steady, world } from './pools.ts';

describe('the events of a RestartPool', () => {
  it('are a crash each time, a restart each time it runs again, and the giveup', async () => {
    const { pool, clock } = world({ delay: 100, max: 1 });
    const seen: unknown[] = [];
    pool.on('crash', (task, error, delay) =>
      seen.push([clock.now(), `crash of ${task}`, error.message, delay]),
    );
    pool.on('restart', task => seen.push([clock.now(), `restart of ${task}`, task.restarts]));
    pool.on('giveup', (task, error) => seen.push([clock.now(), `giveup of ${task}`, error.message]));
    pool.spawn(crash);
    await clock.advance(1000);
    assert.deepEqual(seen, [
      [0, 'crash of task 1 (crash)', 'crash', 100],
      [100, 'restart of task 1 (crash)', 1],
      [100, 'crash of task 1 (crash)', 'crash', undefined],
      [100, 'giveup of task 1 (crash)', 'crash'],
    ]);
  });

  it('carry the error that was thrown', async () => {
    const { pool, clock } = world();
    const errors: Error[] = [];
    pool.on('crash', (_task, error) => errors.push(error));
    const error = new RangeError('crash');
    pool.spawn({ restart: false }, () => Promise.reject(error));
    await clock.settle();
    assert.deepEqual(errors, [error]);
  });

  it('are no giveup for a task that is not to be restarted', async () => {
    const { pool, clock } = world();
    pool.on('giveup', () => assert.fail('giveup'));
    const task = pool.spawn({ restart: false }, crash);
    await clock.advance(1000);
    assert.equal(task.state, 'done');
  });

  it('are told before the result and join', async () => {
    const { pool, clock } = world({ max: 0 });
    const seen: string[] = [];
    const task = pool.spawn(crash);
    task.result.catch(() => seen.push('result'));
    void pool.join().then(() => seen.push('join'));
    pool.on('crash', () => seen.push('crash'));
    pool.on('giveup', () => seen.push('giveup'));
    await clock.settle();
    assert.deepEqual(seen.slice(0, 2), ['crash', 'giveup']);
    assert.sameMembers(seen.slice(2), ['result', 'join']);
  });

  it('keep the task running whatever a listener throws, which is logged', async () => {
    const { pool, clock, log } = world(steady(100));
    pool.on('crash', () => {
      throw new Error('of the listener');
    });
    pool.on('restart', () => {
      throw new Error('of the listener');
    });
    let runs = 0;
    const task = pool.spawn(() => {
      if (++runs === 1) throw new Error('crash');
      return runs;
    });
    await clock.advance(100);
    assert.equal(await task.result, 2);
    assert.deepEqual(log, [
      'error a listener to crash of a RestartPool failed, at task 1 (an anonymous function): Error: of the listener',
      'error a listener to restart of a RestartPool failed, at task 1 (an anonymous function): Error: of the listener',
    ]);
  });
});

describe('the logger of a RestartPool', () => {
  it('is told of each crash, then of the restart, and of the giveup', async () => {
    const { pool, clock, log } = world({ delay: 100, max: 1 });
    pool.spawn(crash);
    await clock.advance(1000);
    assert.deepEqual(log, [
      'error task 1 (crash) failed and is restarted in 100 ms: Error: crash',
      'info task 1 (crash) is restarted: restart 1',
      'error task 1 (crash) failed and is not restarted: Error: crash',
      'error task 1 (crash) is given up after 1 restart within 5000 ms: Error: crash',
    ]);
  });

  it('is told that a task is not to be restarted', async () => {
    const { pool, clock, log } = world();
    pool.spawn({ restart: false }, crash);
    await clock.settle();
    assert.deepEqual(log, ['error task 1 (crash) failed and is not restarted: Error: crash']);
  });

  it('is not told of what somebody listens to', async () => {
    const { pool, clock, log } = world({ delay: 100, max: 1 });
    pool.on('crash', () => {});
    pool.on('restart', () => {});
    pool.on('giveup', () => {});
    pool.spawn(crash);
    await clock.advance(1000);
    assert.isEmpty(log);
  });

  it('is told nothing of tasks that return or are cancelled', async () => {
    const { pool, clock, log } = world();
    pool.spawn(() => {});
    pool.spawn(hold);
    await clock.settle();
    await pool.kill();
    await clock.settle();
    assert.isEmpty(log);
  });

  it('is standard error unless given', async () => {
    const clock = new ManualClock();
    const written: string[] = [];
    const { write } = process.stderr;
    process.stderr.write = (line: unknown) => written.push(String(line)) > 0;
    try {
      new RestartPool({ clock, restart: false }).spawn(crash);
      await clock.settle();
    } finally {
      process.stderr.write = write;
    }
    assert.lengthOf(written, 1);
    assert.match(written[0] ?? '', / task 1 \(crash\) failed and is not restarted\n +Error: crash\n/);
  });
});

describe('a result that nobody looks at', () => {
  it('is no unhandled rejection when the task crashes, is given up or is cancelled', async () => {
    const { pool, clock } = world({ max: 0 });
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => void unhandled.push(reason);
    // Mocha's own listeners would fail this spec elsewhere, and say less.
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', listener);
    try {
      pool.spawn({ restart: false }, crash);
      pool.spawn(crash);
      void pool.spawn(hold).cancel();
      await clock.advance(1000);
    } finally {
      process.off('unhandledRejection', listener);
      for (const other of others) process.on('unhandledRejection', other);
    }
    assert.deepEqual(unhandled, []);
  });
});

describe('a function without a name', () => {
  const proxy = new Proxy(crash, {
    get() {
      throw new Error('not readable');
    },
  });
  const numbered = Object.defineProperty(() => crash(), 'name', { value: 7 });
  const functions: [string, TaskFunction<[]>, string][] = [
    ['an arrow function', () => crash(), 'an anonymous function'],
    ['a proxy that throws when it is asked', proxy, 'an anonymous function'],
    ['a name that is no string', numbered, 'an anonymous function'],
    ['a bound function', crash.bind(undefined), 'bound crash'],
  ];
  for (const [what, fn, name] of functions) {
    it(`is restarted, and logged as ${name}: ${what}`, async () => {
      const { pool, clock, log } = world(steady(100));
      const task = pool.spawn(fn);
      await clock.advance(100);
      assert.equal(task.restarts, 1);
      assert.deepEqual(log.slice(0, 2), [
        `error task 1 (${name}) failed and is restarted in 100 ms: Error: crash`,
        `info task 1 (${name}) is restarted: restart 1`,
      ]);
    });
  }
});
