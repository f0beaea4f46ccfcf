/** Deep copies of what an event holds. A copy by hand of plain values takes a fraction of what structuredClone takes. */
import { InvalidEventDataModification } from './errors.ts';

/** How deep data may go: nothing real is deeper, and what is deeper breaks everything that walks through it. */
export const maxDepth = 512;

/**
 * A deep copy. Plain objects, arrays, dates, maps, sets, bytes and XML nodes are copied; whatever else has a class
 * (references to actors, sockets, errors) is shared, as are functions.
 *
 * @throws InvalidEventDataModification when the data has a circle or goes deeper than 512.
 */
export function copyOf<T>(value: T): T {
  return (typeof value === 'object' && value !== null ? copyObject(value, 0) : value) as T;
}

function copyObject(value: object, depth: number): unknown {
  if (depth >= maxDepth) throw tooDeep();
  if (Array.isArray(value)) {
    const copy = new Array(value.length);
    for (let at = 0; at < value.length; at++) copy[at] = copyAny(value[at], depth + 1);
    return copy;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null
    ? copyPlain(value as Record<string, unknown>, prototype, depth)
    : copyInstance(value, depth);
}

const copyAny = (value: unknown, depth: number): unknown =>
  typeof value === 'object' && value !== null ? copyObject(value, depth) : value;

function copyPlain(value: Record<string, unknown>, prototype: object | null, depth: number): unknown {
  const copy: Record<string, unknown> = prototype === null ? Object.create(null) : {};
  for (const key of Object.keys(value)) put(copy, key, copyAny(value[key], depth + 1));
  return copy;
}

function copyInstance(value: object, depth: number): unknown {
  if (value instanceof Date) return new Date(value);
  if (value instanceof Map) {
    return new Map(Array.from(value, ([key, item]) => [copyAny(key, depth + 1), copyAny(item, depth + 1)]));
  }
  if (value instanceof Set) return new Set(Array.from(value, item => copyAny(item, depth + 1)));
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return structuredClone(value);
  return isNode(value) ? copyNode(value) : value;
}

/** What all DOMs have in common. */
interface AnyNode {
  readonly nodeType: number;
  readonly parentNode: AnyNode | null;
  cloneNode(deep: boolean): AnyNode;
  readonly documentElement?: AnyNode | null;
}

const isNode = (value: object): value is AnyNode =>
  typeof (value as Partial<AnyNode>).nodeType === 'number' &&
  typeof (value as Partial<AnyNode>).cloneNode === 'function';

/** The root element of a document takes its document along: it has to stay a root. */
function copyNode(node: AnyNode): AnyNode {
  const { parentNode } = node;
  const isRoot = parentNode?.documentElement === node;
  return isRoot ? (parentNode.cloneNode(true).documentElement as AnyNode) : node.cloneNode(true);
}

/** Sets an own property, whatever it is called: `target['__proto__'] = …` would set something else. */
export function put(target: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else (target as Record<string, unknown>)[key] = value;
}

/** The error for data that nobody can walk through. */
export const tooDeep = (limit = maxDepth): Error =>
  new InvalidEventDataModification(`the data has a circle, or more than ${limit} levels: make it flatter`);
