import { assert } from 'chai';
import { Actor, childProcess, Node, Process, remote, silentLogger, thread } from '../../lib/index.ts';
import { measure } from '../../lib/placement/index.ts';
import { isVitals, type Vitals } from '../../lib/placement/vitals.ts';
import { MemoryNetwork } from '../../lib/testkit/index.ts';
import { startNode } from './support.ts';
import { Collector, Echo } from './workers.ts';

describe('measure()', function () {
  this.timeout(20_000);

  it('tells how an actor does that runs here, and this thread', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo);
    await measure(echo); // counting begins
    await echo.ask('a');
    const { pid, threadId, memory, actor } = (await measure(echo)) as Vitals;
    assert.deepEqual([pid, threadId], [process.pid, 0]);
    assert.isAbove(memory.heapUsed, 1_000_000);
    assert.deepEqual(actor, { state: 'running', taken: 1, queued: 0, stashed: 0, isBusy: false });
  });

  it('counts what a process takes, and not what it leaves', async () => {
    const node = await startNode();
    class Choosy extends Process {
      async run() {
        for (;;) this.reply(await this.get(Number));
      }
    }
    const choosy = node.spawn(Choosy);
    await choosy.ask(1);
    choosy.tell('not that');
    await choosy.ask(2);
    const { actor } = (await measure(choosy)) as Vitals;
    assert.deepEqual([actor.taken, actor.queued], [2, 1]);
  });

  it('counts from the last start on', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo);
    await measure(echo);
    await echo.ask('a');
    await echo.tell('fail').ask('b');
    assert.equal((await measure(echo))?.actor.taken, 1);
  });

  it('tells of one that is busy, what waits for it, and what it has put aside', async () => {
    const node = await startNode();
    class Slow extends Actor<string> {
      override async receive(message: string) {
        if (message === 'stash') return this.stash();
        await new Promise(() => {});
      }
    }
    const slow = node.spawn(Slow);
    for (const message of ['stash', 'work', 'wait', 'wait']) slow.tell(message);
    await new Promise(resolve => setImmediate(resolve));
    const { actor } = (await measure(slow)) as Vitals;
    assert.deepEqual(actor, { state: 'busy', taken: 2, queued: 2, stashed: 1, isBusy: true });
    slow.kill();
  });

  for (const [kind, on] of [
    ['thread', thread()],
    ['process', childProcess()],
  ] as const) {
    it(`asks one in a ${kind}, and it is heard of there`, async () => {
      const node = await startNode();
      const echo = node.spawn(Echo, { on });
      const where = await echo.ask<{ pid: number; threadId: number }>('where', { timeout: 20_000 });
      for (let i = 0; i < 3; i++) await echo.ask(i);
      const vitals = (await measure(echo)) as Vitals;
      assert.isTrue(isVitals(vitals));
      assert.deepEqual([vitals.pid, vitals.threadId], [where.pid, where.threadId]);
      assert.equal(vitals.actor.taken, 4);
    });
  }

  it('asks a process there, and gives nothing when that ends before it answers', async () => {
    const node = await startNode();
    const collector = node.spawn(Collector, { on: thread() });
    assert.deepEqual(await collector.tell(1).ask('all', { timeout: 20_000 }), [1]);
    assert.equal((await measure(collector))?.actor.taken, 2);
    const echo = node.spawn(Echo, { on: thread({ maxBusy: 500 }) });
    await echo.ask('where', { timeout: 20_000 });
    echo.tell('spin');
    // It may answer before it has begun.
    while ((await measure(echo)) !== undefined);
    const { restarts } = node.stats();
    assert.equal(restarts, 0); // that is heard first
  });

  it('gives nothing of one that has not started, or has ended', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo, { on: thread() });
    assert.isUndefined(await measure(echo));
    await echo.ask('where', { timeout: 20_000 });
    echo.stop();
    await echo.join();
    assert.isUndefined(await measure(echo));
  });

  it('asks one on another node', async () => {
    const network = new MemoryNetwork();
    const options = { transport: network.transport, logger: silentLogger };
    const here = await startNode({ address: '127.0.0.1:1', ...options });
    const allow = { spawn: true };
    const there = await Node.start({ address: '127.0.0.1:2', remoting: { allow }, ...options });
    there.register(Echo);
    const echo = here.spawn(Echo, { on: remote('127.0.0.1:2') });
    await echo.ask('hello');
    const { pid, actor } = (await measure(echo)) as Vitals;
    assert.deepEqual([pid, actor.taken], [process.pid, 1]);
    await there.stop();
  });

  it('believes another node nothing that is no number', () => {
    const loop = { mean: 0, p99: 0, max: 0, utilization: 0 };
    const memory = { rss: 1, heapTotal: 1, heapUsed: 1, external: 1 };
    const actor = { state: 'running', taken: 0, queued: 0, stashed: 0, isBusy: false };
    const whole = { pid: 1, threadId: 0, loop, memory, actor };
    assert.isTrue(isVitals(whole));
    const wrong: unknown[] = [
      ...[undefined, null, 7, {}, { ...whole, pid: '1' }, { ...whole, loop: undefined }],
      ...[
        { ...whole, loop: { ...loop, mean: 'x' } },
        { ...whole, memory: { ...memory, more: 1 } },
      ],
      ...[
        { ...whole, actor: { ...actor, queued: Number.NaN } },
        { ...whole, actor: null },
      ],
    ];
    for (const said of wrong) assert.isFalse(isVitals(said), JSON.stringify(said));
  });
});
