/**
 * Buffers that are moved to another thread rather than copied. They go ahead of the message, which then only says where they
 * belong; on the other side they are put in their places while it is read.
 */
import { show } from '../base/errors.ts';
import { Inlet, type Realm } from '../core/inlet.ts';
import type { Signal } from '../core/message.ts';
import { Ref } from '../core/ref.ts';
import { typedArrays } from '../remoting/buffers.ts';

const movable = new WeakSet<ArrayBufferLike>();
/** How many of them have not left: looking for them has its cost. */
let marked = 0;

function mark(buffer: ArrayBufferLike): void {
  if (movable.has(buffer)) return;
  movable.add(buffer);
  marked++;
}

function unmark(buffer: ArrayBufferLike): void {
  if (movable.delete(buffer)) marked--;
}

/** What was told, by what crosses in its place. */
const originals = new WeakMap<object, object>();
/** Whether there ever were any: looking for them has its cost. */
let hasMoved = false;

/**
 * Marks all `ArrayBuffer`s in a message, and those behind typed arrays: when it is told to an actor in another thread they are
 * moved, not copied, and are empty here afterwards. A `SharedArrayBuffer` is the same memory there as here. Everywhere else
 * nothing changes. Looked for in plain objects and arrays.
 * @returns its argument
 */
export function transfer<T>(value: T): T {
  let found = 0;
  walk(value, buffer => {
    mark(buffer);
    found++;
    return undefined;
  });
  if (found === 0) throw new TypeError(`transfer(value): there is no ArrayBuffer in ${show(value)}`);
  return value;
}

/** Whether there is memory in a message that `transfer` has marked, so that telling it may leave nothing behind. */
export function isMarked(message: unknown): boolean {
  if (marked === 0 || typeof message !== 'object' || message === null) return false;
  let isIn = false;
  walk(message, buffer => {
    isIn ||= movable.has(buffer);
    return undefined;
  });
  return isIn;
}

/** Says whose place is where; it crosses as refs do. */
class Parked extends Ref {
  override get address(): string {
    return this.step;
  }
}

const parking = '//#';

export const isParked = (address: string) => address.startsWith(parking);

/** Hands buffers over under a name. @throws Error when one of them can't be handed over */
export type Move = (id: string, buffers: readonly ArrayBufferLike[]) => void;

/** The inlet of a link that moves what is to be moved. */
export class MovingInlet extends Inlet<Ref> {
  readonly realm: Realm<Ref>;
  readonly #link: Inlet<Ref>;
  readonly #name: string;
  readonly #move: Move;
  #moved = 0;

  /** @param name makes the names differ from those that others give */
  constructor(link: Inlet<Ref>, name: string, move: Move) {
    super();
    this.realm = link.realm;
    this.#link = link;
    this.#name = name;
    this.#move = move;
  }

  override get remoteNode(): string | undefined {
    return this.#link.remoteNode;
  }

  enqueue(message: unknown, sender: Ref | undefined, to: Ref): void {
    const isPlain = marked === 0 || typeof message !== 'object' || message === null;
    this.#link.enqueue(isPlain ? message : this.#unload(message), sender, to);
  }

  signal(signal: Signal<Ref>, to: Ref): void {
    this.#link.signal(signal, to);
  }

  #unload(message: object): unknown {
    const id = `${this.#name}.${++this.#moved}`;
    const buffers: ArrayBufferLike[] = [];
    const light = walk(message, (buffer, { type, offset, length }) => {
      if (!movable.has(buffer)) return undefined;
      if (!buffers.includes(buffer)) buffers.push(buffer);
      return new Parked(
        this,
        undefined,
        `${parking}${id}/${buffers.indexOf(buffer)}/${type}/${offset}/${length}`,
      );
    });
    if (buffers.length === 0) return message;
    try {
      this.#move(id, buffers);
    } catch {
      return message; // what can't be moved, such as memory of Buffer's pool, is copied
    } finally {
      for (const buffer of buffers) unmark(buffer);
    }
    originals.set(light as object, message);
    hasMoved = true;
    return light;
  }
}

/** The message whose buffers were moved, by what has crossed in its place; undefined for one that has crossed as it is. */
export const movedFrom = (message: unknown): object | undefined =>
  hasMoved && typeof message === 'object' && message !== null ? originals.get(message) : undefined;

interface Place {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
}

/** A copy of the plain objects and arrays around what `replace` replaces; the value itself when that is nothing. */
function walk(
  value: unknown,
  replace: (buffer: ArrayBufferLike, place: Place) => unknown,
  depth = 0,
): unknown {
  if (typeof value !== 'object' || value === null || depth > deepest) return value;
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    return replace(value, { type: 'ArrayBuffer', offset: 0, length: value.byteLength }) ?? value;
  }
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset: offset, byteLength } = value;
    const length = 'length' in value ? (value.length as number) : byteLength;
    const type = Buffer.isBuffer(value) ? 'Uint8Array' : value.constructor.name;
    return (type in views && replace(buffer, { type, offset, length })) || value;
  }
  if (Array.isArray(value)) {
    const copy = value.map(one => walk(one, replace, depth + 1));
    return copy.some((one, i) => one !== value[i]) ? copy : value;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const entries = Object.entries(value).map(
    ([key, one]) => [key, one, walk(one, replace, depth + 1)] as const,
  );
  if (entries.every(([, one, other]) => one === other)) return value;
  return Object.fromEntries(entries.map(([key, , other]) => [key, other]));
}

/** What is nested deeper can't be sent at all. */
const deepest = 100;

type View = new (buffer: ArrayBufferLike, offset: number, length: number) => object;

const views: Readonly<Record<string, View>> = Object.fromEntries(
  [ArrayBuffer, DataView, Uint8Array, ...typedArrays].map(one => [one.name, one]),
) as never;

/** Messages that can be on their way at a time whose buffers have arrived: what was lost is forgotten. */
const mostWaiting = 1000;

/** Buffers that have been moved here, and whose message is still to come. */
export class Arrived {
  readonly #buffers = new Map<string, readonly ArrayBufferLike[]>();
  readonly #soon: (run: () => void) => void;

  /** @param soon runs what it is given as soon as the present code has returned */
  constructor(soon: (run: () => void) => void) {
    this.#soon = soon;
  }

  add(id: string, buffers: readonly ArrayBufferLike[]): void {
    this.#buffers.set(id, buffers);
    if (this.#buffers.size > mostWaiting) this.#buffers.delete(this.#buffers.keys().next().value as string);
  }

  /** What belongs in the place that a message names. @throws TypeError when it has not arrived */
  at(address: string): unknown {
    const [id, index, type, offset, length] = address.slice(parking.length).split('/');
    const buffers = this.#buffers.get(String(id));
    const buffer = buffers?.[Number(index)];
    const View = views[String(type)];
    if (buffer === undefined || View === undefined)
      throw new TypeError('a buffer that was to be moved has not arrived');
    // All of them are taken in one go.
    this.#soon(() => this.#buffers.delete(String(id)));
    return type === 'ArrayBuffer' ? buffer : new View(buffer, Number(offset), Number(length));
  }
}
