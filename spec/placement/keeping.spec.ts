import type { Worker } from 'node:worker_threads';
import { assert } from 'chai';
import {
  ActorError,
  ActorRestarted,
  childProcess,
  type Node,
  oneForOne,
  PoisonPill,
  type Ref,
  Stop,
  thread,
  transfer,
} from '../../lib/index.ts';
import { rejection } from '../core/support.ts';
import { entry, journal, lettersOf, range } from './journal.ts';
import { assertBalanced, startNode } from './support.ts';
import { type Entry, Hoarder, Painter, Picker, Writer } from './workers.ts';

const forever = { timeout: Number.POSITIVE_INFINITY };
const patient = { supervision: oneForOne({ max: Number.POSITIVE_INFINITY }) };

for (const [name, on] of [
  ['thread', thread],
  ['child process', childProcess],
] as const) {
  describe(`what an actor in a ${name} has not begun when that ends`, function () {
    this.timeout(60_000);
    // Processes take long to start: they are shown what differs between the two, and threads the rest.
    const itAlso = name === 'thread' ? it : (_title: string, _run: () => unknown) => {};
    const notes = journal();
    const { begun } = notes;

    it('is handled by the next one, in order and once; what it was doing is in doubt', async () => {
      const node = await startNode(patient);
      const letters = lettersOf(node);
      const failures = failuresOf(node);
      const writer: Ref<Entry> = node.spawn(Writer.using({ file: notes.file }), { on: on() });
      const entries = range(400).map(n =>
        entry(n, n % 97 === 50 ? 'exit' : n % 31 === 7 ? 'throw' : undefined),
      );
      for (const one of entries) writer.tell(one);
      await writer.ask(entry(400), forever);
      assert.deepEqual(begun(), range(401));
      const ended = entries.filter(({ then }) => then === 'exit');
      assert.deepEqual(
        letters,
        ended.map(one => [one, 'inDoubt']),
      );
      assert.includeDeepMembers(
        failures,
        entries.filter(({ then }) => then !== undefined),
      );
      assertBalanced(node);
    });

    it('is handled once, whenever it ends', async () => {
      const node = await startNode(patient);
      const letters = lettersOf(node);
      let lastThread: Worker | undefined;
      const onWorker = (worker: Worker) => {
        lastThread = worker;
      };
      process.on('worker', onWorker);
      let lives = 0;
      node.events.subscribe(ActorRestarted, () => void lives++);
      const writer: Ref<Entry> = node.spawn(Writer.using({ file: notes.file }), { on: on() });
      await writer.ask(entry(0));
      for (const round of range(4)) {
        const pids = writer.ask<number>(entry(-1, 'pid'), forever);
        for (const n of range(500)) writer.tell(entry(1 + round * 500 + n));
        // In the middle of it.
        await begunUpTo(begun, 1 + round * 500 + 20 * round);
        const pid = await pids;
        const restarted = node.events.once(ActorRestarted);
        if (name === 'thread') void lastThread?.terminate();
        else process.kill(pid, 'SIGKILL');
        await restarted;
      }
      await writer.ask(entry(2001), forever);
      process.off('worker', onWorker);
      const seen = begun();
      assert.deepEqual([...new Set(seen)], seen, 'none twice');
      const lost = range(2002).filter(n => !seen.includes(n));
      const doubtful = letters.map(([message]) => (message as Entry).n);
      assert.includeMembers(doubtful, lost, 'none without a trace');
      assert.isAtMost(doubtful.length, lives);
      assertBalanced(node);
    });

    it('goes on being asked for: only who waits for what was begun hears of it', async () => {
      const node = await startNode();
      const writer: Ref<Entry> = node.spawn(Writer.using({ file: notes.file }), { on: on() });
      await writer.ask(entry(0));
      const silent = rejection(writer.ask(entry(1, 'exit'), forever));
      const kept = range(20).map(n => writer.ask(entry(n + 2), forever));
      assert.equal((await silent).code, 'NODE_DOWN');
      assert.deepEqual(
        await Promise.all(kept),
        range(20).map(n => n + 2),
      );
      assertBalanced(node);
    });

    itAlso('is a dead letter when its supervisor stops it, and who asks hears so', async () => {
      const node = await startNode({ supervision: oneForOne({ decide: () => Stop }) });
      const letters = lettersOf(node);
      const writer: Ref<Entry> = node.spawn(Writer.using({ file: notes.file }), { on: on() });
      writer.tell(entry(0)).tell(entry(1, 'exit')).tell(entry(2));
      const asked = rejection(writer.ask(entry(3), forever));
      assert.equal((await asked).code, 'ACTOR_STOPPED');
      await writer.join();
      assert.deepEqual(letters, [
        [entry(1, 'exit'), 'inDoubt'],
        [entry(2), 'stopped'],
        [entry(3), 'stopped'],
      ]);
      assert.deepEqual(begun(), [0, 1]);
      assertBalanced(node);
    });

    it('is a dead letter when it is killed', async () => {
      const node = await startNode();
      const letters = lettersOf(node);
      const writer: Ref<Entry> = node.spawn(Writer.using({ file: notes.file }), {
        on: on(),
        shutdown: 'brutal_kill',
      });
      await writer.ask(entry(0));
      const waits = rejection(writer.ask(entry(1, 'wait'), forever));
      for (const n of range(5)) writer.tell(entry(n + 2));
      await begunUpTo(begun, 1);
      writer.kill();
      assert.equal((await waits).code, 'ACTOR_STOPPED');
      await node.stop();
      assert.includeDeepMembers(begun(), [0, 1]);
      assert.lengthOf(begun(), 2);
      assertBalanced(node);
      assert.deepEqual(
        letters,
        range(5).map(n => [entry(n + 2), 'stopped']),
      );
    });

    it('is a dead letter when it is killed, and its place lives on', async () => {
      const node = await startNode();
      const letters = lettersOf(node);
      const place = on({ shared: 'both' });
      const other: Ref<Entry> = node.spawn(Writer.using({ file: notes.file }), { on: place });
      const writer: Ref<Entry> = node.spawn(Writer.using({ file: notes.file }), { on: place });
      await other.ask(entry(-1));
      await writer.ask(entry(0));
      const asked = writer.ask(entry(1, 'wait'), forever).catch(() => {});
      await begunUpTo(begun, 1);
      for (const n of range(5)) writer.tell(entry(n + 2));
      const waits = rejection(writer.ask(entry(7), forever));
      writer.kill();
      assert.equal((await waits).code, 'ACTOR_STOPPED');
      await writer.join();
      await asked;
      assert.deepEqual(
        letters,
        range(6).map(n => [entry(n + 2), 'stopped']),
      );
      assert.equal(await other.ask(entry(8), forever), 8);
      assertBalanced(node);
    });

    it('is kept when it has been overtaken, as by what a process waits for', async () => {
      const node = await startNode();
      const picker: Ref = node.spawn(Picker.using({ file: notes.file }), { on: on() });
      for (const n of [1, 2, 3, 4, 0, 5, 6]) picker.tell(n);
      assert.equal(await picker.ask('open', forever), 'open');
      assert.equal(await picker.ask(7, forever), 7);
      assert.deepEqual(begun(), [2, 4, 0, 6, Number.NaN, 1, 3, 5, 7]);
      assertBalanced(node);
    });

    itAlso('is kept when it was stashed', async () => {
      const node = await startNode();
      const letters = lettersOf(node);
      const hoarder: Ref<number | 'open' | 'exit'> = node.spawn(Hoarder.using({ file: notes.file }), {
        on: on(),
      });
      for (const n of [1, 2, 3]) hoarder.tell(n);
      hoarder.tell('exit').tell(4);
      assert.equal(await hoarder.ask('open', forever), 'opened');
      assert.equal(await hoarder.ask(5, forever), 5);
      assert.deepEqual(begun(), [1, 2, 3, 4, 5]);
      assert.deepEqual(letters, [['exit', 'inDoubt']]);
      assertBalanced(node);
    });

    itAlso('arrives in order, however large it is', async () => {
      const node = await startNode();
      const writer: Ref<Entry> = node.spawn(Writer.using({ file: notes.file }), { on: on() });
      await writer.ask(entry(0));
      const others = range(3).map(() => node.spawn(() => {}));
      const large = { ...entry(1), text: 'x'.repeat(2_000_000) };
      writer.tell(large, others[0]);
      writer.tell(entry(2, 'exit'), others[1]);
      writer.tell(entry(3), others[2]);
      writer.tell({ ...large, n: 4 });
      await writer.ask(entry(5), forever);
      assert.deepEqual(begun(), [0, 1, 2, 3, 4, 5]);
      assertBalanced(node);
    });

    itAlso('is not counted for it when it can not cross, or not be read', async () => {
      const node = await startNode();
      class Unknown {
        readonly n = 5;
      }
      const writer: Ref<unknown> = node.spawn(Writer.using({ file: notes.file }), { on: on() });
      await writer.ask(entry(0));
      node.register(Unknown); // there it is not known
      const before = node.stats().deadLetters.total;
      writer
        .tell(entry(1))
        .tell({ n: () => {} })
        .tell(new Unknown())
        .tell(entry(2))
        .tell(entry(3, 'exit'));
      writer.tell({ n: () => {} }).tell(entry(4));
      await writer.ask(entry(5), forever);
      assert.deepEqual(begun(), [0, 1, 2, 3, 4, 5]);
      assert.equal(node.stats().deadLetters.total - before, 3);
      assertBalanced(node);
    });

    itAlso('is what it is told to stop, too', async () => {
      const node = await startNode();
      const writer: Ref<unknown> = node.spawn(Writer.using({ file: notes.file }), { on: on() });
      writer.tell(entry(0)).tell(entry(1, 'exit')).tell(entry(2)).tell(PoisonPill).tell(entry(3));
      await writer.join();
      assert.deepEqual(begun(), [0, 1, 2]);
      await node.stop();
      assertBalanced(node);
    });

    it('is kept when it does not answer any more and is ended', async () => {
      const node = await startNode();
      const letters = lettersOf(node);
      const writer: Ref<Entry> = node.spawn(Writer.using({ file: notes.file }), {
        on: on({ maxBusy: 1500 }),
      });
      writer.tell(entry(0)).tell(entry(1, 'spin')).tell(entry(2));
      await writer.ask(entry(3), forever);
      assert.deepEqual(begun(), [0, 1, 2, 3]);
      assert.deepEqual(letters, [[entry(1, 'spin'), 'inDoubt']]);
      assertBalanced(node);
    });
  });
}

describe('memory that was moved', function () {
  this.timeout(20_000);

  it('can not be handed over again: the message is in doubt', async () => {
    const node = await startNode();
    const letters = lettersOf(node);
    const on = thread({ shared: 'one' });
    const painter: Ref<unknown> = node.spawn(Painter, { on });
    const image = () => transfer({ pixels: new Uint8Array(100), deep: [] });
    await painter.ask(image());
    // It fails at the first message, and its thread has to end before the second one.
    painter
      .tell({ exit: true })
      .tell(image())
      .tell({ pixels: new Uint8Array(5), deep: [] });
    const answer = await painter.ask<{ pixels: Uint8Array }>(
      { pixels: new Uint8Array(3), deep: [] },
      forever,
    );
    assert.lengthOf(answer.pixels, 3);
    assert.lengthOf(
      letters.filter(([, reason]) => reason === 'inDoubt'),
      2,
    );
    assertBalanced(node);
  });
});

function failuresOf(node: Node): unknown[] {
  const messages: unknown[] = [];
  node.events.subscribe(ActorError, ({ message }) => void messages.push(message));
  return messages;
}

async function begunUpTo(begun: () => number[], n: number): Promise<void> {
  while (!begun().includes(n)) await new Promise(resolve => setImmediate(resolve));
}
