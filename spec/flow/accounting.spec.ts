/** Random wirings: whatever is put in is consumed, dropped and counted, or on the error route; nothing waits for ever. */
import { assert } from 'chai';
import fc from 'fast-check';
import {
  type Event,
  EventDropped,
  FlowActor,
  type QueuePolicy,
  queuePolicies,
} from '../../lib/flow/index.ts';
import { event, type Quiet, quietFlow, Sink, Tap } from './support.ts';

interface Plan {
  readonly count: number;
  readonly queues: readonly { from: number; to: number; size: number; policy: QueuePolicy }[];
  readonly actors: readonly {
    isAsync: boolean;
    concurrency: number;
    failEvery: number;
    hops: number;
    rescues: boolean;
  }[];
  readonly events: number;
  readonly acks: boolean;
  readonly copy: boolean;
}

const actorCount = 5;
const plans: fc.Arbitrary<Plan> = fc.record({
  count: fc.constant(actorCount),
  queues: fc.array(
    fc.record({
      from: fc.nat(actorCount - 1),
      to: fc.nat(actorCount - 1),
      size: fc.integer({ min: 1, max: 4 }),
      policy: fc.constantFrom<QueuePolicy>('block', 'block', ...queuePolicies),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  actors: fc.array(
    fc.record({
      isAsync: fc.boolean(),
      concurrency: fc.constantFrom(1, 3, 100),
      failEvery: fc.constantFrom(0, 0, 3, 7),
      hops: fc.constant(4),
      rescues: fc.boolean(),
    }),
    { minLength: actorCount, maxLength: actorCount },
  ),
  events: fc.integer({ min: 1, max: 60 }),
  acks: fc.boolean(),
  copy: fc.constant(true),
});

/** Sends events on until they have come far enough, and fails now and then. */
class Worker extends FlowActor<{
  isAsync: boolean;
  failEvery: number;
  hops: number;
  tally: { calls: number };
}> {
  #seen = 0;

  override consume(given: Event): void | Promise<void> {
    this.params.tally.calls++;
    this.#seen++;
    const { failEvery, isAsync, hops } = this.params;
    if (failEvery > 0 && this.#seen % failEvery === 0) throw new Error('now and then');
    const { hop, id } = given.data as { hop: number; id: number };
    if (hop >= hops) return undefined;
    given.data = { hop: hop + 1, id };
    if (!isAsync) return this.send(given);
    return Promise.resolve().then(() => this.send(given));
  }
}

/** A source that counts what becomes of its events. */
class CountingTap extends Tap {
  acks = 0;
  nacks = 0;
  override acked(): void {
    this.acks++;
  }
  override nacked(): void {
    this.nacks++;
  }
}

async function build(plan: Plan): Promise<{ flow: Quiet; tap: CountingTap; tally: { calls: number } }> {
  const flow = await quietFlow({ acks: plan.acks, copy: plan.copy, ackTimeout: 1e9, size: 20 });
  const { director } = flow;
  const tally = { calls: 0 };
  const tap = director.registerActor(CountingTap, 'tap');
  plan.actors.forEach(({ rescues, ...params }, i) => {
    const rescue = rescues ? { max: 2, delay: 10 } : false;
    director.registerActor(Worker, `w${i}`, { ...params, rescue, tally });
  });
  director.connectQueue([tap, 'in'], 'w0', { size: 3 });
  const made = new Set<string>();
  for (const { from, to, size, policy } of plan.queues) {
    if (made.has(`${from} ${to}`)) continue;
    made.add(`${from} ${to}`);
    director.connectQueue([`w${from}`, `to${to}`], `w${to}`, { size, policy });
  }
  return { flow, tap, tally };
}

async function check(plan: Plan): Promise<void> {
  const { flow, tap, tally } = await build(plan);
  const { director, clock, errors, node } = flow;
  let told = 0;
  node.events.subscribe(EventDropped, () => {
    told++;
  });
  await director.start();
  let isDone = false;
  const all = tap.putAll(Array.from({ length: plan.events }, (_, id) => ({ hop: 0, id }))).then(() => {
    isDone = true;
  });
  for (let i = 0; i < 200 && !isDone; i++) await clock.advance(10);
  assert.isTrue(isDone, 'the source never got rid of its events: a deadlock');
  await all;
  await clock.advance(100);
  await director.settled();
  await director.stop();
  const stats = director.stats();
  assert.isDefined(stats);
  if (stats === undefined) return;
  for (const queue of stats.queues) {
    assert.equal(
      queue.in,
      queue.out + queue.dropped + queue.length,
      `${queue.source} -> ${queue.destination}`,
    );
    assert.equal(queue.length, 0);
  }
  for (const actor of stats.actors) {
    const taken = stats.queues.filter(({ destination }) => destination === actor.name);
    const out = taken.reduce((sum, { out: one }) => sum + one, 0);
    assert.equal(out, actor.consumed + actor.failed, actor.name);
    assert.equal(actor.inFlight, 0);
  }
  const workers = stats.actors.filter(({ name }) => name.startsWith('w'));
  const sum = (pick: (actor: (typeof workers)[number]) => number) =>
    workers.reduce((total, actor) => total + pick(actor), 0);
  assert.equal(
    tally.calls,
    sum(({ consumed, failed, rescued }) => consumed + failed + rescued),
  );
  assert.equal(
    errors.events.length,
    sum(({ failed }) => failed),
  );
  const dropped = stats.queues.reduce((total, queue) => total + queue.dropped, 0);
  assert.equal(stats.lost.overflow, dropped);
  assert.equal(told, dropped);
  assert.deepEqual({ ...stats.lost, overflow: 0 }, { overflow: 0, unroutable: 0, stopped: 0 });
  if (plan.acks) assert.equal(tap.acks + tap.nacks, plan.events, 'every event was acknowledged, once');
  assert.equal(clock.pending, 0);
  await flow.end();
}

describe('flows of any shape', function () {
  this.timeout(60_000);

  it('account for every event, and never get stuck', async () => {
    await fc.assert(fc.asyncProperty(plans, check), { numRuns: 80 });
  });

  it('the events of a wiring without loss all arrive', async () => {
    const layers = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(layers, fc.integer({ min: 1, max: 5 }), async (widths, size) => {
        const flow = await quietFlow({ size });
        const { director } = flow;
        const tap = director.registerActor(Tap, 'tap');
        let last: FlowActor[] = [tap];
        widths.forEach((width, layer) => {
          const tally = { calls: 0 };
          const next = Array.from({ length: width }, (_, i) =>
            director.registerActor(Worker, `l${layer}-${i}`, {
              isAsync: i % 2 === 1,
              failEvery: 0,
              hops: 99,
              tally,
            }),
          );
          for (const one of last) director.connectQueue(one, next);
          last = next;
        });
        const sink = director.registerActor(Sink, 'sink');
        for (const one of last) director.connectQueue(one, sink);
        await director.start();
        await tap.putAll(Array.from({ length: 30 }, (_, id) => event({ hop: 0, id })));
        await director.settled();
        assert.lengthOf(
          sink.events,
          widths.reduce((product, width) => product * width, 30),
        );
        await flow.end();
      }),
      { numRuns: 20 },
    );
  });
});
