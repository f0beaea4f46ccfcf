import { assert } from 'chai';
import { type Context, type Node, NodeDown, type Ref } from '../../lib/index.ts';
import { captureEvents, type LinkOptions, Simulation, TestProbe } from '../../lib/testkit/index.ts';

// As in spec/remoting/support.ts: so that there is one of each class.
await import('../../lib/node/openRemoting.ts');

describe('Simulation', () => {
  it('runs nodes that reach each other, in virtual time', async () => {
    const { sim, a, b } = await two({ delay: 10 });
    const echo = remote(a, b.spawn(reply, { name: 'echo' }));
    let answered = 0;
    void echo.ask('hello').then(() => {
      answered = sim.now;
    });
    await sim.run(1000);
    // Hello, welcome, question, answer.
    assert.deepEqual([answered, sim.now], [40, 1000]);
  });

  it('gives the same run for the same seed, and another one for another', async () => {
    const first = await faultyRun(1);
    assert.deepEqual(await faultyRun(1), first);
    assert.notEqual((await faultyRun(2)).hash, first.hash);
  });

  it('has a hash that a mark changes', async () => {
    const run = async (mark: string) => {
      const sim = new Simulation({ seed: 1 });
      sim.mark(mark);
      return sim.hash;
    };
    assert.notEqual(await run('one'), await run('other'));
  });

  it('lets a crashed node say nothing more, and others give it up', async () => {
    const { sim, a, b } = await two();
    const downs = captureEvents(a, NodeDown);
    const probe = watching(a, b.spawn(reply, { name: 'watched' }));
    await sim.run(500);
    sim.crash(b);
    await sim.run(10_000);
    assert.deepEqual(await reasonOf(probe), 'nodeDown');
    assert.deepEqual(
      downs.events.map(({ address }) => address),
      ['n2:1'],
    );
  });

  it('restarts a node as another incarnation at the same address', async () => {
    const { sim, a, b } = await two();
    const probe = watching(a, b.spawn(reply, { name: 'watched' }));
    await sim.run(500);
    const again = await sim.restart(b);
    assert.equal(again.address, b.address);
    assert.notEqual(again.incarnation, b.incarnation);
    await sim.run(10_000);
    assert.oneOf(await reasonOf(probe), ['newIncarnation', 'nodeDown']);
    const echo = remote(a, again.spawn(reply, { name: 'echo' }));
    assert.equal(await answerWithin(sim, echo, 5000), 'hello');
  });

  it('loses what is on its way when two nodes are parted, and nothing after the end of it', async () => {
    const { sim, a, b, got, sink } = await withSink({ delay: 50 });
    sink.tell('before');
    await sim.run(10);
    sim.partition(a, b);
    await sim.run(100);
    assert.deepEqual(got, ['first']);
    sim.heal();
    await sim.run(3000);
    sink.tell('after');
    await sim.run(1000);
    assert.equal(got.at(-1), 'after');
  });

  it('parts two nodes in one direction only', async () => {
    const { sim, a, b, got, sink } = await withSink();
    sim.partition(b, a, { oneWay: true });
    sink.tell('still heard');
    await sim.run(100);
    assert.deepEqual(got, ['first', 'still heard']);
    sim.partition(a, b, { oneWay: true });
    sink.tell('not heard');
    await sim.run(100);
    assert.deepEqual(got, ['first', 'still heard']);
  });

  for (const [what, freeze] of [
    ['frozen', true],
    ['paused', false],
  ] as const) {
    it(`holds timers and messages of a node while it is ${what}`, async () => {
      const { sim, b, got, sink } = await withSink();
      b.spawn(timed(got)).tell('start');
      await sim.run(10);
      if (freeze) sim.freeze(b, 500);
      else sim.pause(b, 500);
      assert.isFalse(sim.isRunning(b));
      sink.tell('message');
      await sim.run(499);
      assert.deepEqual(got, ['first']);
      await sim.run(1);
      assert.deepEqual(got, ['first', 'timer', 'message']);
      assert.isTrue(sim.isRunning(b));
    });
  }

  it('can tell that no timer of a stopped node is left', async () => {
    const { sim, a, b } = await withSink();
    assert.isAbove(sim.pendingTimers(a), 0);
    await sim.stop();
    assert.deepEqual([sim.pendingTimers(a), sim.pendingTimers(b)], [0, 0]);
  });

  it('draws for each label a stream of its own', async () => {
    const first = new Simulation({ seed: 5 });
    const second = new Simulation({ seed: 5 });
    first.random('other')();
    assert.equal(first.random('one')(), second.random('one')());
    assert.notEqual(first.random('one')(), first.random('other')());
  });

  it('knows only its own nodes', async () => {
    const { a } = await two();
    assert.throws(() => new Simulation({ seed: 1 }).crash(a), /none of this simulation/);
  });
});

const reply = (message: unknown, context: Context) => context.reply(message);

const timed = (got: unknown[]) =>
  function timedActor(message: unknown, context: Context) {
    if (message === 'start') context.timers.once('timer', 100, 'timer');
    else got.push(message);
  };

async function two(link: LinkOptions = {}) {
  const sim = new Simulation({ seed: 1, link });
  return { sim, a: await sim.node(), b: await sim.node() };
}

/** Two nodes that know each other, and an actor on the second that keeps what the first tells it. */
async function withSink(link?: LinkOptions) {
  const { sim, a, b } = await two(link);
  const got: unknown[] = [];
  const sink = remote(
    a,
    b.spawn((message: unknown) => void got.push(message), { name: 'sink' }),
  );
  sink.tell('first');
  await sim.run(300);
  return { sim, a, b, got, sink };
}

const remote = (node: Node, ref: Ref<never>): Ref => node.lookup(ref.address);

function watching(node: Node, ref: Ref<never>): TestProbe {
  const probe = new TestProbe(node);
  probe.watch(remote(node, ref));
  return probe;
}

async function reasonOf(probe: TestProbe): Promise<string> {
  return ((await probe.next()) as { reason: string }).reason;
}

async function answerWithin(sim: Simulation, ref: Ref, ms: number): Promise<unknown> {
  const answer = ref.ask('hello');
  assert.isTrue(await sim.runUntil(answer, ms));
  return answer;
}

/** Three nodes that talk over a network with every fault. */
async function faultyRun(seed: number) {
  const link = { delay: 5, jitter: 20, loss: 10, duplicate: 10, reorder: 10 };
  const sim = new Simulation({ seed, link });
  const nodes = [await sim.node(), await sim.node(), await sim.node()] as const;
  const [a, b, c] = nodes;
  let handled = 0;
  for (const node of nodes) {
    node.spawn(
      (hops: number, context) => {
        handled++;
        if (hops > 0) context.lookup(`n${(hops % 3) + 1}:1/relay`).tell(hops - 1);
      },
      { name: 'relay' },
    );
  }
  for (let i = 0; i < 20; i++) {
    a.lookup('n2:1/relay').tell(i);
    if (i === 8) sim.partition(a, c);
    if (i === 12) sim.heal();
    if (i === 15) sim.freeze(b, 700);
    await sim.run(100);
  }
  await sim.stop();
  return { hash: sim.hash, handled, now: sim.now };
}
