/** What TypeScript makes of a value once a pattern has matched it. Nothing here runs; it only has to compile. */
import { AND, ANY, compile, IN, type Matched, match, NOT, OR, type } from '../../lib/base/patterns.ts';
import { Uri } from '../../lib/core/address.ts';

declare class Ping {
  readonly count: number;
}
declare class Box<T> {
  readonly content: T;
}
declare abstract class Shape {
  abstract area(): number;
}
declare const uri: Uri;
declare const isPing: (value: unknown) => value is Ping;
declare const isSmallNumber: (value: number) => value is 1 | 2;
declare const isEven: (value: number) => boolean;
declare const unknown: unknown;

// Literals are themselves.
matching('ping').gives<'ping'>();
matching(1).gives<1>();
matching(1n).gives<1n>();
matching(true).gives<true>();
matching(null).gives<null>();
matching(undefined).gives<undefined>();
matching(new Date(0)).gives<Date>();
matching(/a/).gives<RegExp>();
matching(new Map([['a', 1]])).gives<Map<string, number>>();
matching(Uint8Array.of(1)).gives<Uint8Array<ArrayBuffer>>();
matching(uri).gives<Uri>();
matching(unknown).gives<unknown>();
// @ts-expect-error a literal is no other literal
matching('ping').gives<'pong'>();

// Classes are their instances.
matching(String).gives<string>();
matching(Number).gives<number>();
matching(Boolean).gives<boolean>();
matching(BigInt).gives<bigint>();
matching(Symbol).gives<symbol>();
matching(Date).gives<Date>();
matching(Error).gives<Error>();
matching(Object).gives<object>();
matching(Array).gives<unknown[]>();
matching(Ping).gives<Ping>();
matching(Shape).gives<Shape>();
matching(Box).gives<Box<unknown>>();
matching(Uri).gives<Uri>(); // its constructor is private
// @ts-expect-error String is no class of string objects
matching(String).gives<StringConstructor>();

// Type guards are what they guard; of other predicates nothing is known.
matching(isPing).gives<Ping>();
matching(isSmallNumber).gives<1 | 2>();
matching(isEven).gives<unknown>();
matching((value: unknown) => value !== 1).gives<unknown>();
matching((value: unknown) => typeof value === 'string').gives<string>();
// @ts-expect-error a predicate is not the parameter that it declares
matching(isEven).gives<number>();

// Combinators.
matching(ANY).gives<unknown>();
matching(NOT('ping')).gives<unknown>();
matching(OR(String, 1)).gives<string | 1>();
matching(OR('a', OR('b', Ping))).gives<'a' | 'b' | Ping>();
matching(OR(String, ANY)).gives<unknown>();
matching(OR()).gives<never>();
matching(AND(String, 'a')).gives<string & 'a'>();
matching(AND(Ping, { count: 1 })).gives<Ping & { count: 1 }>();
matching(AND(Number, isEven)).gives<number>();
matching(AND()).gives<unknown>();
matching(IN(['a', 1])).gives<'a' | 1>();
matching(IN(new Set([1, 2]))).gives<number>();
matching(type('string')).gives<string>();
matching(type('null')).gives<null>();
matching(type('array')).gives<unknown[]>();
// @ts-expect-error there is no such type
type('text');
// @ts-expect-error nothing to iterate over
IN(1);

// Structures are made of what their parts are.
matching({ type: 'ping', from: ANY }).gives<{ type: 'ping'; from: unknown }>();
matching<{ type: 'ping'; to: { name: StringConstructor; port?: NumberConstructor } }>({
  type: 'ping',
  to: { name: String },
}).gives<{ type: 'ping'; to: { name: string; port?: number } }>();
matching<[StringConstructor, 1 | NumberConstructor, ...BooleanConstructor[]]>([String, 1]).gives<
  [string, number, ...boolean[]]
>();
matching(['sum', Number, Ping]).gives<['sum', number, Ping]>();
matching({ name: 'Error', message: 'gone', code: Number }).gives<{
  name: 'Error';
  message: 'gone';
  code: number;
}>();
matching([]).gives<[]>();
// @ts-expect-error the pattern does not name the key
matching({ type: 'ping' }).gives<{ type: 'ping'; count: unknown }>();
// @ts-expect-error a part keeps its type
matching({ count: Number }).gives<{ count: string }>();

// Unions of patterns are unions of what they match: what a `get` of several patterns gives.
matchingAny(String, 5, Ping).gives<string | 5 | Ping>();

// A lambda knows its parameter.
match(value => value === 1, 1);
OR(value => value === 1, String);
AND(String, value => value !== '');
NOT(value => value === 1);
matching(OR(value => value instanceof Ping, 1)).gives<Ping | 1>();
matching(AND(Number, value => value !== 0)).gives<number>();
match(unknown, unknown);
OR(unknown);
compile([String, unknown])(1) satisfies boolean;

/** Compiles when what matches `pattern` is exactly a T. */
declare function matching<const P>(pattern: P): { gives<T>(...wrong: Same<T, Matched<P>>): void };
declare function matchingAny<const P extends readonly unknown[]>(
  ...patterns: P
): { gives<T>(...wrong: Same<T, Matched<P[number]>>): void };

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [thisShouldBe: A, butIs: B];
