import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import { childProcess, silentLogger, thread } from '../../../lib/index.ts';
import {
  Arbiter,
  balancing,
  type Monitor,
  MonitorGaveUp,
  WorkerDown,
  type WorkerInfo,
  WorkerReady,
} from '../../../lib/pool/index.ts';
import { rejection } from '../../core/support.ts';
import { isAlive } from './alive.ts';
import { Hand } from './workers.ts';

interface Where {
  readonly name: string;
  readonly pid: number;
  readonly threadId: number;
  readonly slot: number | undefined;
}

describe('workers in processes of their own', function () {
  this.timeout(30_000);
  const arbiters: Arbiter[] = [];
  afterEach(() => Promise.all(arbiters.splice(0).map(arbiter => arbiter.stop())));

  async function start(exitTimeout = 5000): Promise<Arbiter> {
    const arbiter = await Arbiter.start({ node: { logger: silentLogger }, exitTimeout });
    arbiters.push(arbiter);
    return arbiter;
  }

  const patient = 20_000;
  const workersOf = async (monitor: Monitor) => (await monitor.info({ timeout: patient })).workers;
  const pidsOf = async (monitor: Monitor) => (await workersOf(monitor)).map(({ pid }) => pid as number);
  const readyAgain = ({ node }: Arbiter) => node.events.once(WorkerReady);

  it('run there, with the parameters of their slots, and say how they do', async () => {
    const arbiter = await start();
    const web = arbiter.addMonitor('web', { actor: Hand, workers: 3, params: slot => ({ slot }) });
    await web.ready;
    const answers: Where[] = [];
    for (let i = 0; i < 4; i++) answers.push((await web.ref.ask('where')) as Where);
    assert.deepEqual(
      answers.map(({ name, slot }) => [name, slot]),
      [0, 1, 2, 0].map(slot => [`${slot}`, slot]),
    );
    const workers = await workersOf(web);
    assert.deepEqual(
      workers.map(({ pid }) => pid),
      answers.slice(0, 3).map(({ pid }) => pid),
    );
    assert.equal(new Set([process.pid, ...workers.map(({ pid }) => pid)]).size, 4);
    assert.deepEqual(
      workers.map(({ handled, concurrent, state, restarts, isAnswering }) => [
        ...[handled, concurrent, state, restarts, isAnswering],
      ]),
      [2, 1, 1].map(handled => [handled, 0, 'ready', 0, true]),
    );
    for (const { memory } of workers) assert.isAbove(memory?.heapUsed ?? 0, 1_000_000);
  });

  it('take their messages from one queue, if they are to', async () => {
    const arbiter = await start();
    for (const on of [thread(), childProcess()]) {
      const options = { actor: Hand, workers: 2, strategy: balancing(), on };
      const web = arbiter.addMonitor(`web${arbiter.monitors.length}`, options);
      await web.ready;
      const long = web.ref.ask(300);
      const answers = [1, 2, 3, 4].map(n => web.ref.ask(n));
      assert.equal(await Promise.race([long, ...answers.slice(3)]), 'slept 4');
      await web.resize(0);
      assert.equal(await long, 'slept 300');
      const waiting = web.ref.ask('hello');
      await web.resize(1);
      assert.equal(await waiting, 'hello');
    }
  });

  it('leave nobody waiting for an answer who was told with them to stop', async () => {
    const arbiter = await start();
    const web = arbiter.addMonitor('web', { actor: Hand });
    await web.ready;
    web.ref.tell('stop');
    const { name } = await rejection(web.ref.ask('hello', { timeout: patient }));
    assert.equal(name, 'ActorStopped');
  });

  it('say how much they have to do in the middle of something', async () => {
    const arbiter = await start();
    const web = arbiter.addMonitor('web', { actor: Hand });
    await web.ready;
    // They cross together: when the first one has begun, the others have come.
    const answers = ['begin', 'x', 'y'].map(message => web.ref.ask(message));
    await answers[0];
    const [worker] = await workersOf(web);
    assert.deepEqual([worker?.concurrent, worker?.handled], [3, 1]);
    await Promise.all(answers);
    const [later] = await workersOf(web);
    assert.deepEqual([later?.concurrent, later?.handled], [0, 3]);
  });

  it('are replaced when they are killed; the others do not notice', async () => {
    const arbiter = await start();
    const web = arbiter.addMonitor('web', { actor: Hand, workers: 3 });
    await web.ready;
    const before = await pidsOf(web);
    const again = readyAgain(arbiter);
    process.kill(before[1] as number, 'SIGKILL');
    assert.equal((await again).slot, 1);
    const workers = await workersOf(web);
    const after = workers.map(({ pid }) => pid);
    assert.deepEqual([after[0], after[2]], [before[0], before[2]]);
    assert.notInclude(before, after[1]);
    assert.deepEqual(
      workers.map(({ restarts }) => restarts),
      [0, 1, 0],
    );
    assert.match(workers[1]?.lastCause ?? '', /^ProcessExited: .*SIGKILL/);
    assert.equal(workers[1]?.handled, 0);
    assert.equal(await web.workers[1]?.ask('hello'), 'hello');
  });

  it('are replaced when they exit, or end what they had to do and stop', async () => {
    const arbiter = await start();
    const web = arbiter.addMonitor('web', { actor: Hand });
    await web.ready;
    for (const message of ['exit', 'stop']) {
      const [before] = await pidsOf(web);
      const again = readyAgain(arbiter);
      web.ref.tell(message);
      await again;
      assert.notEqual((await pidsOf(web))[0], before);
    }
  });

  it('are replaced when they have not answered for so long, also when they spin', async () => {
    const arbiter = await start();
    const web = arbiter.addMonitor('web', { actor: Hand, workers: 2, timeout: 2500 });
    await web.ready;
    const [pid] = await pidsOf(web);
    const lost = arbiter.node.events.once(WorkerDown);
    const again = readyAgain(arbiter);
    const worker = web.workers[0] as Hand['ref'];
    await worker.ask('spin');
    const asked = worker.ask('hello', { timeout: patient });

    let [silent, other] = (await web.info({ timeout: 100 })).workers as [WorkerInfo, WorkerInfo];
    while (silent.isAnswering)
      [silent, other] = (await web.info({ timeout: 100 })).workers as [WorkerInfo, WorkerInfo];
    assert.deepEqual([silent.pid, silent.state, other.isAnswering], [pid, 'ready', true]);
    assert.isAtLeast(silent.age ?? 0, 1);

    const { slot, error } = await lost;
    assert.deepEqual([slot, (error as { code?: string }).code], [0, 'OVERRUN']);
    assert.equal(await asked, 'hello', 'by the next one: this one had not begun it');
    await again;
    assert.notEqual((await pidsOf(web))[0], pid);
    assert.isFalse(isAlive(pid as number));
  });

  it('stay when they are only idle, or wait, however short the timeout is', async () => {
    const arbiter = await start();
    const web = arbiter.addMonitor('web', { actor: Hand, workers: 2, timeout: 1000 });
    await web.ready;
    const before = await pidsOf(web);
    assert.equal(await web.ref.ask(3000), 'slept 3000');
    assert.deepEqual(await pidsOf(web), before);
  });

  it('take their monitor with them when they never start, and no other', async () => {
    const arbiter = await start();
    const directory = mkdtempSync(join(tmpdir(), 'troupe-arbiter-'));
    const brake = join(directory, 'brake');
    writeFileSync(brake, '');
    const gaveUp = arbiter.node.events.once(MonitorGaveUp);
    const good = arbiter.addMonitor('good', { actor: Hand });
    const bad = arbiter.addMonitor('bad', {
      ...{ actor: Hand, params: (slot: number) => ({ slot, brake }) },
      ...{ intensity: 1, period: 60_000, backoff: { min: 10 } },
    });
    const { monitor, error } = await gaveUp;
    assert.equal(monitor, 'bad');
    assert.match(String((error.cause as Error).message), /cannot start/);
    assert.equal(await rejection(bad.ready), error);
    assert.equal(bad.state, 'failed');
    await good.ready;
    assert.equal(await good.ref.ask('hello'), 'hello');
    rmSync(directory, { recursive: true });
  });

  it('are reloaded without a question that is not answered', async () => {
    const arbiter = await start();
    const web = arbiter.addMonitor('web', { actor: Hand, workers: 2 });
    await web.ready;
    const before = await pidsOf(web);
    let isOver = false;
    const reloaded = web.reload().then(() => {
      isOver = true;
    });
    let answered = 0;
    const answerers = new Set<number>();
    while (!isOver) {
      const questions = [web.ref.ask<Where>('where'), web.ref.ask<Where>('where'), web.ref.ask(20)];
      for (const answer of await Promise.all(questions))
        if (typeof answer === 'object') answerers.add((answer as Where).pid);
      answered += questions.length;
    }
    await reloaded;
    const after = await pidsOf(web);
    assert.isAbove(answered, 3);
    assert.deepEqual(
      after.filter(pid => before.includes(pid)),
      [],
    );
    for (const pid of before) {
      assert.isTrue(answerers.has(pid));
      assert.isFalse(isAlive(pid));
    }
  });

  it('end what they have been told when somebody sends them TERM, and are replaced; HUP and INT do nothing', async () => {
    const arbiter = await start();
    const web = arbiter.addMonitor('web', { actor: Hand });
    await web.ready;
    const [pid] = (await pidsOf(web)) as [number];
    for (const signal of ['SIGHUP', 'SIGINT']) process.kill(pid, signal);
    assert.equal(((await web.ref.ask('where')) as Where).pid, pid);
    const answers = [web.ref.ask(300), web.ref.ask('queued')];
    await workersOf(web);
    const again = readyAgain(arbiter);
    process.kill(pid, 'SIGTERM');
    assert.deepEqual(await Promise.all(answers), ['slept 300', 'queued']);
    await again;
    const [worker] = await workersOf(web);
    assert.notEqual(worker?.pid, pid);
    assert.match(worker?.lastCause ?? '', /has ended \(stopped\)/);
  });

  it('are gone when the arbiter has stopped, also one that spins and may do so', async () => {
    const arbiter = await start(300);
    const timeout = Number.POSITIVE_INFINITY;
    const web = arbiter.addMonitor('web', { actor: Hand, workers: 2, timeout });
    await web.ready;
    const pids = await pidsOf(web);
    web.ref.tell('spin');
    await arbiter.stop();
    for (const pid of pids) assert.isFalse(isAlive(pid));
  });

  it('can share one, and are counted each by itself', async () => {
    const arbiter = await start();
    const web = arbiter.addMonitor('web', { actor: Hand, workers: 2, on: childProcess({ shared: 'web' }) });
    await web.ready;
    await Promise.all([web.ref.ask('a'), web.ref.ask('b'), web.ref.ask('c')]);
    const workers = await workersOf(web);
    assert.equal(new Set(workers.map(({ pid }) => pid)).size, 1);
    assert.deepEqual(
      workers.map(({ handled }) => handled),
      [2, 1],
    );
  });

  it('can be named by a text, and have parameters all the same', async () => {
    const arbiter = await start();
    const actor = './spec/pool/arbiter/workers.ts#Hand';
    const web = arbiter.addMonitor('web', { actor, params: slot => ({ slot: slot + 7 }) });
    await web.ready;
    const { slot, pid } = await web.ref.ask<Where>('where');
    assert.equal(slot, 7);
    assert.notEqual(pid, process.pid);
  });

  it('can be threads: in this process, each with its own number', async () => {
    const arbiter = await start();
    const web = arbiter.addMonitor('web', { actor: Hand, workers: 2, on: thread(), timeout: 2500 });
    await web.ready;
    const before = await workersOf(web);
    for (const { pid } of before) assert.equal(pid, process.pid);
    assert.equal(new Set([0, ...before.map(({ threadId }) => threadId)]).size, 3);
    const again = readyAgain(arbiter);
    web.workers[0]?.tell('spin');
    assert.equal((await again).slot, 0);
    const after = await workersOf(web);
    assert.equal(after[1]?.threadId, before[1]?.threadId);
    assert.notEqual(after[0]?.threadId, before[0]?.threadId);
    assert.match(after[0]?.lastCause ?? '', /^Overrun/);
  });
});
