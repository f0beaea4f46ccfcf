import { assert } from 'chai';
import { Node, silentLogger } from '../../../lib/index.ts';
import { Arbiter } from '../../../lib/pool/index.ts';
import { ManualClock } from '../../../lib/testkit/index.ts';
import { seededRandom } from '../../../lib/testkit/seededRandom.ts';
import { outcomeOf } from '../../core/support.ts';
import { assertBalanced } from '../support.ts';
import { infoOf, playing, Script } from './support.ts';

const seeds = 60;
const steps = 60;

describe('a monitor to which anything happens', () => {
  it(`has a worker that is ready in each slot in the end, and nobody else, for ${seeds} seeds`, async () => {
    for (let seed = 1; seed <= seeds; seed++) await run(seed);
  });
});

async function run(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const clock = new ManualClock();
  const node = await Node.start({ clock, random, logger: silentLogger });
  const arbiter = await Arbiter.start({ node, exitTimeout: 500 });
  const script = new Script();
  const pauses = seededRandom(seed, 'pauses');
  script.pause = () => {
    const ms = Math.floor(pauses() * 8) * 100 - 400;
    return ms > 0 ? new Promise(resolve => clock.after(ms, resolve)) : undefined;
  };
  const options = { intensity: Number.POSITIVE_INFINITY, backoff: { min: 50, max: 400 }, min: 0, max: 5 };
  const web = arbiter.addMonitor('web', { ...playing(script), ...options, workers: 3, maxAge: 20_000 });
  const promises: unknown[][] = [outcomeOf(web.ready)];
  const below = (n: number) => Math.floor(random() * n);
  const some = () => web.workers[below(web.size)];
  const actions: (() => void)[] = [
    () => some()?.tell('fail'),
    () => some()?.tell('stop'),
    () => some()?.kill(),
    () => some()?.stop(),
    () => void web.ref.tell('x'),
    () => void promises.push(outcomeOf(web.resize(below(5)))),
    () => void promises.push(outcomeOf(web.reload())),
    () => void script.startErrors.set(below(4), [new RangeError('cannot start')]),
    () => void script.startErrors.set(below(4), Array(3).fill(new RangeError('cannot start'))),
    () => web.grow(1 - 2 * below(2)),
    () => void promises.push(outcomeOf(web.info())),
  ];
  for (let i = 0; i < steps; i++) {
    actions[below(actions.length)]?.();
    const pause = below(4);
    if (pause === 0) await clock.settle();
    else if (pause === 1) await clock.advance(below(300));
    else if (pause === 2 && below(4) === 0) await clock.advance(3000);
  }
  script.startErrors.clear();
  await clock.advance(30_000);

  const text = `seed ${seed}`;
  const { state, ready, wanted, workers } = await infoOf(web, clock);
  assert.deepEqual([state, ready, workers.length], ['running', wanted, wanted], text);
  assert.deepEqual(
    workers.map(({ slot, state: its, isAnswering }) => [slot, its, isAnswering]),
    Array.from({ length: wanted }, (_, slot) => [slot, 'ready', true]),
    text,
  );
  assert.equal(new Set(workers.map(({ address }) => address)).size, wanted, text);
  const children = workers.map(({ address }) => node.lookup(address));
  assert.sameMembers(children, web.workers, text);
  for (const outcome of promises) assert.lengthOf(outcome, 1, text);
  assertBalanced(node);
  const stopped = outcomeOf(arbiter.stop());
  await clock.advance(1000);
  assert.deepEqual(stopped, [undefined], text);
  assert.equal(node.stats().actors, 0, text);
  const ended = node.stop();
  await clock.advance(1000);
  await ended;
}
