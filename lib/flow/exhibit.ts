/** A running flow as whoever shows its node sees it: actors and queues with their counters, and where to draw them. */
import type { Exhibit } from '../core/instruments.ts';
import { drawn, type Graph, type GraphEdge, type GraphNode, labelOf } from './drawing.ts';
import { layersOf, type Spot } from './layers.ts';
import type { ActorStats, FlowStats, QueueStats } from './stats.ts';

/** Plain data. */
export interface FlowView {
  readonly nodes: readonly (GraphNode & Partial<ActorStats> & { readonly spot: Spot })[];
  readonly edges: readonly (Pick<GraphEdge, 'kind' | 'source' | 'destination'> &
    Pick<QueueStats, 'size' | 'length' | 'in' | 'out' | 'dropped'> & {
      readonly label: string;
      readonly way: readonly Spot[];
    })[];
  readonly lost: FlowStats['lost'];
}

/**
 * @param graphOf gives the graph, which does not change while the flow runs: asked for once, when somebody looks
 * @param stats gives the counters of the moment, queues in the order of the graph's edges
 */
export function exhibitOf(name: string, graphOf: () => Graph, stats: () => FlowStats): Exhibit {
  let drawing: Drawing | undefined;
  const view = () => {
    drawing ??= drawingOf(graphOf());
    return viewOf(drawing, stats());
  };
  return { kind: 'flow', name, view };
}

interface Drawing {
  readonly nodes: readonly (GraphNode & { readonly spot: Spot })[];
  /** `at`: its place among all queues. */
  readonly edges: readonly (GraphEdge & { readonly at: number; readonly way: readonly Spot[] })[];
}

function drawingOf(graph: Graph): Drawing {
  const { nodes, edges } = drawn(graph, {});
  const indexes = new Map(nodes.map(({ name }, index) => [name, index]));
  const indexOf = (actor: string) => indexes.get(actor) as number;
  const { spots, ways } = layersOf(
    nodes.length,
    edges.map(({ source, destination }) => [indexOf(source), indexOf(destination)] as const),
  );
  const plain = ({ layer, row }: Spot): Spot => ({ layer, row });
  return {
    nodes: nodes.map((node, i) => ({ ...node, spot: plain(spots[i] as Spot) })),
    edges: edges.map((edge, i) => ({
      ...edge,
      at: graph.edges.indexOf(edge),
      way: (ways[i] ?? []).map(plain),
    })),
  };
}

function viewOf({ nodes, edges }: Drawing, { actors, queues, lost }: FlowStats): FlowView {
  const statsOf = new Map(actors.map(actor => [actor.name, actor]));
  return {
    nodes: nodes.map(node => ({ ...node, ...statsOf.get(node.name) })),
    edges: edges.map(edge => {
      const { size, length, in: put, out, dropped } = queues[edge.at] as QueueStats;
      const { kind, source, destination, way } = edge;
      return { kind, source, destination, label: labelOf(edge), size, length, in: put, out, dropped, way };
    }),
    lost,
  };
}
