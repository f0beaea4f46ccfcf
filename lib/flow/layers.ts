/** Puts the nodes of a graph into layers, so that most edges lead from one layer to the next; after Sugiyama. */

export interface Spot {
  readonly layer: number;
  /** From the top, in units of one node. */
  readonly row: number;
}

/** An edge by the positions of its nodes in the list. */
export type Link = readonly [from: number, to: number];

export interface Layers {
  /** Of each node. */
  readonly spots: readonly Spot[];
  /** Of each edge: where it goes from node to node, both ends included. */
  readonly ways: readonly (readonly Spot[])[];
}

/** A node, or where an edge passes through a layer. */
interface Item {
  layer: number;
  row: number;
  readonly before: Item[];
  readonly after: Item[];
}

const sweeps = 8;

/** @param count how many nodes there are */
export function layersOf(count: number, links: readonly Link[]): Layers {
  const forward = withoutCycles(count, links);
  const depths = depthsOf(count, forward);
  const items = depths.map((layer): Item => ({ layer, row: 0, before: [], after: [] }));
  const ways = forward.map(([from, to]) => wayOf(items[from] as Item, items[to] as Item));
  const layers = layered([...new Set([...items, ...ways.flat()])]);
  arrange(layers);
  straighten(layers);
  return {
    spots: items,
    ways: ways.map((way, at) => (forward[at]?.[0] === links[at]?.[0] ? way : way.toReversed())),
  };
}

/** The edges, with those turned round that would lead back. */
function withoutCycles(count: number, links: readonly Link[]): Link[] {
  const state = new Array<'open' | 'done' | undefined>(count);
  const isBack = new Set<Link>();
  const outOf = byStart(links);
  const visit = (root: number) => {
    const path = [{ node: root, next: outOf.get(root) ?? [], at: 0 }];
    state[root] = 'open';
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const link = top.next[top.at++];
      if (link === undefined) {
        state[top.node] = 'done';
        path.pop();
      } else if (state[link[1]] === 'open') isBack.add(link);
      else if (state[link[1]] === undefined) {
        state[link[1]] = 'open';
        path.push({ node: link[1], next: outOf.get(link[1]) ?? [], at: 0 });
      }
    }
  };
  const isEntered = new Set(links.map(([, to]) => to));
  const nodes = Array.from({ length: count }, (_, node) => node);
  for (const node of [...nodes.filter(one => !isEntered.has(one)), ...nodes]) {
    if (state[node] === undefined) visit(node);
  }
  return links.map(link => (isBack.has(link) ? [link[1], link[0]] : link));
}

function byStart(links: readonly Link[]): Map<number, Link[]> {
  const found = new Map<number, Link[]>();
  for (const link of links) {
    const list = found.get(link[0]);
    if (list === undefined) found.set(link[0], [link]);
    else list.push(link);
  }
  return found;
}

/** The longest way to each node from where nothing comes before. */
function depthsOf(count: number, links: readonly Link[]): number[] {
  const depths = new Array<number>(count).fill(0);
  const missing = new Array<number>(count).fill(0);
  for (const [from, to] of links) if (from !== to) missing[to] = (missing[to] ?? 0) + 1;
  const outOf = byStart(links);
  const ready = [...missing.keys()].filter(node => missing[node] === 0);
  for (const node of ready) {
    for (const [, to] of outOf.get(node) ?? []) {
      if (to === node) continue;
      depths[to] = Math.max(depths[to] as number, (depths[node] as number) + 1);
      missing[to] = (missing[to] as number) - 1;
      if (missing[to] === 0) ready.push(to);
    }
  }
  return depths;
}

/** What an edge passes through, an item in each layer. */
function wayOf(from: Item, to: Item): Item[] {
  const way = [from];
  for (let layer = from.layer + 1; layer < to.layer; layer++)
    way.push({ layer, row: 0, before: [], after: [] });
  way.push(to);
  for (const [at, item] of way.slice(1).entries()) {
    const last = way[at] as Item;
    last.after.push(item);
    item.before.push(last);
  }
  return way;
}

function layered(items: readonly Item[]): Item[][] {
  const layers: Item[][] = [];
  for (const item of items) {
    layers[item.layer] ??= [];
    layers[item.layer]?.push(item);
  }
  for (const layer of layers) for (const [row, item] of layer.entries()) item.row = row;
  return layers;
}

/** Sorts each layer by where its neighbours are, forth and back, so that few edges cross. */
function arrange(layers: readonly Item[][]): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const isForth = sweep % 2 === 0;
    for (const layer of isForth ? layers : layers.toReversed()) {
      const wished = new Map(
        layer.map(item => [item, middleOf(isForth ? item.before : item.after, item.row)]),
      );
      layer.sort((a, b) => (wished.get(a) as number) - (wished.get(b) as number));
      for (const [row, item] of layer.entries()) item.row = row;
    }
  }
}

/** Moves items towards their neighbours, as far as the order allows; the topmost is at 0 in the end. */
function straighten(layers: readonly Item[][]): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const isForth = sweep % 2 === 0;
    for (const layer of isForth ? layers : layers.toReversed()) {
      const wished = layer.map(item => middleOf(isForth ? item.before : item.after, item.row));
      let least = Number.NEGATIVE_INFINITY;
      for (const [at, item] of layer.entries()) {
        item.row = Math.max(wished[at] as number, least);
        least = item.row + 1;
      }
      // What was pushed down as a block goes up again by half of it.
      const shift =
        layer.reduce((sum, item, at) => sum + item.row - (wished[at] as number), 0) / layer.length;
      for (const item of layer) item.row -= shift;
    }
  }
  const all = layers.flat();
  const top = all.reduce((least, { row }) => Math.min(least, row), Number.POSITIVE_INFINITY);
  for (const item of all) item.row -= top;
}

function middleOf(neighbours: readonly Item[], otherwise: number): number {
  if (neighbours.length === 0) return otherwise;
  return neighbours.reduce((sum, { row }) => sum + row, 0) / neighbours.length;
}
