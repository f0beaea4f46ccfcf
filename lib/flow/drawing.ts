/** A wiring as data and as a picture. */
import type { FlowActor } from './flowActor.ts';
import type { QueueKind, QueuePolicy } from './queue.ts';
import type { Link, Registration, Role } from './wiring.ts';

export interface GraphNode {
  readonly name: string;
  /** The name of its class. */
  readonly type: string;
  /** box, cloud, input, condition, note, mail, or what the class says. */
  readonly shape: string;
  readonly role: Role;
}

export interface GraphEdge {
  readonly kind: QueueKind;
  readonly source: string;
  readonly outbox: string;
  readonly destination: string;
  readonly inbox: string;
  readonly size: number;
  readonly policy: QueuePolicy;
  /** Whether it is there although nobody asked for it: to the error actor, to the log actor. */
  readonly isDefault: boolean;
}

/** All actors and queues, in the order in which they were registered and connected. */
export interface Graph {
  readonly nodes: GraphNode[];
  readonly edges: GraphEdge[];
}

export interface MermaidOptions {
  /** Draws the queues too that nobody asked for: to the error actor and the log actor (false). */
  defaults?: boolean | undefined;
}

export function graphOf(actors: readonly Registration[], links: readonly Link[]): Graph {
  return {
    nodes: actors.map(({ name, role, actor }) => {
      const kind = actor.constructor as typeof FlowActor;
      return { name, type: kind.name, shape: kind.shape, role };
    }),
    edges: links.map(link => ({ ...link, source: link.source.name, destination: link.destination.name })),
  };
}

const shapes: Readonly<Record<string, readonly [string, string]>> = {
  box: ['[', ']'],
  cloud: ['((', '))'],
  input: ['[/', '/]'],
  condition: ['{', '}'],
  note: ['>', ']'],
  mail: ['[[', ']]'],
};

/** What of a graph is drawn: unless asked for, not the queues that are there of themselves, and who has no others. */
export function drawn({ nodes, edges }: Graph, { defaults = false }: MermaidOptions): Graph {
  const shown = edges.filter(edge => defaults || !edge.isDefault);
  const isUsed = ({ name, role }: GraphNode) =>
    role === 'actor' || shown.some(({ source, destination }) => source === name || destination === name);
  return { nodes: nodes.filter(isUsed), edges: shown };
}

/** The graph in the language of Mermaid. */
export function mermaidOf(graph: Graph, options: MermaidOptions = {}): string {
  const { nodes, edges } = drawn(graph, options);
  const idOf = new Map(graph.nodes.map(({ name }, at) => [name, `n${at}`]));
  const lines = nodes.map(({ name, shape }) => {
    const [open, close] = shapes[shape] ?? ['[', ']'];
    return `  ${idOf.get(name)}${open}"${escaped(name)}"${close}`;
  });
  for (const edge of edges) {
    lines.push(
      `  ${idOf.get(edge.source)} ${arrowOf(edge.kind, labelOf(edge))} ${idOf.get(edge.destination)}`,
    );
  }
  return `${['flowchart LR', ...lines].join('\n')}\n`;
}

/** What is written on an edge; names that follow from the other end say nothing. */
export function labelOf({ kind, source, outbox, destination, inbox }: GraphEdge): string {
  const isPlain = outbox === destination && (inbox === source || /^(error|log)_/.test(inbox));
  const text = isPlain ? '' : outbox === inbox ? outbox : `${outbox} → ${inbox}`;
  if (kind === 'event') return text;
  return text === '' ? kind : `${kind}: ${text}`;
}

function arrowOf(kind: QueueKind, label: string): string {
  const line = kind === 'event' ? '-->' : '-.->';
  return label === '' ? line : `${line}|"${escaped(label)}"|`;
}

/** What Mermaid would take for something else: the end of a text, its own codes, Markdown and HTML. */
const escaped = (text: string) =>
  text.replace(/["#`<>&\p{Cc}]/gu, sign => (sign === '"' ? '#quot;' : `#${sign.codePointAt(0)};`));
