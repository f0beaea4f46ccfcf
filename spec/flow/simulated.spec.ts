import { assert } from 'chai';
import { Director, Event, FlowActor } from '../../lib/flow/index.ts';
import { Simulation } from '../../lib/testkit/simulation.ts';
import { Sink } from './support.ts';

/** Emits now and then. */
class Chance extends FlowActor {
  override consume(): void {}
  override preStart(): void {
    const next = () => {
      this.after(1 + this.world.random() * 1000, () => {
        void this.emit(new Event({ data: Math.round(this.world.clock.now()) }));
        next();
      });
    };
    next();
  }
}

/** Takes some time for each, and breaks down now and then. */
class Slow extends FlowActor {
  override async consume(given: Event): Promise<void> {
    await new Promise<void>(resolve => this.after(this.world.random() * 100, resolve));
    if (this.world.random() < 0.1) FlowActor.fatal(new Error('bad luck'));
    await this.send(given);
  }
}

async function run(seed: number): Promise<{ seen: unknown[]; failed: unknown[]; restarts: number }> {
  const simulation = new Simulation({ seed });
  const node = await simulation.node();
  const director = new Director({ node, restart: { max: 1000, within: 1000 } });
  const errors = director.registerErrorActor(Sink, 'errors') as Sink;
  director.registerLogActor(Sink, 'log');
  const chance = director.registerActor(Chance, 'chance');
  const slow = director.registerActor(Slow, 'slow', { concurrency: 1 });
  const sink = director.registerActor(Sink, 'sink');
  director.connectQueue(chance, slow);
  director.connectQueue(slow, sink);
  const started = director.start();
  assert.isTrue(await simulation.runUntil(started, 1000));
  await simulation.run(60_000);
  assert.isTrue(await simulation.runUntil(director.stop(), 60_000));
  const restarts = director.stats()?.actors.find(({ name }) => name === 'slow')?.restarts ?? 0;
  await simulation.stop();
  return { seen: sink.data, failed: errors.data, restarts };
}

describe('a flow on simulated time', () => {
  it('does the same again with the same seed, and something else with another', async function () {
    this.timeout(20_000);
    const first = await run(1);
    assert.isAbove(first.seen.length, 50);
    assert.isAbove(first.restarts, 0);
    assert.equal(first.failed.length, first.restarts);
    assert.deepEqual(await run(1), first);
    assert.notDeepEqual(await run(2), first);
  });
});
