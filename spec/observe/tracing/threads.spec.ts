import { assert } from 'chai';
import { type Context, childProcess, type Node, oneForOne, type Ref, thread } from '../../../lib/index.ts';
import { type TracingOptions, tracing } from '../../../lib/observe/index.ts';
import { balancing, pool } from '../../../lib/pool/index.ts';
import { startNode } from '../../placement/support.ts';
import { type Recording, recording, type Seen } from './spans.ts';
import { Hoarding, Traced, type Work } from './workers.ts';

/** A node that is traced. */
async function start(options: TracingOptions = {}): Promise<{ node: Node; record: Recording }> {
  const node = await startNode({ supervision: oneForOne({ max: Number.POSITIVE_INFINITY }) });
  const record = recording();
  tracing(node, { tracerProvider: record.tracerProvider, ...options });
  return { node, record };
}

/** Tells what it is told to somebody, and says so. */
const tellerOn = (node: Node, to: Ref<never>) =>
  node.spawn(function teller(message: unknown, context: Context) {
    (to as Ref).tell(message);
    context.reply('told');
  });

/** An actor that is waited for. */
function sinkOn(node: Node): { sink: Ref; got: Promise<unknown> } {
  let arrived: (message: unknown) => void;
  const got = new Promise(resolve => {
    arrived = resolve;
  });
  const sink = node.spawn(function sink(message: unknown) {
    arrived(message);
  });
  return { sink, got };
}

const forever = { timeout: Number.POSITIVE_INFINITY };
/** The spans of what there is a link from. */
const linkedTo = (spans: readonly Seen[], id: string) => spans.filter(({ links }) => links.includes(id));

for (const [name, on] of [
  ['thread', thread],
  ['child process', childProcess],
] as const) {
  describe(`the context of OpenTelemetry, and a ${name}`, function () {
    this.timeout(60_000);

    it('goes along into it, and out of it', async () => {
      const { node, record } = await start();
      const worker: Ref<Work | 'spans'> = node.spawn(Traced, { on: on() });
      const { sink, got } = sinkOn(node);
      const teller = tellerOn(node, worker as Ref<never>);
      await teller.ask({ to: sink, message: 'while it starts' } satisfies Work, forever);
      assert.equal(await got, 'while it starts');
      const spans = await worker.ask<Seen[]>('spans', forever);
      const [there, ...more] = linkedTo(spans, record.one('receive teller').id);
      assert.isEmpty(more);
      assert.equal(there?.name, 'receive Traced');
      assert.equal(there?.attributes['troupe.node'], 'there');
      assert.deepEqual(record.one('receive sink').links, [there?.id]);
      // What only passes messages on has no spans of its own.
      assert.equal(record.count('receive Traced'), 0);
    });

    it('makes a question to it, and what it does, one trace', async () => {
      const { node, record } = await start();
      const worker: Ref<Work | 'spans'> = node.spawn(Traced, { name: 'worker', on: on() });
      assert.equal(await worker.ask({}, forever), 'done');
      const ask = record.one('ask Traced');
      const spans = await worker.ask<Seen[]>('spans', forever);
      assert.deepEqual(
        spans.filter(({ trace }) => trace === ask.trace).map(({ name: title, parent }) => [title, parent]),
        [['receive Traced', ask.id]],
      );
    });

    it('begins no trace there for what is not sampled here', async () => {
      const { node, record } = await start({ sample: message => message === 'spans' });
      const worker: Ref<Work | 'spans'> = node.spawn(Traced, { on: on() });
      const { sink, got } = sinkOn(node);
      await tellerOn(node, worker as Ref<never>).ask({ to: sink, message: 'back' } satisfies Work, forever);
      await got;
      assert.isEmpty(await worker.ask<Seen[]>('spans', forever));
      assert.equal(record.count('receive sink'), 0);
    });

    it('stays with what has not begun when it ends', async () => {
      const { node, record } = await start();
      const worker: Ref<Work | 'spans'> = node.spawn(Traced, { on: on() });
      const { sink, got } = sinkOn(node);
      await worker.ask({}, forever);
      const teller = tellerOn(node, worker as Ref<never>);
      worker.tell({ then: 'exit' });
      await teller.ask({ to: sink, message: 'kept' } satisfies Work, forever);
      assert.equal(await got, 'kept');
      // The spans of the life before have gone with it.
      const spans = await worker.ask<Seen[]>('spans', forever);
      const [there] = linkedTo(spans, record.one('receive teller').id);
      assert.equal(there?.name, 'receive Traced');
      assert.deepEqual(record.one('receive sink').links, [there?.id]);
    });
  });
}

describe('the context of OpenTelemetry, and threads', function () {
  this.timeout(60_000);

  it('goes from one to another', async () => {
    const { node, record } = await start();
    const [one, other] = [1, 2].map(() => node.spawn(Traced, { on: thread() })) as [
      Ref<Work | 'spans'>,
      Ref<Work | 'spans'>,
    ];
    const { sink, got } = sinkOn(node);
    one.tell({ to: other as Ref, message: { to: sink, message: 'through both' } satisfies Work });
    await got;
    const first = (await one.ask<Seen[]>('spans', forever)).filter(({ links }) => links.length === 0);
    const [begun] = first;
    const [second] = linkedTo(await other.ask<Seen[]>('spans', forever), begun?.id ?? '');
    assert.equal(second?.name, 'receive Traced');
    assert.deepEqual(record.one('receive sink').links, [second?.id]);
  });

  it('stays with what was stashed there when the thread ends', async () => {
    const { node, record } = await start();
    const worker = node.spawn(Hoarding, { on: thread() }) as Ref;
    const { sink, got } = sinkOn(node);
    await tellerOn(node, worker as Ref<never>).ask({ to: sink, message: 'stashed' } satisfies Work, forever);
    worker.tell('exit');
    worker.tell('open');
    assert.equal(await got, 'stashed');
    const spans = await worker.ask<Seen[]>('spans', forever);
    const there = linkedTo(spans, record.one('receive teller').id);
    const [last] = there.filter(({ attributes }) => attributes['troupe.outcome'] === 'handled');
    assert.deepEqual(record.one('receive sink').links, [last?.id]);
  });

  for (const [kind, strategy] of [
    ['that tells its workers', undefined],
    ['whose workers take from one queue', balancing()],
  ] as const) {
    it(`goes through a pool ${kind}`, async () => {
      const { node, record } = await start();
      const workers: Ref<Work | 'spans'> = node.spawn(
        pool(Traced, { size: 1, on: thread(), ...(strategy && { strategy }) }),
      );
      const { sink, got } = sinkOn(node);
      await tellerOn(node, workers as Ref<never>).ask({ to: sink, message: 'done' } satisfies Work, forever);
      await got;
      const spans = await workers.ask<Seen[]>('spans', forever);
      const teller = record.one('receive teller').id;
      const [passed] = record.spans.filter(
        ({ name, links }) => name === 'receive Pool' && links[0] === teller,
      );
      const [there] = linkedTo(spans, strategy === undefined ? (passed?.id ?? '') : teller);
      assert.equal(there?.name, 'receive Traced');
      assert.deepEqual(record.one('receive sink').links, [there?.id]);
    });
  }

  it('is lost on the way through a node that is not traced, and nothing else is', async () => {
    const node = await startNode();
    const worker: Ref<Work | 'spans'> = node.spawn(Traced, { on: thread() });
    const { sink, got } = sinkOn(node);
    worker.tell({ to: sink, message: 'arrives' });
    assert.equal(await got, 'arrives');
    const [span] = await worker.ask<Seen[]>('spans', forever);
    assert.deepEqual([span?.name, span?.links, span?.parent], ['receive Traced', [], undefined]);
  });
});
