import { assert } from 'chai';
import { type ChildInfo, type Ref, Supervisor } from '../../lib/index.ts';
import { Dice, flat, type Group, makeTree, makeWorker, strike } from './randomTree.ts';
import { isBalanced, specOf, startAny } from './tree.ts';

const seeds = 150;

/** A supervisor that still runs, wherever it is. */
function find(sup: Ref, path: string): Ref | undefined {
  try {
    const ref = sup.child(path);
    return ref.isStopped ? undefined : ref;
  } catch {
    return undefined;
  }
}

/** Asks any supervisor for anything; what it says is of no interest, as long as it answers. */
function ask(dice: Dice, sup: Ref, group: Group): Promise<unknown> | undefined {
  const { path, ids } = dice.pick(flat(group));
  const [ref, id] = [find(sup, path), dice.pick([...ids, 'new'])];
  if (ref === undefined) return undefined;
  const what = dice.below(6);
  if (what === 0) return Supervisor.terminateChild(ref, id);
  if (what === 1) return Supervisor.restartChild(ref, id);
  if (what === 2) return Supervisor.deleteChild(ref, id);
  if (what === 3) return Supervisor.countChildren(ref);
  if (what === 4) return Supervisor.whichChildren(ref);
  const child = makeWorker(dice, `${path}/new`, 'new', new Map());
  return Supervisor.startChild(ref, specOf([], child));
}

/** Children that are neither up nor down, or not what their supervisor takes them for. */
async function wrong(sup: Ref, { path, groups }: Group): Promise<string[]> {
  const ref = find(sup, path);
  if (ref === undefined) return [];
  const children = await Supervisor.whichChildren(ref);
  const others = await Promise.all(groups.map(group => wrong(sup, group)));
  const isWrong = ({ id, ref, state }: ChildInfo) =>
    state === 'restarting' ||
    (state === 'running') !== (find(sup, `${path}/${id}`) === ref && ref !== undefined);
  return [...children.filter(isWrong).map(({ id, state }) => `${path}/${id} is ${state}`), ...others.flat()];
}

describe('supervisors that give up, stop by themselves, and are asked all the time', () => {
  for (let seed = 1; seed <= seeds; seed++) {
    it(`answer everything, know how their children are, and leave nothing behind: seed ${seed}`, async () => {
      const dice = new Dice(seed);
      const { props, group } = makeTree(dice, '/sup', 2, new Map(), true);
      const { node, sup, clock } = await startAny(props, [], dice);
      const asked: Promise<unknown>[] = [];
      for (let i = 0; i < 60; i++) {
        if (dice.chance(0.6)) strike(dice, sup, group);
        else asked.push(ask(dice, sup, group)?.catch(() => {}) ?? Promise.resolve());
        if (dice.chance(0.5)) await clock.settle();
        if (dice.chance(0.2)) await clock.advance(dice.below(60));
      }
      await clock.advance(20_000);
      assert.lengthOf(await Promise.all(asked), asked.length);
      assert.deepEqual(await wrong(sup, group), []);
      assert.isTrue(isBalanced(node));
      sup.stop();
      await clock.advance(20_000);
      assert.deepEqual([sup.isStopped, node.stats().actors, isBalanced(node)], [true, 0, true]);
      assert.equal(clock.pending, 0);
    });
  }
});
