/** The machines of MajorDomo with each other, through all kinds of trouble, on virtual time. */
import { assert } from 'chai';
import fc from 'fast-check';
import { MajordomoWorld, type WorldOptions } from './world.ts';

describe('MajorDomo', () => {
  it('answers all requests when nothing goes wrong, and begins each once', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 40 }),
        (seed, workers, count) => {
          const world = new MajordomoWorld({ seed });
          for (let at = 0; at < workers; at++) world.spawnWorker();
          for (let at = 0; at < count; at++) world.at(world.random() * 1000, () => world.request(`r${at}`));
          world.run(20_000);
          for (const [name, outcome] of world.outcomes) {
            assert.deepEqual(outcome, [`${name}!`]);
            assert.equal(world.begun.get(name), 1);
          }
          assert.equal(world.outcomes.size, count);
          assertIsQuiet(world, workers);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('ends every request once, with its own reply or with a failure, whatever dies', () => {
    fc.assert(
      fc.property(fc.nat(), troubles, fc.boolean(), fc.boolean(), (seed, script, resend, isTold) => {
        const world = play(script, { seed, isTold, broker: { resend, expiry: 4000 }, work: 3000 });
        world.run(script.length * 1000 + 30_000);
        for (const [name, outcome] of world.outcomes) {
          assert.equal(outcome.length, 1, `${name} has ended with ${outcome}`);
          assert.include([`${name}!`, 'noBroker', 'noWorker', 'timeout'], outcome[0]);
          assert.isAtMost(world.begun.get(name) ?? 0, 20);
        }
        const alive = world.workers.filter(worker => worker.isAlive);
        assertIsQuiet(world, alive.length);
      }),
      { numRuns: 300 },
    );
  });

  it('loses no request of a worker that dies, when another one gets it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 20 }), fc.boolean(), (seed, count, isTold) => {
        const world = new MajordomoWorld({
          seed,
          isTold,
          broker: { resend: true, expiry: 100_000 },
          client: { retries: 0, requestTimeout: 60_000 },
        });
        for (let at = 0; at < 3; at++) world.spawnWorker();
        for (let at = 0; at < count; at++) world.at(100 + at * 50, () => world.request(`r${at}`));
        world.at(world.random() * 1000, () => world.workers[0]?.kill());
        world.at(world.random() * 1000, () => world.workers[1]?.kill());
        world.run(70_000);
        for (const [name, outcome] of world.outcomes) assert.deepEqual(outcome, [`${name}!`]);
        assertIsQuiet(world, 1);
      }),
      { numRuns: 100 },
    );
  });

  it('answers again by itself after the broker was replaced', () => {
    const world = new MajordomoWorld({ seed: 1 });
    for (let at = 0; at < 2; at++) world.spawnWorker();
    world.at(1000, () => world.request('before'));
    world.at(2000, world.restartBroker);
    world.at(6000, () => world.request('after'));
    world.run(10_000);
    assert.deepEqual([...world.outcomes.values()], [['before!'], ['after!']]);
    assertIsQuiet(world, 2);
  });

  it('keeps a request that was made before there was a worker', () => {
    const world = new MajordomoWorld({ seed: 1 });
    world.request('early');
    world.at(3000, world.spawnWorker);
    world.run(20_000);
    assert.deepEqual(world.outcomes.get('early'), ['early!']);
  });

  it('has no worker do a second thing at the same time', () => {
    const world = new MajordomoWorld({ seed: 7, work: 500 });
    for (let at = 0; at < 3; at++) world.spawnWorker();
    for (let at = 0; at < 50; at++) world.request(`r${at}`);
    let most = 0;
    for (let at = 0; at < 5000; at += 5) {
      world.at(at, () => {
        most = Math.max(most, world.workers.filter(worker => worker.machine.isBusy).length);
      });
    }
    world.run(20_000);
    assert.equal(most, 3);
    for (const [name, outcome] of world.outcomes) assert.deepEqual(outcome, [`${name}!`]);
  });
});

type Trouble = 'request' | 'spawn' | 'kill' | 'stop' | 'restart' | 'nothing';

const troubles = fc.array(
  fc.constantFrom<Trouble>(
    'request',
    'request',
    'request',
    'spawn',
    'spawn',
    'kill',
    'stop',
    'restart',
    'nothing',
  ),
  { minLength: 1, maxLength: 40 },
);

/** Something about every second, while there are at most three workers. */
function play(script: readonly Trouble[], options: WorldOptions): MajordomoWorld {
  const world = new MajordomoWorld(options);
  const alive = () => world.workers.filter(worker => worker.isAlive);
  for (const [at, trouble] of script.entries()) {
    world.at(at * 1000 + world.random() * 1500, () => {
      if (trouble === 'request') world.request(`r${at}`);
      else if (trouble === 'spawn' && alive().length < 3) world.spawnWorker();
      else if (trouble === 'kill') alive()[0]?.kill();
      else if (trouble === 'stop') alive()[0]?.stop();
      else if (trouble === 'restart') world.restartBroker();
    });
  }
  return world;
}

/** Nothing is left of any request, and the broker knows who is alive and nobody else. */
function assertIsQuiet(world: MajordomoWorld, workers: number): void {
  assert.include(world.broker.stats, { waiting: 0, workers, idle: workers });
  assert.equal(world.client.machine.pending, 0);
}
