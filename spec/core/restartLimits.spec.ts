import { assert } from 'chai';
import { Actor, ActorError, oneForOne, Restart, Stop } from '../../lib/index.ts';
import { namesLeft, startedIn, startSiblings, strategies } from './siblings.ts';
import { heard, startNode } from './support.ts';

describe('the limit of restarts', () => {
  it('is 3 in 5 s by default: the fourth failure escalates', async () => {
    const { node, parent, fail } = await startSiblings(oneForOne());
    const errors = heard(node, ActorError);
    for (let i = 0; i < 4; i++) await fail('a');
    assert.deepEqual(
      errors.slice(-1).map(({ ref }) => ref),
      [parent],
    );
  });

  it('is a window that slides: after 5 s a restart is free again', async () => {
    const { node, clock, fail, parent } = await startSiblings(oneForOne());
    const errors = heard(node, ActorError);
    for (let i = 0; i < 6; i++) {
      await fail('a');
      await clock.advance(1700);
    }
    assert.notInclude(
      errors.map(({ ref }) => ref),
      parent,
    );
  });

  it('counts each child by itself: oneForOne', async () => {
    const { node, fail, parent } = await startSiblings(oneForOne());
    const errors = heard(node, ActorError);
    for (let i = 0; i < 3; i++) for (const child of ['a', 'b', 'c']) await fail(child);
    assert.notInclude(
      errors.map(({ ref }) => ref),
      parent,
    );
  });

  for (const name of ['allForOne', 'restForOne'] as const) {
    it(`counts all children together: ${name}`, async () => {
      const { node, fail, parent } = await startSiblings(strategies[name]());
      const errors = heard(node, ActorError);
      for (const child of ['a', 'b', 'c', 'a']) await fail(child);
      assert.deepEqual(
        errors.slice(-1).map(({ ref }) => ref),
        [parent],
      );
    });
  }

  it('can be set for a strategy', async () => {
    const { node, fail, parent } = await startSiblings(oneForOne({ max: 1, within: 1000 }));
    const errors = heard(node, ActorError);
    await fail('a');
    await fail('a');
    assert.deepEqual(
      errors.slice(-1).map(({ ref }) => ref),
      [parent],
    );
  });

  it('can be set for one actor when it is spawned', async () => {
    const { node, fail, parent } = await startSiblings(oneForOne({ max: 1 }), { restart: { max: 5 } });
    const errors = heard(node, ActorError);
    for (let i = 0; i < 5; i++) await fail('a');
    assert.notInclude(
      errors.map(({ ref }) => ref),
      parent,
    );
  });

  for (const max of [0, 1, 3]) {
    it(`makes Restart({ max: ${max} }) create a child that cannot start exactly ${max + 1} times`, async () => {
      const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Stop }) });
      let made = 0;
      class Broken extends Actor {
        override preStart() {
          made++;
          throw new Error('broken');
        }
      }
      class Stubborn extends Actor {
        override preStart() {
          this.spawn(Broken);
        }
        override supervise() {
          return Restart({ max });
        }
      }
      const parent = node.spawn(Stubborn);
      await clock.settle();
      assert.deepEqual([made, parent.isStopped], [max + 1, true]);
    });
  }

  it('makes Restart({ max, within }) slide as well', async () => {
    const { node, clock, fail } = await startSiblings(
      oneForOne({ decide: () => Restart({ max: 1, within: 100 }) as never }),
    );
    for (let i = 0; i < 3; i++) {
      await fail('a');
      await clock.advance(100);
    }
    assert.equal(node.stats().restarts, 3);
  });

  it('needs a max for a within', () => {
    assert.throws(() => Restart({ within: 100 }), TypeError);
  });
});

describe('backoff', () => {
  const backoff = { min: 100, max: 1000, factor: 2, jitter: 0 };

  it('waits before the restart, longer each time, and never longer than max', async () => {
    const { clock, fail, steps } = await startSiblings(oneForOne({ max: 10, backoff }));
    const delays: number[] = [];
    for (let i = 0; i < 6; i++) {
      steps.length = 0;
      await fail('a');
      const before = clock.now();
      while (startedIn(steps).length === 0) await clock.advance(50);
      delays.push(clock.now() - before);
    }
    assert.deepEqual(delays, [100, 200, 400, 800, 1000, 1000]);
  });

  for (const [chance, delay] of [
    [0, 50],
    [0.5, 100],
    [0.999_999, 150],
  ] as const) {
    it(`spreads the delay by the jitter: ${delay} ms when chance says ${chance}`, async () => {
      const { clock, fail, steps } = await startSiblings(
        oneForOne({ backoff: { ...backoff, jitter: 0.5 } }),
        {},
        () => chance,
      );
      await fail('a');
      await clock.advance(delay - 1);
      assert.deepEqual(startedIn(steps), []);
      await clock.advance(1);
      assert.deepEqual(startedIn(steps), ['a']);
    });
  }

  it('begins again at min after a quiet time', async () => {
    const { clock, fail, steps } = await startSiblings(
      oneForOne({ max: 10, backoff: { ...backoff, resetAfter: 5000 } }),
    );
    await fail('a');
    await clock.advance(6000);
    await fail('a');
    steps.length = 0;
    await clock.advance(100);
    assert.deepEqual(startedIn(steps), ['a']);
  });

  it('keeps messages meanwhile, and delivers them after the restart', async () => {
    const { clock, fail, steps, parent, node } = await startSiblings(oneForOne({ backoff }));
    await fail('a');
    parent.child('a').tell('count');
    await clock.advance(99);
    assert.deepEqual([steps.includes('count a'), node.stats().queued], [false, 1]);
    await clock.advance(1);
    assert.include(steps, 'count a');
  });

  it('ends with a stop of the actor, at once, and leaves no timer behind', async () => {
    const { clock, fail, steps, parent } = await startSiblings(oneForOne({ backoff }));
    await fail('a');
    const a = parent.child('a');
    a.stop();
    await clock.settle();
    assert.deepEqual([a.isStopped, clock.pending, startedIn(steps)], [true, 0, []]);
  });

  it('ends with a kill of the actor', async () => {
    const { clock, fail, parent } = await startSiblings(oneForOne({ backoff }));
    await fail('a');
    parent.child('a').kill();
    await clock.settle();
    assert.deepEqual(namesLeft(parent), ['b', 'c']);
  });

  it('ends with a stop of the parent', async () => {
    const { clock, fail, parent } = await startSiblings(oneForOne({ backoff }));
    await fail('a');
    parent.stop();
    await clock.settle();
    assert.isTrue(parent.isStopped);
  });

  it('can be set for one actor when it is spawned', async () => {
    const { clock, fail, steps } = await startSiblings(oneForOne(), { restart: { backoff } });
    await fail('a');
    assert.deepEqual(startedIn(steps), []);
    await clock.advance(100);
    assert.deepEqual(startedIn(steps), ['a']);
  });
});
