/** A wiring as an SVG picture: from left to right, drawn without any package. */
import {
  drawn,
  type Graph,
  type GraphEdge,
  type GraphNode,
  labelOf,
  type MermaidOptions,
} from './drawing.ts';
import { layersOf, type Spot } from './layers.ts';
import { xmlEscaped } from './xmlEscape.ts';

/** Pixels. */
const height = 40;
const rowHeight = 76;
const columnGap = 96;
const margin = 32;
const letterWidth = 7.6;

interface Box {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A complete SVG document. */
export function svgOf(graph: Graph, options: MermaidOptions = {}): string {
  const { nodes, edges } = drawn(graph, options);
  const at = new Map(nodes.map(({ name }, index) => [name, index]));
  const indexOf = (name: string) => at.get(name) as number;
  const links = edges.map(({ source, destination }) => [indexOf(source), indexOf(destination)] as const);
  const { spots, ways } = layersOf(nodes.length, links);
  const columns = columnsOf(nodes, edges, spots);
  const place = ({ layer, row }: Spot): Point => ({
    x: columns.centers[layer] as number,
    y: margin + height / 2 + row * rowHeight,
  });
  const boxes = nodes.map(
    (node, index): Box => ({ node, ...place(spots[index] as Spot), width: widthOf(node) }),
  );
  /** An edge goes straight through the column of a layer, so that it touches no box there. */
  const through = (way: readonly Spot[]): Point[] => {
    const side = (way[0]?.layer ?? 0) < (way.at(-1)?.layer ?? 0) ? 1 : -1;
    return way.slice(1, -1).flatMap(spot => {
      const { x, y } = place(spot);
      const half = (side * (columns.widths[spot.layer] as number)) / 2;
      return [
        { x: x - half, y },
        { x: x + half, y },
      ];
    });
  };
  const lowest = [...spots, ...ways.flat()].reduce((most, spot) => Math.max(most, place(spot).y), margin);
  const lines = edges.map((edge, index) => {
    const ends = [boxes[indexOf(edge.source)] as Box, boxes[indexOf(edge.destination)] as Box] as const;
    return drawEdge(edge, ...ends, through(ways[index] ?? []));
  });
  const size = { width: Math.ceil(columns.width), height: Math.ceil(lowest + height / 2 + margin) };
  return `${[head(size), ...lines, ...boxes.map(drawBox), '</svg>'].join('\n')}\n`;
}

function head({ width, height }: { width: number; height: number }): string {
  const arrows = ['event', 'error', 'log'].map(
    kind =>
      `<marker id="${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="${colors[kind]}"/></marker>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">
<defs>${arrows.join('')}</defs>
<rect width="100%" height="100%" fill="#ffffff"/>`;
}

const colors: Readonly<Record<string, string>> = { event: '#374151', error: '#b91c1c', log: '#6b7280' };

/** Where the middle of each layer is: as wide as its widest node, with room for the labels of the edges. */
function columnsOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[], spots: readonly Spot[]) {
  const longest = edges.reduce((most, edge) => Math.max(most, textWidth(labelOf(edge))), 0);
  const widths: number[] = [];
  for (const [index, node] of nodes.entries()) {
    const { layer } = spots[index] as Spot;
    widths[layer] = Math.max(widths[layer] ?? 0, widthOf(node));
  }
  let x = margin;
  const centers = widths.map(width => {
    const center = x + width / 2;
    x += width + Math.max(columnGap, longest + 24);
    return center;
  });
  const end = (centers.at(-1) ?? 0) + (widths.at(-1) ?? 0) / 2;
  return { centers, widths, width: end + margin };
}

const textWidth = (text: string) => [...text].length * letterWidth;
const widthOf = ({ name, shape }: GraphNode) =>
  Math.max(64, textWidth(name) + (shape === 'condition' ? 56 : 32));

function drawBox({ node, x, y, width }: Box): string {
  const { name, type, role } = node;
  const style = `fill="${role === 'actor' ? '#f3f4f6' : '#fef3c7'}" stroke="#374151"`;
  const label = `<text x="${at(x)}" y="${at(y + 4.5)}" text-anchor="middle">${xmlEscaped(name)}</text>`;
  return `<g><title>${xmlEscaped(`${name} (${type})`)}</title>${outlineOf(node.shape, x, y, width, style)}${label}</g>`;
}

function outlineOf(shape: string, x: number, y: number, width: number, style: string): string {
  const [left, right, top, bottom] = [x - width / 2, x + width / 2, y - height / 2, y + height / 2];
  const polygon = (...points: [number, number][]) =>
    `<polygon points="${points.map(([px, py]) => `${at(px)},${at(py)}`).join(' ')}" ${style}/>`;
  if (shape === 'condition')
    return polygon(
      [left, y],
      [left + 16, top],
      [right - 16, top],
      [right, y],
      [right - 16, bottom],
      [left + 16, bottom],
    );
  if (shape === 'input') return polygon([left + 10, top], [right, top], [right - 10, bottom], [left, bottom]);
  if (shape === 'note')
    return polygon([left, top], [right - 10, top], [right, top + 10], [right, bottom], [left, bottom]);
  const radius = shape === 'cloud' ? height / 2 : 4;
  const box = `<rect x="${at(left)}" y="${at(top)}" width="${at(width)}" height="${height}" rx="${radius}" ${style}/>`;
  if (shape !== 'mail') return box;
  return `${box}<path d="M${at(left)},${at(top)} L${at(x)},${at(top + 12)} L${at(right)},${at(top)}" fill="none" stroke="#374151"/>`;
}

/** What leads back is drawn a little lower, beside what leads there. */
function drawEdge(edge: GraphEdge, source: Box, destination: Box, between: readonly Point[]): string {
  const { kind } = edge;
  const isBack = destination.x < source.x;
  const side = isBack ? -1 : 1;
  const lower = isBack ? 10 : 0;
  const start = { x: source.x + (side * source.width) / 2, y: source.y + lower };
  const end = { x: destination.x - (side * destination.width) / 2, y: destination.y + lower };
  const isLoop = source === destination;
  const points = [start, ...between, end];
  const d = isLoop ? loopAt(source) : curveThrough(points);
  const dashes = kind === 'event' ? '' : ` stroke-dasharray="${kind === 'error' ? '6 4' : '2 3'}"`;
  const path = `<path d="${d}" fill="none" stroke="${colors[kind]}"${dashes} marker-end="url(#${kind})"/>`;
  const label = labelOf(edge);
  if (label === '') return path;
  const middle = isLoop ? { x: source.x, y: source.y - height / 2 - 18 } : middleOf(points);
  return `${path}<text x="${at(middle.x)}" y="${at(middle.y - 5)}" text-anchor="middle" font-size="11" fill="${colors[kind]}">${xmlEscaped(label)}</text>`;
}

function curveThrough([first, ...rest]: readonly Point[]): string {
  let { x, y } = first as Point;
  const pieces = rest.map(next => {
    const half = (x + next.x) / 2;
    const piece = `C${at(half)},${at(y)} ${at(half)},${at(next.y)} ${at(next.x)},${at(next.y)}`;
    [x, y] = [next.x, next.y];
    return piece;
  });
  return `M${at((first as Point).x)},${at((first as Point).y)} ${pieces.join(' ')}`;
}

function loopAt({ x, y }: Box): string {
  const top = y - height / 2;
  return `M${at(x + 14)},${at(top)} C${at(x + 26)},${at(top - 26)} ${at(x - 26)},${at(top - 26)} ${at(x - 14)},${at(top)}`;
}

function middleOf(points: readonly Point[]): Point {
  const half = Math.floor((points.length - 1) / 2);
  const [a, b] = [points[half] as Point, points[half + 1] as Point];
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

const at = (value: number) => String(Math.round(value * 10) / 10);
