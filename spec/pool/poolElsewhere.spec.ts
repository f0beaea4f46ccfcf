import type { Worker } from 'node:worker_threads';
import { assert } from 'chai';
import {
  ActorError,
  ActorRestarted,
  childProcess,
  type Node,
  oneForOne,
  type Ref,
  remote,
  thread,
  tree,
} from '../../lib/index.ts';
import {
  Broadcast,
  balancing,
  pool,
  type RoutingStrategy,
  resize,
  roundRobin,
  routees,
  smallestMailbox,
} from '../../lib/pool/index.ts';
import { entry, journal, lettersOf, range } from '../placement/journal.ts';
import { assertBalanced, startNode } from '../placement/support.ts';
import { type Entry, Writer } from '../placement/workers.ts';

const forever = { timeout: Number.POSITIVE_INFINITY };
const supervision = oneForOne({ max: Number.POSITIVE_INFINITY });

for (const [name, on] of [
  ['threads', thread],
  ['child processes', childProcess],
] as const) {
  describe(`a pool of workers in ${name}`, function () {
    this.timeout(60_000);
    // Processes take long to start: they are shown what differs between the two, and threads the rest.
    const itAlso = name === 'threads' ? it : (_title: string, _run: () => unknown) => {};
    const notes = journal();
    const { begun } = notes;
    const spawn = (node: Node, strategy: RoutingStrategy<unknown>, size = 2): Ref<Entry> =>
      node.spawn(pool(Writer.using({ file: notes.file }), { size, strategy, on: on() }), {
        supervision,
      }) as Ref<Entry>;

    for (const strategy of [roundRobin, balancing]) {
      it(`loses nothing and does nothing twice, whenever workers end: ${strategy.name}`, async () => {
        const node = await startNode();
        const letters = lettersOf(node);
        const workers = spawn(node, strategy());
        const kill = await killer(workers, name === 'threads');
        for (const round of range(3)) {
          for (const n of range(300)) workers.tell(entry(300 * round + n));
          await until(() => begun().length > 300 * round + 40);
          await kill();
        }
        await Promise.all(range(2).map(() => workers.ask(entry(-1, 'pid'), forever)));
        await until(() => begun().length + letters.length >= 900);
        await quiet(workers);
        const seen = begun();
        assert.deepEqual([...new Set(seen)], seen, 'none twice');
        const doubtful = letters.map(([message]) => (message as Entry).n);
        const lost = range(900).filter(n => !seen.includes(n));
        assert.includeMembers(doubtful, lost, 'none without a trace');
        assert.isAtMost(doubtful.length, 3);
        assertBalanced(node);
      });
    }

    itAlso('has one queue, from which a worker takes that is free; who asks is the sender', async () => {
      const node = await startNode();
      const workers = spawn(node, balancing());
      await Promise.all(range(4).map(n => workers.ask(entry(n), forever)));
      workers.tell(entry(100, 'wait'));
      const answers = await Promise.all(range(50).map(n => workers.ask(entry(n + 200), forever)));
      assert.deepEqual(
        answers,
        range(50).map(n => n + 200),
      );
      assertBalanced(node);
    });

    it('leaves nothing behind one that takes long, however quick it was before', async () => {
      const node = await startNode();
      const workers = spawn(node, balancing());
      await workers.ask(entry(0), forever);
      for (const n of range(3000))
        workers.tell(entry(n + 1, n % 1000 === 700 && n < 1000 ? 'wait' : undefined));
      await until(() => begun().length === 3001);
      assert.sameMembers(begun(), range(3001));
      assertBalanced(node);
    });

    itAlso('goes on with the queue when a worker fails', async () => {
      const node = await startNode();
      const failures: unknown[] = [];
      node.events.subscribe(ActorError, ({ message }) => void failures.push((message as Entry).n));
      const workers = spawn(node, balancing());
      for (const n of range(200)) workers.tell(entry(n, n % 50 === 25 ? 'throw' : undefined));
      await until(() => begun().length === 200);
      await until(() => failures.length === 4);
      assert.sameMembers(begun(), range(200));
      assert.sameMembers(failures, [25, 75, 125, 175]);
      assertBalanced(node);
    });

    it('gives what its workers have not begun to the others when it gets smaller', async () => {
      for (const strategy of [roundRobin(), balancing()]) {
        notes.clear();
        const node = await startNode();
        const letters = lettersOf(node);
        const workers = spawn(node, strategy, 3);
        await Promise.all(range(6).map(() => workers.ask(entry(-1, 'pid'), forever)));
        for (const n of range(600)) workers.tell(entry(n));
        await resize(workers, 1);
        assert.lengthOf(await routees(workers), 1);
        await until(() => begun().length === 600);
        assert.sameMembers(begun(), range(600));
        assert.deepEqual(letters, []);
        assertBalanced(node);
        await node.stop();
      }
    });

    itAlso('passes a broadcast to each of them, once', async () => {
      const node = await startNode();
      const workers = spawn(node, balancing());
      await Promise.all(range(4).map(() => workers.ask(entry(-1, 'pid'), forever)));
      for (const n of range(100)) workers.tell(entry(n));
      (workers as Ref<unknown>).tell(new Broadcast(entry(500)));
      await until(() => begun().length === 102);
      assert.lengthOf(
        begun().filter(n => n === 500),
        2,
      );
      assertBalanced(node);
    });

    itAlso('leaves what waits in the queue as dead letters when it stops', async () => {
      const node = await startNode();
      const letters = lettersOf(node);
      const workers = spawn(node, balancing());
      await Promise.all(range(4).map(() => workers.ask(entry(-1, 'pid'), forever)));
      for (const n of range(2)) workers.tell(entry(n, 'wait'));
      await until(() => begun().length === 2);
      for (const n of range(10)) workers.tell(entry(n + 2));
      workers.kill();
      await workers.join();
      assert.deepEqual(
        letters.filter(([, reason]) => reason === 'stopped').map(([message]) => (message as Entry).n),
        range(10).map(n => n + 2),
      );
      assert.sameMembers(begun(), [0, 1]);
      assertBalanced(node);
    });

    it('gives a message to the worker that has least to do, over there as well', async () => {
      const node = await startNode();
      const workers = spawn(node, smallestMailbox());
      const pids = await Promise.all(range(2).map(() => workers.ask(entry(-1, 'pid'), forever)));
      assert.lengthOf(pids, 2);
      const [first] = (await routees(workers)) as [Ref<Entry>];
      first.tell(entry(0, 'wait')).tell(entry(1));
      await until(() => begun().length === 1);
      for (const n of range(20)) await workers.ask(entry(n + 2), forever);
      assert.deepEqual(begun(), [0, ...range(20).map(n => n + 2)]);
      assertBalanced(node);
    });

    itAlso('grows and shrinks with what there is to do over there', async () => {
      const node = await startNode();
      const recipe = pool(Writer.using({ file: notes.file }), {
        min: 1,
        max: 3,
        strategy: smallestMailbox(),
        scaling: { interval: 20, patience: 3 },
        on: on(),
      });
      const workers: Ref<Entry> = node.spawn(recipe) as never;
      await workers.ask(entry(0), forever);
      assert.lengthOf(tree(workers).children, 1);
      // It is busy with the first one, which never ends; the others wait there.
      workers.tell(entry(1, 'wait'));
      for (const n of range(30)) workers.tell(entry(n + 2));
      await until(() => tree(workers).children.length === 3);
      assert.deepEqual(begun(), [0, 1]);
      const [first] = (await routees(workers)) as [Ref<Entry>];
      first.kill();
      await first.join();
      await until(() => tree(workers).children.length === 1);
      assertBalanced(node);
    });

    it('shares a queue: what a worker that is killed had not begun goes to the others', async () => {
      const node = await startNode();
      const recipe = pool(Writer.using({ file: notes.file }), { size: 1, strategy: balancing(), on: on() });
      const workers: Ref<Entry> = node.spawn(recipe) as never;
      // It is quick, and so given some in advance.
      await Promise.all(range(200).map(n => workers.ask(entry(n), forever)));
      const asked = range(100).map(n => workers.ask(entry(200 + n, n === 50 ? 'wait' : undefined), forever));
      asked[50]?.catch(() => {}); // nobody can say what became of it
      await until(() => begun().includes(250));
      const [first] = (await routees(workers)) as [Ref<Entry>];
      first.kill();
      const others = asked.filter((_, n) => n !== 50);
      assert.lengthOf(await Promise.all(others), 99);
      assert.deepEqual(begun(), range(300));
      assertBalanced(node);
    });
  });
}

describe('a pool of workers on another node', () => {
  it('has no shared queue: balancing is refused', async () => {
    const node = await startNode({ address: '127.0.0.1:0' });
    const failed = node.events.once(ActorError);
    node.spawn(
      pool(Writer.using({ file: '' }), { size: 1, strategy: balancing(), on: remote('127.0.0.1:1') }),
    );
    assert.match((await failed).error.message, /balancing\(\) needs workers that run on this node/);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve));
}

/** Nothing waits or is done any more. */
async function quiet(workers: Ref<Entry>): Promise<void> {
  const refs = await routees<Entry>(workers as Ref<never>);
  for (const ref of refs) await ref.ask(entry(-1, 'pid'), forever);
}

/** Ends the thread or process of one of the workers, in the middle of whatever it does, and waits until it is restarted. */
async function killer(workers: Ref<Entry>, isThread: boolean): Promise<() => Promise<void>> {
  const node = workers.inlet.realm as unknown as Pick<Node, 'events'>;
  const threads: Worker[] = [];
  if (isThread) process.on('worker', worker => void threads.push(worker));
  for (const ref of await routees<Entry>(workers as Ref<never>)) await ref.ask(entry(-1, 'pid'), forever);
  return async () => {
    const restarted = node.events.once(ActorRestarted);
    if (isThread) void threads.at(-1)?.terminate();
    else {
      const [ref] = (await routees<Entry>(workers as Ref<never>)) as [Ref<Entry>];
      process.kill(await ref.ask<number>(entry(-1, 'pid'), forever), 'SIGKILL');
    }
    await restarted;
  };
}
