import { assert } from 'chai';
import { Actor, Exit, type Ref } from '../../lib/index.ts';
import { startLinking } from './linked.ts';

describe('a restart of a linked actor', () => {
  it('is no end: nobody hears of it', async () => {
    const { node, clock, spawn, link, heard } = await startLinking();
    const [a, b] = [spawn('a').tell({ trap: true }), spawn('b')];
    await link(a, b);
    b.tell('restart');
    await clock.settle();
    assert.deepEqual([node.stats().restarts, heard, a.isStopped], [1, [], false]);
  });

  for (const [who, restarted] of [
    ['the one that ends later', 0],
    ['the other one', 1],
  ] as const) {
    it(`keeps its links, on both sides: ${who} was restarted`, async () => {
      const { clock, spawn, link } = await startLinking();
      const refs = [spawn('a'), spawn('b')] as const;
      await link(...refs);
      refs[restarted].tell('restart');
      await clock.settle();
      refs[0].kill();
      await clock.settle();
      assert.isTrue(refs[1].isStopped);
    });
  }

  it('keeps an Exit that waits', async () => {
    const { clock, spawn, link, heard, held } = await startLinking();
    const [a, b] = [spawn('a').tell({ trap: true }), spawn('b')];
    await link(a, b);
    a.tell({ block: true }).tell('restart');
    await clock.settle();
    b.kill();
    held.open();
    await clock.settle();
    assert.deepEqual(heard, [['a', 'b', 'killed']]);
  });

  for (const [does, isTrapping] of [
    ['ends', false],
    ['gets an Exit', true],
  ] as const) {
    it(`${does}, if trapExit was ${isTrapping}, when the peer ends during the backoff`, async () => {
      const { node, clock, spawn } = await startLinking();
      const seen: unknown[] = [];
      const peer = spawn('peer');
      const ref = node.spawn(
        class extends Actor<unknown> {
          override preStart() {
            this.trapExit = isTrapping;
            this.link(peer);
          }
          override receive(message: unknown) {
            if (!(message instanceof Exit)) throw new Error('restart');
            seen.push(message.reason);
          }
        },
        { restart: { backoff: { min: 1000, jitter: 0 } } },
      );
      ref.tell('go');
      await clock.settle();
      peer.kill();
      await clock.settle();
      assert.equal(ref.isStopped, !isTrapping);
      await clock.advance(2000);
      // The link of the new instance is to an actor that is gone.
      assert.deepEqual(seen, isTrapping ? ['killed', 'notFound'] : []);
    });
  }

  it('does not save an actor whose peer ends in the message in which it fails itself', async () => {
    const { node, clock, spawn, link } = await startLinking();
    const peer = spawn('peer');
    const ref = node.spawn(
      () => {
        peer.kill();
        throw new Error('restart');
      },
      { restart: { backoff: { min: 1000, jitter: 0 } } },
    );
    await link(peer, ref);
    ref.tell('go');
    await clock.settle();
    assert.isTrue(ref.isStopped);
  });

  it('brings a parent that traps exits the end of each linked child that it has ended, and no end to others', async () => {
    const { node, clock } = await startLinking();
    const heard: unknown[] = [];
    let started = 0;
    class Parent extends Actor<unknown> {
      override trapExit = true;
      override preStart() {
        this.link(Idle, { name: `child ${++started}` });
      }
      override receive(message: unknown) {
        if (!(message instanceof Exit)) throw new Error('restart');
        heard.push([(message.ref as Ref).name, message.reason]);
      }
    }
    const parent = node.spawn(Parent, { name: 'parent' });
    parent.tell('go');
    await clock.settle();
    assert.deepEqual(heard, [['child 1', 'stopped']]);
    parent.child('child 2').kill();
    await clock.settle();
    assert.deepEqual(heard.slice(1), [['child 2', 'killed']]);
  });

  it('keeps a link of a trapping actor apart from what its new instance does', async () => {
    const { node, clock, spawn, link } = await startLinking();
    const peer = spawn('peer');
    let isFirst = true;
    const ref = node.spawn(
      class extends Actor {
        override preStart() {
          this.trapExit = isFirst;
          isFirst = false;
        }
        override receive() {
          throw new Error('restart');
        }
      },
    );
    await link(peer, ref);
    ref.tell('go');
    await clock.settle();
    peer.kill();
    await clock.settle();
    assert.isTrue(ref.isStopped);
  });
});

class Idle extends Actor {}
