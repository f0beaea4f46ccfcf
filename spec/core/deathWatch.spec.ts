import { assert } from 'chai';
import { Actor, DeadLetter, type Ref, Terminated, type TerminationReason } from '../../lib/index.ts';
import { gate, heard, startNode } from './support.ts';
import { startWatcher } from './watcher.ts';

describe('watch()', () => {
  it('returns its argument', async () => {
    const { node, clock } = await startNode();
    const refs: unknown[] = [];
    const watched = node.spawn(() => {});
    node.spawn((_, context) => void refs.push(context.watch(watched))).tell('go');
    await clock.settle();
    assert.strictEqual(refs[0], watched);
  });

  it('spawns a class first, with the options of a spawn', async () => {
    const { node, clock } = await startNode();
    const refs: Ref[] = [];
    node
      .spawn((_, context) => void refs.push(context.watch(Idle, { name: 'idle' })), { name: 'w' })
      .tell('go');
    await clock.settle();
    assert.equal(refs[0]?.path, '/w/idle');
  });

  it('spawns Props first', async () => {
    const { node, clock } = await startNode();
    const refs: Ref[] = [];
    node.spawn((_, context) => void refs.push(context.watch(Idle.using(undefined)))).tell('go');
    await clock.settle();
    assert.isFalse(refs[0]?.isStopped);
  });

  it('throws a TypeError for what is no ref', async () => {
    const { node, clock } = await startNode();
    const errors: unknown[] = [];
    node
      .spawn((_, context) => {
        try {
          context.watch('/a' as never);
        } catch (error) {
          errors.push(error);
        }
      })
      .tell('go');
    await clock.settle();
    assert.instanceOf(errors[0], TypeError);
  });

  const ends: Record<
    Exclude<TerminationReason, 'nodeDown' | 'newIncarnation' | 'notFound'>,
    (ref: Ref) => void
  > = {
    stopped: ref => ref.stop(),
    killed: ref => ref.kill(),
    failed: ref => ref.tell('fail'),
  };
  for (const [reason, end] of Object.entries(ends)) {
    it(`brings one Terminated, from the watched actor, with the reason: ${reason}`, async () => {
      const { clock, seen, watch, watched } = await startWatcher();
      await watch();
      end(watched);
      await clock.settle();
      assert.deepEqual(seen, [{ ref: watched, reason, sender: watched }]);
    });

    it(`brings it at once for an actor that has ended before: ${reason}`, async () => {
      const { clock, seen, watch, watched } = await startWatcher();
      end(watched);
      await clock.settle();
      await watch();
      assert.deepEqual(seen, [{ ref: watched, reason, sender: watched }]);
    });
  }

  it('brings the reason notFound for an actor that never existed', async () => {
    const { node, clock, seen, watcher, watched } = await startWatcher();
    watched.stop();
    await clock.settle();
    const never = watched.child('never');
    watcher.tell({ watch: never });
    await clock.settle();
    assert.deepEqual(seen, [{ ref: never, reason: 'notFound', sender: never }]);
    assert.equal(node.stats().deadLetters.total, 0);
  });

  it('brings one Terminated however often it was called', async () => {
    const { clock, seen, watch, watched } = await startWatcher();
    await watch();
    await watch();
    watched.stop();
    await clock.settle();
    assert.equal(seen.length, 1);
  });

  it('brings another Terminated when a dead actor is watched again', async () => {
    const { seen, watch, watched } = await startWatcher();
    watched.stop();
    await watch();
    await watch();
    assert.equal(seen.length, 2);
  });

  it('works for an actor that has not started yet', async () => {
    const { node, clock, seen, watcher } = await startWatcher();
    const fresh = node.spawn(Idle);
    watcher.tell({ watch: fresh });
    fresh.stop();
    await clock.settle();
    assert.deepEqual(
      seen.map(({ ref }) => ref),
      [fresh],
    );
  });

  it('brings Terminated when an actor in a slow postStop is done', async () => {
    const { node, clock, seen, watcher } = await startWatcher();
    const { opened, open } = gate();
    const dying = node.spawn(
      class extends Actor {
        override postStop() {
          return opened;
        }
      },
    );
    await clock.settle();
    dying.stop();
    await clock.settle();
    watcher.tell({ watch: dying });
    await clock.settle();
    assert.deepEqual(seen, []);
    open();
    await clock.settle();
    assert.deepEqual(
      seen.map(({ ref }) => ref),
      [dying],
    );
  });

  it('takes effect while the watched actor is in the middle of something', async () => {
    const { node, clock, seen, watcher } = await startWatcher();
    const busy = node.spawn(async () => new Promise(() => {})).tell('block');
    await clock.settle();
    watcher.tell({ watch: busy });
    await clock.settle();
    busy.kill();
    await clock.settle();
    assert.deepEqual(
      seen.map(({ ref }) => ref),
      [busy],
    );
  });

  it('of oneself does nothing and returns the ref', async () => {
    const { node, clock } = await startNode();
    const refs: unknown[] = [];
    const ref = node.spawn((_, context) => void refs.push(context.watch(context.ref))).tell('go');
    await clock.settle();
    ref.stop();
    await clock.settle();
    assert.deepEqual([refs, node.stats().deadLetters.total], [[ref], 0]);
  });

  it('brings a ref that dead-letters', async () => {
    const { node, clock, seen, watch, watched } = await startWatcher();
    const dead = heard(node, DeadLetter);
    await watch();
    watched.stop();
    await clock.settle();
    (seen[0] as { ref: Ref }).ref.tell('hello');
    assert.deepEqual(dead, [new DeadLetter(watched, 'hello', undefined, 'stopped')]);
  });

  it('brings nothing for a restart', async () => {
    const { clock, seen, watch, watched, node } = await startWatcher();
    await watch();
    watched.tell('restart');
    await clock.settle();
    assert.deepEqual([seen, node.stats().restarts], [[], 1]);
  });

  it('does not make a dead letter of a Terminated for a watcher that has ended', async () => {
    const { node, clock, watch, watched, watcher } = await startWatcher();
    await watch();
    watcher.stop();
    await clock.settle();
    watched.stop();
    await clock.settle();
    assert.equal(node.stats().deadLetters.total, 0);
  });

  it('does not make a dead letter of a Terminated that is queued when the watcher ends', async () => {
    const { node, clock, watch, watched, watcher } = await startWatcher();
    await watch();
    watcher.tell({ block: true });
    await clock.settle();
    watched.stop();
    await clock.settle();
    watcher.kill();
    await clock.settle();
    assert.equal(node.stats().deadLetters.total, 0);
  });

  it('does not let a Terminated overtake what was told before', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const watched = node.spawn(Idle);
    const watcher = node.spawn((message, context) => {
      if (message === 'go') context.watch(watched);
      else seen.push(message instanceof Terminated ? 'Terminated' : message);
    });
    watcher.tell('go');
    await clock.settle();
    watcher.tell('before');
    watched.stop();
    await clock.settle();
    assert.deepEqual(seen, ['before', 'Terminated']);
  });
});

class Idle extends Actor {}
