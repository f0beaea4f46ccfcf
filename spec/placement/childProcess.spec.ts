import { assert } from 'chai';
import { ActorError, childProcess, Overrun, type ProcessExited, type Ref, thread } from '../../lib/index.ts';
import { rejection } from '../core/support.ts';
import { assertBalanced, Reader, startNode } from './support.ts';
import { Asker, Diary, Echo, Family } from './workers.ts';

describe('an actor in a child process', function () {
  this.timeout(20_000);

  it('runs in another process, with the environment that was given', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo, { on: childProcess({ env: { TROUPE_SPEC: 'yes' } }) });
    const { pid } = await echo.ask<{ pid: number }>('where');
    assert.notEqual(pid, process.pid);
    assert.equal(await echo.ask('environment'), 'yes');
  });

  it('is told and asked, in order, and has children', async () => {
    const node = await startNode();
    const reader = new Reader(node);
    const diary = node.spawn(Diary.using({ reader: reader.ref }), { on: childProcess({ shared: 'one' }) });
    for (let i = 0; i < 500; i++) diary.tell(i);
    await reader.expect('preStart');
    for (let i = 0; i < 500; i++) await reader.expect(['got', i]);
    const family = node.spawn(Family, { name: 'family', on: childProcess({ shared: 'one' }) });
    const [child] = (await family.ask<Ref[]>('children')) as [Ref];
    assert.equal(await child.ask('hello'), 'hello');
    const large = new Uint8Array(3_000_000).fill(5);
    assert.deepEqual(await child.ask(large), large);
  });

  it('speaks with one in a thread', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo, { on: thread() });
    const asker = node.spawn(Asker, { on: childProcess() });
    assert.equal(await asker.ask({ ask: echo, message: 'hello' }), 'hello');
  });

  it('is restarted there when it fails, and stopped', async () => {
    const node = await startNode();
    const reader = new Reader(node);
    const diary = node.spawn(Diary.using({ reader: reader.ref }), { on: childProcess() });
    diary.tell('fail').tell('after');
    await reader.expect(
      'preStart',
      ['preRestart', 'as told', 'fail'],
      ['postRestart', 'as told'],
      ['got', 'after'],
    );
    diary.stop();
    await reader.expect('postStop');
    await diary.join();
  });

  it('fails when its process is killed, and is restarted in a new one', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo, { on: childProcess() });
    const { pid } = await echo.ask<{ pid: number }>('where');
    const failed = node.events.once(ActorError);
    const asked = rejection(echo.ask('silence'));
    await echo.ask('hello'); // then that one has begun
    process.kill(pid, 'SIGKILL');
    const { error } = await failed;
    assert.equal((error as ProcessExited).code, 'PROCESS_EXITED');
    assert.match(error.message, /by the signal SIGKILL/);
    assert.equal((await asked).code, 'NODE_DOWN');
    assert.notEqual((await echo.ask<{ pid: number }>('where')).pid, pid);
    assertBalanced(node);
  });

  for (const way of ['spins', 'is suspended']) {
    it(`fails when its process ${way}, and is restarted in a new one`, async () => {
      const node = await startNode();
      const echo = node.spawn(Echo, { on: childProcess({ maxBusy: 1500 }) });
      const { pid } = await echo.ask<{ pid: number }>('where');
      const failed = node.events.once(ActorError);
      if (way === 'spins') echo.tell('spin');
      else process.kill(pid, 'SIGSTOP');
      assert.instanceOf((await failed).error, Overrun);
      assert.notEqual((await echo.ask<{ pid: number }>('where')).pid, pid);
    });
  }

  it('is killed with its process when it is ended without being waited for', async () => {
    const node = await startNode();
    const reader = new Reader(node);
    const parent = node.spawn((_: unknown, { spawn }) =>
      reader.ref.tell(spawn(Echo, { on: childProcess(), shutdown: 'brutal_kill' })),
    );
    parent.tell('spawn');
    const echo = (await reader.next()) as Ref;
    const { pid } = await echo.ask<{ pid: number }>('where');
    echo.tell('spin');
    parent.stop();
    await parent.join();
    for (let isThere = true; isThere; await new Promise(resolve => setImmediate(resolve))) {
      try {
        process.kill(pid, 0);
      } catch {
        isThere = false;
      }
    }
  });

  it('ends with its node', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo, { on: childProcess() });
    const { pid } = await echo.ask<{ pid: number }>('where');
    await node.stop();
    assert.throws(() => process.kill(pid, 0), /ESRCH/);
  });

  it('is watched, and watches', async () => {
    const node = await startNode();
    const reader = new Reader(node);
    const diary = node.spawn(Diary.using({ reader: reader.ref }), { on: childProcess() });
    const echo = node.spawn(Echo, { name: 'echo', on: childProcess() });
    await diary.ask({ watch: echo });
    echo.tell('kill');
    await reader.expect('preStart', ['terminated', '/echo', 'killed']);
  });
});
