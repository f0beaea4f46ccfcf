import { assert } from 'chai';
import { Actor, Node, type Ref, SupervisionWarning, silentLogger } from '../../lib/index.ts';
import { type ObserveOptions, observe, type Traced } from '../../lib/observe/index.ts';
import { RemoteSource } from '../../lib/observe/remoteSource.ts';
import { heard, startNode } from '../core/support.ts';

class Worker extends Actor {
  override receive(message: unknown) {
    if (message === 'fail') throw new Error('as told');
    this.reply({ got: message });
  }
}

describe('observe()', () => {
  async function observed(options?: ObserveOptions) {
    const { node, clock } = await startNode();
    const worker = node.spawn(Worker, { name: 'worker' });
    return { node, clock, worker, ref: observe(node, options) as Ref };
  }
  const failureOf = (promise: Promise<unknown>): Promise<Error> =>
    promise.then(
      () => assert.fail('it has not failed'),
      error => error as Error,
    );

  it('answers what an observatory is asked, to the message', async () => {
    const { clock, worker, ref } = await observed();
    await ref.ask({ query: 'overview' });
    for (let i = 0; i < 50; i++) worker.tell(i);
    await clock.advance(1000);
    const { rows } = await ref.ask<{ rows: { path: string; rate: number }[] }>({
      query: 'actors',
      params: { sort: 'rate', limit: 1e9 },
    });
    assert.deepEqual(
      rows.map(({ path, rate }) => [path, rate]),
      [
        ['/worker', 50],
        ['/observe', 0],
      ],
    );
  });

  it('measures nothing once nobody has asked for 10 s', async () => {
    const { clock, ref } = await observed();
    const since = async () => (await ref.ask<{ observedFor: number }>({ query: 'overview' })).observedFor;
    assert.equal(await since(), 0);
    await clock.advance(9000);
    assert.equal(await since(), 9000);
    await clock.advance(10_001);
    assert.equal(await since(), 0);
  });

  const wrong: [message: unknown, text: RegExp][] = [
    [{ query: 'nothing' }, /there is no question "nothing"/],
    [{ query: 'actors', params: { sort: 'colour' } }, /sort must be one of/],
    [{ query: 'actor', params: {} }, /path must be a path/],
    ['hello', /expected \{ query, params \}, \{ control, path \} or \{ trace, to \}, not "hello"/],
    [undefined, /expected \{ query, params \}/],
    [{ trace: '/worker' }, /to must be an actor/],
    [{ control: 'stop', path: '/worker' }, /this node only shows itself: start it with --observable-control/],
  ];
  for (const [message, text] of wrong) {
    it(`says what is wrong with ${JSON.stringify(message)}, and goes on`, async () => {
      const { ref, worker } = await observed();
      assert.match((await failureOf(ref.ask(message))).message, text);
      assert.hasAllKeys(await ref.ask({ query: 'actors' }), ['total', 'rows']);
      assert.isFalse(worker.isStopped);
    });
  }

  it('restarts, stops and kills with control, and writes down who has done it', async () => {
    const { node, clock, worker, ref } = await observed({ control: true });
    const warnings = heard(node, SupervisionWarning);
    const { text } = await ref.ask<{ text: string }>({ control: 'stop', path: '/worker' });
    assert.equal(text, '/worker was told to stop');
    await clock.settle();
    assert.isTrue(worker.isStopped);
    assert.match(warnings[0]?.text ?? '', /^it was told to stop by hand, by /);
    assert.match((await failureOf(ref.ask({ control: 'stop', path: '/' }))).message, /runtime's own/);
    assert.match((await failureOf(ref.ask({ control: 'explode', path: '/worker' }))).message, /no action/);
  });

  it('tells of each message that an actor takes, for as long as somebody listens', async () => {
    const { node, clock, worker, ref } = await observed();
    const seen: (string | undefined)[] = [];
    const listener = node.spawn(({ traced }: Traced) => void seen.push(traced?.message));
    await ref.ask({ trace: '/worker', to: listener });
    worker.tell('one');
    await clock.settle();
    listener.stop();
    await clock.settle();
    worker.tell('two');
    await clock.settle();
    assert.deepEqual(seen, ["'one'"]);
  });

  it('does not show messages where they must not be seen', async () => {
    const { clock, node, worker, ref } = await observed({ redact: () => 'secret' });
    const seen: unknown[] = [];
    const listener = node.spawn(({ traced }: Traced) => void seen.push(traced?.message));
    await ref.ask({ trace: '/worker', to: listener });
    worker.tell('password');
    await clock.settle();
    assert.deepEqual(seen, ["'secret'"]);
  });

  it('says what is wrong with its options', async () => {
    const { node } = await startNode();
    const faults: [object, RegExp][] = [
      [{ contrl: true }, /there is no option "contrl"; the options are name, control/],
      [{ control: 1 }, /control must be true or false, not 1/],
      [{ interval: -1 }, /interval must be a number/],
    ];
    for (const [options, text] of faults) assert.throws(() => observe(node, options), TypeError, text);
    assert.equal(node.stats().actors, 0);
  });
});

describe('RemoteSource', () => {
  const running: { stop?(): Promise<void>; close?(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of running.splice(0).reverse()) await (one.close?.() ?? one.stop?.());
  });

  async function remote(options?: ObserveOptions & { hidden?: boolean; allow?: readonly 'watch'[] }) {
    const { hidden = false, allow, ...rest } = options ?? {};
    const node = await Node.start({ address: '127.0.0.1:0', logger: silentLogger, remoting: { allow } });
    running.push(node);
    node.spawn(Worker, { name: 'worker' });
    if (!hidden) observe(node, rest);
    const source = await RemoteSource.open(node.address as string, { timeout: 2500 });
    running.push(source);
    return { node, source };
  }
  const textOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'it has not failed',
      error => (error as Error).message,
    );

  it('has told an actor what it is told, also when that is its last message', async () => {
    const node = await Node.start({ address: '127.0.0.1:0' });
    const source = await RemoteSource.open(node.address as string);
    try {
      for (let i = 0; i < 5; i++) {
        const last = node.spawn((_: unknown, { stop }) => stop(), { name: 'last' });
        await source.tell('/last', 'stop');
        await last.join();
      }
    } finally {
      await source.close();
      await node.stop();
    }
  });

  it('asks, tells, pings and traces', async () => {
    const { source } = await remote();
    assert.deepEqual(await source.ask('/worker', [1]), { got: [1] });
    await source.ping(undefined, 2000);
    await source.ping('/worker', 2000);
    const traced = new Promise(resolve => {
      void source.trace('/worker', trace => resolve(trace?.message)).then(() => source.tell('/worker', 'hi'));
    });
    assert.equal(await traced, "'hi'");
    const { rows } = await source.query('actors', {});
    assert.sameMembers(
      rows.map(({ path }) => path),
      ['/worker', '/observe'],
    );
  });

  it('says in one line what is in the way', async () => {
    const { node, source } = await remote({ hidden: true });
    const { address } = node;
    assert.equal(
      await textOf(source.query('overview', {})),
      `the node at ${address} does not show itself: start it with --observable, or call observe(node) in it`,
    );
    assert.equal(
      await textOf(source.tell('/nobody', 1)),
      `there is no actor /nobody at ${address}, or this node may not watch it`,
    );
    assert.match(await textOf(source.ping('/nobody', 1000)), /does not exist/);
    const absent = await RemoteSource.open('127.0.0.1:1', { timeout: 2000 });
    running.push(absent);
    const nobody = /^nobody answers at 127\.0\.0\.1:1: is the node running, with --remoting\?/;
    assert.match(await textOf(absent.query('overview', {})), nobody);
    assert.match(await textOf(absent.ping(undefined, 1000)), nobody);
    assert.match(await textOf(absent.tell('/a', 1)), nobody);
  });

  it('sees nothing where the node does not allow it to ask', async () => {
    const { source } = await remote({ allow: ['watch'] });
    assert.match(await textOf(source.query('overview', {})), /^\/observe may not be asked from there/);
  });
});
