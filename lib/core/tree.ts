/** The supervision tree as plain data: what every actor is, how it does, and who is below it. Only reads. */
import { show } from '../base/errors.ts';
import { checkNames } from '../base/options.ts';
import type { Life } from './life.ts';
import { MailCell } from './mailCell.ts';
import { Ref } from './ref.ts';

/** What a tree can be made of: a node, which stands for its guardian, an actor, or its `this` or context. */
export type TreeRoot = Ref<never> | { readonly guardian: Ref } | { readonly ref: Ref<never> };

export interface TreeOptions {
  /** How many levels below the root are shown (all). */
  maxDepth?: number | undefined;
  /** How many children of one actor are shown, the oldest first (all). */
  maxChildren?: number | undefined;
  /** Whether the actors of the runtime, which live under `/system`, are shown (not). */
  system?: boolean | undefined;
}

/** One actor and what is below it. */
export interface ActorTree {
  readonly ref: Ref;
  readonly name: string;
  /** The name of its class or function; undefined for an actor that has stopped. */
  readonly className: string | undefined;
  /** `running` while it is idle or handles a message, `busy` while it waits in an async one. */
  readonly state: Life;
  /** How often it has been restarted. */
  readonly restarts: number;
  /** The messages that wait in its mailbox. */
  readonly queued: number;
  readonly stashed: number;
  /** In the order in which they were spawned. */
  readonly children: readonly ActorTree[];
  /** How many children are left out, because of `maxDepth` or `maxChildren`. */
  readonly more: number;
}

/**
 * What lives at and below a node's guardian or an actor, at this moment.
 * @throws TypeError when `root` is none, or lives on another node
 */
export function tree(root: TreeRoot, options: TreeOptions = {}): ActorTree {
  const { maxDepth, maxChildren, system } = checked(options);
  const ref = refOf(root);
  const top = grow(ref, ref.inlet);
  // With a list of its own: a chain of supervisors may be deeper than the call stack.
  const open: Open[] = [{ grown: top, cell: ref.inlet, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { grown, cell, depth } = next;
    if (!(cell instanceof MailCell) || cell.children === undefined) continue;
    for (const child of cell.children) {
      if (!system && isOfRuntime(child.ref)) continue;
      if (depth >= maxDepth || grown.children.length >= maxChildren) {
        grown.more++;
        continue;
      }
      const below = grow(child.ref, child);
      grown.children.push(below);
      open.push({ grown: below, cell: child, depth: depth + 1 });
    }
  }
  return top;
}

interface Growing extends ActorTree {
  readonly children: Growing[];
  more: number;
}

interface Open {
  readonly grown: Growing;
  readonly cell: unknown;
  readonly depth: number;
}

function grow(ref: Ref, cell: unknown): Growing {
  const { name } = ref;
  const seen =
    cell instanceof MailCell
      ? { className: cell.props.title, state: cell.life, restarts: cell.restarts, ...cell.waiting }
      : ({ className: undefined, state: 'stopped', restarts: 0, queued: 0, stashed: 0 } as const);
  return { ref, name, ...seen, children: [], more: 0 };
}

function refOf(root: unknown): Ref {
  const ref = root instanceof Ref ? root : memberRef(root);
  if (ref === undefined)
    throw new TypeError(`tree(root): root must be a node, an actor or its ref, not ${show(root)}`);
  if (!ref.isLocal)
    throw new TypeError(`tree(root): ${ref.address} lives on another node, and only that can look into it`);
  if (!(ref.inlet instanceof MailCell) && !ref.isStopped)
    throw new TypeError(`tree(root): ${ref.address} is no actor`);
  return ref;
}

/** The ref of a node's guardian, or of an actor. */
function memberRef(root: unknown): Ref | undefined {
  if (typeof root !== 'object' || root === null) return undefined;
  const { guardian, ref } = root as { guardian?: unknown; ref?: unknown };
  const found = guardian ?? ref;
  return found instanceof Ref ? found : undefined;
}

const isOfRuntime = (ref: Ref) => ref.step === 'system' && ref.up?.up === undefined;

const known = ['maxDepth', 'maxChildren', 'system'];

function checked(options: TreeOptions): { maxDepth: number; maxChildren: number; system: boolean } {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`tree: options must be an object such as { maxDepth: 2 }, not ${show(options)}`);
  checkNames('tree', options, known);
  const {
    maxDepth = Number.POSITIVE_INFINITY,
    maxChildren = Number.POSITIVE_INFINITY,
    system = false,
  } = options;
  for (const [name, limit] of Object.entries({ maxDepth, maxChildren })) {
    if (!(typeof limit === 'number' && limit >= 0))
      throw new TypeError(`tree: ${name} must be a number from 0 up, not ${show(limit)}`);
  }
  return { maxDepth, maxChildren, system };
}
