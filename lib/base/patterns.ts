/**
 * Patterns that messages are picked by. Literals and structures compare by value, classes match their instances, other
 * functions are predicates, and a few combinators put them together. A pattern is turned into a test once; matching many
 * messages with it is then cheap.
 */
import { isDeepStrictEqual } from 'node:util';

type Test = (value: unknown) => boolean;

/** A pattern that brings its own test: what the combinators give. */
class Matcher<out T> {
  readonly test: Test;
  /** Carries T, for the types alone. */
  declare readonly matched: T;
  readonly #text: string;

  constructor(text: string, test: Test) {
    this.#text = text;
    this.test = test;
  }

  toString(): string {
    return this.#text;
  }
}
export type { Matcher };

/** Matches everything. */
export const ANY: Matcher<unknown> = new Matcher('ANY', () => true);

/** Matches what any of the patterns matches. */
export const OR = <const P extends readonly unknown[]>(...patterns: P): Matcher<Matched<P[number]>> => {
  const tests = patterns.map(testOf);
  return new Matcher('OR', value => tests.some(test => test(value)));
};

/** Matches what all of the patterns match. */
export const AND = <const P extends readonly unknown[]>(...patterns: P): Matcher<MatchedAll<P>> => {
  const tests = patterns.map(testOf);
  return new Matcher('AND', value => tests.every(test => test(value)));
};

/** Matches what the pattern does not match. */
export const NOT = (pattern: unknown): Matcher<unknown> => {
  const test = testOf(pattern);
  return new Matcher('NOT', value => !test(value));
};

/** Matches the values of an iterable, by value. It is read once, now. */
export const IN = <const T>(values: Iterable<T>): Matcher<T> => {
  const all = [...values];
  const known = new Set<unknown>(all);
  return new Matcher('IN', value => known.has(value) || all.some(one => isSame(one, value)));
};

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
  array: readonly unknown[];
}
const typeNames = ['string', 'number', 'bigint', 'boolean', 'symbol', 'undefined', 'object', 'function', 'null', 'array'];

/**
 * Matches by `typeof`, and knows `'null'` and `'array'` besides; `'object'` is neither.
 * @throws TypeError when there is no such type
 */
export const type = <K extends keyof TypeNames>(name: K): Matcher<TypeNames[K]> => {
  if (!typeNames.includes(name)) throw new TypeError(`type: there is no type '${String(name)}'; known are ${typeNames.join(', ')}`);
  return new Matcher(`type('${name}')`, value => typeName(value) === name);
};

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Whether `value` matches `pattern`. */
export const match = (pattern: unknown, value: unknown): boolean => testOf(pattern)(value);

/** A test that holds for what any of the patterns matches; without patterns, for everything. */
export function compile(patterns: readonly unknown[]): Test {
  if (patterns.length === 0) return () => true;
  const tests = patterns.map(testOf);
  const [only] = tests;
  return only !== undefined && tests.length === 1 ? only : value => tests.some(test => test(value));
}

function testOf(pattern: unknown): Test {
  if (pattern instanceof Matcher) return pattern.test;
  if (typeof pattern === 'function') return testOfFunction(pattern);
  if (typeof pattern !== 'object' || pattern === null) return value => Object.is(pattern, value) || pattern === value;
  if (hasEquals(pattern)) return value => pattern === value || pattern.equals(value);
  if (Array.isArray(pattern)) return testOfArray(pattern);
  return isPlain(pattern) ? testOfObject(pattern) : value => isSame(pattern, value);
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
  if (primitive !== undefined) {
    // biome-ignore lint/suspicious/useValidTypeof: the name comes from the table above
    return value => typeof value === primitive;
  }
  if (isClass(pattern)) return value => value instanceof (pattern as new () => object);
  const predicate = pattern as (value: unknown) => unknown;
  return value => Boolean(predicate(value));
}

/** A class by its source, a constructor of the language, or a constructor function that was given methods. */
function isClass(fn: object): boolean {
  const { prototype } = fn as { prototype?: unknown };
  if (typeof prototype !== 'object' || prototype === null) return false;
  const source = Function.prototype.toString.call(fn);
  if (source.startsWith('class') || /\{\s*\[native code\]\s*\}$/.test(source)) return true;
  return !/^(async\s+)?function\s*\*/.test(source) && Reflect.ownKeys(prototype).length > 1;
}

function testOfArray(pattern: readonly unknown[]): Test {
  const tests = once(pattern, () => pattern.map(testOf));
  return value =>
    Array.isArray(value) && value.length === pattern.length && tests().every((test, index) => test(value[index]));
}

function testOfObject(pattern: object): Test {
  const tests = once(pattern, () => Object.entries(pattern).map(([key, part]) => [key, testOf(part)] as const));
  return value =>
    typeof value === 'object' &&
    value !== null &&
    tests().every(([key, test]) => key in value && test((value as Record<string, unknown>)[key]));
}

/** The parts of a structure, made at the first use: a pattern that contains itself has no end otherwise. */
const building = new WeakSet<object>();
function once<T>(owner: object, make: () => T): () => T {
  if (building.has(owner)) throw new TypeError('a pattern must not contain itself');
  building.add(owner);
  try {
    const made = make();
    return () => made;
  } finally {
    building.delete(owner);
  }
}

const isSame = (a: unknown, b: unknown): boolean => Object.is(a, b) || a === b || isDeepStrictEqual(a, b);

const hasEquals = (value: object): value is { equals(other: unknown): boolean } =>
  typeof (value as { equals?: unknown }).equals === 'function';

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The type of a value that has matched a pattern of type P. */
export type Matched<P> =
  P extends Matcher<infer T>
    ? T
    : P extends StringConstructor
      ? string
      : P extends NumberConstructor
        ? number
        : P extends BooleanConstructor
          ? boolean
          : P extends BigIntConstructor
            ? bigint
            : P extends SymbolConstructor
              ? symbol
              : P extends abstract new (...args: never[]) => infer T
                ? T
                : P extends (value: unknown) => value is infer T
                  ? T
                  : P extends (...args: never[]) => unknown
                    ? unknown
                    : P extends { equals(other: unknown): boolean } | RegExp | Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
                      ? P
                      : P extends readonly unknown[]
                        ? { -readonly [K in keyof P]: Matched<P[K]> }
                        : P extends object
                          ? { -readonly [K in keyof P]: Matched<P[K]> }
                          : P;

type MatchedAll<P extends readonly unknown[]> = P extends readonly [infer First, ...infer Rest]
  ? Matched<First> & MatchedAll<Rest>
  : unknown;
