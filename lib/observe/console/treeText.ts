/** The tree of a node that may be elsewhere, asked for level by level, and as text. */
import { show } from '../../base/errors.ts';
import type { ActorRow } from '../observatory/views.ts';
import { CannotLook } from './cannotLook.ts';
import { amount, clean, perSecond } from './format.ts';
import type { Source } from './source.ts';

export interface TreeLimits {
  /** How many levels below the first are shown (20). */
  readonly depth?: number | undefined;
  /** How many children of one actor are shown (20). */
  readonly limit?: number | undefined;
}

export interface TreeNode {
  readonly actor: ActorRow;
  readonly children: readonly TreeNode[];
  /** How many children are not shown. */
  readonly more: number;
}

/** The most actors that are asked for: nobody reads a tree that is longer. */
const most = 2000;

/**
 * The actor at a path and those below it.
 * @throws TypeError that says what is wrong with the limits; CannotLook when there is no such actor
 */
export async function treeOf(source: Source, path: string, limits: TreeLimits = {}): Promise<TreeNode> {
  const { depth = 20, limit = 20 } = limits;
  for (const [name, value] of Object.entries({ depth, limit }))
    if (!Number.isInteger(value) || value < 0)
      throw new TypeError(`tree: ${name} must be a whole number from 0 up, not ${show(value)}`);
  let left = most;
  const grow = async (actor: ActorRow, levels: number): Promise<TreeNode> => {
    const wanted = levels === 0 ? 0 : Math.min(limit, left);
    if (actor.children === 0 || wanted === 0) return { actor, children: [], more: actor.children };
    const { rows, total } = await source.query('children', { path: actor.path, limit: wanted });
    left -= rows.length;
    const children: TreeNode[] = [];
    for (const row of rows) children.push(await grow(row, levels - 1));
    return { actor, children, more: total - rows.length };
  };
  const top = await source.query('actor', { path, peek: 0 });
  if (top === undefined) throw new CannotLook(`there is no live actor ${path}: see the whole tree for all`);
  return grow(top, depth);
}

/** One actor a line. */
export function treeText(top: TreeNode): string {
  const lines = [describe(top, top.actor.path)];
  const add = ({ children, more }: TreeNode, indent: string) => {
    for (const [index, child] of children.entries()) {
      const isLast = index === children.length - 1 && more === 0;
      lines.push(`${indent}${isLast ? '└─ ' : '├─ '}${describe(child, child.actor.name)}`);
      add(child, `${indent}${isLast ? '   ' : '│  '}`);
    }
    if (children.length > 0 && more > 0) lines.push(`${indent}└─ … ${amount(more)} more`);
  };
  add(top, '');
  return lines.join('\n');
}

function describe({ actor, children, more }: TreeNode, name: string): string {
  const { className, state, restarts, queued, stashed, rate } = actor;
  const kind = name === '/' ? '' : ` (${clean(className)})`;
  const hidden = children.length === 0 ? more : 0;
  const details: string[] = [
    state,
    ...(rate > 0 ? [`${perSecond(rate)}/s`] : []),
    ...counted(restarts, 'restart', 'restarts'),
    ...counted(queued, 'message', 'messages'),
    ...counted(stashed, 'stashed', 'stashed'),
    ...counted(hidden, 'child', 'children'),
  ];
  return `${clean(name)}${kind} ${details.join(', ')}`;
}

const counted = (count: number, one: string, many: string): string[] =>
  count === 0 ? [] : [`${amount(count)} ${count === 1 ? one : many}`];
