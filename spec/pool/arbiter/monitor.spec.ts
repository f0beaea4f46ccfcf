import { assert } from 'chai';
import { ActorError, CreateFailed, DeadLetter, RestartsExhausted, remote } from '../../../lib/index.ts';
import {
  Broadcast,
  balancing,
  consistentHash,
  type Monitor,
  MonitorGaveUp,
  routees,
  WorkerDown,
  WorkerReady,
  WorkerReplaced,
} from '../../../lib/pool/index.ts';
import { gate, heard, outcomeOf, rejection } from '../../core/support.ts';
import { assertBalanced } from '../support.ts';
import { infoOf, namesOf, playing, Script, startArbiter } from './support.ts';

describe('a monitor', () => {
  it('has a worker in each slot, with the parameters for it', async () => {
    const { clock, arbiter } = await startArbiter();
    const slots: number[] = [];
    const script = new Script();
    const web = arbiter.addMonitor('web', {
      ...playing(script),
      workers: 3,
      params: slot => {
        slots.push(slot);
        return { script, slot };
      },
    });
    await clock.settle();
    await web.ready;
    assert.deepEqual(slots, [0, 1, 2]);
    assert.deepEqual(
      web.workers.map(({ address }) => address),
      ['/arbiter/web/0', '/arbiter/web/1', '/arbiter/web/2'],
    );
    assert.deepEqual([web.state, web.size], ['running', 3]);
  });

  it('is a pool: it passes messages on, with the sender', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const script = new Script();
    const { ref } = arbiter.addMonitor('web', { ...playing(script), workers: 2 });
    const answers = Promise.all([ref.ask('who'), ref.ask('who'), ref.ask('who')]);
    await clock.settle();
    assert.deepEqual(await answers, ['0', '1', '0']);
    ref.tell(new Broadcast('all'));
    await clock.settle();
    assert.deepEqual(script.diary.slice(-2), ['0: all', '1: all']);
    assert.deepEqual(namesOf(await routees(ref)), ['0', '1']);
    assertBalanced(node);
  });

  it('routes as its strategy says', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const strategy = consistentHash((message: unknown) => message);
    const { ref } = arbiter.addMonitor('web', { ...playing(script), workers: 3, strategy });
    for (let i = 0; i < 5; i++) ref.tell('same');
    await clock.settle();
    assert.equal(new Set(script.diary.slice(3)).size, 1);
    const queue = new Script();
    const jobs = arbiter.addMonitor('jobs', { ...playing(queue), workers: 2, strategy: balancing() });
    for (const message of ['wait', 'a', 'b']) jobs.ref.tell(message);
    await clock.settle();
    assert.deepEqual(queue.diary.slice(2), ['1: a', '1: b']);
    queue.gate.open();
  });

  it('starts a worker that fails again, with its ref and what it has been told', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const lost = heard(node, WorkerDown);
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 1 });
    await clock.advance(1000);
    const [worker] = web.workers;
    web.ref.tell('fail').tell('after');
    await clock.settle();
    await clock.advance(0);
    assert.deepEqual(script.diary, ['0 starts', '0 ends', '0 starts', '0: after']);
    assert.deepEqual(web.workers, [worker as never]);
    const { restarts, lastCause, state } = (await infoOf(web, clock)).workers[0] ?? {};
    assert.deepEqual([restarts, lastCause, state], [1, 'RangeError: as told', 'ready']);
    assert.deepEqual(
      lost.map(({ monitor, slot, delay, error }) => [monitor, slot, delay, error.message]),
      [['web', 0, 0, 'as told']],
    );
  });

  it('spawns one that ends by itself or is killed again, under its name', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2 });
    await clock.advance(1000);
    web.workers[0]?.tell('stop');
    web.workers[1]?.kill();
    await clock.settle();
    assert.deepEqual(namesOf(web.workers), []);
    const waiting = (await infoOf(web, clock)).workers;
    assert.deepEqual(
      waiting.map(({ name, address, state, restarts }) => [name, address, state, restarts]),
      ['0', '1'].map(name => [`web/${name}`, `/arbiter/web/${name}`, 'waiting', 1]),
    );
    await clock.advance(0);
    assert.deepEqual(namesOf(web.workers), ['0', '1']);
    const { workers, restarts } = await infoOf(web, clock);
    assert.deepEqual(
      workers.map(({ lastCause }) => lastCause),
      ['ActorStopped: /arbiter/web/0 has ended (stopped)', 'ActorStopped: /arbiter/web/1 has ended (killed)'],
    );
    assert.equal(restarts, 2);
  });

  it('gives messages to those that are ready, while another waits for its restart', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2 });
    await clock.settle();
    web.workers[0]?.tell('fail');
    await clock.settle();
    for (const message of ['a', 'b', 'c']) web.ref.tell(message);
    await clock.settle();
    assert.deepEqual(script.diary.slice(-3), ['1: a', '1: b', '1: c']);
    await clock.advance(200);
    web.ref.tell('d').tell('e');
    await clock.settle();
    assert.deepEqual(
      script.diary
        .slice(-2)
        .map(line => line[0])
        .sort(),
      ['0', '1'],
    );
  });

  it('keeps messages while there is nobody, who will come', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', {
      ...playing(script),
      workers: 2,
      backoff: { min: 100, jitter: 0 },
    });
    await clock.settle();
    for (const worker of web.workers) worker.kill();
    await clock.settle();
    assert.deepEqual(web.workers, []);
    const answers = Promise.all([web.ref.ask('who'), web.ref.ask('who')]);
    await clock.settle();
    assert.equal(node.stats().stashed, 2);
    await clock.advance(100);
    assert.deepEqual(await answers, ['0', '0']); // it came first
    assert.deepEqual([node.stats().stashed, node.stats().deadLetters.total], [0, 0]);
    assertBalanced(node);
  });

  it('keeps nothing for nobody: without workers, and without load to bring them, there are dead letters', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const web = arbiter.addMonitor('web', { ...playing(new Script()), workers: 0 });
    await clock.settle();
    const answer = rejection(web.ref.ask('who'));
    await clock.settle();
    assert.equal((await answer).name, 'ActorStopped');
    assert.equal(node.stats().deadLetters.notFound, 1);
    assertBalanced(node);
  });

  it('has workers again when there is something to do, though load has left none', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const scaling = { interval: 100, patience: 2 };
    const web = arbiter.addMonitor('web', { ...playing(new Script()), workers: 1, min: 0, max: 2, scaling });
    await clock.advance(1000);
    assert.equal(web.size, 0);
    const answer = web.ref.ask('who');
    await clock.advance(100);
    assert.deepEqual([await answer, web.size], ['0', 1]);
    assertBalanced(node);
  });

  it('keeps messages while nobody is ready', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const script = new Script();
    script.startGate = gate();
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2 });
    web.ref.tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(script.diary, []);
    assert.equal(web.state, 'starting');
    script.startGate.open();
    await clock.settle();
    assert.deepEqual(script.diary.sort(), ['0 starts', '0: a', '1 starts', '1: b']);
    assertBalanced(node);
  });

  it('tells when workers are ready', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const ready = heard(node, WorkerReady);
    const web = arbiter.addMonitor('web', { ...playing(new Script()), workers: 2 });
    await clock.settle();
    assert.deepEqual(
      ready.map(({ monitor, slot, ref }) => [monitor, slot, ref]),
      web.workers.map((ref, slot) => ['web', slot, ref]),
    );
  });
});

describe('a worker that fails to start', () => {
  it('is tried again, after a while that is longer each time', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const lost = heard(node, WorkerDown);
    const script = new Script();
    script.startErrors.set(
      0,
      [1, 2, 3].map(i => new RangeError(`no ${i}`)),
    );
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2 });
    const ready = outcomeOf(web.ready);
    await clock.settle();
    assert.deepEqual(ready, []);
    assert.deepEqual((await infoOf(web, clock)).ready, 1);
    await clock.advance(1000);
    assert.deepEqual(ready, [undefined]);
    assert.deepEqual(
      lost.map(({ delay, error }) => [delay, error.message]),
      [
        [100, 'no 1'],
        [200, 'no 2'],
        [400, 'no 3'],
      ],
    );
    assert.equal(script.starts, 5);
  });

  it('makes the monitor give up when it fails too often, and no other', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const gaveUp = heard(node, MonitorGaveUp);
    const script = new Script();
    script.startErrors.set(0, Array(100).fill(new RangeError('cannot start')));
    const bad = arbiter.addMonitor('bad', { ...playing(script), workers: 1 });
    const good = arbiter.addMonitor('good', { ...playing(new Script()), workers: 1 });
    const ready = rejection(bad.ready);
    await clock.advance(10_000);
    assert.equal(script.starts, 6);
    assert.equal(bad.state, 'failed');
    assert.instanceOf(bad.error, RestartsExhausted);
    assert.match(bad.error?.message ?? '', /"bad" gives up.*worker 0 .*5 within 10000 ms.*cannot start/);
    assert.equal(await ready, bad.error);
    assert.deepEqual(
      gaveUp.map(({ monitor, ref, error }) => [monitor, ref, error]),
      [['bad', bad.ref, bad.error]] as never,
    );
    assert.equal(good.state, 'running');
    const answer = good.ref.ask('who');
    await clock.settle();
    assert.equal(await answer, '0');
    const info = arbiter.info();
    await clock.settle();
    assert.deepEqual(
      (await info).monitors.map(({ name, state, lastCause }) => [name, state, lastCause?.slice(0, 17)]),
      [
        ['bad', 'failed', 'RestartsExhausted'],
        ['good', 'running', undefined],
      ],
    );
  });

  it('is tried for ever when there is no limit', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    script.startErrors.set(0, Array(40).fill(new RangeError('cannot start')));
    const options = { intensity: Number.POSITIVE_INFINITY, backoff: { min: 100, max: 100, jitter: 0 } };
    const web = arbiter.addMonitor('web', { ...playing(script), ...options });
    await clock.advance(5000);
    assert.deepEqual([script.starts, web.state], [41, 'running']);
  });

  it('is also one whose parameters can not be made', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const lost = heard(node, WorkerDown);
    const script = new Script();
    let calls = 0;
    const web = arbiter.addMonitor('web', {
      ...playing(script),
      params: slot => {
        if (++calls === 1) throw new RangeError('no parameters');
        return { script, slot };
      },
    });
    await clock.advance(100);
    assert.deepEqual(
      lost.map(({ error, ref }) => [error.message, ref]),
      [['no parameters', undefined]],
    );
    assert.equal(web.state, 'running');
  });

  it('can be the end of the monitor at once', async () => {
    const { clock, arbiter } = await startArbiter();
    const web = arbiter.addMonitor('web', {
      ...playing(new Script()),
      intensity: 0,
      params: () => {
        throw new RangeError('no parameters');
      },
    });
    const refused = rejection(web.ready);
    await clock.settle();
    assert.equal(web.state, 'failed');
    assert.equal(await refused, web.error);
    assert.match(web.error?.message ?? '', /no parameters/);
  });
});

describe('a worker that fails again and again', () => {
  it('makes the monitor give up, though it was ready each time', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const errors = heard(node, ActorError);
    const web = arbiter.addMonitor('web', { ...playing(new Script()), workers: 2 });
    for (let i = 0; i < 6; i++) {
      await clock.advance(1000);
      web.workers[1]?.tell('fail');
      await clock.settle();
    }
    assert.equal(web.state, 'failed');
    assert.equal(errors.at(-1)?.ref, web.ref as never);
    assert.deepEqual(web.workers, []);
  });

  it('has the restarts of others to itself', async () => {
    const { clock, arbiter } = await startArbiter();
    const web = arbiter.addMonitor('web', { ...playing(new Script()), workers: 8, intensity: 1 });
    await clock.advance(1000);
    web.ref.tell(new Broadcast('fail'));
    await clock.advance(100);
    assert.equal(web.state, 'running');
    assert.equal((await infoOf(web, clock)).ready, 8);
  });
});

describe('monitor.resize()', () => {
  it('adds workers, and takes the last ones away when they have done what they were told', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2 });
    await clock.settle();
    const grown = web.resize(4);
    await clock.settle();
    await grown;
    assert.deepEqual(namesOf(web.workers), ['0', '1', '2', '3']);

    web.workers[3]?.tell('wait').tell('last');
    await clock.settle();
    const shrunk = outcomeOf(web.resize(1));
    await clock.settle();
    assert.deepEqual([namesOf(web.workers), shrunk, web.size], [['0'], [], 1]);
    assert.deepEqual(
      (await infoOf(web, clock)).workers.map(({ name, state }) => [name, state]),
      [
        ['web/0', 'ready'],
        ['web/3', 'stopping'],
      ],
    );
    script.gate.open();
    await clock.settle();
    assert.deepEqual(shrunk, [undefined]);
    assert.deepEqual(script.diary.slice(-3), ['3: wait', '3: last', '3 ends']);
    assertBalanced(node);
  });

  it('goes on keeping the workers alive afterwards', async () => {
    const { clock, arbiter } = await startArbiter();
    const web = arbiter.addMonitor('web', { ...playing(new Script()), workers: 3 });
    await clock.advance(1000);
    void web.resize(2);
    await clock.settle();
    web.workers[0]?.kill();
    await clock.advance(0);
    assert.deepEqual(namesOf(web.workers), ['0', '1']);
    void web.resize(3);
    await clock.settle();
    assert.deepEqual(namesOf(web.workers), ['0', '1', '2']);
  });

  it('to 0 leaves none, whose messages are dead letters, until there are some again', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const dead = heard(node, DeadLetter);
    const web = arbiter.addMonitor('web', { ...playing(new Script()), workers: 2 });
    await clock.settle();
    const resized = web.resize(0);
    await clock.settle();
    await resized;
    web.ref.tell('lost');
    await clock.settle();
    assert.deepEqual(
      dead.map(({ message, reason }) => [message, reason]),
      [['lost', 'notFound']],
    );
    void web.resize(1);
    const answer = web.ref.ask('who');
    await clock.settle();
    assert.equal(await answer, '0');
    assertBalanced(node);
  });

  it('kills those that do not end within exitTimeout', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2, exitTimeout: 700 });
    await clock.settle();
    web.workers[1]?.tell('wait');
    await clock.settle();
    const shrunk = outcomeOf(web.resize(1));
    await clock.advance(699);
    assert.deepEqual(shrunk, []);
    await clock.advance(1);
    assert.deepEqual(shrunk, [undefined]);
    script.gate.open();
  });

  it('refuses what is no size', async () => {
    const { clock, arbiter } = await startArbiter();
    const web = arbiter.addMonitor('web', { ...playing(new Script()) });
    for (const size of [-1, 1.5, Number.NaN, '2' as never]) {
      const refused = rejection(web.resize(size));
      await clock.settle();
      assert.match((await refused).message, /resize: size must be a whole number from 0/);
    }
  });
});

describe('monitor.reload()', () => {
  it('replaces the workers one after the other; each goes when the next one is ready', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const replaced = heard(node, WorkerReplaced);
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2 });
    await clock.settle();
    script.diary.length = 0;
    script.startGate = gate();
    const reloaded = outcomeOf(web.reload());
    await clock.settle();
    web.ref.tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(script.diary, ['0: a', '1: b']);
    assert.deepEqual(
      (await infoOf(web, clock)).workers.map(({ name, slot, state }) => [name, slot, state]),
      [
        ['web/0', 0, 'ready'],
        ['web/0.2', 0, 'starting'],
        ['web/1', 1, 'ready'],
      ],
    );
    script.startGate.open();
    await clock.settle();
    assert.deepEqual(script.diary.slice(2), ['0.2 starts', '0 ends', '1.2 starts', '1 ends']);
    assert.deepEqual(reloaded, [undefined]);
    assert.deepEqual(
      replaced.map(({ slot, ref, reason }) => [slot, ref.name, reason]),
      [
        [0, '0.2', 'reload'],
        [1, '1.2', 'reload'],
      ],
    );
    assert.equal((await infoOf(web, clock)).restarts, 0);
    void web.reload();
    await clock.settle();
    assert.deepEqual(namesOf(web.workers), ['0', '1']);
    assertBalanced(node);
  });

  it('lets those that go do what they have been told', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script) });
    await clock.settle();
    web.ref.tell('wait').tell('queued');
    await clock.settle();
    const reloaded = outcomeOf(web.reload());
    await clock.settle();
    web.ref.tell('new');
    await clock.settle();
    assert.deepEqual(script.diary, ['0 starts', '0.2 starts', '0.2: new']);
    script.gate.open();
    await clock.settle();
    assert.deepEqual(script.diary.slice(3), ['0: wait', '0: queued', '0 ends']);
    assert.deepEqual(reloaded, [undefined]);
  });

  it('leaves everything as it is when a new one fails to start', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2 });
    await clock.advance(1000);
    const before = web.workers;
    script.startErrors.set(0, [new RangeError('bad release')]);
    const refused = rejection(web.reload());
    await clock.settle();
    const error = await refused;
    assert.instanceOf(error, CreateFailed);
    assert.equal((error.cause as Error).message, 'bad release');
    assert.deepEqual(web.workers, before);
    const { ready, restarts, workers } = await infoOf(web, clock);
    assert.deepEqual([ready, restarts, workers.length], [2, 0, 2]);
    void web.reload();
    await clock.settle();
    assert.deepEqual(namesOf(web.workers), ['0.2', '1.2']);
  });

  it('waits for one that is under way', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script) });
    await clock.settle();
    script.startGate = gate();
    const both = [outcomeOf(web.reload()), outcomeOf(web.reload())];
    await clock.settle();
    assert.equal(script.starts, 2);
    script.startGate.open();
    await clock.settle();
    assert.deepEqual(both, [[undefined], [undefined]]);
    assert.equal(script.starts, 3);
  });

  it('goes on when the one that is to go fails first', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script) });
    await clock.advance(1000);
    script.startGate = gate();
    const reloaded = outcomeOf(web.reload());
    await clock.settle();
    web.workers[0]?.tell('fail');
    await clock.advance(3000);
    script.startGate.open();
    await clock.settle();
    assert.deepEqual(reloaded, [undefined]);
    assert.deepEqual(namesOf(web.workers), ['0.2']);
    assert.equal((await infoOf(web, clock)).ready, 1);
  });

  it('has the slot filled when both fail, the one that is to go and the next', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script) });
    await clock.advance(1000);
    script.startGate = gate();
    const refused = rejection(web.reload());
    await clock.settle();
    web.workers[0]?.tell('fail');
    await clock.advance(3000);
    script.startGate.fail(new RangeError('the new one, too'));
    script.startGate = undefined;
    await clock.advance(1000);
    await refused;
    assert.deepEqual(namesOf(web.workers), ['0']);
    assert.equal((await infoOf(web, clock)).ready, 1);
  });

  it('has one that waits for its restart begin when the next one fails', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script) });
    await clock.settle();
    web.workers[0]?.tell('fail');
    await clock.settle();
    script.startGate = gate();
    const refused = rejection(web.reload());
    await clock.advance(500); // it was to begin by now, and has left that to the next one
    script.startGate.fail(new RangeError('bad release'));
    script.startGate = undefined;
    await clock.settle();
    await refused;
    assert.deepEqual(namesOf(web.workers), ['0']);
    assert.equal((await infoOf(web, clock)).ready, 1);
  });

  it('ends with the monitor', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), exitTimeout: 100 });
    await clock.settle();
    script.startGate = gate();
    const reloaded = outcomeOf(web.reload());
    await clock.settle();
    void web.stop();
    await clock.advance(100);
    assert.equal(reloaded.length, 1);
    assert.equal(web.state, 'stopped');
    script.startGate.open();
  });
});

describe('a worker that has served its time', () => {
  it('is replaced after about maxMessages, before it goes', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const replaced = heard(node, WorkerReplaced);
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), maxMessages: 3 });
    await clock.settle();
    for (let i = 0; i < 2; i++) web.ref.tell(i);
    await clock.advance(4000);
    assert.deepEqual(replaced, []);
    web.ref.tell('last');
    await clock.advance(4000);
    assert.deepEqual(
      replaced.map(({ ref, reason }) => [ref.name, reason]),
      [['0.2', 'maxMessages']],
    );
    assert.deepEqual(script.diary.slice(-3), ['0: last', '0.2 starts', '0 ends']);
    assertBalanced(node);
  });

  it('is replaced after about maxAge', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const replaced = heard(node, WorkerReplaced);
    arbiter.addMonitor('web', { ...playing(new Script()), workers: 2, maxAge: 60_000 });
    await clock.advance(58_000);
    assert.deepEqual(replaced, []);
    await clock.advance(4000);
    assert.deepEqual(
      replaced.map(({ reason }) => reason),
      ['maxAge', 'maxAge'],
    );
  });

  it('stays when the next one fails to start, until that does not', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), maxAge: 10_000 });
    await clock.advance(9000);
    script.startErrors.set(0, [new RangeError('not now')]);
    await clock.advance(2000);
    assert.deepEqual(namesOf(web.workers), ['0']);
    await clock.advance(2000);
    assert.deepEqual(namesOf(web.workers), ['0.2']);
  });
});

describe('a monitor with scaling', () => {
  it('grows and shrinks with what there is to do', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const scaling = { interval: 1000, high: 2, low: 0.5, patience: 2 };
    const web = arbiter.addMonitor('web', { ...playing(script), min: 1, max: 3, scaling });
    await clock.settle();
    for (let i = 0; i < 20; i++) web.ref.tell('wait');
    await clock.advance(4000);
    assert.equal(web.size, 3);
    script.gate.open();
    await clock.advance(20_000);
    assert.equal(web.size, 1);
  });
});

describe('monitor.info()', () => {
  it('says how each worker does', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2 });
    await clock.advance(5000);
    web.workers[0]?.tell('a').tell('b').tell('wait').tell('queued');
    await clock.settle();
    const { workers, ...rest } = await infoOf(web, clock);
    assert.deepEqual(rest, {
      ...{ name: 'web', address: '/arbiter/web', state: 'running', lastCause: undefined },
      ...{ wanted: 2, ready: 2, restarts: 0 },
    });
    const [first, second] = workers;
    const { loop, memory, ...known } = first ?? {};
    assert.deepEqual(known, {
      ...{ name: 'web/0', address: '/arbiter/web/0', slot: 0, state: 'ready' },
      ...{ pid: process.pid, threadId: 0, uptime: 5000, handled: 3, concurrent: 2 },
      ...{ restarts: 0, lastCause: undefined, isAnswering: true, age: 0 },
    });
    assert.isAbove(memory?.rss ?? 0, 10_000_000);
    assert.isAbove(memory?.heapUsed ?? 0, 1_000_000);
    assert.sameMembers(Object.keys(loop ?? {}), ['mean', 'p99', 'max', 'utilization']);
    assert.deepEqual([second?.handled, second?.concurrent], [0, 0]);
    script.gate.open();
  });

  it('counts messages and time from the last start on', async () => {
    const { clock, arbiter } = await startArbiter();
    const web = arbiter.addMonitor('web', { ...playing(new Script()) });
    await clock.advance(2000);
    web.ref.tell('a').tell('b').tell('fail').tell('c');
    await clock.advance(300);
    const [worker] = (await infoOf(web, clock)).workers;
    assert.deepEqual([worker?.handled, worker?.uptime, worker?.restarts], [1, 300, 1]);
  });

  it('keeps the restarts of slots that are gone', async () => {
    const { clock, arbiter } = await startArbiter();
    const web = arbiter.addMonitor('web', { ...playing(new Script()), workers: 2 });
    await clock.advance(1000);
    web.workers[1]?.tell('fail');
    await clock.advance(100);
    void web.resize(1);
    await clock.settle();
    assert.equal((await infoOf(web, clock)).restarts, 1);
  });

  it('can be asked before it has started, and when it has ended', async () => {
    const { clock, arbiter } = await startArbiter();
    const web = arbiter.addMonitor('web', { ...playing(new Script()), workers: 2 });
    const early = await web.info();
    assert.deepEqual([early.state, early.wanted, early.workers], ['starting', 2, []]);
    await clock.settle();
    const stopped = web.stop();
    await clock.settle();
    await stopped;
    const late = await infoOf(web, clock);
    assert.deepEqual([late.state, late.wanted, late.workers], ['stopped', 0, []]);
  });
});

describe('monitor.stop()', () => {
  it('lets the workers do what they have been told, and ends', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2 });
    await clock.settle();
    web.ref.tell('wait').tell('other').tell('queued');
    await clock.settle();
    const both = [outcomeOf(web.stop()), outcomeOf(web.stop())];
    await clock.settle();
    assert.equal(web.state, 'stopping');
    assert.deepEqual(both, [[], []]);
    script.gate.open();
    await clock.settle();
    assert.deepEqual(script.diary.slice(-3), ['0: wait', '0: queued', '0 ends']);
    assert.deepEqual(both, [[undefined], [undefined]]);
    assert.equal(web.state, 'stopped');
    assert.deepEqual(arbiter.monitors, []);
    assertBalanced(node);
  });

  it('can come before the monitor has started', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', playing(script));
    const refused = rejection(web.ready);
    const stopped = outcomeOf(web.stop());
    await clock.settle();
    assert.deepEqual([stopped, web.state, script.starts], [[undefined], 'stopped', 0]);
    assert.equal((await refused).code, 'ACTOR_STOPPED');
  });

  it('does not restart who fails meanwhile', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script) });
    await clock.settle();
    web.ref.tell('wait').tell('fail');
    await clock.settle();
    const stopped = outcomeOf(web.stop());
    script.gate.open();
    await clock.settle();
    assert.deepEqual(stopped, [undefined]);
    assert.equal(script.starts, 1);
  });

  it('refuses to be resized then', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script) });
    await clock.settle();
    web.ref.tell('wait');
    await clock.settle();
    const stopped = web.stop();
    const refused = [rejection(web.resize(3)), rejection(web.reload())];
    await clock.settle();
    for (const error of await Promise.all(refused)) assert.equal(error.code, 'ACTOR_STOPPED');
    script.gate.open();
    await clock.settle();
    await stopped;
    assert.equal((await rejection(web.reload())).code, 'ACTOR_STOPPED');
  });
});

describe('a monitor that gives up', () => {
  const failing = async (before: (monitor: Monitor) => void) => {
    const { node, clock, arbiter } = await startArbiter();
    const script = new Script();
    script.startErrors.set(0, [new RangeError('cannot start')]);
    const closing = gate();
    script.pause = () => (script.starts > 1 ? closing.opened : undefined);
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2, intensity: 0 });
    before(web);
    return { node, clock, arbiter, web, closing };
  };

  it('answers who waits for its new size', async () => {
    let resized: Promise<Error> | undefined;
    const { clock, closing } = await failing(web => {
      resized = rejection(web.resize(3));
    });
    await clock.settle();
    closing.open();
    await clock.settle();
    assert.equal((await resized)?.name, 'ActorStopped');
  });

  it('has left its name to another one when that is told', async () => {
    const { node, clock, arbiter, web, closing } = await failing(() => {});
    const again: Monitor[] = [];
    node.events.subscribe(MonitorGaveUp, ({ monitor }) => {
      again.push(arbiter.addMonitor(monitor, playing(new Script())) as Monitor);
    });
    await clock.settle();
    assert.deepEqual([web.state, again], ['stopping', []]);
    closing.open();
    await clock.settle();
    assert.deepEqual([web.state, again[0]?.state], ['failed', 'running']);
    assert.deepEqual(arbiter.monitors, again);
  });
});

describe('the options of a monitor', () => {
  const wrong: [name: string, options: object, message: RegExp][] = [
    ['an unknown one', { sise: 3 }, /monitor "web": there is no option "sise"/],
    ['workers', { workers: -1 }, /workers must be a whole number/],
    ['workers above max', { workers: 4, max: 3 }, /workers must be from min \(1\) to max \(3\), not 4/],
    ['on', { on: 'there' }, /on must be childProcess\(\), thread\(\), remote\(address\) or 'here'/],
    ['a timeout of none', { timeout: 0 }, /timeout must be more than 0 milliseconds/],
    ['a timeout here', { timeout: 100, on: 'here' }, /timeout is for workers in threads and processes/],
    ['params', { params: { a: 1 } }, /params must be a function slot => params/],
    ['intensity', { intensity: -1 }, /intensity must be a whole number/],
    ['period', { period: 0 }, /period must be more than 0 milliseconds/],
    ['backoff', { backoff: { min: -1 } }, /backoff: min must be/],
    ['maxMessages', { maxMessages: 0 }, /maxMessages must be a number from 1 up/],
    ['maxAge', { maxAge: 0 }, /maxAge must be milliseconds from 1 up/],
    ['exitTimeout', { exitTimeout: -1 }, /exitTimeout must be milliseconds from 0 up/],
    ['scaling without limits', { scaling: {} }, /scaling needs the options min and max/],
    [
      'a class without a module',
      { on: undefined },
      /actor: the class Player does not say which module.*'here'/,
    ],
    ['no actor', { actor: 7 }, /actor: /],
    ['a strategy', { strategy: 'random' }, /strategy must be roundRobin/],
  ];
  for (const [name, options, message] of wrong) {
    it(`refuses ${name}`, async () => {
      const { arbiter } = await startArbiter();
      const given = { ...playing(new Script()), ...options } as never;
      assert.throws(() => arbiter.addMonitor('web', given), TypeError, message);
      assert.deepEqual(arbiter.monitors, []);
    });
  }

  it('refuse a queue for all where workers run on another node', async () => {
    const { arbiter } = await startArbiter();
    const options = { actor: './far.js#Far', strategy: balancing(), on: remote('127.0.0.1:9') };
    assert.throws(
      () => arbiter.addMonitor('web', options),
      /balancing\(\) needs workers that run on this node/,
    );
  });
});
