import { assert } from 'chai';
import { AbortError, RestartPool, type RestartPoolOptions, type Task, TroupeError } from '../../lib/index.ts';
import { ManualClock } from '../../lib/testkit/index.ts';
import { crash, gate, hold, lines, steady, world } from './pools.ts';

describe('RestartPool.spawn()', () => {
  it('runs the function with its arguments and gives what it returns', async () => {
    const { pool } = world();
    const task = pool.spawn((a: number, b: number) => a + b, 2, 3);
    const sum: number = await task.result;
    assert.equal(sum, 5);
  });

  it('gives what a promise of the function resolves with', async () => {
    const { pool } = world();
    const text: string = await pool.spawn(async (name: string) => `hello, ${name}`, 'world').result;
    assert.equal(text, 'hello, world');
  });

  it('returns before the function begins', async () => {
    const { pool, clock } = world();
    const seen: string[] = [];
    pool.spawn(() => seen.push('runs'));
    seen.push('spawned');
    await clock.settle();
    assert.deepEqual(seen, ['spawned', 'runs']);
  });

  it('numbers the tasks and names them after their functions', () => {
    const { pool } = world();
    const tasks = [pool.spawn(hold), pool.spawn(crash)];
    assert.deepEqual(
      tasks.map(({ id, name, state, restarts }) => ({ id, name, state, restarts })),
      [
        { id: 1, name: 'hold', state: 'running', restarts: 0 },
        { id: 2, name: 'crash', state: 'running', restarts: 0 },
      ],
    );
    assert.equal(String(tasks[1]), 'task 2 (crash)');
  });

  it('restarts a function that throws, with the same arguments, until it returns', async () => {
    const { pool, clock } = world(steady(100));
    const runs: unknown[][] = [];
    const list: string[] = [];
    const task = pool.spawn(
      (...args: unknown[]) => {
        runs.push([clock.now(), ...args]);
        if (runs.length < 3) throw new Error('crash');
        return 'done';
      },
      list,
      undefined,
      { restart: false },
    );
    await clock.advance(1000);
    assert.equal(await task.result, 'done');
    assert.deepEqual(
      runs.map(([time, , ...rest]) => [time, ...rest]),
      [0, 100, 200].map(time => [time, undefined, { restart: false }]),
    );
    for (const [, first] of runs) assert.equal(first, list);
    assert.equal(task.restarts, 2);
  });

  it('restarts a function whose promise rejects', async () => {
    const { pool, clock } = world(steady(100));
    let runs = 0;
    const task = pool.spawn(async () => {
      await undefined;
      if (++runs === 1) throw new Error('crash');
      return runs;
    });
    await clock.advance(100);
    assert.equal(await task.result, 2);
  });

  for (const value of [undefined, null, false, 0, new Error('only returned')]) {
    it(`never restarts a function that returns ${value}`, async () => {
      const { pool, clock } = world(steady(1));
      let runs = 0;
      const task = pool.spawn(() => {
        runs++;
        return value;
      });
      await clock.advance(10_000);
      assert.equal(await task.result, value);
      assert.deepEqual([runs, task.state], [1, 'done']);
    });
  }

  for (const thrown of ['text', undefined, null, 7, Object.create(null)]) {
    it(`restarts a function that throws no Error (${typeof thrown})`, async () => {
      const { pool, clock } = world(steady(100));
      const seen: Error[] = [];
      pool.on('crash', (_task, error) => seen.push(error));
      let runs = 0;
      const task = pool.spawn(() => {
        if (++runs === 1) throw thrown;
      });
      await clock.advance(100);
      await task.result;
      assert.instanceOf(seen[0], TroupeError);
      assert.equal(seen[0]?.cause, thrown);
    });
  }

  it('refuses what is no function', () => {
    const { pool } = world();
    const spawn = pool.spawn.bind(pool) as (...args: unknown[]) => unknown;
    assert.throws(() => spawn({}, 'text'), TypeError, 'spawn: expected a function, not "text"');
    assert.throws(() => spawn({}), TypeError, 'spawn: expected a function, not undefined');
    assert.throws(() => spawn('text'), TypeError, 'options must be an object, not "text"');
    assert.throws(() => spawn(), TypeError, 'options must be an object, not undefined');
  });

  it('refuses generator functions, which would do nothing', () => {
    const { pool } = world();
    assert.throws(() => pool.spawn(function* () {}), TypeError, 'use an async function');
    assert.throws(() => pool.spawn(async function* () {}), TypeError, 'use an async function');
  });

  it('refuses options that it does not know', () => {
    const { pool } = world();
    const spawn = pool.spawn.bind(pool) as (...args: unknown[]) => unknown;
    assert.throws(
      () => spawn({ max: 1 }, hold),
      TypeError,
      'there is no option "max"; the only one is restart',
    );
    assert.throws(() => spawn({ restart: 1 }, hold), TypeError, 'restart must be true or false, not 1');
    assert.isEmpty([...pool]);
  });
});

describe('restart', () => {
  it('false for a task: it runs once, and its result rejects with its error', async () => {
    const { pool, clock } = world(steady(1));
    const error = new Error('crash');
    let runs = 0;
    const task = pool.spawn({ restart: false }, () => {
      runs++;
      throw error;
    });
    await clock.advance(10_000);
    assert.equal(await rejection(task), error);
    assert.deepEqual([runs, task.restarts, task.state], [1, 0, 'done']);
  });

  it('false for the pool: its tasks run once', async () => {
    const { pool, clock } = world({ ...steady(1), restart: false });
    const counter = counting();
    pool.spawn(counter.run);
    await clock.advance(10_000);
    assert.equal(counter.runs, 1);
  });

  it('true for a task goes before false for its pool, at every crash', async () => {
    const { pool, clock } = world({ ...steady(1), restart: false });
    const counter = counting();
    pool.spawn({ restart: true }, counter.run);
    await clock.advance(10);
    assert.equal(counter.runs, 11);
  });

  it('undefined for a task is what the pool says', async () => {
    const { pool, clock } = world({ ...steady(1), restart: false });
    const counter = counting();
    pool.spawn({ restart: undefined }, counter.run);
    await clock.advance(10);
    assert.equal(counter.runs, 1);
  });

  it('as an argument of the function is left to the function', async () => {
    const { pool, clock } = world(steady(1));
    const seen: unknown[] = [];
    pool.spawn((options: object) => void seen.push(options), { restart: false });
    await clock.settle();
    assert.deepEqual(seen, [{ restart: false }]);
  });
});

describe('the pause before a restart', () => {
  it('is longer each time by default, from 100 ms up', async () => {
    const { pool, clock } = world({ max: Infinity });
    const counter = counting(() => clock.now());
    pool.spawn(counter.run);
    await clock.advance(3100);
    assert.deepEqual(counter.times, [0, 100, 300, 700, 1500, 3100]);
  });

  it('grows to its max and no further', async () => {
    const { pool, clock } = world({ max: Infinity, backoff: { min: 10, max: 40 } });
    const counter = counting(() => clock.now());
    pool.spawn(counter.run);
    await clock.advance(150);
    assert.deepEqual(counter.times, [0, 10, 30, 70, 110, 150]);
  });

  it('has jitter, so that tasks that crash together do not come back together', async () => {
    const chances = [0, 0.999];
    const { pool, clock } = world({
      random: () => chances.shift() ?? 0.5,
      backoff: { min: 100, jitter: 0.5 },
    });
    const times: number[] = [];
    pool.on('restart', () => times.push(clock.now()));
    for (let i = 0; i < 2; i++) pool.spawn(crash);
    await clock.advance(150);
    assert.deepEqual(times, [50, 149.9]);
  });

  it('is a matter of chance also when no source of chance is given', async () => {
    const { pool, clock } = world({ random: undefined });
    const delays = new Set<unknown>();
    pool.on('crash', (_task, _error, delay) => delays.add(delay));
    for (let i = 0; i < 10; i++) pool.spawn(crash);
    await clock.settle();
    assert.isAbove(delays.size, 1);
  });

  it('is short again after a quiet time', async () => {
    const { pool, clock } = world({ max: Infinity, backoff: { min: 100, resetAfter: 1000 } });
    const starts: number[] = [];
    const lengths = [0, 0, 2000, 0];
    pool.spawn(async () => {
      starts.push(clock.now());
      await new Promise<void>(resolve => void clock.after(lengths[starts.length - 1] ?? 0, resolve));
      if (starts.length < 5) throw new Error('crash');
    });
    await clock.advance(10_000);
    assert.deepEqual(starts, [0, 100, 300, 2400, 2600]);
  });

  it('is of its own for each task', async () => {
    const { pool, clock } = world({ max: Infinity });
    const [one, other] = [counting(() => clock.now()), counting(() => clock.now())];
    pool.spawn(one.run);
    await clock.advance(300);
    pool.spawn(other.run);
    await clock.advance(100);
    assert.deepEqual(
      [one.times, other.times],
      [
        [0, 100, 300],
        [300, 400],
      ],
    );
  });

  it('is always the same with a delay', async () => {
    const { pool, clock } = world({ delay: 250, max: Infinity });
    const counter = counting(() => clock.now());
    pool.spawn(counter.run);
    await clock.advance(1000);
    assert.deepEqual(counter.times, [0, 250, 500, 750, 1000]);
  });

  it('may be 0', async () => {
    const { pool, clock } = world({ delay: 0, max: 5 });
    const counter = counting();
    pool.spawn(counter.run);
    await clock.advance(0);
    assert.equal(counter.runs, 6);
  });
});

describe('max and within', () => {
  it('give a task up that crashes more often, and reject its result with the last error', async () => {
    const { pool, clock } = world({ delay: 10, max: 2, within: 1000 });
    let runs = 0;
    const gaveUp: unknown[] = [];
    pool.on('giveup', (task, error) => gaveUp.push([task.id, error.message, clock.now()]));
    const task = pool.spawn(() => {
      throw new Error(`crash ${++runs}`);
    });
    await clock.advance(10_000);
    assert.equal((await rejection(task)).message, 'crash 3');
    assert.deepEqual(gaveUp, [[1, 'crash 3', 20]]);
    assert.deepEqual([runs, task.restarts, task.state, clock.pending], [3, 2, 'done', 0]);
  });

  it('are 3 and 5000 ms unless given', async () => {
    const { pool, clock } = world({ delay: 1 });
    const counter = counting();
    pool.spawn(counter.run);
    await clock.advance(10_000);
    assert.equal(counter.runs, 4);
    const slow = counting();
    const patient = new RestartPool({ delay: 1667, clock, logger: lines().logger });
    patient.spawn(slow.run);
    await clock.advance(100_000);
    assert.isAbove(slow.runs, 50);
  });

  it('count for each task by itself', async () => {
    const { pool, clock } = world({ delay: 1, max: 2 });
    const counters = [counting(), counting()];
    for (const { run } of counters) pool.spawn(run);
    await clock.advance(100);
    assert.deepEqual(
      counters.map(({ runs }) => runs),
      [3, 3],
    );
  });

  it('of 0 mean no restart, and a giveup at the first crash', async () => {
    const { pool, clock } = world({ max: 0 });
    const gaveUp: number[] = [];
    pool.on('giveup', ({ id }) => gaveUp.push(id));
    const counter = counting();
    pool.spawn(counter.run);
    await clock.advance(1000);
    assert.deepEqual([counter.runs, gaveUp], [1, [1]]);
  });
});

describe('size', () => {
  it('lets so many run at once; the others follow in order', async () => {
    const { pool, clock } = world({ size: 2 });
    const started: number[] = [];
    const ends: (() => void)[] = [];
    const tasks = [1, 2, 3, 4].map(number =>
      pool.spawn(() => {
        started.push(number);
        return new Promise<void>(resolve => ends.push(resolve));
      }),
    );
    await clock.settle();
    assert.deepEqual(started, [1, 2]);
    assert.deepEqual(
      tasks.map(({ state }) => state),
      ['running', 'running', 'queued', 'queued'],
    );
    ends[1]?.();
    await clock.settle();
    assert.deepEqual(started, [1, 2, 3]);
    ends[0]?.();
    await clock.settle();
    assert.deepEqual(started, [1, 2, 3, 4]);
  });

  it('keeps the order when the queue runs empty and fills again, and when some leave it', async () => {
    const { pool } = world({ size: 1 });
    const seen: number[] = [];
    for (const round of [0, 10, 20]) {
      const tasks = [1, 2, 3, 4].map(number => pool.spawn(() => seen.push(round + number)));
      void tasks[1]?.cancel();
      await pool.join();
    }
    assert.deepEqual(seen, [1, 3, 4, 11, 13, 14, 21, 23, 24]);
  });

  it('keeps the place of a task that waits for its restart', async () => {
    const { pool, clock } = world({ size: 1, delay: 100 });
    const seen: string[] = [];
    pool.spawn(() => {
      seen.push(`first at ${clock.now()}`);
      if (seen.length === 1) throw new Error('crash');
    });
    pool.spawn(() => seen.push(`second at ${clock.now()}`));
    await clock.advance(50);
    pool.spawn(() => seen.push(`third at ${clock.now()}`));
    await clock.advance(1000);
    assert.deepEqual(seen, ['first at 0', 'first at 100', 'second at 100', 'third at 100']);
  });

  it('frees the place of a task that was given up', async () => {
    const { pool, clock } = world({ size: 1, delay: 1, max: 1 });
    pool.spawn(crash);
    const next = pool.spawn(() => 'next');
    await clock.advance(1);
    assert.equal(await next.result, 'next');
  });

  it('frees the place of a task that was cancelled while it waited for its restart', async () => {
    const { pool, clock } = world({ size: 1, delay: 1000 });
    const first = pool.spawn(crash);
    const next = pool.spawn(() => 'next');
    await clock.settle();
    await first.cancel();
    assert.equal(await next.result, 'next');
  });

  it('keeps the place of a cancelled task as long as its function runs', async () => {
    const { pool, clock } = world({ size: 1 });
    const [released, end] = gate();
    const first = pool.spawn(() => released);
    const next = pool.spawn(() => 'next');
    await clock.settle();
    const cancelled = first.cancel();
    await clock.settle();
    assert.deepEqual([first.state, next.state], ['stopping', 'queued']);
    end();
    await cancelled;
    assert.equal(await next.result, 'next');
  });
});

describe('Task.cancel()', () => {
  it('during the pause: the function never runs again', async () => {
    const { pool, clock } = world(steady(100));
    const counter = counting();
    const task = pool.spawn(counter.run);
    await clock.advance(50);
    await task.cancel();
    assert.deepEqual([task.state, clock.pending], ['done', 0]);
    await clock.advance(10_000);
    assert.equal(counter.runs, 1);
    assert.instanceOf(await rejection(task), AbortError);
  });

  it('before the function began: it never runs', async () => {
    const { pool, clock } = world();
    const counter = counting();
    const task = pool.spawn(counter.run);
    await task.cancel();
    await clock.advance(10_000);
    assert.equal(counter.runs, 0);
  });

  it('while it waits for a place: it never runs, and the next in line gets the place', async () => {
    const { pool, clock } = world({ size: 1 });
    const first = pool.spawn(hold);
    const counter = counting();
    const second = pool.spawn(counter.run);
    const third = pool.spawn(() => 'third');
    await second.cancel();
    await first.cancel();
    assert.equal(await third.result, 'third');
    await clock.settle();
    assert.equal(counter.runs, 0);
  });

  it('while it runs: aborts this.signal, with the error that the result rejects with', async () => {
    const { pool, clock } = world();
    let reason: unknown;
    const task = pool.spawn(async function () {
      await new Promise<void>(resolve => this.signal.addEventListener('abort', () => resolve()));
      reason = this.signal.reason;
    });
    await clock.settle();
    await task.cancel();
    const error = await rejection(task);
    assert.equal(reason, error);
    assert.equal(error.message, 'task 1 (an anonymous function) was cancelled');
  });

  it('rejects the result at once, and resolves itself when the function has returned', async () => {
    const { pool, clock } = world();
    const seen: string[] = [];
    const [released, end] = gate();
    const task = pool.spawn(() => released);
    await clock.settle();
    task.result.catch(() => seen.push('result'));
    void task.cancel().then(() => seen.push('cancelled'));
    await clock.settle();
    assert.deepEqual(seen, ['result']);
    end();
    await clock.settle();
    assert.deepEqual(seen, ['result', 'cancelled']);
  });

  it('is no crash when the function throws what the signal tells it', async () => {
    for (const thrown of [(reason: unknown) => reason, (cause: unknown) => new Error('stopped', { cause })]) {
      const { pool, clock, log } = world();
      const task = pool.spawn(async function () {
        await new Promise<void>(resolve => this.signal.addEventListener('abort', () => resolve()));
        throw thrown(this.signal.reason);
      });
      await clock.settle();
      await task.cancel();
      await clock.advance(10_000);
      assert.deepEqual(log, []);
    }
  });

  it('does not hide an error of the cleanup, which leads to no restart', async () => {
    const { pool, clock } = world();
    const seen: unknown[] = [];
    pool.on('crash', (task, error, delay) => seen.push([task.id, error.message, delay]));
    pool.on('restart', () => seen.push('restart'));
    const task = pool.spawn(async function () {
      await new Promise<void>(resolve => this.signal.addEventListener('abort', () => resolve()));
      throw new Error('cleanup');
    });
    await clock.settle();
    await task.cancel();
    await clock.advance(10_000);
    assert.deepEqual(seen, [[1, 'cleanup', undefined]]);
  });

  it('waits for the function each time that it is called', async () => {
    const { pool, clock } = world();
    const [released, end] = gate();
    const task = pool.spawn(() => released);
    await clock.settle();
    const seen: number[] = [];
    for (const call of [1, 2]) void task.cancel().then(() => seen.push(call));
    await clock.settle();
    assert.deepEqual([task.state, seen], ['stopping', []]);
    end();
    await clock.settle();
    assert.deepEqual([task.state, seen], ['done', [1, 2]]);
  });

  it('changes nothing about a task that is done', async () => {
    const { pool } = world();
    const task = pool.spawn(() => 'value');
    await task.result;
    await task.cancel();
    await task.cancel();
    assert.equal(await task.result, 'value');
  });

  it('can be called by the function itself and by each listener', async () => {
    for (const event of ['crash', 'restart'] as const) {
      const { pool, clock } = world(steady(10));
      const counter = counting();
      pool.on(event, (task: Task) => void task.cancel());
      const task = pool.spawn(counter.run);
      await clock.advance(1000);
      assert.deepEqual([counter.runs, task.state, clock.pending], [1, 'done', 0]);
    }
    const { pool, clock } = world(steady(10));
    const counter = counting();
    const task: Task = pool.spawn(() => {
      void task.cancel();
      counter.run();
    });
    await clock.advance(1000);
    assert.deepEqual([counter.runs, task.state], [1, 'done']);
  });
});

describe('this.signal', () => {
  it('of a run that has crashed is not aborted any more', async () => {
    const { pool, clock } = world(steady(100));
    const signals: AbortSignal[] = [];
    const task = pool.spawn(function () {
      signals.push(this.signal);
      throw new Error('crash');
    });
    await clock.advance(150);
    await task.cancel();
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [false, false],
    );
  });

  it('is a new one for each run, so that nothing piles up on it', async () => {
    const { pool, clock } = world(steady(1));
    const signals = new Set<AbortSignal>();
    const task = pool.spawn(function () {
      signals.add(this.signal);
      if (signals.size < 3) throw new Error('crash');
    });
    await clock.advance(10);
    await task.result;
    assert.deepEqual(
      [...signals].map(({ aborted }) => aborted),
      [false, false, false],
    );
  });
});

describe('RestartPool.join()', () => {
  it('resolves at once when there is no task', async () => {
    await world().pool.join();
  });

  it('waits for what waits to be restarted, queued or spawned meanwhile', async () => {
    const { pool, clock } = world({ size: 1, delay: 100 });
    const seen: string[] = [];
    let runs = 0;
    pool.spawn(() => {
      if (++runs === 1) throw new Error('crash');
      seen.push('restarted');
      pool.spawn(async () => {
        await new Promise<void>(resolve => void clock.after(50, resolve));
        seen.push('later');
      });
    });
    pool.spawn(() => seen.push('queued'));
    void pool.join().then(() => seen.push('joined'));
    await clock.advance(99);
    assert.deepEqual(seen, []);
    await clock.advance(51);
    assert.deepEqual(seen, ['restarted', 'queued', 'later', 'joined']);
  });

  it('resolves, and does not reject, when tasks are given up or cancelled', async () => {
    const { pool, clock } = world({ max: 0 });
    pool.spawn(crash);
    const task = pool.spawn(hold);
    const joined = pool.join();
    await clock.settle();
    void task.cancel();
    await joined;
    assert.isEmpty([...pool]);
  });
});

describe('RestartPool.kill()', () => {
  it('cancels what runs, what waits to be restarted, and what is queued', async () => {
    const { pool, clock } = world({ size: 2, delay: 100 });
    const counters = [counting(), counting()];
    const tasks = [pool.spawn(hold), ...counters.map(({ run }) => pool.spawn(run))];
    await clock.settle();
    assert.deepEqual(
      tasks.map(({ state }) => state),
      ['running', 'waiting', 'queued'],
    );
    await pool.kill();
    assert.isEmpty([...pool]);
    await clock.advance(10_000);
    assert.deepEqual(
      counters.map(({ runs }) => runs),
      [1, 0],
    );
    for (const task of tasks) assert.instanceOf(await rejection(task), AbortError);
    assert.equal(clock.pending, 0);
  });

  it('resolves when nothing runs any more', async () => {
    const { pool, clock } = world();
    const seen: string[] = [];
    pool.spawn(async function () {
      await new Promise<void>(resolve => this.signal.addEventListener('abort', () => resolve()));
      await new Promise<void>(resolve => void clock.after(50, resolve));
      seen.push('cleaned up');
    });
    await clock.settle();
    void pool.kill().then(() => seen.push('killed'));
    await clock.advance(49);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, ['cleaned up', 'killed']);
  });

  it('leaves a pool that can be used again', async () => {
    const { pool } = world({ size: 1 });
    pool.spawn(hold);
    await pool.kill();
    assert.equal(await pool.spawn(() => 'again').result, 'again');
  });

  it('happens at the end of an await using block', async () => {
    const { pool } = world();
    const task = pool.spawn(hold);
    await pool[Symbol.asyncDispose]();
    assert.equal(task.state, 'done');
  });
});

describe('a RestartPool, iterated', () => {
  it('gives the tasks that are not done, the oldest first', async () => {
    const { pool, clock } = world({ size: 3, delay: 100 });
    const [running, waiting, done, queued] = [
      pool.spawn(hold),
      pool.spawn(crash),
      pool.spawn(() => {}),
      pool.spawn(hold),
      pool.spawn(hold),
    ];
    await clock.settle();
    assert.equal(done.state, 'done');
    assert.deepEqual(
      [...pool].map(({ id }) => id),
      [running.id, waiting.id, queued.id, 5],
    );
  });

  it('may be changed meanwhile', async () => {
    const { pool } = world();
    for (let i = 0; i < 3; i++) pool.spawn(hold);
    for (const task of pool) await task.cancel();
    assert.isEmpty([...pool]);
  });
});

describe('new RestartPool()', () => {
  const refused: [unknown, string][] = [
    [null, 'new RestartPool(options): options must be an object, not null'],
    [7, 'options must be an object, not 7'],
    [{ sise: 1 }, 'there is no option "sise"; the options are size, delay, backoff'],
    [{ size: 0 }, 'size must be a whole number of tasks from 1 up, or Infinity, not 0'],
    [{ size: 1.5 }, 'not 1.5'],
    [{ size: '2' }, 'not "2"'],
    [{ delay: -1 }, 'delay must be milliseconds from 0 up, not -1'],
    [{ delay: Number.NaN }, 'not NaN'],
    [{ delay: Infinity }, 'not Infinity'],
    [{ delay: 1, backoff: { min: 1 } }, 'delay and backoff exclude each other'],
    [{ backoff: { min: -1 } }, 'backoff: min must be'],
    [{ backoff: null }, 'backoff must be an object'],
    [{ max: -1 }, 'max must be a whole number of restarts'],
    [{ within: 0 }, 'within must be more than 0 milliseconds'],
    [{ restart: 'no' }, 'restart must be true or false, not "no"'],
    [{ logger: {} }, 'logger must have debug(), info(), warn() and error(), not be {}'],
    [{ logger: null }, 'not be null'],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}: ${message}`, () => {
      assert.throws(() => new RestartPool(options as RestartPoolOptions), TypeError, message);
    });
  }

  it('takes undefined for what is not given', async () => {
    const options = {
      size: undefined,
      delay: undefined,
      backoff: undefined,
      max: undefined,
      clock: undefined,
    };
    assert.equal(await new RestartPool(options).spawn(() => 1).result, 1);
  });

  it('works on the clock of the system when none is given', async () => {
    const pool = new RestartPool({ delay: 0, logger: lines().logger });
    let runs = 0;
    const task = pool.spawn(() => {
      if (++runs === 1) throw new Error('crash');
      return runs;
    });
    assert.equal(await task.result, 2);
  });

  it('can share a clock with others', async () => {
    const clock = new ManualClock();
    const pools = [1, 2].map(() => new RestartPool({ clock, delay: 10, logger: lines().logger }));
    for (const pool of pools) pool.spawn(crash);
    await clock.settle();
    assert.equal(clock.pending, 2);
  });
});

interface Counting {
  runs: number;
  readonly times: number[];
  readonly run: () => never;
}

/** A function that crashes each time, and how often that was, and when. */
function counting(now = () => 0): Counting {
  const counter: Counting = {
    runs: 0,
    times: [],
    run() {
      counter.runs++;
      counter.times.push(now());
      throw new Error(`crash ${counter.runs}`);
    },
  };
  return counter;
}

const rejection = (task: Task): Promise<Error> =>
  task.result.then(
    value => assert.fail(`the result is ${value}`),
    error => error,
  );
