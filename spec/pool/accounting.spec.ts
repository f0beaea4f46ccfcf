import { assert } from 'chai';
import {
  Actor,
  DeadLetter,
  oneForOne,
  PoisonPill,
  Process,
  type Ref,
  tree,
  UnhandledMessage,
} from '../../lib/index.ts';
import {
  Broadcast,
  balancing,
  broadcast,
  consistentHash,
  pool,
  type RoutingStrategy,
  random,
  resize,
  roundRobin,
  routees,
  scatterGather,
  smallestMailbox,
} from '../../lib/pool/index.ts';
import { heard, startNode } from '../core/support.ts';
import { seeded } from '../remoting/support.ts';
import { assertBalanced, range } from './support.ts';

const strategies: (() => RoutingStrategy<unknown>)[] = [
  roundRobin,
  random,
  smallestMailbox,
  broadcast,
  () => consistentHash(String),
  () => scatterGather({ within: 50 }),
  balancing,
];

/** Does what it is told: most of it takes time, or goes wrong. */
class Mixed extends Actor<unknown> {
  override receive(message: unknown): unknown {
    if (message === 'crash') throw new Error('crash');
    if (message === 'stop') return this.stop();
    if (message === 'stash') return this.stash();
    if (message === 'unstash') return this.unstashAll();
    if (message === 'unhandled') return this.unhandled(message);
    this.reply(message);
    return message === 'slow' ? Promise.resolve() : undefined;
  }
}

class MixedProcess extends Process {
  *run() {
    for (let count = 0; ; count++) {
      const message = yield* this.get(count % 3 === 2 ? String : unknown);
      if (message === 'crash') throw new Error('crash');
      if (message === 'stop') return;
      this.reply(message);
      if (message === 'slow') yield* this.sleep(5);
    }
  }
}

const unknown = () => true;
const messages = [1, 2, 3, 'slow', 'slow', 'crash', 'stop', 'stash', 'unstash', 'unhandled'];

describe('nothing is lost without a trace in a pool', () => {
  for (const make of strategies) {
    for (const worker of [Mixed, MixedProcess]) {
      const { name } = make();
      it(`of ${worker === Mixed ? 'actors' : 'processes'}, whatever happens: ${name}`, async () => {
        for (const seed of range(6, 1)) await mix(make(), worker, seed);
      });
    }
  }
});

async function mix(
  strategy: RoutingStrategy<unknown>,
  worker: typeof Mixed | typeof MixedProcess,
  seed: number,
): Promise<void> {
  const draw = seeded(seed);
  const below = (n: number) => Math.floor(draw() * n);
  const { node, clock } = await startNode({
    random: draw,
    supervision: oneForOne({ max: Number.POSITIVE_INFINITY }),
  });
  const [dead, unhandled] = [heard(node, DeadLetter), heard(node, UnhandledMessage)];
  const ref: Ref = node.spawn(pool(worker as typeof Mixed, { min: 1, max: 6, strategy }));
  const step: Record<number, (any: Ref) => unknown> = {
    0: any => any.kill(),
    1: any => any.tell(PoisonPill),
    2: any => any.tell(messages[below(messages.length)]),
    3: () => void resize(ref, 1 + below(6)),
    4: () => ref.tell(new Broadcast(messages[below(messages.length)])),
    5: () => void ref.ask('slow', { timeout: 1 + below(20) }).catch(() => {}),
    6: any => any.stop(),
  };
  for (const _ of range(8)) {
    for (const _ of range(40)) {
      const workers = children(ref);
      const any = workers[below(workers.length)];
      const what = below(40);
      if (any !== undefined && what in step) step[what]?.(any);
      else ref.tell(messages[below(messages.length)]);
    }
    await clock.advance(below(300));
    assertBalanced(node);
    assert.lengthOf(dead, node.stats().deadLetters.total);
    assert.lengthOf(unhandled, node.stats().unhandled);
  }
  await resize(ref, 4);
  await clock.advance(30_000);
  const alive = (await routees(ref)).filter(one => !one.isStopped);
  assert.isAtLeast(alive.length, 1);
  for (const _ of range(40)) ref.tell(messages[below(messages.length)]);
  const stopped = node.stop();
  await clock.advance(20_000);
  await stopped;
  assertBalanced(node);
  const { queued, stashed, actors } = node.stats();
  assert.deepEqual([queued, stashed, actors, clock.pending], [0, 0, 0, 0]);
}

/** The workers, as they are at this moment. */
const children = (ref: Ref): Ref[] => tree(ref).children.map(child => child.ref);
