/** Lists of actors: found, sorted and cut among any number of them, without a list of all. */
import { show } from '../../base/errors.ts';
import { type ActorView as Actor, forEachActor } from '../../core/inspect.ts';
import type { Ref } from '../../core/ref.ts';

const keys = {
  path: undefined,
  rate: ({ meter }: Actor) => meter?.rate ?? 0,
  share: ({ meter }: Actor) => meter?.share ?? 0,
  handled: ({ meter }: Actor) => meter?.handled ?? 0,
  queued: ({ load }: Actor) => load,
  restarts: ({ restarts }: Actor) => restarts,
  uptime: ({ uptime }: Actor) => uptime,
} as const;

/** So many are kept in order while looking; for more, sorting all of them takes less. */
const mostInserted = 1000;

export type SortKey = keyof typeof keys;

export const sortKeys = Object.keys(keys) as SortKey[];

export interface CensusFilter {
  /** Only actors below this path. */
  readonly under?: string | undefined;
  /** A part of the path or of the name of the class; capitals or not is the same. */
  readonly search?: string | undefined;
  /** By what they are sorted, the greatest first; `path`: as in the tree (path). */
  readonly sort?: SortKey | undefined;
  /** How many are left out at the beginning (0). */
  readonly offset?: number | undefined;
  /** The most that are given (100). */
  readonly limit?: number | undefined;
  /** Whether those of the runtime, below `/system`, are among them (not). */
  readonly system?: boolean | undefined;
}

/** @throws TypeError that says what is wrong with the filter */
export function census(
  root: Ref,
  { under, search, sort = 'path', offset = 0, limit = 100, system = false }: CensusFilter,
): { total: number; found: Actor[] } {
  if (!Object.hasOwn(keys, sort))
    throw new TypeError(`actors: sort must be one of ${sortKeys.join(', ')}, not ${show(sort)}`);
  for (const [name, value] of Object.entries({ offset, limit }))
    if (!Number.isInteger(value) || value < 0)
      throw new TypeError(`actors: ${name} must be a whole number from 0 up, not ${show(value)}`);
  const key = keys[sort];
  const wanted = offset + limit;
  const part = search?.toLowerCase();
  const first = under === undefined || under === '/' ? undefined : `${under}/`;
  const best: { actor: Actor; value: number }[] = [];
  let total = 0;
  let isInSystem = false;
  forEachActor(root, (actor, depth) => {
    if (depth === 0) return;
    if (depth === 1) isInSystem = actor.ref.path === '/system';
    if ((isInSystem && !system) || !isWanted(actor, first, part)) return;
    total++;
    if (key === undefined) {
      if (best.length < wanted) best.push({ actor, value: 0 });
    } else if (wanted <= mostInserted) insert(best, { actor, value: key(actor) }, wanted);
    else best.push({ actor, value: key(actor) });
  });
  if (key !== undefined && wanted > mostInserted) best.sort((a, b) => b.value - a.value).splice(wanted);
  return { total, found: best.slice(offset).map(({ actor }) => actor) };
}

function isWanted(actor: Actor, first: string | undefined, part: string | undefined): boolean {
  // A path is put together when it is asked for.
  if (first === undefined && part === undefined) return true;
  const { path } = actor.ref;
  if (first !== undefined && !path.startsWith(first)) return false;
  return (
    part === undefined || path.toLowerCase().includes(part) || actor.className.toLowerCase().includes(part)
  );
}

/** Keeps the `most` greatest, the greatest first, and of equal ones the one that came first. */
function insert<T extends { value: number }>(best: T[], entry: T, most: number): void {
  if (best.length === most && entry.value <= (best[most - 1]?.value ?? Number.POSITIVE_INFINITY)) return;
  let [low, high] = [0, best.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((best[middle] as T).value >= entry.value) low = middle + 1;
    else high = middle;
  }
  best.splice(low, 0, entry);
  if (best.length > most) best.pop();
}
