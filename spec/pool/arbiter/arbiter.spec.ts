import { assert } from 'chai';
import {
  ActorStopped,
  type CommandRef,
  Node,
  ShutdownTaskFailed,
  send,
  silentLogger,
} from '../../../lib/index.ts';
import { Arbiter, type ArbiterCommands } from '../../../lib/pool/index.ts';
import { MemoryNetwork } from '../../../lib/testkit/index.ts';
import { gate, heard, outcomeOf, rejection } from '../../core/support.ts';
import { infoOf, Player, playing, Script, startArbiter } from './support.ts';

describe('an arbiter', () => {
  it('starts a node of its own, which ends with it', async () => {
    const arbiter = await Arbiter.start({ node: { logger: silentLogger } });
    const script = new Script();
    const web = arbiter.addMonitor('web', { ...playing(script), workers: 2 });
    await web.ready;
    assert.equal(await web.ref.ask('who'), '0');
    await arbiter.stop();
    assert.equal((await arbiter.info()).state, 'stopped');
    assert.throws(
      () => arbiter.node.spawn(Player.using({ script, slot: 0 })),
      /has been stopped|is stopping/,
    );
  });

  it('lives on a node that it is given, which lives on without it', async () => {
    const { node, clock, arbiter } = await startArbiter({ name: 'shop' });
    assert.equal(arbiter.ref.address, '/shop');
    const stopped = arbiter.stop();
    await clock.settle();
    await stopped;
    assert.equal(node.shutdown.reason, undefined);
    const again = await Arbiter.start({ node, name: 'shop' });
    assert.equal(again.ref.address, '/shop');
  });

  it('is disposed of at the end of a block', async () => {
    const script = new Script();
    {
      await using arbiter = await Arbiter.start({ node: { logger: silentLogger } });
      await arbiter.addMonitor('web', playing(script)).ready;
    }
    assert.deepEqual(script.diary, ['0 starts', '0 ends']);
  });

  it('knows its monitors by name', async () => {
    const { clock, arbiter } = await startArbiter();
    const web = arbiter.addMonitor('web', playing(new Script()));
    const jobs = arbiter.addMonitor('jobs', playing(new Script()));
    await clock.settle();
    assert.deepEqual(arbiter.monitors, [web, jobs]);
    assert.equal(arbiter.monitor('jobs'), jobs);
    assert.equal(arbiter.monitor('none'), undefined);
    assert.throws(() => arbiter.addMonitor('web', playing(new Script())), /has a monitor "web" already/);
    assert.throws(() => arbiter.addMonitor('a/b', playing(new Script())), TypeError);
    assert.deepEqual(arbiter.monitors, [web, jobs]);
    void web.stop();
    await clock.settle();
    assert.deepEqual(arbiter.monitors, [jobs]);
    const again = arbiter.addMonitor('web', playing(new Script()));
    await clock.settle();
    assert.equal(again.state, 'running');
  });

  it('lets another monitor take the name of one that has given up', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    script.startErrors.set(0, [new RangeError('cannot start')]);
    const bad = arbiter.addMonitor('web', { ...playing(script), intensity: 0 });
    await clock.advance(100);
    assert.equal(bad.state, 'failed');
    assert.deepEqual(arbiter.monitors, [bad]);
    void bad.stop();
    await clock.settle();
    assert.deepEqual([arbiter.monitors, bad.state], [[], 'failed']);
    const worse = arbiter.addMonitor('web', { ...playing(script), intensity: 0 });
    script.startErrors.set(0, [new RangeError('cannot start')]);
    await clock.advance(100);
    assert.deepEqual([arbiter.monitors, worse.state], [[worse], 'failed']);
    const good = arbiter.addMonitor('web', playing(script));
    await clock.settle();
    assert.deepEqual([arbiter.monitors, good.state], [[good], 'running']);
    assert.equal(arbiter.monitor('web'), good);
  });

  it('survives that what a monitor stands on is killed', async () => {
    const { clock, arbiter } = await startArbiter();
    const web = arbiter.addMonitor('web', playing(new Script()));
    await clock.settle();
    web.ref.kill();
    await clock.settle();
    assert.deepEqual([web.state, arbiter.monitors], ['stopped', []]);
  });

  for (const [name, options, message] of [
    ['an unknown one', { pid: 'file' }, /Arbiter.start: there is no option "pid"/],
    ['a node that is none', { node: 7 }, /node must be a node or its options, not 7/],
    ['signals', { signals: 'all' }, /signals must be true or false/],
    ['a pidfile without a name', { pidfile: '' }, /pidfile must be the name of a file/],
    ['exitTimeout', { exitTimeout: Number.POSITIVE_INFINITY }, /exitTimeout must be milliseconds from 0 up/],
  ] as [string, object, RegExp][]) {
    it(`refuses ${name} among its options`, async () => {
      const error = await rejection(Arbiter.start(options));
      assert.instanceOf(error, TypeError);
      assert.match(error.message, message);
    });
  }
});

describe('arbiter.stop()', () => {
  it('stops the monitors one after the other, the last one first', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    const [first, last] = ['first', 'last'].map(name => arbiter.addMonitor(name, playing(script)));
    await clock.settle();
    last?.ref.tell('wait');
    await clock.settle();
    const stopped = outcomeOf(arbiter.stop());
    await clock.settle();
    assert.deepEqual(
      [first?.state, last?.state, (await infoOf(first as never, clock)).state],
      [...['running', 'stopping', 'running']],
    );
    script.gate.open();
    await clock.settle();
    assert.deepEqual([first?.state, last?.state, stopped], ['stopped', 'stopped', [undefined]]);
    assert.isTrue(arbiter.ref.isStopped);
  });

  it('kills what has not ended within exitTimeout, all monitors together', async () => {
    const { clock, arbiter } = await startArbiter({ exitTimeout: 1000 });
    const script = new Script();
    for (const name of ['a', 'b']) arbiter.addMonitor(name, { ...playing(script), workers: 2 });
    await clock.settle();
    for (const { ref } of arbiter.monitors) ref.tell('wait');
    await clock.settle();
    const stopped = outcomeOf(arbiter.stop());
    await clock.advance(999);
    assert.deepEqual(stopped, []);
    await clock.advance(2);
    assert.deepEqual(stopped, [undefined]);
    script.gate.open();
  });

  it('is what node.stop() does first', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const failed = heard(node, ShutdownTaskFailed);
    const script = new Script();
    const { ref } = arbiter.addMonitor('web', playing(script));
    await clock.settle();
    ref.tell('wait').tell('queued');
    await clock.settle();
    const stopped = outcomeOf(node.stop());
    const both = outcomeOf(arbiter.stop());
    script.gate.open();
    await clock.settle();
    assert.deepEqual([stopped, both], [[undefined], [undefined]]);
    assert.deepEqual(script.diary, ['0 starts', '0: wait', '0: queued', '0 ends']);
    assert.deepEqual(failed, []);
  });

  it('waits for nothing when the node has failed', async () => {
    const { node, clock, arbiter } = await startArbiter();
    const { ref } = arbiter.addMonitor('web', playing(new Script()));
    await clock.settle();
    node
      .spawn(() => {
        throw Object.assign(new Error('no way'), { name: 'AssertionError' });
      })
      .tell('go');
    ref.tell('never handled');
    await clock.settle();
    await arbiter.stopped;
    assert.equal(node.failure?.error.message, 'no way');
  });

  it('adds no monitor any more, not even while it stops', async () => {
    const { clock, arbiter } = await startArbiter();
    const script = new Script();
    arbiter.addMonitor('web', playing(script)).ref.tell('wait');
    await clock.settle();
    const stopped = arbiter.stop();
    await clock.settle();
    assert.throws(() => arbiter.addMonitor('jobs', playing(script)), ActorStopped);
    script.gate.open();
    await clock.settle();
    await stopped;
    assert.throws(() => arbiter.addMonitor('web', playing(script)), ActorStopped);
    assert.deepEqual(arbiter.monitors, []);
  });

  it('is over when somebody else stops its actor', async () => {
    const { clock, arbiter } = await startArbiter();
    arbiter.addMonitor('web', playing(new Script()));
    await clock.settle();
    arbiter.ref.stop();
    await clock.settle();
    await arbiter.stopped;
    const info = arbiter.info();
    await clock.settle();
    assert.deepEqual([(await info).state, (await info).monitors], ['stopped', []]);
  });
});

describe('arbiter.info()', () => {
  it('says what it is, and how its monitors do', async () => {
    const { clock, arbiter } = await startArbiter();
    arbiter.addMonitor('web', { ...playing(new Script()), workers: 2 });
    arbiter.addMonitor('jobs', playing(new Script()));
    await clock.advance(1234);
    const asked = arbiter.info();
    await clock.settle();
    const { loop, memory, version, monitors, ...rest } = await asked;
    assert.deepEqual(rest, {
      ...{ name: 'arbiter', state: 'running', uptime: 1234, pid: process.pid, threadId: 0 },
    });
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.isAbove(memory.rss, 10_000_000);
    assert.isNumber(loop.mean);
    assert.deepEqual(
      monitors.map(({ name, ready, workers }) => [name, ready, workers.map(one => one.name)]),
      [
        ['web', 2, ['web/0', 'web/1']],
        ['jobs', 1, ['jobs/0']],
      ],
    );
  });
});

describe('the commands of an arbiter', () => {
  type Root = { commands: ArbiterCommands };

  it('are answered to other nodes', async () => {
    const network = new MemoryNetwork();
    const start = (address: string) =>
      Node.start({ address, transport: network.transport, logger: silentLogger });
    const [here, there] = [await start('127.0.0.1:1'), await start('127.0.0.1:2')];
    const script = new Script();
    const arbiter = await Arbiter.start({ node: there });
    await arbiter.addMonitor('web', { ...playing(script), workers: 2 }).ready;
    const far = here.lookup('127.0.0.1:2/arbiter') as CommandRef<Root>;
    const { monitors, pid } = await send(far, 'status');
    assert.deepEqual([pid, monitors[0]?.ready], [process.pid, 2]);

    await send(far, 'resize', 'web', 3);
    await arbiter.monitor('web')?.resize(3);
    script.startGate = gate();
    await send(far, 'reload');
    await send(far, 'reload', 'web');
    script.startGate.open();
    await arbiter.monitor('web')?.reload();
    assert.equal(script.starts, 3 + 3 * 3);
    const error = await rejection(send(far, 'resize', 'wep', 3));
    assert.equal(error.code, 'LOOKUP_FAILED');
    assert.match(error.message, /has no monitor "wep"; it has "web"/);
    assert.match((await rejection(send(far, 'resize', 'web', -1))).message, /resize: size must be/);
    await Promise.all([here.stop(), there.stop()]);
  });
});
