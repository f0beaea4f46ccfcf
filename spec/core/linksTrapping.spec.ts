import { assert } from 'chai';
import { Actor, Exit, Process, type Ref, Terminated, UnhandledMessage } from '../../lib/index.ts';
import { startLinking } from './linked.ts';
import { heard as heardEvents } from './support.ts';

describe('trapExit', () => {
  for (const [reason, end] of Object.entries(ends())) {
    it(`brings one Exit in the place of an end, with the reason: ${reason}`, async () => {
      const { clock, spawn, link, heard } = await startLinking();
      const [a, b] = [spawn('a').tell({ trap: true }), spawn('b')];
      await link(a, b);
      await link(b, a);
      end(b);
      await clock.settle();
      assert.deepEqual(heard, [['a', 'b', reason]]);
      assert.isFalse(a.isStopped);
    });
  }

  it('brings the reason notFound for an actor that is gone, whatever it died of', async () => {
    const { clock, spawn, link, heard } = await startLinking();
    const [a, dead] = [spawn('a').tell({ trap: true }), spawn('dead')];
    dead.stop();
    await clock.settle();
    await link(a, dead);
    await link(a, dead);
    await link(a, dead.child('never'));
    assert.deepEqual(heard, [
      ['a', 'dead', 'notFound'],
      ['a', 'dead', 'notFound'],
      ['a', 'never', 'notFound'],
    ]);
  });

  it('keeps the end of a chain from those behind it', async () => {
    const { clock, spawn, link, heard } = await startLinking();
    const [a, b, c] = [spawn('a'), spawn('b').tell({ trap: true }), spawn('c')];
    await link(a, b);
    await link(b, c);
    a.kill();
    await clock.settle();
    assert.deepEqual(heard, [['b', 'a', 'killed']]);
    assert.isFalse(c.isStopped);
  });

  it('can be a field of a class, which holds for an actor that has not started yet', async () => {
    const { node, clock } = await startLinking();
    const heard: unknown[] = [];
    class Trapping extends Actor<Exit> {
      override trapExit = true;
      override receive(exit: Exit) {
        heard.push(exit.reason);
      }
    }
    const peer = node.spawn((_, { link, ref }) => {
      link(node.spawn(Trapping));
      ref.kill();
    });
    peer.tell('go');
    await clock.settle();
    assert.deepEqual(heard, ['killed']);
  });

  it('can be set in preStart', async () => {
    const { node, clock, spawn } = await startLinking();
    const heard: unknown[] = [];
    const dying = spawn('dying');
    class Trapping extends Actor<Exit> {
      override preStart() {
        this.trapExit = true;
        this.link(dying);
      }
      override receive(exit: Exit) {
        heard.push(exit.reason);
      }
    }
    node.spawn(Trapping);
    await clock.settle();
    dying.kill();
    await clock.settle();
    assert.deepEqual(heard, ['killed']);
  });

  it('holds from the moment at which it is set, until it is not', async () => {
    const { clock, spawn, link, heard } = await startLinking();
    const [a, b, c] = [spawn('a').tell({ trap: true }), spawn('b'), spawn('c')];
    await link(a, b);
    await link(a, c);
    b.kill();
    await clock.settle();
    a.tell({ trap: false });
    await clock.settle();
    c.kill();
    await clock.settle();
    assert.deepEqual([heard, a.isStopped], [[['a', 'b', 'killed']], true]);
  });

  it('comes in its turn, after what the peer said before', async () => {
    const { node, clock } = await startLinking();
    const seen: unknown[] = [];
    const peer = node.spawn((_, context) => context.reply('last words'));
    const trapping = node.spawn<unknown>((message, context) => {
      if (message !== 'go') return void seen.push(message instanceof Exit ? message.reason : message);
      context.trapExit = true;
      context.link(peer).tell('speak', context.ref);
      return undefined;
    });
    trapping.tell('go');
    await clock.settle();
    peer.kill();
    await clock.settle();
    assert.deepEqual(seen, ['last words', 'killed']);
  });

  it('brings an Exit besides a Terminated to who watches as well', async () => {
    const { node, clock, spawn } = await startLinking();
    const seen: unknown[] = [];
    const peer = spawn('peer');
    class Both extends Actor<Exit | Terminated> {
      override trapExit = true;
      override preStart() {
        this.watch(this.link(peer));
      }
      override receive(message: Exit | Terminated) {
        seen.push(message);
      }
    }
    node.spawn(Both);
    await clock.settle();
    peer.kill();
    await clock.settle();
    assert.sameDeepMembers(seen, [new Exit(peer, 'killed'), new Terminated(peer, 'killed')]);
  });

  it('makes an Exit that is not handled an unhandled message, and nothing worse', async () => {
    const { node, clock, spawn, link } = await startLinking();
    class Deaf extends Actor {
      override trapExit = true;
    }
    const [deaf, peer] = [node.spawn(Deaf), spawn('peer')];
    const unhandled = heardEvents(node, UnhandledMessage);
    await link(peer, deaf);
    peer.kill();
    await clock.settle();
    assert.deepEqual(
      unhandled.map(({ message }) => message),
      [new Exit(peer, 'killed')],
    );
    assert.isFalse(deaf.isStopped);
  });

  it('gives a process its Exit when it asks for one', async () => {
    const { node, clock, spawn } = await startLinking();
    const reasons: unknown[] = [];
    const peer = spawn('peer');
    class Waiting extends Process {
      override trapExit = true;
      *run() {
        this.link(peer);
        reasons.push((yield* this.get(Exit)).reason);
      }
    }
    node.spawn(Waiting);
    await clock.settle();
    peer.kill();
    await clock.settle();
    assert.deepEqual(reasons, ['killed']);
  });

  it('lets an Exit be stashed', async () => {
    const { node, clock, spawn } = await startLinking();
    const seen: unknown[] = [];
    const peer = spawn('peer');
    let isFirst = true;
    class Stashing extends Actor<Exit | 'now'> {
      override trapExit = true;
      override preStart() {
        this.link(peer);
      }
      override receive(message: Exit | 'now') {
        if (message === 'now') return this.unstashAll();
        if (isFirst) this.stash();
        else seen.push(message.reason);
        isFirst = false;
      }
    }
    const ref = node.spawn(Stashing);
    await clock.settle();
    peer.kill();
    await clock.settle();
    ref.tell('now');
    await clock.settle();
    assert.deepEqual(seen, ['killed']);
  });
});

describe('unlink() of who traps exits', () => {
  it('lets even an Exit that is queued not come', async () => {
    const { node, clock, spawn, link, heard, held } = await startLinking();
    const [a, b] = [spawn('a').tell({ trap: true }), spawn('b')];
    await link(a, b);
    a.tell({ block: true }).tell({ unlink: b });
    await clock.settle();
    b.kill();
    await clock.settle();
    held.open();
    await clock.settle();
    assert.deepEqual([heard, a.isStopped], [[], false]);
    assert.equal(node.stats().queued, 0);
  });

  it('lets a stashed one not come', async () => {
    const { node, clock, spawn } = await startLinking();
    const seen: unknown[] = [];
    const peer = spawn('peer');
    class Stashing extends Actor<Exit | 'now'> {
      override trapExit = true;
      override preStart() {
        this.link(peer);
      }
      override receive(message: Exit | 'now') {
        if (message !== 'now') {
          seen.push(message);
          return this.stash();
        }
        this.unlink(peer);
        this.unstashAll();
      }
    }
    const ref = node.spawn(Stashing);
    await clock.settle();
    peer.kill();
    await clock.settle();
    ref.tell('now');
    await clock.settle();
    assert.lengthOf(seen, 1);
  });

  it('keeps the Exits of others', async () => {
    const { clock, spawn, link, heard, held } = await startLinking();
    const [a, b, c] = [spawn('a').tell({ trap: true }), spawn('b'), spawn('c')];
    await link(a, b);
    await link(c, a);
    a.tell({ block: true }).tell({ unlink: b });
    await clock.settle();
    b.kill();
    c.kill();
    held.open();
    await clock.settle();
    assert.deepEqual(heard, [['a', 'c', 'killed']]);
  });

  it('leaves the Exit of a later link', async () => {
    const { clock, spawn, link, heard, held } = await startLinking();
    const [a, b] = [spawn('a').tell({ trap: true }), spawn('b')];
    await link(a, b);
    a.tell({ block: true }).tell({ unlink: b }).tell({ link: b });
    await clock.settle();
    b.kill();
    held.open();
    await clock.settle();
    assert.deepEqual(heard, [['a', 'b', 'notFound']]);
  });
});

describe('an Exit that nobody asked for', () => {
  it('never reaches receive, though it was told by hand', async () => {
    const { clock, spawn, heard } = await startLinking();
    const [a, b] = [spawn('a'), spawn('b')];
    a.tell(new Exit(b, 'killed'));
    await clock.settle();
    assert.deepEqual(heard, []);
  });
});

/** Ends by themselves, and the reasons that are heard of them. */
function ends(): Record<string, (ref: Ref) => void> {
  return { stopped: ref => ref.stop(), failed: ref => ref.tell('fail'), killed: ref => ref.kill() };
}
