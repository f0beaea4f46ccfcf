import { threadId } from 'node:worker_threads';
import { assert } from 'chai';
import {
  Actor,
  ActorError,
  ActorRestarted,
  ActorStarted,
  ActorStopped,
  CreateFailed,
  childProcess,
  DeadLetter,
  oneForOne,
  PoisonPill,
  type Ref,
  Restart,
  Resume,
  Stop,
  Terminated,
  type TroupeError,
  thread,
} from '../../lib/index.ts';
import { rejection } from '../core/support.ts';
import { assertBalanced, Reader, startNode } from './support.ts';
import { Asker, Deaf, Diary, Echo, Family, Greeter, hidden } from './workers.ts';

interface Who {
  readonly ref: Ref;
  readonly parent: Ref;
  readonly address: string;
  readonly params: unknown;
}

describe('an actor in a thread', function () {
  this.timeout(20_000);

  it('runs in another thread of the same process', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo, { on: thread() });
    const where = await echo.ask<{ isMainThread: boolean; threadId: number; pid: number }>('where');
    assert.deepInclude(where, { isMainThread: false, pid: process.pid });
    assert.notEqual(where.threadId, threadId);
  });

  it('gets messages that were told before it had started, in order', async () => {
    const node = await startNode();
    const reader = new Reader(node);
    const diary = node.spawn(Diary.using({ reader: reader.ref }), { on: thread() });
    for (let i = 0; i < 200; i++) diary.tell(i);
    await reader.expect('preStart');
    for (let i = 0; i < 200; i++) await reader.expect(['got', i]);
  });

  it('gets messages of all kinds as they were', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo, { on: thread() });
    const message = {
      map: new Map([['a', new Set([1n])]]),
      date: new Date(5),
      bytes: Uint8Array.of(1, 2),
      error: new RangeError('x'),
      nothing: undefined,
    };
    const answer = await echo.ask<typeof message>(message);
    assert.deepEqual({ ...answer, error: undefined }, { ...message, error: undefined } as never);
    assert.instanceOf(answer.error, RangeError);
  });

  it('has the address, the parent and the parameters that it would have here', async () => {
    const node = await startNode({ address: '127.0.0.1:0' });
    class Parent extends Actor {
      override preStart() {
        this.spawn(Greeter.using({ greeting: 'hi' }), { name: 'echo', on: thread() });
      }
    }
    const parent = node.spawn(Parent, { name: 'parent' });
    await node.events.once(ActorStarted, ({ ref }) => ref === parent);
    const echo = node.lookup('/parent/echo');
    const who = await echo.ask<Who>('who');
    assert.equal(who.address, `${node.address}/parent/echo`);
    assert.equal(who.ref, echo);
    assert.equal(who.parent, parent);
    assert.deepEqual(who.params, { greeting: 'hi' });
  });

  it('is named and shown in the tree as its class is', async () => {
    const node = await startNode();
    assert.equal(node.spawn(Echo, { on: thread() }).name, 'echo$1');
  });

  it('reaches its parent, and others by their paths', async () => {
    const node = await startNode();
    const reader = new Reader(node, 'reader');
    let fromBelow: unknown;
    class Parent extends Actor {
      override preStart() {
        this.spawn(Diary.using({ reader: reader.ref }), { name: 'diary', on: thread() });
      }
      override receive(message: unknown) {
        fromBelow = [message, this.sender?.path];
        reader.ref.tell('heard');
      }
    }
    const parent = node.spawn(Parent, { name: 'parent' });
    await node.events.once(ActorStarted, ({ ref }) => ref === parent);
    const diary = node.lookup('/parent/diary');
    diary.tell('tell parent').tell({ lookup: '/reader' }).tell({ lookup: '..' });
    await reader.expect('preStart', 'found');
    await reader.expect('heard', 'heard');
    assert.deepEqual(fromBelow, ['found', '/parent/diary']);
  });

  it('is asked, and asks', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo, { on: thread() });
    const asker = node.spawn(Asker, { on: thread() });
    const local = node.spawn((message: unknown, context) => context.reply(['local', message]));
    assert.equal(await asker.ask({ ask: echo, message: 'through two threads' }), 'through two threads');
    assert.deepEqual(await asker.ask({ ask: local, message: 1 }), ['local', 1]);
  });

  it('hears when whom it asked has ended', async () => {
    const node = await startNode();
    const asker = node.spawn(Asker, { on: thread() });
    const deaf = node.spawn(
      class extends Actor {
        override receive() {
          this.stop();
        }
      },
    );
    assert.deepEqual(await asker.ask({ ask: deaf, message: 1 }), { failed: 'ACTOR_STOPPED' });
  });

  it('has children, which are reached by their addresses', async () => {
    const node = await startNode();
    const family = node.spawn(Family, { name: 'family', on: thread() });
    const [child] = (await family.ask<Ref[]>('children')) as [Ref];
    assert.equal(child.path, '/family/child');
    assert.isTrue(child.equals(node.lookup('/family/child')));
    assert.isTrue(child.equals(family.child('child')));
    assert.equal((await child.ask<Who>('who')).parent, family);
    assert.equal(await child.ask('hello'), 'hello');
  });

  it('keeps the sender when it forwards', async () => {
    const node = await startNode();
    const family = node.spawn(Family, { on: thread() });
    assert.equal(await family.ask('forwarded'), 'forwarded');
  });

  describe('stops', () => {
    it('when it is told to, after its postStop, and is watched as any other', async () => {
      const node = await startNode();
      const reader = new Reader(node);
      const diary = node.spawn(Diary.using({ reader: reader.ref }), { on: thread() });
      await reader.expect('preStart');
      const ended = watch(node, diary);
      diary.stop();
      await reader.expect('postStop');
      assert.deepEqual(await ended, ['stopped', diary]);
      await diary.join();
      assert.isTrue(diary.isStopped);
    });

    for (const [message, reason] of [
      ['stop', 'stopped'],
      ['kill', 'killed'],
    ]) {
      it(`by itself: ${reason}`, async () => {
        const node = await startNode();
        const echo = node.spawn(Echo, { on: thread() });
        const ended = watch(node, echo);
        echo.tell(message);
        assert.deepEqual(await ended, [reason, echo]);
      });
    }

    it('by a poison pill, behind all that was told before', async () => {
      const node = await startNode();
      const reader = new Reader(node);
      const diary = node.spawn(Diary.using({ reader: reader.ref }), { on: thread() });
      diary.tell(1).tell(PoisonPill).tell(2);
      await reader.expect('preStart', ['got', 1], 'postStop');
      await diary.join();
    });

    it('with its node, however many there are', async () => {
      const node = await startNode();
      const reader = new Reader(node);
      for (let i = 0; i < 3; i++) node.spawn(Diary.using({ reader: reader.ref }), { on: thread() });
      await reader.expect('preStart', 'preStart', 'preStart');
      await node.stop();
      assert.equal(node.stats().actors, 0);
      assertBalanced(node);
    });

    it('and who asks it then hears so', async () => {
      const node = await startNode();
      const echo = node.spawn(Echo, { on: thread() });
      await echo.ask('hello');
      const asked = rejection(echo.ask('silence'));
      echo.stop();
      assert.instanceOf(await asked, ActorStopped);
    });
  });

  it('watches others', async () => {
    const node = await startNode();
    const reader = new Reader(node);
    const diary = node.spawn(Diary.using({ reader: reader.ref }), { on: thread() });
    const other = node.spawn(class extends Actor {}, { name: 'other' });
    const elsewhere = node.spawn(Echo, { name: 'elsewhere', on: thread() });
    await diary.ask({ watch: other });
    await diary.ask({ watch: elsewhere });
    other.stop();
    await reader.expect('preStart', ['terminated', other.path, 'stopped']);
    elsewhere.kill();
    await reader.expect(['terminated', elsewhere.path, 'killed']);
  });

  describe('that fails', () => {
    it('is restarted there, with its mailbox and its ref', async () => {
      const node = await startNode();
      const reader = new Reader(node);
      const diary = node.spawn(Diary.using({ reader: reader.ref }), { on: thread() });
      const restarted = node.events.once(ActorRestarted); // what it tells goes another way, and may be sooner
      diary.tell('fail').tell('after');
      await reader.expect(
        'preStart',
        ['preRestart', 'as told', 'fail'],
        ['postRestart', 'as told'],
        ['got', 'after'],
      );
      await restarted;
      assert.equal(node.stats().restarts, 1);
    });

    it('tells its supervisor the error, its fields and the message', async () => {
      const node = await startNode();
      const failed = node.events.once(ActorError);
      const echo = node.spawn(Echo, { on: thread() });
      echo.tell('fail');
      const { ref, error, message } = await failed;
      assert.equal(ref, echo);
      assert.instanceOf(error, RangeError);
      assert.deepEqual([error.message, (error as Error & { detail?: number }).detail], ['as told', 7]);
      assert.equal(message, 'fail');
    });

    for (const [decision, outcome] of [
      [Resume, 'goes on with its state'],
      [Restart, 'begins anew'],
    ] as const) {
      it(`${outcome} when its supervisor says so`, async () => {
        const node = await startNode({ supervision: oneForOne({ decide: () => decision }) });
        const echo = node.spawn(Echo, { on: thread() });
        assert.equal(await echo.ask('count'), 1);
        echo.tell('fail');
        assert.equal(await echo.ask('count'), decision === Resume ? 2 : 1);
      });
    }

    it('stops when its supervisor says so', async () => {
      const node = await startNode({ supervision: oneForOne({ decide: () => Stop }) });
      const echo = node.spawn(Echo, { on: thread() });
      const ended = watch(node, echo);
      echo.tell('fail');
      assert.deepEqual(await ended, ['failed', echo]);
    });

    it('to start is a CreateFailed, and ends', async () => {
      const node = await startNode();
      const failed = node.events.once(ActorError);
      const reader = new Reader(node);
      const diary = node.spawn(Diary.using({ reader: reader.ref, isFailing: true }), { on: thread() });
      const { error } = await failed;
      assert.instanceOf(error, CreateFailed);
      assert.match(error.message, /it will not start/);
      await diary.join();
    });
  });

  describe('whose thread ends', () => {
    for (const [message, text] of [
      ['exit', /has ended with the code 3/],
      ['crash', /nobody catches this/],
    ] as const) {
      it(`by ${message}, fails, and is restarted in a new one`, async () => {
        const node = await startNode();
        const echo = node.spawn(Echo, { on: thread() });
        const before = await echo.ask<{ threadId: number }>('where');
        const failed = node.events.once(ActorError);
        echo.tell(message);
        const { error } = await failed;
        assert.deepEqual([error.name, (error as TroupeError).code], ['ThreadExited', 'THREAD_EXITED']);
        assert.match(error.message, text);
        const after = await echo.ask<{ threadId: number }>('where');
        assert.notEqual(after.threadId, before.threadId);
        assertBalanced(node);
      });
    }

    it('is restarted by postRestart, as one that failed', async () => {
      const node = await startNode();
      const reader = new Reader(node);
      const family = node.spawn(Diary.using({ reader: reader.ref }), { on: thread({ shared: 'one' }) });
      await reader.expect('preStart');
      node.spawn(Echo, { on: thread({ shared: 'one' }) }).tell('exit');
      await reader.expect(['postRestart', 'the thread has ended with the code 3']);
      family.tell('hello');
      await reader.expect(['got', 'hello']);
    });

    it('leaves no ask without an answer, and what was on its way is in doubt', async () => {
      const node = await startNode();
      const echo = node.spawn(Echo, { on: thread() });
      const letter = node.events.once(DeadLetter);
      await echo.ask('hello');
      const asked = rejection(echo.ask('silence', { timeout: Number.POSITIVE_INFINITY }));
      echo.tell('exit');
      assert.deepInclude(await asked, { code: 'NODE_DOWN' });
      assert.equal((await letter).reason, 'inDoubt');
      assertBalanced(node);
    });
  });

  describe('is refused at once', () => {
    it('when it is a function, or a class that does not say where it is', async () => {
      const node = await startNode();
      const spawn = (what: unknown) => () => node.spawn(what as never, { on: thread() });
      assert.throws(
        spawn(() => {}),
        TypeError,
        /takes a class that its module exports/,
      );
      assert.throws(spawn(class extends Actor {}), TypeError, /static module = import\.meta\.url/);
      assert.throws(spawn(Deaf), TypeError, /takes a class/);
      assert.throws(spawn('nonsense'), TypeError, /names no class of a module/);
    });

    it('with options that can not cross', async () => {
      const node = await startNode();
      assert.throws(
        () => node.spawn(Echo, { on: thread(), supervision: oneForOne() }),
        TypeError,
        /field of the class/,
      );
      assert.throws(() => node.spawn(Echo, { on: {} as never }), TypeError, /on must be thread\(\)/);
      assert.throws(() => thread({ maxBusy: 0 }), TypeError, /maxBusy/);
      assert.throws(() => thread({ maxbusy: 5 } as never), TypeError, /there is no option/);
      assert.throws(
        () => thread({ resourceLimits: 5 as never }),
        TypeError,
        /resourceLimits must be an object/,
      );
      assert.throws(() => childProcess({ env: 'A=1' as never }), TypeError, /env must be an object/);
      assert.throws(() => childProcess({ execArgv: '--x' as never }), TypeError, /execArgv must be a list/);
    });
  });

  it('can be named by its module and class alone', async () => {
    const node = await startNode();
    const echo = node.spawn('./spec/placement/workers.ts#Echo', { on: thread() });
    assert.equal(await echo.ask('hello'), 'hello');
  });

  it('is told to be exported when it is not', async () => {
    const node = await startNode();
    const failed = node.events.once(ActorError);
    node.spawn(hidden(), { on: thread() });
    assert.match((await failed).error.message, /no class of actors with the name Hidden: put `export`/);
  });
});

/** The reason for which an actor ends, and who it is that has ended. */
function watch(node: { spawn: (what: never) => unknown }, ref: Ref<never>): Promise<unknown[]> {
  return new Promise(resolve => {
    class Watcher extends Actor {
      override preStart() {
        this.watch(ref);
      }
      override receive(message: unknown) {
        if (message instanceof Terminated) resolve([message.reason, message.ref]);
      }
    }
    node.spawn(Watcher as never);
  });
}
