/** The cycles of a wiring: which actors can reach one another (Tarjan's algorithm), and in which order they come to an end. */

/**
 * Groups of nodes that can reach one another, in the order of the flow: each before those that it leads to. A node that is
 * in no cycle is a group of its own.
 */
export function groupsOf<T>(nodes: readonly T[], nextOf: (node: T) => readonly T[]): T[][] {
  const indexOf = new Map<T, number>();
  const lowOf = new Map<T, number>();
  const stack: T[] = [];
  const onStack = new Set<T>();
  const groups: T[][] = [];
  for (const root of nodes) {
    if (indexOf.has(root)) continue;
    // Without recursion: a wiring may be a chain of any length.
    const work: { node: T; next: readonly T[]; at: number }[] = [];
    const open = (node: T) => {
      indexOf.set(node, indexOf.size);
      lowOf.set(node, indexOf.size - 1);
      stack.push(node);
      onStack.add(node);
      work.push({ node, next: nextOf(node), at: 0 });
    };
    const lower = (node: T, low: number) => lowOf.set(node, Math.min(lowOf.get(node) as number, low));
    open(root);
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const { node } = top;
      const next = top.next[top.at++];
      if (next !== undefined) {
        if (!indexOf.has(next)) open(next);
        else if (onStack.has(next)) lower(node, indexOf.get(next) as number);
        continue;
      }
      work.pop();
      const above = work.at(-1);
      if (above !== undefined) lower(above.node, lowOf.get(node) as number);
      if (lowOf.get(node) !== indexOf.get(node)) continue;
      const group = stack.splice(stack.lastIndexOf(node));
      for (const one of group) onStack.delete(one);
      groups.push(group);
    }
  }
  return groups.reverse();
}
