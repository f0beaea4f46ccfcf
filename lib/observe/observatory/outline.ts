/** The tree of actors as the list of its lines, cut anywhere: what a person sees of it who has unfolded some of the actors. */
import { show } from '../../base/errors.ts';
import type { ActorView as Actor } from '../../core/inspect.ts';
import type { Ref } from '../../core/ref.ts';

/** With more siblings of one class than this, they share one line, until that is unfolded. */
const mostOfOneClass = 50;

export interface OutlineFilter {
  /** What is unfolded: the paths of actors, and the keys of lines that stand for several. The root is. */
  readonly open?: readonly string[] | undefined;
  /** How many lines are left out at the beginning (0). */
  readonly offset?: number | undefined;
  /** The most that are given (100). */
  readonly limit?: number | undefined;
  /** Whether those of the runtime, below `/system`, are among them (not). */
  readonly system?: boolean | undefined;
}

/** Siblings of one class that share a line, and their sums. */
export interface Kin {
  readonly className: string;
  readonly size: number;
  readonly queued: number;
  readonly rate: number;
  readonly restarts: number;
}

export interface Line<A> {
  /** What unfolds it: the path of the actor; for several, that of their parent, two slashes, and their class. */
  readonly key: string;
  /** 0 for those below the root. */
  readonly depth: number;
  readonly isOpen: boolean;
  /** Either the one or the other. */
  readonly actor: A | undefined;
  readonly kin: Kin | undefined;
}

interface Parent extends Actor {
  readonly children: (Iterable<Parent> & { readonly size: number }) | undefined;
}

/**
 * @param find gives the live actor at a path
 * @throws TypeError that says what is wrong with the filter
 */
export function outline(
  root: Ref,
  find: (path: string) => Ref | undefined,
  filter: OutlineFilter,
): { total: number; lines: Line<Actor>[] } {
  const page = new PageOfLines(find, filter);
  page.addBelow(root.inlet as unknown as Parent, 0);
  return { total: page.total, lines: page.lines };
}

class PageOfLines {
  readonly #offset: number;
  readonly #end: number;
  readonly #isSystemShown: boolean;
  readonly #open = new Set<unknown>();
  readonly #openKin = new Map<unknown, Set<string>>();
  readonly lines: Line<Actor>[] = [];
  total = 0;

  constructor(
    find: (path: string) => Ref | undefined,
    { open = [], offset = 0, limit = 100, system = false }: OutlineFilter,
  ) {
    for (const [name, value] of Object.entries({ offset, limit }))
      if (!Number.isInteger(value) || value < 0)
        throw new TypeError(`${name} must be a whole number from 0 up, not ${show(value)}`);
    if (!Array.isArray(open) || !open.every(key => typeof key === 'string'))
      throw new TypeError(`open must be a list of paths, not ${show(open)}`);
    this.#offset = offset;
    this.#end = offset + limit;
    this.#isSystemShown = system;
    for (const key of open) this.#unfold(key, find);
  }

  #unfold(key: string, find: (path: string) => Ref | undefined): void {
    // No name of an actor is empty, so no path has two slashes in a row.
    const at = key.indexOf('//');
    const cell = find(at === -1 ? key : key.slice(0, at) || '/')?.inlet;
    if (cell === undefined) return;
    if (at === -1) this.#open.add(cell);
    else this.#openKin.set(cell, new Set([...(this.#openKin.get(cell) ?? []), key.slice(at + 2)]));
  }

  addBelow(parent: Parent, depth: number): void {
    const { children } = parent;
    if (children === undefined) return;
    const kin = children.size > mostOfOneClass ? manyOfAClass(children) : none;
    const told = new Set<string>();
    for (const child of children) {
      if (depth === 0 && !this.#isSystemShown && child.ref.path === '/system') continue;
      const siblings = kin.get(child.className);
      if (siblings === undefined) this.#addActor(child, depth);
      else if (!told.has(child.className)) {
        told.add(child.className);
        this.#addKin(parent, siblings, depth);
      }
    }
  }

  #addActor(actor: Parent, depth: number): void {
    const isOpen = this.#open.has(actor);
    if (this.#isShown) this.lines.push({ key: actor.ref.path, depth, isOpen, actor, kin: undefined });
    this.total++;
    if (isOpen) this.addBelow(actor, depth + 1);
  }

  #addKin(parent: Parent, kin: Kin, depth: number): void {
    const { className } = kin;
    const isOpen = this.#openKin.get(parent)?.has(className) ?? false;
    const { path } = parent.ref;
    const key = `${path === '/' ? '' : path}//${className}`;
    if (this.#isShown) this.lines.push({ key, depth, isOpen, actor: undefined, kin });
    this.total++;
    if (!isOpen) return;
    for (const child of parent.children ?? [])
      if (child.className === className) this.#addActor(child, depth + 1);
  }

  get #isShown(): boolean {
    return this.total >= this.#offset && this.total < this.#end;
  }
}

const none: ReadonlyMap<string, Kin> = new Map();

function manyOfAClass(children: Iterable<Actor>): Map<string, Kin> {
  const found = new Map<string, { -readonly [K in keyof Kin]: Kin[K] }>();
  for (const { className, load, meter, restarts } of children) {
    let kin = found.get(className);
    if (kin === undefined) {
      kin = { className, size: 0, queued: 0, rate: 0, restarts: 0 };
      found.set(className, kin);
    }
    kin.size++;
    kin.queued += load;
    kin.rate += meter?.rate ?? 0;
    kin.restarts += restarts;
  }
  for (const [className, { size }] of found) if (size <= mostOfOneClass) found.delete(className);
  return found;
}
