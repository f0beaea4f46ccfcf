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

/** The graph in the language of Mermaid. */
export function mermaidOf({ nodes, edges }: Graph, { defaults = false }: MermaidOptions = {}): string {
  const drawn = edges.filter(edge => defaults || !edge.isDefault);
  const isUsed = ({ name, role }: GraphNode) =>
    role === 'actor' || drawn.some(({ source, destination }) => source === name || destination === name);
  const idOf = new Map(nodes.map(({ name }, at) => [name, `n${at}`]));
  const lines = nodes.filter(isUsed).map(({ name, shape }) => {
    const [open, close] = shapes[shape] ?? ['[', ']'];
    return `  ${idOf.get(name)}${open}"${escaped(name)}"${close}`;
  });
  for (const { kind, source, outbox, destination, inbox } of drawn) {
    lines.push(
      `  ${idOf.get(source)} ${arrowOf(kind, labelOf(source, outbox, destination, inbox))} ${idOf.get(destination)}`,
    );
  }
  return `${['flowchart LR', ...lines].join('\n')}\n`;
}

/** Names that follow from the other end say nothing. */
function labelOf(source: string, outbox: string, destination: string, inbox: string): string {
  if (outbox === destination && (inbox === source || /^(error|log)_/.test(inbox))) return '';
  return outbox === inbox ? outbox : `${outbox} → ${inbox}`;
}

function arrowOf(kind: QueueKind, label: string): string {
  const text = kind === 'event' ? label : label === '' ? kind : `${kind}: ${label}`;
  const line = kind === 'event' ? '-->' : '-.->';
  return text === '' ? line : `${line}|"${escaped(text)}"|`;
}

const escaped = (text: string) => text.replaceAll('"', '#quot;');
