/** Trees of supervisors made by chance, and what may happen to them. */
import {
  PoisonPill,
  type Props,
  type Ref,
  type RestartType,
  type SupervisorStrategy,
} from '../../lib/index.ts';
import { seededRandom } from '../../lib/testkit/seededRandom.ts';
import { type Child, never, supervisor, worker } from './tree.ts';

const strategies: readonly SupervisorStrategy[] = ['one_for_one', 'one_for_all', 'rest_for_one'];

const restarts: readonly RestartType[] = ['permanent', 'permanent', 'transient', 'temporary'];

/** A supervisor as the model sees it. */
export interface Group {
  readonly path: string;
  readonly strategy: SupervisorStrategy;
  readonly ids: readonly string[];
  readonly groups: readonly Group[];
}

/** Chance, and what is made with it. */
export class Dice {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed, 'supervisors');
  }

  below(end: number): number {
    return Math.floor(this.random() * end);
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** When each actor has started last. */
export type Starts = Map<string, number>;

/**
 * A supervisor of workers and supervisors.
 * @param isWild children of all restart types, and supervisors that give up or stop by themselves
 */
export function makeTree(
  dice: Dice,
  path: string,
  depth: number,
  starts: Starts,
  isWild = false,
): { props: Props; group: Group } {
  const strategy = dice.pick(strategies);
  const groups: Group[] = [];
  const isAuto = isWild && dice.chance(0.3);
  const children: Child[] = Array.from({ length: 1 + dice.below(4) }, (_, i) => {
    const id = `c${i}`;
    const restart = isWild ? dice.pick(restarts) : 'permanent';
    const significant = isAuto && restart !== 'permanent' && dice.chance(0.3);
    if (depth === 0 || dice.chance(0.6))
      return { ...makeWorker(dice, `${path}/${id}`, id, starts), restart, significant };
    const { props, group } = makeTree(dice, `${path}/${id}`, depth - 1, starts, isWild);
    groups.push(group);
    return { id, start: props, restart, significant, ...(dice.chance(0.2) && { shutdown: 50 }) };
  });
  const backoff = dice.chance(0.3) ? { backoff: { min: dice.pick([0, 1, 20]), max: 50 } } : {};
  const intensity = isWild ? dice.below(20) : Infinity;
  const autoShutdown = isAuto ? dice.pick(['any_significant', 'all_significant'] as const) : 'never';
  const props = supervisor([], { strategy, intensity, autoShutdown, ...backoff, children });
  return {
    props,
    group: { path, strategy, ids: children.map(child => (child as { id: string }).id), groups },
  };
}

/** Slow or quick, sometimes failing to start, and with any kind of end. */
export function makeWorker(dice: Dice, path: string, id: string, starts: Starts): Exclude<Child, string> {
  const [isSlow, isFrail, isStubborn] = [dice.chance(0.4), dice.chance(0.2), dice.chance(0.1)];
  const preStart = async (_: unknown, count: number) => {
    starts.set(path, starts.size === 0 ? 1 : Math.max(...starts.values()) + 1);
    if (isSlow) await Promise.resolve();
    if (isFrail && count % 3 === 2) throw new Error('not this time');
  };
  const postStop = () => (isStubborn && dice.chance(0.3) ? never : isSlow ? Promise.resolve() : undefined);
  const shutdown = dice.pick([5, 100, 'brutal_kill'] as const);
  return { id, start: worker([], id, { preStart, postStop }), shutdown };
}

export const flat = (group: Group): Group[] => [group, ...group.groups.flatMap(flat)];

/** Something bad, or a message, for a child of any supervisor, wherever it is now. */
export function strike(dice: Dice, sup: Ref, group: Group): void {
  const { path, ids } = dice.pick(flat(group));
  let ref: Ref;
  try {
    ref = sup.child(`${path}/${dice.pick(ids)}`);
  } catch {
    return; // it is between two lives
  }
  const what = dice.below(10);
  if (what < 3) ref.tell('m');
  else if (what < 6) ref.tell('fail');
  else if (what === 6) ref.tell(PoisonPill);
  else if (what === 7) ref.kill();
  else if (what === 8) ref.stop();
  else ref.tell('hang');
}

export const countOf = (group: Group): number =>
  1 + group.ids.length - group.groups.length + group.groups.reduce((sum, one) => sum + countOf(one), 0);
