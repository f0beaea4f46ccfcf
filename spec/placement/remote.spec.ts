import { assert } from 'chai';
import { Actor, ActorError, ActorRestarted, type Ref, remote, type TroupeError } from '../../lib/index.ts';
import { MemoryNetwork } from '../../lib/testkit/index.ts';
import { rejection } from '../core/support.ts';
import { assertBalanced, Reader, startNode } from './support.ts';
import { Diary, Echo, Family } from './workers.ts';

describe('an actor on another node', () => {
  it('is spawned there, told and asked, and has its children there', async () => {
    const { home, far } = await twoNodes();
    const echo = home.spawn(Echo, { name: 'echo', on: remote('127.0.0.1:2') });
    assert.equal(await echo.ask('hello'), 'hello');
    const { ref, parent } = await echo.ask<{ ref: Ref; parent: Ref }>('who');
    assert.match(ref.address, /^127\.0\.0\.1:2\/remote\/.+/);
    assert.equal(parent, home.guardian);
    const family = home.spawn('Family', { name: 'family', on: remote('127.0.0.1:2') });
    const [child] = (await family.ask<Ref[]>('children')) as [Ref];
    assert.isTrue(child.equals(home.lookup('/family/child')));
    assert.equal(await home.lookup('/family/child').ask('hello'), 'hello');
    for (const node of [home, far]) assertBalanced(node);
  });

  it('is restarted there when it fails, with its mailbox, and stopped', async () => {
    const { home, far } = await twoNodes();
    const reader = new Reader(home);
    const diary = home.spawn(Diary.using({ reader: reader.ref }), { on: remote('127.0.0.1:2') });
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
    assert.equal(far.stats().actors, 1); // who has spawned it
  });

  it('is linked, and ends with whom it is linked to', async () => {
    const { home } = await twoNodes();
    const on = remote('127.0.0.1:2');
    class Local extends Actor<Ref> {
      override receive(ref: Ref) {
        this.link(ref);
        this.reply('linked');
      }
    }
    const [one, two] = [home.spawn(Echo, { on }), home.spawn(Echo, { on })];
    const [partner, other] = [home.spawn(Local), home.spawn(Local)];
    await partner.ask(one);
    await other.ask(two);
    one.kill();
    await partner.join();
    other.kill();
    await two.join();
  });

  it('fails to start where that is not allowed, as it is not by default', async () => {
    const { home } = await twoNodes({ allow: undefined });
    assert.match(await failureOf(home, Echo), /may not be asked from there/);
  });

  it('fails to start where the class is not known', async () => {
    const { home } = await twoNodes();
    class Unknown extends Actor {}
    assert.match(await failureOf(home, Unknown), /no class of actors is registered as "Unknown"/);
  });

  it('fails to start where nothing is spawned for others', async () => {
    const { home } = await twoNodes({ allow: { spawn: true } }, []);
    assert.match(await failureOf(home, Echo), /register the class of actors there/);
  });

  it('fails when its node is down, and is restarted where that is up again', async () => {
    const { home, far, transport } = await twoNodes();
    const echo = home.spawn(Echo, { on: remote('127.0.0.1:2') });
    assert.equal(await echo.ask('count'), 1);
    const failed = home.events.once(ActorError);
    const restarted = home.events.once(ActorRestarted);
    const asked = rejection(echo.ask('silence'));
    const stopped = far.stop();
    const { error } = await failed;
    assert.equal((error as TroupeError).code, 'NODE_DOWN');
    assert.include(['NODE_DOWN', 'ACTOR_STOPPED'], (await asked).code);
    await stopped;
    const again = await startNode({
      address: '127.0.0.1:2',
      transport,
      remoting: { allow: { spawn: true } },
    });
    again.register(Echo);
    await restarted;
    assert.equal(await echo.ask('count'), 1);
  });

  it('ends when the node that has spawned it is gone', async () => {
    const { home, far } = await twoNodes();
    const reader = new Reader(far, 'reader');
    const there = home.lookup(reader.ref.address);
    home.spawn(Diary.using({ reader: there }), { on: remote('127.0.0.1:2') });
    await reader.expect('preStart');
    await home.stop();
    await reader.expect('postStop');
  });
});

async function failureOf(
  node: Awaited<ReturnType<typeof startNode>>,
  what: new () => Actor,
): Promise<string> {
  const failed = node.events.once(ActorError);
  node.spawn(what, { on: remote('127.0.0.1:2') });
  return (await failed).error.message;
}

async function twoNodes(remoting: object = { allow: { spawn: true } }, classes = [Echo, Diary, Family]) {
  const { transport } = new MemoryNetwork();
  const home = await startNode({ address: '127.0.0.1:1', transport });
  const far = await startNode({ address: '127.0.0.1:2', transport, remoting });
  for (const one of classes) far.register(one);
  return { home, far, transport };
}
