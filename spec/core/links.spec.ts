import { assert } from 'chai';
import {
  Actor,
  ActorError,
  ActorStopped,
  DeadLetter,
  Exit,
  type Ref,
  Registry,
  SupervisionWarning,
} from '../../lib/index.ts';
import { directions, startLinking } from './linked.ts';
import { heard as heardEvents, startNode } from './support.ts';

describe('link()', () => {
  it('refuses a name: whoever has it may be another one by then', async () => {
    const { node, clock } = await startNode();
    const errors = heardEvents(node, ActorError);
    const users = Registry.start(node, { name: 'users' });
    users.spawn(node, 'ada', () => {});
    node.spawn((_, context) => void context.link(users.via('ada'))).tell('go');
    await clock.settle();
    assert.match(errors[0]?.error.message ?? '', /\/users\/\$ada is only a name; link the actor that has it/);
  });

  it('returns its argument', async () => {
    const { node, clock } = await startNode();
    const refs: unknown[] = [];
    const other = node.spawn(() => {});
    node.spawn((_, context) => void refs.push(context.link(other))).tell('go');
    await clock.settle();
    assert.strictEqual(refs[0], other);
  });

  it('spawns a class first, with the options of a spawn, and so it does Props', async () => {
    const { node, clock } = await startNode();
    const refs: Ref[] = [];
    node
      .spawn((_, context) => {
        refs.push(context.link(Idle, { name: 'a' }), context.link(Idle.using(undefined), { name: 'b' }));
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual(
      refs.map(({ name, isStopped }) => [name, isStopped]),
      [
        ['a', false],
        ['b', false],
      ],
    );
  });

  it('throws a TypeError for what is no ref', async () => {
    const { node, clock } = await startNode();
    const errors: unknown[] = [];
    node
      .spawn((_, context) => {
        try {
          context.link('/a' as never);
        } catch (error) {
          errors.push(error);
        }
      })
      .tell('go');
    await clock.settle();
    assert.instanceOf(errors[0], TypeError);
  });

  for (const [who, order] of Object.entries(directions)) {
    for (const [how, end] of Object.entries(abnormal())) {
      it(`stops the one when the other ${how}: ${who}`, async () => {
        const { clock, spawn, follow, link, ends } = await startLinking();
        const pair = [spawn('a'), spawn('b')] as const;
        follow(...pair);
        const [from, to] = order(pair);
        await link(from as Ref, to as Ref);
        end(pair[0]);
        await clock.settle();
        assert.deepEqual(ends, [how === 'fails' ? 'a failed' : 'a killed', 'b failed']);
      });
    }

    it(`leaves the one alone when the other is stopped: ${who}`, async () => {
      const { clock, spawn, link } = await startLinking();
      const pair = [spawn('a'), spawn('b')] as const;
      const [from, to] = order(pair);
      await link(from as Ref, to as Ref);
      pair[0].stop();
      await clock.settle();
      assert.isTrue(pair[0].isStopped);
      assert.isFalse(pair[1].isStopped);
    });
  }

  it('goes through a whole chain', async () => {
    const { clock, spawn, follow, link, ends } = await startLinking();
    const refs = ['a', 'b', 'c', 'd'].map(name => spawn(name));
    follow(...refs);
    for (const [i, ref] of refs.slice(1).entries()) await link(refs[i] as Ref, ref);
    refs[1]?.tell('fail');
    await clock.settle();
    assert.sameMembers(ends, ['a failed', 'b failed', 'c failed', 'd failed']);
  });

  it('ends a ring, each once', async () => {
    const { node, clock, spawn, follow, link, ends } = await startLinking();
    const refs = ['a', 'b', 'c'].map(name => spawn(name));
    follow(...refs);
    for (const [i, ref] of refs.entries()) await link(ref, refs[(i + 1) % 3] as Ref);
    refs[0]?.kill();
    await clock.settle();
    assert.sameMembers(ends, ['a killed', 'b failed', 'c failed']);
    assert.equal(node.stats().deadLetters.total, 0);
  });

  it('says why the one was stopped, once', async () => {
    const { node, clock, spawn, link } = await startLinking();
    const [a, b] = [spawn('a'), spawn('b')];
    await link(a, b);
    await link(b, a);
    const warnings = heardEvents(node, SupervisionWarning);
    a.kill();
    await clock.settle();
    assert.deepEqual(
      warnings.map(({ ref, text }) => [ref, text]),
      [[b, 'it is stopped, because it is linked to /a, which has ended (killed)']],
    );
  });

  it('to oneself does nothing and returns the ref', async () => {
    const { node, clock } = await startNode();
    const refs: unknown[] = [];
    const ref = node.spawn((_, context) => void refs.push(context.link(context.ref))).tell('go');
    await clock.settle();
    assert.deepEqual([refs, ref.isStopped], [[ref], false]);
  });

  for (const [how, end] of Object.entries({ ...abnormal(), 'has stopped': (ref: Ref) => ref.stop() })) {
    it(`stops an actor that links to one that is gone: it ${how}`, async () => {
      const { clock, spawn, follow, link, ends } = await startLinking();
      const [dead, a] = [spawn('dead'), spawn('a')];
      end(dead);
      await clock.settle();
      follow(a);
      await link(a, dead);
      assert.deepEqual(ends, ['a failed']);
    });
  }

  it('stops the actor only after the message that it handles', async () => {
    const { clock, spawn, link, held } = await startLinking();
    const [a, b] = [spawn('a'), spawn('b')];
    await link(a, b);
    b.tell({ block: true });
    await clock.settle();
    a.kill();
    await clock.settle();
    assert.isFalse(b.isStopped);
    held.open();
    await clock.settle();
    assert.isTrue(b.isStopped);
  });

  it('makes dead letters of what is queued', async () => {
    const { node, clock, spawn, link, held } = await startLinking();
    const [a, b] = [spawn('a'), spawn('b')];
    await link(a, b);
    b.tell({ block: true });
    b.tell({ trap: true });
    await clock.settle();
    const letters = heardEvents(node, DeadLetter);
    a.kill();
    held.open();
    await clock.settle();
    assert.deepEqual(letters, [new DeadLetter(b, { trap: true }, undefined, 'stopped')]);
  });

  it('counts for an actor that stops itself and is linked in the same message as no failure', async () => {
    const { node, clock, spawn } = await startLinking();
    const other = spawn('other');
    const ref = node
      .spawn((_, context) => {
        context.link(other);
        context.stop();
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual([ref.isStopped, other.isStopped], [true, false]);
  });

  it('counts for an actor that links and fails in the same message', async () => {
    const { node, clock, spawn } = await startLinking();
    const other = spawn('other');
    node
      .spawn((_, context) => {
        context.link(other);
        throw new Error('fail');
      })
      .tell('go');
    await clock.settle();
    assert.isTrue(other.isStopped);
  });

  it('counts for a child that can not start', async () => {
    const { node, clock } = await startLinking();
    class Unable extends Actor {
      override preStart() {
        throw new Error('unable');
      }
    }
    const parent = node.spawn((_, context) => void context.link(Unable)).tell('go');
    await clock.settle();
    assert.isTrue(parent.isStopped);
  });

  it('does nothing when the parent of linked children stops: all of them are stopped', async () => {
    const { node, clock, ends, follow } = await startLinking();
    const parent = node.spawn(
      class extends Actor {
        override preStart() {
          this.link(this.spawn(Linking, { name: 'a' }));
          this.spawn(Linking, { name: 'b' }).tell(this.ref.child('a'));
        }
      },
      { name: 'parent' },
    );
    await clock.settle();
    follow(parent, parent.child('a'), parent.child('b'));
    await clock.settle();
    parent.stop();
    await clock.settle();
    assert.deepEqual([...ends].sort(), ['a stopped', 'b stopped', 'parent stopped']);
  });

  it('has a killed parent kill its linked children', async () => {
    const { node, clock } = await startLinking();
    const stopped = heardEvents(node, ActorStopped);
    const parent = node.spawn(
      class extends Actor {
        override preStart() {
          this.link(Idle, { name: 'a' });
        }
      },
      { name: 'parent' },
    );
    await clock.settle();
    parent.kill();
    await clock.settle();
    assert.deepEqual(
      stopped.map(({ ref, reason }) => [ref.name, reason]),
      [
        ['a', 'killed'],
        ['parent', 'killed'],
      ],
    );
  });

  it('of an actor that has ended does nothing', async () => {
    const { node, clock, spawn } = await startLinking();
    const other = spawn('other');
    class Late extends Actor {
      override async receive() {
        await new Promise(() => {});
      }
      linkLate() {
        this.link(other);
      }
    }
    let late: Late | undefined;
    const ref = node.spawn(
      class extends Late {
        override preStart() {
          late = this;
        }
      },
    );
    await clock.settle();
    ref.kill();
    await clock.settle();
    late?.linkLate();
    await clock.settle();
    assert.isFalse(other.isStopped);
  });

  it('throws a TypeError for the guardian', async () => {
    const { node, clock } = await startLinking();
    const errors = heardEvents(node, ActorError);
    node.spawn((_, context) => void context.link(context.parent)).tell('go');
    await clock.settle();
    assert.match(String(errors[0]?.error), /TypeError: link: the guardian/);
  });

  it('stops an actor that links to an ask', async () => {
    const { node, clock } = await startLinking();
    const asked = node.spawn((_, context) => void context.link(context.sender as Ref));
    const answer = asked.ask('who').catch(({ code }) => code);
    await clock.settle();
    assert.equal(await answer, 'ACTOR_STOPPED');
    assert.isTrue(asked.isStopped);
  });
});

describe('unlink()', () => {
  for (const [who, order] of Object.entries(directions)) {
    it(`unties both: ${who}`, async () => {
      const { clock, spawn, link } = await startLinking();
      const pair = [spawn('a'), spawn('b')] as const;
      const [from, to] = order(pair);
      await link(from as Ref, to as Ref);
      pair[1].tell({ unlink: pair[0] });
      await clock.settle();
      pair[0].kill();
      await clock.settle();
      assert.isFalse(pair[1].isStopped);
    });
  }

  it('returns its argument, and does nothing for an actor that is not linked', async () => {
    const { node, clock, spawn } = await startLinking();
    const refs: unknown[] = [];
    const other = spawn('other');
    node.spawn((_, context) => void refs.push(context.unlink(other))).tell('go');
    await clock.settle();
    assert.deepEqual(refs, [other]);
  });

  it('undoes any number of links', async () => {
    const { clock, spawn, link } = await startLinking();
    const [a, b] = [spawn('a'), spawn('b')];
    await link(a, b);
    await link(a, b);
    await link(b, a);
    a.tell({ unlink: b });
    await clock.settle();
    a.kill();
    await clock.settle();
    assert.isFalse(b.isStopped);
  });

  it('leaves a link that follows it intact', async () => {
    const { clock, spawn, link } = await startLinking();
    const [a, b] = [spawn('a'), spawn('b')];
    await link(a, b);
    a.tell({ unlink: b });
    await link(b, a);
    a.kill();
    await clock.settle();
    assert.isTrue(b.isStopped);
  });

  it('saves an actor whose peer ends in the message in which it unlinks', async () => {
    const { node, clock, spawn } = await startLinking();
    const peer = spawn('peer');
    const ref = node.spawn<'link' | 'kill'>((message, context) => {
      if (message === 'link') return void context.link(peer);
      peer.kill();
      return void context.unlink(peer);
    });
    ref.tell('link').tell('kill');
    await clock.settle();
    assert.deepEqual([peer.isStopped, ref.isStopped], [true, false]);
  });
});

/** Ends by which others are stopped. */
function abnormal(): Record<string, (ref: Ref) => void> {
  return { fails: ref => ref.tell('fail'), 'is killed': ref => ref.kill() };
}

class Idle extends Actor {}

class Linking extends Actor<Ref | Exit> {
  override receive(message: Ref | Exit) {
    if (!(message instanceof Exit)) this.link(message);
  }
}
