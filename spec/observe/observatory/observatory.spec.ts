import { spawnSync } from 'node:child_process';
import { assert } from 'chai';
import { Actor, ErrorIgnored, type Node, oneForOne, Restart } from '../../../lib/index.ts';
import {
  answerQuery,
  Observatory,
  type ObservatoryOptions,
  type QueryName,
} from '../../../lib/observe/index.ts';
import type { ManualClock } from '../../../lib/testkit/index.ts';
import { gate, heard, startNode } from '../../core/support.ts';

const noop = () => {};

const definedOf = (row: object) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));

class Worker extends Actor {
  override receive(message: unknown) {
    if (message === 'fail') throw new Error('as told');
  }
}

async function observed(
  options?: ObservatoryOptions,
): Promise<{ node: Node; clock: ManualClock; observatory: Observatory }> {
  const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Restart }) });
  return { node, clock, observatory: Observatory.open(node, options) };
}

describe('Observatory', () => {
  it('tells how many messages each actor takes per second', async () => {
    const { node, clock, observatory } = await observed();
    const [busy, idle] = [node.spawn(Worker, { name: 'busy' }), node.spawn(Worker, { name: 'idle' })];
    idle.tell('once');
    await clock.advance(1000);
    for (let i = 0; i < 500; i++) busy.tell(i);
    await clock.advance(1000);
    const { total, rows } = observatory.actors({ sort: 'rate' });
    assert.equal(total, 2);
    assert.deepEqual(
      rows.map(({ path, className, handled, rate }) => ({ path, className, handled, rate })),
      [
        { path: '/busy', className: 'Worker', handled: 500, rate: 500 },
        { path: '/idle', className: 'Worker', handled: 1, rate: 0 },
      ],
    );
    assert.equal(observatory.overview().rates.handled, 500);
    assert.equal(observatory.overview().stats.handled, 501);
  });

  it('finds actors by a part of their path or class, below a path, page by page', async () => {
    const { node, clock, observatory } = await observed();
    const parent = node.spawn(
      (_, context) => {
        for (let i = 0; i < 5; i++) context.spawn(Worker, { name: `child-${i}` });
      },
      { name: 'parent' },
    );
    node.spawn(Worker, { name: 'elsewhere' });
    parent.tell('spawn');
    await clock.settle();
    const paths = (filter: Parameters<Observatory['actors']>[0]) =>
      observatory.actors(filter).rows.map(({ path }) => path);
    assert.deepEqual(paths({ search: 'CHILD-3' }), ['/parent/child-3']);
    assert.lengthOf(paths({ search: 'worker' }), 6);
    assert.deepEqual(paths({ under: '/parent', offset: 1, limit: 2 }), [
      '/parent/child-1',
      '/parent/child-2',
    ]);
    assert.equal(observatory.actors({ under: '/parent', limit: 2 }).total, 5);
    assert.throws(() => observatory.actors({ sort: 'colour' as never }), TypeError, 'not "colour"');
    assert.throws(() => observatory.actors({ limit: -1 }), TypeError, 'limit must be a whole number');
  });

  it('sorts by what waits, and shows the first of very many only', async () => {
    const { node, clock, observatory } = await observed();
    const held = gate();
    const refs = Array.from({ length: 300 }, (_, i) => node.spawn(() => held.opened, { name: `a${i}` }));
    for (const [i, ref] of refs.entries()) for (let k = 0; k <= (i * 7) % 31; k++) ref.tell(k);
    await clock.settle();
    const { rows } = observatory.actors({ sort: 'queued', limit: 20 });
    const expected = refs.map((_, i) => (i * 7) % 31).sort((a, b) => b - a);
    const paths = (limit: number) => observatory.actors({ sort: 'queued', limit }).rows.map(row => row.path);
    assert.deepEqual(paths(5000).slice(0, 200), paths(200), 'the same order, whether few or many are wanted');
    assert.deepEqual(
      rows.map(({ queued }) => queued),
      expected.slice(0, 20),
    );
  });

  it('gives the children of an actor in the order in which they were spawned', async () => {
    const { node, clock, observatory } = await observed();
    for (const name of ['c', 'a', 'b']) node.spawn(Worker, { name });
    await clock.settle();
    const { total, rows } = observatory.children('/', { limit: 2 });
    assert.deepEqual([total, rows.map(({ name }) => name)], [3, ['c', 'a']]);
    assert.deepEqual(observatory.children('/nobody'), { total: 0, rows: [] });
  });

  it('shows one actor with its history and what waits', async () => {
    const { node, clock, observatory } = await observed();
    const held = gate();
    const ref = node.spawn(
      async function worker(message) {
        if (message === 'fail') throw new Error('as told');
        if (message === 'hold') await held.opened;
      },
      { name: 'w' },
    );
    ref.tell('fail').tell('hold').tell({ order: 7 });
    await clock.advance(250);
    const view = observatory.actor('/w', { peek: 1 });
    assert.include(view, { state: 'busy', restarts: 1, queued: 1, busyFor: 250, restartsLeft: 2 });
    assert.equal(view?.current?.text, "'hold'");
    assert.deepEqual(view?.mailbox, [{ text: '{ order: 7 }', sender: undefined }]);
    assert.include(view?.lastError, { text: 'Error: as told', count: 1 });
    assert.deepEqual(
      view?.history.map(({ kind }) => kind),
      ['ActorRestarted', 'ActorError', 'ActorStarted'],
    );
    assert.isUndefined(observatory.actor('/nobody'));
  });

  it('keeps dead letters and other events apart from comings and goings', async () => {
    const { node, clock, observatory } = await observed({ eventLimit: 10 });
    node.spawn(Worker, { name: 'w' }).tell('fail');
    const gone = node.spawn(noop, { name: 'gone' });
    gone.stop();
    await clock.settle();
    gone.tell('late');
    for (let i = 0; i < 50; i++) node.spawn(noop).stop();
    await clock.settle();
    assert.lengthOf(observatory.events({ kinds: ['ActorStarted', 'ActorStopped'] }), 10);
    assert.equal(observatory.events({ levels: ['error'] })[0]?.text, "failed with 'fail': Error: as told");
    const [letter] = observatory.deadLetters();
    assert.include(letter, { reason: 'stopped', message: "'late'", recipient: '/gone' });
    const numbers = observatory.events({ limit: 1000 }).map(({ number }) => number);
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => b - a),
    );
  });

  it('tells events as they happen', async () => {
    const { node, clock, observatory } = await observed();
    const heard: string[] = [];
    const leave = observatory.onEvent(({ kind, subject }) => heard.push(`${kind} ${subject}`));
    const ref = node.spawn(noop, { name: 'a' });
    await clock.settle();
    leave();
    ref.stop();
    await clock.settle();
    assert.deepEqual(heard, ['ActorStarted /a']);
  });

  it('shows messages only as far as it is let', async () => {
    const { node, clock, observatory } = await observed({
      redact: message => ({ ...(message as object), password: '…' }),
    });
    const ref = node.spawn(noop, { name: 'a' });
    ref.stop();
    await clock.settle();
    ref.tell({ user: 'u', password: 'secret' });
    assert.equal(observatory.deadLetters()[0]?.message, "{ user: 'u', password: '…' }");
  });

  it('does not show what a redaction throws, which may hold the message', async () => {
    const { node, clock, observatory } = await observed({
      redact: message => {
        throw new TypeError(`cannot redact ${JSON.stringify(message)}`);
      },
    });
    const ref = node.spawn(Worker);
    ref.stop();
    await clock.settle();
    ref.tell({ password: 'hunter2' });
    const [letter] = observatory.deadLetters();
    assert.equal(letter?.message, "(can't be shown: redact threw TypeError)");
  });

  it('goes on when somebody who listens throws', async () => {
    const { node, clock, observatory } = await observed();
    const errors = heard(node, ErrorIgnored);
    observatory.onSample(() => {
      throw new Error('clumsy');
    });
    let samples = 0;
    observatory.onSample(() => samples++);
    observatory.onEvent(event => {
      if (event.kind === 'ActorStarted') throw new Error('clumsy too');
    });
    const events: string[] = [];
    observatory.onEvent(({ kind }) => events.push(kind));
    await clock.advance(2000);
    node.spawn(noop);
    await clock.settle();
    assert.equal(samples, 2);
    assert.include(events, 'ActorStarted');
    assert.includeMembers(
      errors.map(({ error }) => error.message),
      ['clumsy', 'clumsy too'],
    );
  });

  it('refuses parameters that are no such thing, and too many at once', async () => {
    const { node, observatory } = await observed();
    node.spawn(Worker, { name: 'a' });
    const ask = (query: QueryName, params: object) => () => answerQuery(observatory, query, params as never);
    for (const [query, params] of [
      ['actors', { limit: 1e9 }],
      ['actors', { limit: '5' }],
      ['actors', { search: 5 }],
      ['actors', { under: 5 }],
      ['actors', { sort: 'constructor' }],
      ['children', { path: '/', offset: -1 }],
      ['children', { path: '/', limit: Number.NaN }],
      ['actor', { path: '/a', peek: 1e9 }],
      ['actor', { path: '/a', peek: 'all' }],
      ['actor', { path: '/a', history: -1 }],
      ['events', { limit: -1 }],
      ['events', { kinds: 'ActorError' }],
      ['events', { levels: [5] }],
      ['events', { search: {} }],
      ['events', { subject: 5 }],
      ['events', { after: 'now' }],
      ['deadLetters', { limit: 'all' }],
      ['deadLetters', { reason: 5 }],
    ] as const)
      assert.throws(ask(query, params), TypeError, new RegExp(`^${query}: `), JSON.stringify(params));
    assert.equal(answerQuery(observatory, 'actor', { path: '/a', peek: 0 })?.path, '/a');
  });

  it('sorts very many without looking at each again for each', async () => {
    const { node, clock, observatory } = await observed();
    for (let i = 0; i < 3000; i++) node.spawn(Worker, { name: `w${i}` }).tell(i);
    await clock.settle();
    const { rows, total } = observatory.actors({ sort: 'handled', offset: 2990, limit: 5 });
    assert.equal(total, 3000);
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['w2990', 'w2991', 'w2992', 'w2993', 'w2994'],
    );
  });

  it('does not keep the process from ending', () => {
    const code = `
      import { Node } from './lib/index.ts';
      import { Observatory } from './lib/observe/index.ts';
      Observatory.open(await Node.start());
      process.on('exit', () => console.log('has ended'));
    `;
    const args = ['--import', 'tsx/esm', '--input-type=module', '-e', code];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
    assert.equal(stdout, 'has ended\n');
  }).timeout(60_000);

  it('is not opened for what is no node', () => {
    for (const node of [undefined, 'node', {}])
      assert.throws(() => Observatory.open(node as never), TypeError, 'Observatory: expected a node');
  });

  it('shows what exhibits itself, and one that throws as such', async () => {
    const { node, observatory } = await observed();
    const leave = node.instruments.exhibit({ kind: 'flow', name: 'orders', view: () => ({ events: 3 }) });
    node.instruments.exhibit({
      ...{ kind: 'pool', name: 'broken' },
      view: () => {
        throw new Error('no idea');
      },
    });
    assert.deepEqual(observatory.exhibits(), [
      { kind: 'flow', name: 'orders', view: { events: 3 } },
      { kind: 'pool', name: 'broken', view: { error: 'Error: no idea' } },
    ]);
    leave();
    assert.lengthOf(observatory.exhibits(), 1);
  });

  it('is one for a node, and holds nothing once nobody looks', async () => {
    const { node, clock, observatory } = await observed();
    const timers = clock.pending;
    const second = Observatory.open(node);
    assert.equal(second, observatory);
    second.close();
    assert.equal(clock.pending, timers);
    observatory.close();
    assert.equal(clock.pending, timers - 1);
    assert.notEqual(Observatory.open(node), observatory);
  });

  it('ends with its node', async () => {
    const { node, clock } = await observed();
    await node.stop();
    await clock.settle();
    assert.equal(clock.pending, 0);
  });
});

describe('answerQuery()', () => {
  it('answers questions that are plain data with plain data', async () => {
    const { node, clock, observatory } = await observed();
    node.spawn(Worker, { name: 'w' });
    await clock.settle();
    const { rows } = answerQuery(observatory, 'children', { path: '/' });
    assert.deepEqual(JSON.parse(JSON.stringify(rows)), rows.map(definedOf));
    assert.equal(rows[0]?.path, '/w');
  });

  it('refuses what nobody knows', async () => {
    const { observatory } = await observed();
    assert.throws(
      () => answerQuery(observatory, 'secrets' as 'overview', {}),
      TypeError,
      'there are overview',
    );
    assert.throws(() => answerQuery(observatory, 'actor', {} as never), TypeError, 'path must be a path');
    assert.throws(() => answerQuery(observatory, 'overview', null as never), TypeError, 'must be an object');
  });
});
