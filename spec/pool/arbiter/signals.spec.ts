import { constants } from 'node:os';
import { assert } from 'chai';
import { Arbiter } from '../../../lib/pool/index.ts';
import { Command, endAll } from '../../cli/command.ts';
import { startNode } from '../../core/support.ts';
import { ended } from './alive.ts';
import { playing, Script } from './support.ts';

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGTTIN', 'SIGTTOU'] as const;

describe('the signals of an arbiter', function () {
  this.timeout(30_000);
  afterEach(endAll);

  it('are not listened to unless it is told to, and not any more when it has stopped', async () => {
    const count = () => signals.map(signal => process.listenerCount(signal));
    const before = count();
    const { node, clock } = await startNode();
    const deaf = await Arbiter.start({ node, name: 'deaf' });
    assert.deepEqual(count(), before);
    const listening = await Arbiter.start({ node, name: 'listening', signals: true });
    assert.deepEqual(
      count(),
      before.map(listeners => listeners + 1),
    );
    const stopped = Promise.all([deaf.stop(), listening.stop()]);
    await clock.settle();
    await stopped;
    assert.deepEqual(count(), before);
  });

  it('stop the node as well, also one that it was given, and tell it why', async () => {
    const { node, clock } = await startNode();
    const arbiter = await Arbiter.start({ node, signals: true });
    const script = new Script();
    arbiter.addMonitor('web', playing(script));
    await clock.settle();
    const reasons: string[] = [];
    node.shutdown.addTask('unbind', 'spec', ({ reason }) => reasons.push(reason));
    process.emit('SIGTERM', 'SIGTERM');
    await clock.settle();
    await arbiter.stopped;
    assert.deepEqual(reasons, ['signal SIGTERM']);
    assert.deepEqual(script.diary, ['0 starts', '0 ends']);
    assert.equal(node.shutdown.reason, 'signal SIGTERM');
  });

  it('resize and reload all monitors, as far as they let it', async () => {
    const { node, clock } = await startNode();
    const arbiter = await Arbiter.start({ node, signals: true });
    const [web, jobs] = [
      arbiter.addMonitor('web', { ...playing(new Script()), workers: 2, min: 1, max: 3 }),
      arbiter.addMonitor('jobs', { ...playing(new Script()), max: 1 }),
    ];
    await clock.settle();
    const sizesAfter = async (signal: 'SIGTTIN' | 'SIGTTOU') => {
      process.emit(signal, signal);
      await clock.settle();
      return [web.size, jobs.size];
    };
    assert.deepEqual(await sizesAfter('SIGTTIN'), [3, 1]);
    assert.deepEqual(await sizesAfter('SIGTTIN'), [3, 1]);
    for (const size of [2, 1, 1]) assert.deepEqual(await sizesAfter('SIGTTOU'), [size, 1]);
    process.emit('SIGHUP', 'SIGHUP');
    await clock.settle();
    assert.deepEqual(
      [...web.workers, ...jobs.workers].map(({ address }) => address),
      ['/arbiter/web/0.2', '/arbiter/jobs/0.2'],
    );
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`end the process at once at the second ${signal}, and with it those who hang`, async () => {
      const program = new Command(['tsx', 'spec/pool/arbiter/hanging.ts'], { script: '--import' });
      const pids = (await program.line('workers: ')).split(' ').slice(1).map(Number);
      program.kill(signal);
      await program.line('stopping');
      program.kill(signal);
      assert.equal((await program.end).code, 128 + constants.signals[signal]);
      await Promise.all(pids.map(ended));
    });
  }
});
