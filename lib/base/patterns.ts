/**
 * Patterns, which messages are picked by: literals and structures compare by value, a class matches its instances,
 * another function is a predicate, and combinators put patterns together. A pattern is read once, when it is turned
 * into a test; matching many messages with it is then cheap, and what becomes of it afterwards changes nothing.
 */
import { show } from './errors.ts';

type Test = (value: unknown) => boolean;

/** What may stand as a pattern: anything. Spelled out, so that a lambda among the patterns knows its parameter. */
// biome-ignore lint/complexity/noBannedTypes: {} | null | undefined is unknown, written so that it can be a union's member
export type Pattern = ((value: unknown) => unknown) | {} | null | undefined;

/** A pattern that brings its own test: what `ANY`, `OR(…)` and their like are. */
class Matcher<out T> {
  readonly test: Test;
  /** Carries T, for the types alone. */
  declare readonly matched: T;
  readonly #name: string;
  readonly #parts: readonly unknown[] | undefined;

  constructor(test: Test, name: string, parts?: readonly unknown[]) {
    this.test = test;
    this.#name = name;
    this.#parts = parts;
  }

  toString(): string {
    return this.#parts === undefined ? this.#name : `${this.#name}(${this.#parts.map(textOf).join(', ')})`;
  }

  /** So that a test probe can tell what it expected. */
  toJSON(): string {
    return this.toString();
  }
}

export type { Matcher };

const textOf = (pattern: unknown) => (pattern instanceof Matcher ? pattern.toString() : show(pattern));

/** Matches everything. */
export const ANY: Matcher<unknown> = new Matcher(() => true, 'ANY');

/** Matches what any of the patterns matches; without patterns, nothing. */
export function OR<const P extends readonly Pattern[]>(...patterns: P): Matcher<Matched<P[number]>> {
  return new Matcher(anyOf(patterns), 'OR', patterns);
}

/** Matches what all of the patterns match; without patterns, everything. */
export function AND<const P extends readonly Pattern[]>(...patterns: P): Matcher<MatchedAll<P>> {
  const tests = patterns.map(pattern => testOf(pattern));
  return new Matcher(value => tests.every(test => test(value)), 'AND', patterns);
}

/** Matches what the pattern does not match. */
export function NOT(pattern: Pattern): Matcher<unknown> {
  const test = testOf(pattern);
  return new Matcher(value => !test(value), 'NOT', [pattern]);
}

/** Matches the values of an iterable, by value: they are no patterns. The iterable is read once, now. */
export function IN<const T>(values: Iterable<T>): Matcher<T> {
  const all = [...values];
  const known = new Set<unknown>(all);
  const objects = all.filter(one => typeof one === 'object' && one !== null);
  return new Matcher(value => known.has(value) || objects.some(one => isSame(one, value)), 'IN', all);
}

interface TypeNames {
  string: string;
  number: number;
  bigint: bigint;
  boolean: boolean;
  symbol: symbol;
  undefined: undefined;
  object: object;
  function: (...args: never[]) => unknown;
  null: null;
  array: unknown[];
}
const typeNames = 'string number bigint boolean symbol undefined object function null array'.split(' ');

/**
 * Matches by `typeof`, and knows `'null'` and `'array'` besides; `'object'` is neither.
 * @throws TypeError when there is no such type
 */
export function type<K extends keyof TypeNames>(name: K): Matcher<TypeNames[K]> {
  if (!typeNames.includes(name)) {
    throw new TypeError(`there is no type ${show(name)}; type() knows ${typeNames.join(', ')}`);
  }
  return new Matcher(value => typeName(value) === name, 'type', [name]);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Whether `value` matches `pattern`. What a predicate throws comes through. */
export const match = (pattern: Pattern, value: unknown): boolean => testOf(pattern)(value);

/** A test for what any of the patterns matches; without patterns, for everything. */
export const compile = (patterns: readonly unknown[]): ((value: unknown) => boolean) =>
  patterns.length === 0 ? () => true : anyOf(patterns);

function anyOf(patterns: readonly unknown[]): Test {
  const tests = patterns.map(pattern => testOf(pattern));
  const [first] = tests;
  return first !== undefined && tests.length === 1 ? first : value => tests.some(test => test(value));
}

/** The tests of the structures that were met while a pattern is read. */
type Known = Map<object, Test>;

function testOf(pattern: unknown, known: Known = new Map()): Test {
  if (pattern instanceof Matcher) return pattern.test;
  if (typeof pattern === 'function') return testOfFunction(pattern);
  if (typeof pattern === 'object' && pattern !== null && !hasEquals(pattern)) {
    if (Array.isArray(pattern)) return testOfStructure(pattern, known, () => testOfArray(pattern, known));
    if (isPlain(pattern)) return testOfStructure(pattern, known, () => testOfObject(pattern, known));
  }
  return value => isSame(pattern, value);
}

const primitives = new Map<unknown, string>([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
  [BigInt, 'bigint'],
  [Symbol, 'symbol'],
]);

function testOfFunction(pattern: object): Test {
  const primitive = primitives.get(pattern);
  if (primitive !== undefined) return value => typeName(value) === primitive;
  if (isClass(pattern)) return value => value instanceof (pattern as abstract new () => object);
  const predicate = pattern as (value: unknown) => unknown;
  return value => Boolean(predicate(value));
}

/**
 * Tells classes from predicates. Arrow functions, methods, async and bound functions have no `prototype`, and the one of
 * a `function` is bare: an old-style constructor can be told from a predicate only if it was given methods or a base.
 */
function isClass(fn: object): boolean {
  const { prototype } = fn as { prototype?: unknown };
  if (prototype === null || (typeof prototype !== 'object' && prototype !== Function.prototype)) return false;
  const source = Function.prototype.toString.call(fn);
  return source.startsWith('class') || source.endsWith('{ [native code] }') || isFurnished(prototype);
}

/** Generator functions have a `prototype` that is not bare either, but no `constructor` in it. */
function isFurnished(prototype: object): boolean {
  if (Reflect.ownKeys(prototype).some(key => key !== 'constructor')) return true;
  return Object.hasOwn(prototype, 'constructor') && !isPlain(prototype);
}

/**
 * The test of a pattern that may contain itself: then it is met again while its test is being made. A value that
 * contains itself as well comes back to a question that is still open, and nothing has spoken against it so far.
 */
function testOfStructure(pattern: object, known: Known, make: () => Test): Test {
  const earlier = known.get(pattern);
  if (earlier !== undefined) return earlier;
  const open = new Set<unknown>();
  known.set(pattern, value => {
    if (open.has(value)) return true;
    open.add(value);
    try {
      return test(value);
    } finally {
      open.delete(value);
    }
  });
  const test = make();
  known.set(pattern, test);
  return test;
}

function testOfArray(pattern: readonly unknown[], known: Known): Test {
  const tests = Array.from(pattern, part => testOf(part, known));
  return value =>
    Array.isArray(value) && value.length === tests.length && tests.every((test, index) => test(value[index]));
}

function testOfObject(pattern: object, known: Known): Test {
  const parts = keysOf(pattern).map(key => ({ key, test: testOf(at(pattern, key), known) }));
  return value =>
    typeof value === 'object' &&
    value !== null &&
    parts.every(({ key, test }) => key in value && test(at(value, key)));
}

/** Two objects that are being compared: `a` on the way to many `b`. */
type Pairs = Map<object, Set<object>>;

/** Equality by value; `a` decides how, if it has an `equals` method. */
function isSame(a: unknown, b: unknown, open?: Pairs): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== 'object' || a === null) return false;
  if (hasEquals(a)) return Boolean(a.equals(b));
  return typeof b === 'object' && b !== null && isSameObject(a, b, open ?? new Map());
}

function isSameObject(a: object, b: object, open: Pairs): boolean {
  const partners = open.get(a) ?? new Set();
  if (partners.has(b)) return true; // a cycle in both: nothing has spoken against it so far
  open.set(a, partners.add(b));
  const same = hasSameContent(a, b, open);
  partners.delete(b);
  return same;
}

function hasSameContent(a: object, b: object, open: Pairs): boolean {
  if (ArrayBuffer.isView(a)) return ArrayBuffer.isView(b) && isSameView(a, b);
  if (!isSameClass(a, b) || opaque.some(one => a instanceof one)) return false;
  if (a instanceof Map) return isSameBag([...a], [...(b as typeof a)], open);
  if (a instanceof Set) return isSameBag([...a], [...(b as typeof a)], open);
  if (a instanceof ArrayBuffer) return isSameView(new Uint8Array(a), new Uint8Array(b as typeof a));
  return isSame(essence(a), essence(b)) && hasSameProperties(a, b, open);
}

/** What is nothing but itself: errors, and what keeps its content where nobody can look. */
const opaque = [Error, Promise, WeakMap, WeakSet, WeakRef];

/** The primitive that an object stands for, if it keeps it where no property shows it. */
function essence(value: object): unknown {
  if (value instanceof Date) return value.getTime();
  if (value instanceof RegExp || value instanceof URL) return String(value);
  return boxes.some(box => value instanceof box) ? value.valueOf() : undefined;
}
const boxes = [String, Number, Boolean, BigInt, Symbol];

/** A Buffer is a Uint8Array, whoever made it: the tag says what the elements are. */
function isSameView(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const [left, right] = [elementsOf(a), elementsOf(b)];
  return (
    tagOf(a) === tagOf(b) &&
    left.length === right.length &&
    left.every((one, index) => isSame(one, right[index]))
  );
}

const tagOf = (value: object) => Object.prototype.toString.call(value);

const elementsOf = (view: ArrayBufferView): readonly unknown[] =>
  Array.from(
    view instanceof DataView
      ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
      : (view as unknown as ArrayLike<unknown>),
  );

/** The same elements in any order. */
function isSameBag(a: readonly unknown[], b: unknown[], open: Pairs): boolean {
  if (a.length !== b.length) return false;
  return a.every(one => {
    const index = b.findIndex(other => isSame(one, other, open));
    if (index !== -1) b.splice(index, 1);
    return index !== -1;
  });
}

function hasSameProperties(a: object, b: object, open: Pairs): boolean {
  if (Array.isArray(a)) {
    const other = b as unknown[];
    return a.length === other.length && Array.from(a).every((one, index) => isSame(one, other[index], open));
  }
  const keys = keysOf(a);
  return (
    keys.length === keysOf(b).length &&
    keys.every(key => Object.hasOwn(b, key) && isSame(at(a, key), at(b, key), open))
  );
}

const keysOf = (value: object): PropertyKey[] =>
  Reflect.ownKeys(value).filter(key => Object.prototype.propertyIsEnumerable.call(value, key));

const at = (value: object, key: PropertyKey): unknown => (value as Record<PropertyKey, unknown>)[key];

/** An `equals` that is a class is a part of an object pattern, as in `{ equals: String }`. */
function hasEquals(value: object): value is { equals(other: unknown): unknown } {
  const { equals } = value as { equals?: unknown };
  return typeof equals === 'function' && !isClass(equals);
}

const isSameClass = (a: object, b: object): boolean =>
  Object.getPrototypeOf(a) === Object.getPrototypeOf(b) || (isPlain(a) && isPlain(b));

/** Made by `{}`, also in another realm, or without a prototype. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What a value that matched a pattern of this type is: of this type. */
type Literal =
  | (string | number | bigint | boolean | symbol | null | undefined)
  | (Date | RegExp | URL | ArrayBufferView | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>)
  | { equals(other: never): unknown };

/** The type of a value that has matched a pattern of type P. */
// biome-ignore format: one line for each kind of pattern
export type Matched<P> =
  P extends Matcher<infer T> ? T :
  P extends Literal ? P :
  P extends StringConstructor ? string :
  P extends NumberConstructor ? number :
  P extends BooleanConstructor ? boolean :
  P extends BigIntConstructor ? bigint :
  P extends SymbolConstructor ? symbol :
  P extends ArrayConstructor ? unknown[] :
  P extends ObjectConstructor ? object :
  P extends abstract new (...args: never[]) => infer T ? T :
  P extends Guard<infer T> ? T :
  P extends (...args: never[]) => unknown ? unknown :
  P extends { readonly prototype: infer T } ? T : // a class whose constructor is private
  P extends object ? { -readonly [K in keyof P]: Matched<P[K]> } :
  P;

/** Written as a method, whose parameter may be narrower than unknown. */
type Guard<T> = { guard(value: unknown): value is T }['guard'];

type MatchedAll<P extends readonly unknown[]> = P extends readonly [infer First, ...infer Rest]
  ? Matched<First> & MatchedAll<Rest>
  : unknown;
