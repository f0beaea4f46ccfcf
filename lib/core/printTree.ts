/** The supervision tree as text, for people: one actor a line. */
import { type ActorTree, type TreeOptions, type TreeRoot, tree } from './tree.ts';

/** How many children of one actor are shown unless another number is given. */
const usualChildren = 20;

/**
 * A picture of what lives at and below a node's guardian or an actor, at this moment: the name, class and state of each, and
 * its restarts and messages where there are any. It is returned, not printed.
 * @param options as for `tree`, except that `maxChildren` is 20 unless given
 * @throws TypeError when `root` is none, or lives on another node
 */
export function printTree(root: TreeRoot, options?: TreeOptions): string {
  const top = tree(root, { ...options, maxChildren: options?.maxChildren ?? usualChildren });
  const lines: string[] = [];
  const toCome: Line[] = [{ text: describe(top, top.ref.path), indent: '', actor: top }];
  for (let line = toCome.pop(); line !== undefined; line = toCome.pop()) {
    lines.push(line.text);
    for (const below of linesBelow(line).reverse()) toCome.push(below);
  }
  return lines.join('\n');
}

interface Line {
  readonly text: string;
  /** What stands before the lines below this one. */
  readonly indent: string;
  /** Undefined for the line that stands for all children that are not shown. */
  readonly actor: ActorTree | undefined;
}

function linesBelow({ actor, indent }: Line): Line[] {
  if (actor === undefined) return [];
  const below: Omit<Line, 'indent'>[] = actor.children.map(child => ({
    text: describe(child, child.name),
    actor: child,
  }));
  if (below.length > 0 && actor.more > 0)
    below.push({ text: `... ${grouped(actor.more)} more`, actor: undefined });
  return below.map(({ text, actor }, index) => {
    const isLast = index === below.length - 1;
    return {
      text: indent + (isLast ? '└─ ' : '├─ ') + text,
      indent: indent + (isLast ? '   ' : '│  '),
      actor,
    };
  });
}

function describe(actor: ActorTree, name: string): string {
  const { className, state, restarts, queued, stashed, children, more } = actor;
  const kind = className === undefined || name === '/' ? '' : ` (${className})`;
  const hidden = children.length === 0 ? more : 0;
  const details = [
    state,
    ...counted(restarts, 'restart', 'restarts'),
    ...counted(queued, 'message', 'messages'),
    ...counted(stashed, 'stashed', 'stashed'),
    ...counted(hidden, 'child', 'children'),
  ];
  return `${onOneLine(name + kind)} ${details.join(', ')}`;
}

const counted = (count: number, one: string, many: string): string[] =>
  count === 0 ? [] : [`${grouped(count)} ${count === 1 ? one : many}`];

/** 99990 as 99 990. */
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ');

/** Names may be any text. */
const onOneLine = (text: string): string => text.replace(/\p{Cc}/gu, '�');
