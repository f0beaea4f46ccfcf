import { threadId } from 'node:worker_threads';
import { assert } from 'chai';
import {
  Actor,
  ActorRestarted,
  allForOne,
  Escalate,
  oneForOne,
  printTree,
  type Ref,
  Restart,
  Resume,
  Supervisor,
  silentLogger,
  thread,
} from '../../lib/index.ts';
import { rejection } from '../core/support.ts';
import { assertBalanced, Reader, startNode } from './support.ts';
import { Citizen, Collector, Diary, Echo, Linked, Nest, Point } from './workers.ts';

describe('a tree with actors in threads', function () {
  this.timeout(20_000);

  it('shows them with their classes', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo, { name: 'echo', on: thread() });
    await echo.ask('hello');
    assert.equal(printTree(node), '/ running\n└─ echo (Echo) running');
  });

  it('goes on inside them: a thread of a thread', async () => {
    const node = await startNode();
    const nest = node.spawn(Nest, { name: 'nest', on: thread() });
    const where = await nest.ask<{ threadId: number }>('where');
    assert.notEqual(where.threadId, threadId);
    const inner = node.lookup('/nest/inner');
    const who = await inner.ask<{ ref: Ref; parent: Ref }>('who');
    assert.isTrue(who.ref.equals(inner));
    assert.equal(who.parent, nest);
    inner.stop();
    await inner.join();
    nest.stop();
    await nest.join();
    assertBalanced(node);
  });

  it('has one node, which can be used from below', async () => {
    const lines: unknown[][] = [];
    const warn = (...line: unknown[]) => void lines.push(line);
    const node = await startNode({ logger: { ...silentLogger, warn } });
    const citizen = node.spawn(Citizen, { name: 'citizen', on: thread() });
    assert.equal(await citizen.ask('guardian'), node.guardian);
    assert.match((await rejection(citizen.ask('spawn'))).message, /node\.spawn can't be used in a thread/);
    node.register(Point);
    assert.equal((await citizen.ask<Point>(new Point(3))).double, 12);
    citizen.tell('log').tell('stop the node');
    await node.stopped;
    assert.deepEqual(lines, [['/citizen hello', { from: 'below' }]]);
  });

  it('is what an OTP supervisor supervises, too', async () => {
    const node = await startNode();
    const children = [{ id: 'echo', start: Echo, options: { on: thread() } }];
    const supervisor = node.spawn(Supervisor.using({ strategy: 'one_for_one', intensity: 5, children }), {
      name: 'top',
    });
    await Supervisor.whichChildren(supervisor);
    const echo = node.lookup('/top/echo');
    assert.equal(await echo.ask('count'), 1);
    const restarted = node.events.once(ActorRestarted);
    echo.tell('fail');
    await restarted;
    assert.equal(await echo.ask('count'), 1);
    const again = node.events.once(ActorRestarted);
    echo.tell('exit');
    await again;
    assert.equal(await echo.ask('count'), 1);
    await Supervisor.terminateChild(supervisor, 'echo');
    assert.isTrue(echo.isStopped);
  });

  it('kills brutally what is to be killed so, without its postStop', async () => {
    const node = await startNode();
    const outside = new Reader(node);
    const start = Diary.using({ reader: outside.ref });
    const on = thread({ shared: 'both' });
    const children = [
      { id: 'brutal', start, shutdown: 'brutal_kill', options: { on } },
      { id: 'gentle', start, options: { on } },
    ] as const;
    const supervisor = node.spawn(Supervisor.using({ children }));
    await outside.expect('preStart', 'preStart');
    await Supervisor.terminateChild(supervisor, 'brutal');
    await Supervisor.terminateChild(supervisor, 'gentle');
    outside.ref.tell('no other');
    await outside.expect('postStop', 'no other');
  });

  it('runs processes', async () => {
    const node = await startNode();
    const collector = node.spawn(Collector, { on: thread() });
    collector.tell(1).tell(2);
    assert.deepEqual(await collector.ask('all'), [1, 2]);
  });

  it('restarts all children together, here and there', async () => {
    const node = await startNode({ supervision: allForOne() });
    const [one, two] = [node.spawn(Echo, { on: thread() }), node.spawn(Echo, { on: thread() })];
    const local = node.spawn(Echo);
    for (const echo of [one, two, local]) assert.equal(await echo.ask('count'), 1);
    one.tell('fail');
    for (const echo of [one, two, local]) assert.equal(await echo.ask('count'), 1);
    assert.equal(node.stats().restarts, 3);
  });

  it('ends those below a parent that is restarted, and starts others', async () => {
    const node = await startNode();
    const outside = new Reader(node);
    class Parent extends Actor {
      override supervision = oneForOne({ decide: () => Escalate });
      override preStart() {
        this.spawn(Diary.using({ reader: outside.ref }), { name: 'diary', on: thread() });
      }
    }
    const parent = node.spawn(Parent, { name: 'parent' });
    await outside.expect('preStart');
    node.lookup('/parent/diary').tell('fail');
    await outside.expect('postStop', 'preStart');
    assert.isFalse(parent.isStopped);
  });

  it('holds those whose parent has failed, until that is decided', async () => {
    const node = await startNode();
    const outside = new Reader(node);
    class Parent extends Actor {
      override preStart() {
        this.spawn(Diary.using({ reader: outside.ref }), { name: 'diary', on: thread() });
      }
      override receive() {
        throw new Error('as told');
      }
      override preRestart() {}
      override postRestart() {}
    }
    const parent = node.spawn(Parent, { name: 'parent' });
    await outside.expect('preStart');
    const restarted = node.events.once(ActorRestarted);
    parent.tell('fail');
    await restarted;
    node.lookup('/parent/diary').tell('after');
    await outside.expect(['got', 'after']);
  });

  it('waits before a restart, and restarts what could not be resumed', async () => {
    for (const decide of [() => Restart, () => Resume]) {
      const node = await startNode({
        supervision: oneForOne({ decide, backoff: { min: 30, max: 30, factor: 1, jitter: 0 } }),
      });
      const echo = node.spawn(Echo, { on: thread() });
      assert.equal(await echo.ask('count'), 1);
      const restarted = node.events.once(ActorRestarted);
      echo.tell('exit');
      await restarted;
      assert.equal(await echo.ask('count'), 1);
    }
  });

  it('ends linked actors together, whichever of them fails', async () => {
    const node = await startNode();
    const [linked, echo] = [node.spawn(Linked, { on: thread() }), node.spawn(Echo, { name: 'echo' })];
    assert.equal(await linked.ask({ link: echo }), 'linked');
    linked.kill();
    await echo.join();
    const [second, partner] = [node.spawn(Linked, { on: thread() }), node.spawn(Echo, { name: 'partner' })];
    assert.equal(await second.ask({ link: partner }), 'linked');
    partner.kill();
    await second.join();
    const third = node.spawn(Linked, { on: thread() });
    class Local extends Actor {
      override preStart() {
        this.link(third);
      }
      override receive() {
        this.reply('linked');
      }
    }
    const local = node.spawn(Local);
    await local.ask('hello');
    await third.ask({ link: local });
    third.kill();
    await local.join();
  });
});
