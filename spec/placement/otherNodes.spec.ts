import { assert } from 'chai';
import { Actor, DeadLetter, type Ref, Terminated, thread } from '../../lib/index.ts';
import { MemoryNetwork } from '../../lib/testkit/index.ts';
import { assertBalanced, Reader, startNode } from './support.ts';
import { Asker, Diary, Echo, Family } from './workers.ts';

describe('an actor in a thread, and other nodes', function () {
  this.timeout(20_000);

  it('is told and asked from there, as the actor of its node that it is', async () => {
    const { home, far } = await twoNodes();
    const echo = home.spawn(Echo, { name: 'echo', on: thread() });
    const there = far.lookup(`${home.address}/echo`);
    assert.equal(await there.ask('hello'), 'hello');
    const { ref } = await there.ask<{ ref: Ref }>('who');
    assert.equal(ref.address, echo.address);
    assertBalanced(home);
    assertBalanced(far);
  });

  it('tells and asks there, and gets the answers', async () => {
    const { home, far } = await twoNodes();
    far.spawn((message: unknown, context) => context.reply(['far', message, context.sender?.isLocal]), {
      name: 'answering',
    });
    const asker = home.spawn(Asker, { on: thread() });
    const ask = home.lookup(`${far.address}/answering`);
    assert.deepEqual(await asker.ask({ ask, message: 1 }), ['far', 1, false]);
  });

  it('is the sender of what it tells there', async () => {
    const { home, far } = await twoNodes();
    const reader = new Reader(home);
    const diary = home.spawn(Diary.using({ reader: reader.ref }), { name: 'diary', on: thread() });
    far.spawn((message: unknown, context) => context.sender?.tell([message, 'back']), { name: 'returning' });
    diary.tell({ lookup: `${far.address}/returning` });
    await reader.expect('preStart', ['got', ['found', 'back']]);
  });

  it('watches actors there', async () => {
    const { home, far } = await twoNodes();
    const reader = new Reader(home);
    const watched = far.spawn(Echo, { name: 'watched' });
    const diary = home.spawn(Diary.using({ reader: reader.ref }), { on: thread() });
    assert.equal(await diary.ask({ watch: home.lookup(watched.address) }), 'watching');
    await home.lookup(watched.address).ask('hello'); // the watch went the same way
    watched.stop();
    await reader.expect('preStart', ['terminated', watched.address, 'stopped']);
    await watched.join();
    const again = far.spawn(Echo, { name: 'watched' });
    assert.equal(await diary.ask({ watch: home.lookup(again.address) }), 'watching');
    await home.lookup(again.address).ask('hello');
    again.kill();
    await reader.expect(['terminated', watched.address, 'killed']);
  });

  it('is watched from there, and so are its children', async () => {
    const { home, far } = await twoNodes();
    const family = home.spawn(Family, { name: 'family', on: thread() });
    await family.ask('children');
    const [child, whole] = [`${home.address}/family/child`, `${home.address}/family`];
    const ends = new Reader(far);
    class Watcher extends Actor {
      override preStart() {
        this.watch(this.lookup(child));
        this.watch(this.lookup(whole));
        this.lookup(child).tell('hello', this.ref);
      }
      override receive(message: unknown) {
        ends.ref.tell(
          message instanceof Terminated ? [(message.ref as Ref).address, message.reason] : message,
        );
      }
    }
    // The same path as one on the other node has, so that they are not mistaken for each other.
    far.spawn(Watcher, { name: 'family' });
    await ends.expect('hello');
    far.lookup(child).stop();
    await ends.expect([child, 'stopped']);
    family.stop();
    await ends.expect([whole, 'stopped']);
  });

  it('gets no answer that somebody elsewhere asks for in its name without being allowed to tell it', async () => {
    const { home, far } = await twoNodes({ allow: [{ operations: ['tell'], paths: '/echo' }] });
    const family = home.spawn(Family, { name: 'family', on: thread() });
    const [child] = (await family.ask<Ref[]>('children')) as [Ref];
    const senders: (Ref | undefined)[] = [];
    const told = new Promise<void>(resolve => {
      home.spawn(
        (_: unknown, context) => {
          senders.push(context.sender);
          resolve();
        },
        { name: 'echo' },
      );
    });
    far.lookup(`${home.address}/echo`).tell('hello', far.lookup(child.address));
    await told;
    assert.deepEqual(senders, [undefined]);
  });

  it('is not reached by whom the policy of its node keeps out', async () => {
    const { home, far } = await twoNodes({ allow: ['watch'] });
    home.spawn(Echo, { name: 'echo', on: thread() });
    const letter = home.events.once(DeadLetter);
    far.lookup(`${home.address}/echo`).tell('hello');
    assert.equal((await letter).reason, 'refused');
  });
});

async function twoNodes(remoting = {}) {
  const network = new MemoryNetwork();
  const transport = network.transport;
  const home = await startNode({ address: '127.0.0.1:1', transport, remoting });
  const far = await startNode({ address: '127.0.0.1:2', transport });
  return { home, far };
}
