import { assert } from 'chai';
import { type ChildInfo, DynamicSupervisor, PoisonPill, type Ref, Supervisor } from '../../lib/index.ts';
import type { ManualClock } from '../../lib/testkit/index.ts';
import { countOf, Dice, flat, type Group, makeTree, makeWorker, type Starts, strike } from './randomTree.ts';
import { isBalanced, startAny } from './tree.ts';

const seeds = 150;
/** Everything in the tree that does not run as it should. */
async function wrong(sup: Ref, { path, ids, groups }: Group): Promise<string[]> {
  const children = await Supervisor.whichChildren(sup.child(path));
  const others = await Promise.all(groups.map(group => wrong(sup, group)));
  const isWrong = ({ state, ref }: ChildInfo) => state !== 'running' || ref === undefined || ref.isStopped;
  const order = children.map(({ id }) => id).join();
  return [
    ...children.filter(isWrong).map(({ id, state }) => `${path}/${id} is ${state}`),
    ...(order === ids.join() ? [] : [`the order in ${path} is ${order}`]),
    ...others.flat(),
  ];
}

/** Where children that are restarted together have not started in their order. */
function disordered({ path, strategy, ids, groups }: Group, starts: Starts): string[] {
  const own = ids.map(id => starts.get(`${path}/${id}`)).filter(at => at !== undefined);
  const isSorted = own.every((at, i) => i === 0 || (own[i - 1] as number) < at);
  const others = groups.flatMap(group => disordered(group, starts));
  return isSorted || strategy === 'one_for_one' ? others : [path, ...others];
}

/** Lets those who hang be found out: nothing else ends a `receive` that never does. */
async function releaseAll(sup: Ref, group: Group, clock: ManualClock): Promise<void> {
  for (const { path, ids } of flat(group)) {
    for (const id of ids) {
      try {
        sup.child(`${path}/${id}`).kill();
      } catch {
        // between two lives
      }
    }
    await clock.advance(10_000);
  }
}

describe('supervisors, after anything that may happen to their children', () => {
  for (let seed = 1; seed <= seeds; seed++) {
    it(`run all of them, in order, and lose no message: seed ${seed}`, async () => {
      const [dice, starts]: [Dice, Starts] = [new Dice(seed), new Map()];
      const { props, group } = makeTree(dice, '/sup', 2, starts);
      const { node, sup, clock, failures } = await startAny(props, [], dice);
      for (let i = 0; i < 60; i++) {
        strike(dice, sup, group);
        if (dice.chance(0.4)) await clock.settle();
        if (dice.chance(0.2)) await clock.advance(dice.below(60));
      }
      await clock.advance(10_000);
      assert.deepEqual(await wrong(sup, group), []);
      assert.deepEqual(disordered(group, starts), []);
      assert.deepEqual([failures, node.stats().actors, isBalanced(node)], [[], countOf(group), true]);
      await releaseAll(sup, group, clock);
      assert.deepEqual(await wrong(sup, group), []);
      assert.deepEqual([node.stats().queued, isBalanced(node)], [0, true]);
      sup.stop();
      await clock.advance(10_000);
      assert.deepEqual([sup.isStopped, node.stats().actors, isBalanced(node)], [true, 0, true]);
      assert.equal(clock.pending, 0);
    });
  }
});

describe('a DynamicSupervisor, after anything that may happen to its children', () => {
  for (let seed = 1; seed <= 30; seed++) {
    it(`knows exactly those that run: seed ${seed}`, async () => {
      const dice = new Dice(seed);
      const { node, sup, clock, failures } = await startAny(
        DynamicSupervisor.using({ intensity: Infinity }),
        [],
        dice,
      );
      const asked: Promise<unknown>[] = [];
      const known = () => node.lookup('/sup').inlet as unknown as { children?: Iterable<{ ref: Ref }> };
      for (let i = 0; i < 80; i++) {
        const refs = [...(known().children ?? [])].map(({ ref }) => ref);
        const spec = makeWorker(dice, `/sup/${i}`, `c${dice.below(8)}`, new Map()) as never;
        const restart = dice.pick(['permanent', 'transient', 'temporary'] as const);
        if (dice.chance(0.4))
          asked.push(DynamicSupervisor.startChild(sup, { ...(spec as object), restart } as never));
        else if (refs.length > 0 && dice.chance(0.3))
          asked.push(DynamicSupervisor.terminateChild(sup, dice.pick(refs)));
        else if (refs.length > 0) dice.pick(refs).tell(dice.pick(['m', 'fail', 'stop', PoisonPill]));
        asked.at(-1)?.catch(() => {});
        if (dice.chance(0.4)) await clock.settle();
      }
      await clock.advance(10_000);
      await Promise.allSettled(asked);
      const infos = await DynamicSupervisor.whichChildren(sup);
      const running = [...(known().children ?? [])].map(({ ref }) => ref.name).sort();
      assert.deepEqual([infos.map(({ id }) => id).sort(), failures], [running, []]);
      assert.isTrue(infos.every(({ state }) => state === 'running'));
      assert.isTrue(isBalanced(node));
    });
  }
});
