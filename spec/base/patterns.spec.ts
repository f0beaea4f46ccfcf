import { AssertionError } from 'node:assert';
import { EventEmitter } from 'node:events';
import { inherits, isDeepStrictEqual } from 'node:util';
import vm from 'node:vm';
import { assert } from 'chai';
import fc from 'fast-check';
import { AND, ANY, compile, IN, match, NOT, OR, type } from '../../lib/base/patterns.ts';
import { Uri } from '../../lib/core/address.ts';

class Message {}

class Ping extends Message {
  readonly count: number;

  constructor(count: number) {
    super();
    this.count = count;
  }

  static isOne(value: unknown): boolean {
    return value === 1;
  }

  get double(): number {
    return this.count * 2;
  }
}

class Pong extends Message {
  readonly content: unknown;

  constructor(content?: unknown) {
    super();
    this.content = content;
  }
}

/** Hides what it is, as the refs of actors do, and tells by `equals`. */
class Ref {
  readonly #id: number;

  constructor(id: number) {
    this.#id = id;
  }

  equals(other: unknown): boolean {
    return other instanceof Ref && other.#id === this.#id;
  }
}

/** Says itself what it matches. */
// biome-ignore lint/complexity/noStaticOnlyClass: as schema libraries have them
class Even {
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'number' && value % 2 === 0;
  }
}

const anonymous = (() => class {})();

function OldStyle() {}
OldStyle.prototype.greet = () => {};

function OldHeir() {}
inherits(OldHeir, OldStyle);

describe('match() with a literal', () => {
  for (const value of ['', 'a', 0, 1.5, NaN, Infinity, 10n, true, false, null, undefined, Symbol.iterator]) {
    it(`matches ${String(value)} with itself`, () => assert.isTrue(match(value, value)));
  }

  for (const [pattern, value] of [
    ['1', 1],
    [1, '1'],
    [1, 1n],
    [0, ''],
    [0, false],
    [null, undefined],
    [undefined, null],
    [Symbol('a'), Symbol('a')],
    ['a', 'ab'],
    [NaN, undefined],
  ]) {
    it(`tells ${text(pattern)} from ${text(value)}`, () => assert.isFalse(match(pattern, value)));
  }

  it('does not tell 0 from -0', () => assert.isTrue(match(0, -0)));
});

describe('match() with a class', () => {
  const instances: [string, unknown, unknown][] = [
    ['String', String, 'a'],
    ['Number', Number, NaN],
    ['Boolean', Boolean, false],
    ['BigInt', BigInt, 1n],
    ['Symbol', Symbol, Symbol()],
    ['Object', Object, {}],
    ['Array', Array, []],
    ['Function', Function, () => {}],
    ['Date', Date, new Date(0)],
    ['RegExp', RegExp, /a/],
    ['Map', Map, new Map()],
    ['Promise', Promise, Promise.resolve()],
    ['Uint8Array', Uint8Array, Buffer.of(1)],
    ['Buffer', Buffer, Buffer.of(1)],
    ['URL', URL, new URL('http://a')],
    ['Error', Error, new TypeError('a')],
    ['AssertionError', AssertionError, new AssertionError({})],
    ['EventEmitter', EventEmitter, new EventEmitter()],
    ['a class of ours', Ping, new Ping(1)],
    ['a base class', Message, new Ping(1)],
    ['an anonymous class', anonymous, new anonymous()],
    ['a class without a public constructor', Uri, Uri.parse('/a')],
    ['an old-style class with methods', OldStyle, Reflect.construct(OldStyle, [])],
    ['an old-style class with a base', OldHeir, Reflect.construct(OldHeir, [])],
    ['a class that says itself what its instances are', Even, 2],
  ];

  for (const [name, pattern, value] of instances) {
    it(`matches the instances of ${name}`, () => assert.isTrue(match(pattern, value)));
    it(`matches nothing else with ${name}`, () => assert.isFalse(match(pattern, nothingElse)));
  }

  it('tells a string from a String object', () => {
    assert.deepEqual([match(String, Object('a')), match(Object('a'), 'a')], [false, false]);
  });

  it('tells siblings apart', () => assert.isFalse(match(Ping, new Pong())));
  it('takes no base for an heir', () => assert.isFalse(match(Ping, new Message())));
});

describe('match() with a predicate', () => {
  const predicates: [string, (value: unknown) => unknown][] = [
    ['an arrow function', value => value === 1],
    [
      'a function expression',
      function isOne(value) {
        return value === 1;
      },
    ],
    [
      'a function without a name',
      (
        () => (value: unknown) =>
          value === 1
      )(),
    ],
    ['a method whose name starts with class', { classify: (value: unknown) => value === 1 }.classify],
    [
      'a real method',
      {
        class$(value: unknown) {
          return value === 1;
        },
      }.class$,
    ],
    [
      'a bound function',
      function (this: number, value: unknown) {
        return value === this.valueOf();
      }.bind(1),
    ],
    ['a static method', Ping.isOne],
    [
      'a frozen function',
      Object.freeze(function isOne(value: unknown) {
        return value === 1;
      }),
    ],
    [
      'a function with static properties',
      Object.assign(
        function isOne(value: unknown) {
          return value === 1;
        },
        { b: 1 },
      ),
    ],
    ['a function of another realm', vm.runInNewContext('(function (value) { return value === 1 })')],
  ];

  for (const [name, predicate] of predicates) {
    it(`asks ${name}`, () => assert.deepEqual([match(predicate, 1), match(predicate, 2)], [true, false]));
  }

  it('asks a function of the language that constructs nothing', () => {
    assert.deepEqual([match(Number.isInteger, 1), match(Number.isInteger, 1.5)], [true, false]);
  });

  it('takes any truthy answer for a yes and any falsy one for a no', () => {
    assert.deepEqual(
      ['a', 1, {}, '', 0, null, undefined].map(answer => match(() => answer, 1)),
      [...[true, true, true], ...[false, false, false, false]],
    );
  });

  it('gives it the value alone', () => {
    match({ a: (...given: unknown[]) => assert.deepEqual(given, [1]) }, { a: 1 });
    match([(...given: unknown[]) => assert.deepEqual(given, [1])], [1]);
    compile([(...given: unknown[]) => assert.deepEqual(given, [1])])(1);
  });

  it('lets what it throws through', () => {
    const error = new RangeError('from the predicate');
    assert.throws(() => match({ a: [fail(error)] }, { a: [1] }), error);
    assert.throws(() => match(OR(NOT(fail(error)), 1), 1), error);
  });

  it('works again after it has thrown', () => {
    const pattern = { a: (value: unknown) => value === 1 || fail(new Error('no'))(), self: {} };
    pattern.self = pattern;
    const test = compile([pattern]);
    const [bad, good] = [{ a: 2 }, { a: 1 }].map(value => Object.assign(value, { self: value }));
    assert.throws(() => test(bad), 'no');
    assert.throws(() => test(bad), 'no');
    assert.isTrue(test(good));
  });
});

describe('match() with an object', () => {
  it('matches the keys that it names', () => {
    assert.isTrue(match({ type: 'ping', from: String }, { type: 'ping', from: 'a', more: true }));
  });

  it('needs every key that it names', () => {
    assert.deepEqual([match({ a: ANY }, {}), match({ a: undefined }, {})], [false, false]);
  });

  it('matches what is nested', () => {
    const pattern = { a: { b: [1, { c: Number }] } };
    assert.isTrue(match(pattern, { a: { b: [1, { c: 2, d: 3 }], e: 4 } }));
    assert.isFalse(match(pattern, { a: { b: [1, { c: '2' }] } }));
  });

  it('matches any object without keys', () => {
    assert.deepEqual(
      [{}, [], new Ping(1), null, 'a', () => {}].map(value => match({}, value)),
      [...[true, true, true], ...[false, false, false]],
    );
  });

  it('matches an instance, with what it inherits', () => {
    assert.isTrue(match({ count: 1, double: 2 }, new Ping(1)));
    assert.isTrue(match({ name: 'TypeError', message: 'a' }, new TypeError('a')));
  });

  it('matches symbol keys', () => {
    const key = Symbol();
    assert.deepEqual([match({ [key]: 1 }, { [key]: 1 }), match({ [key]: 1 }, { [key]: 2 })], [true, false]);
  });

  it('works without a prototype, and across realms', () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    const foreign = vm.runInNewContext('({ a: 1 })');
    for (const pattern of [bare, foreign]) {
      assert.isTrue(match(pattern, { a: 1, b: 2 }));
      assert.isTrue(match({ a: 1 }, pattern));
    }
  });

  it('is read once: what becomes of it later changes nothing', () => {
    const pattern = { a: 1 };
    const test = compile([pattern]);
    pattern.a = 2;
    assert.isTrue(test({ a: 1 }));
  });
});

describe('match() with an array', () => {
  it('matches element by element', () => {
    assert.isTrue(match(['sum', Number, { a: ANY }], ['sum', 1, { a: 2 }]));
    assert.isFalse(match(['sum', Number], ['sum', '1']));
  });

  it('needs the same length', () => {
    assert.deepEqual([match([1], []), match([1], [1, 2]), match([], [])], [false, false, true]);
  });

  it('matches arrays only', () => {
    assert.deepEqual(
      [match([1], { 0: 1, length: 1 }), match([1], new Set([1])), match(['a'], 'a')],
      [false, false, false],
    );
  });

  it('takes a hole for undefined', () => {
    // biome-ignore lint/suspicious/noSparseArray: that is the point
    assert.deepEqual([match([, 1], [undefined, 1]), match([, 1], [2, 1])], [true, false]);
  });
});

describe('match() by value', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const [error, promise] = [new Error('a'), Promise.resolve(1)];
  const ref = new Ref(1);
  const same: [string, unknown, unknown][] = [
    ['dates', new Date(5), new Date(5)],
    ['invalid dates', new Date(NaN), new Date(NaN)],
    ['regular expressions', /a/gi, /a/gi],
    ['regular expressions that have been used', Object.assign(/a/g, { lastIndex: 1 }), /a/g],
    ['URLs', new URL('http://a/b'), new URL('http://a/b')],
    [
      'maps in any order',
      new Map([
        ['a', [1]],
        ['b', [2]],
      ]),
      new Map([
        ['b', [2]],
        ['a', [1]],
      ]),
    ],
    ['maps with object keys', new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 1]])],
    ['sets in any order', new Set([{ a: 1 }, { b: 1 }, NaN]), new Set([NaN, { b: 1 }, { a: 1 }])],
    ['typed arrays', Float64Array.of(1, NaN), Float64Array.of(1, NaN)],
    ['a buffer and its bytes', Uint8Array.of(1, 2), Buffer.of(1, 2)],
    ['array buffers', Uint8Array.of(1).buffer, Uint8Array.of(1).buffer],
    ['data views', new DataView(Uint8Array.of(1).buffer), new DataView(Uint8Array.of(1).buffer)],
    ['boxed primitives', Object('a'), Object('a')],
    ['instances', new Ping(1), new Ping(1)],
    ['instances in instances', new Pong(new Ping(1)), new Pong(new Ping(1))],
    ['what has equals', new Ref(1), new Ref(1)],
    ['nested refs', { a: [new Ref(1)] }, { a: [new Ref(1)] }],
    [
      'refs in instances, maps and sets',
      new Pong([new Map([[1, new Set([ref])]])]),
      new Pong([new Map([[1, new Set([new Ref(1)])]])]),
    ],
    ['addresses and their text', Uri.parse('/a'), '/a'],
    ['the same error', error, error],
    ['the same error deep inside', new Pong([error]), new Pong([error])],
    ['the same promise', promise, promise],
  ];
  const different: [string, unknown, unknown][] = [
    ['dates', new Date(5), new Date(6)],
    ['a date and its number', new Date(5), 5],
    ['regular expressions by source', /a/, /b/],
    ['regular expressions by flags', /a/g, /a/i],
    ['a regular expression and what it finds', /a/, 'a'],
    ['URLs', new URL('http://a/b'), new URL('http://a/c')],
    ['maps by value', new Map([['a', 1]]), new Map([['a', 2]])],
    ['maps by key', new Map([['a', 1]]), new Map([['b', 1]])],
    [
      'a map and a larger one',
      new Map([['a', 1]]),
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
    ],
    ['sets', new Set([1]), new Set([2])],
    ['sets that hold something twice', new Set([{ a: 1 }, { a: 1 }]), new Set([{ a: 1 }, { a: 2 }])],
    ['a set and an array', new Set([1]), [1]],
    ['typed arrays by element', Uint8Array.of(1), Uint8Array.of(2)],
    ['typed arrays by length', Uint8Array.of(1), Uint8Array.of(1, 1)],
    ['typed arrays by type', Uint8Array.of(1), Int8Array.of(1)],
    ['array buffers', Uint8Array.of(1).buffer, Uint8Array.of(2).buffer],
    ['boxed primitives', Object('a'), Object('b')],
    ['instances by property', new Ping(1), new Ping(2)],
    ['instances by class', new Ping(1), Object.assign(new Message(), { count: 1 })],
    ['an instance and a plain object', new Ping(1), { count: 1 }],
    ['an instance and one with more', new Ping(1), Object.assign(new Ping(1), { more: 1 })],
    ['an instance and null', new Ping(1), null],
    ['what has equals', new Ref(1), new Ref(2)],
    ['refs deep inside', new Pong(new Set([new Ref(1)])), new Pong(new Set([new Ref(2)]))],
    ['errors that look the same', new Error('a'), new Error('a')],
    ['errors deep inside', new Pong(error), new Pong(new Error('a'))],
    ['promises', Promise.resolve(1), Promise.resolve(1)],
    ['weak maps', new WeakMap(), new WeakMap()],
    ['arrays in instances by length', new Pong([1]), new Pong([1, 2])],
  ];

  for (const [name, pattern, value] of same)
    it(`matches ${name}`, () => assert.isTrue(match(pattern, value)));
  for (const [name, pattern, value] of different) {
    it(`tells ${name} apart`, () => assert.isFalse(match(pattern, value)));
  }

  it('compares a plain object by its own equals', () => {
    const one = { equals: (other: unknown) => other === 1 };
    assert.deepEqual([match(one, 1), match([one], [2])], [true, false]);
  });

  it('does not take a class under the name equals for a method', () => {
    assert.deepEqual(
      [match({ equals: String }, { equals: 'a' }), match({ equals: Ping }, 'a')],
      [true, false],
    );
  });

  it('matches whatever fast-check makes with a copy of it', () => {
    fc.assert(fc.property(anyData, value => match(value, structuredClone(value))));
  });

  it('finds equal what isDeepStrictEqual finds equal', () => {
    fc.assert(
      fc.property(fewData, fewData, (a, b) => {
        assert.equal(match(IN([a]), b), isDeepStrictEqual(a, b));
      }),
    );
  });

  it('ends for a value that contains itself', () => {
    assert.isTrue(match([[[Array]]], cycle));
    assert.isFalse(match([[[Number]]], cycle));
  });

  it('ends for a pattern that contains itself', () => {
    assert.isFalse(match(cycle, [[[[1]]]]));
    assert.isFalse(match(cycle, []));
  });

  it('ends for a pattern and a value that contain themselves', () => {
    const other: unknown[] = [];
    other.push([[other]]);
    assert.isTrue(match(cycle, other));
    assert.isTrue(match(cycle, cycle));
    assert.isTrue(match(IN([cycle]), other));
    assert.isTrue(match(ring(3), ring(3)));
    assert.isFalse(match(ring(3), ring(4)));
    assert.isFalse(match(IN([ring(3)]), ring(4)));
  });

  it('ends for maps, sets and instances that contain themselves', () => {
    const [one, other] = [new Map(), new Map()];
    for (const map of [one, other]) map.set('set', new Set([new Pong(map)]));
    assert.isTrue(match(one, other));
    assert.isFalse(match(one, new Map([['set', new Set([new Pong(new Map())])]])));
  });

  it('reads a part that a pattern shares with itself once', () => {
    let [pattern, value]: unknown[] = [Number, 1];
    for (let depth = 0; depth < 12; depth++)
      [pattern, value] = [
        [pattern, pattern],
        [value, value],
      ];
    assert.isTrue(match(pattern, value));
  });
});

describe('ANY', () => {
  it('matches everything', () => {
    for (const value of [undefined, null, 0, '', NaN, {}, [], ANY]) assert.isTrue(match(ANY, value));
  });
});

describe('OR()', () => {
  it('matches what any of the patterns matches', () => {
    const pattern = OR('a', Number, { b: 1 });
    assert.deepEqual(
      ['a', 5, { b: 1 }, 'b', {}].map(value => match(pattern, value)),
      [true, true, true, false, false],
    );
  });

  it('matches nothing without patterns', () => assert.isFalse(match(OR(), undefined)));
  it('does not ask on after a yes', () => assert.isTrue(match(OR(1, fail(new Error('asked'))), 1)));
});

describe('AND()', () => {
  it('matches what all of the patterns match', () => {
    const pattern = AND(Number, value => value !== 0, NOT(2));
    assert.deepEqual(
      [1, 2, 0, '1'].map(value => match(pattern, value)),
      [true, false, false, false],
    );
  });

  it('matches everything without patterns', () => assert.isTrue(match(AND(), undefined)));
  it('does not ask on after a no', () => assert.isFalse(match(AND(1, fail(new Error('asked'))), 2)));
});

describe('NOT()', () => {
  it('matches what the pattern does not match', () => {
    assert.deepEqual(
      [match(NOT(String), 1), match(NOT(String), 'a'), match(NOT(NOT(1)), 1)],
      [true, false, true],
    );
  });

  it('works within structures', () => {
    assert.deepEqual([match({ a: NOT(1) }, { a: 2 }), match([NOT({ a: 1 })], [{ a: 1 }])], [true, false]);
  });
});

describe('IN()', () => {
  it('matches the values of an iterable', () => {
    for (const values of [[1, 'a'], new Set([1, 'a']), generate<unknown>(1, 'a')]) {
      const pattern = IN<unknown>(values);
      assert.deepEqual(
        [1, 'a', 2].map(value => match(pattern, value)),
        [true, true, false],
      );
    }
  });

  it('matches the characters of a string', () => assert.isTrue(match(IN('abc'), 'b')));
  it('matches NaN', () => assert.isTrue(match(IN([NaN]), NaN)));

  it('compares by value, and exactly', () => {
    const pattern = IN([{ a: 1 }, new Ref(1)]);
    assert.deepEqual(
      [{ a: 1 }, { a: 1, b: 2 }, new Ref(1), new Ref(2)].map(value => match(pattern, value)),
      [...[true, false], ...[true, false]],
    );
  });

  it('takes no value for a pattern', () => {
    assert.deepEqual(
      [match(IN([String]), 'a'), match(IN([String]), String), match(IN([ANY]), 1)],
      [false, true, false],
    );
  });

  it('matches nothing when it is empty', () => assert.isFalse(match(IN([]), undefined)));
});

describe('type()', () => {
  for (const [name, value] of [
    ['string', 'a'],
    ['number', NaN],
    ['bigint', 1n],
    ['boolean', false],
    ['symbol', Symbol()],
    ['undefined', undefined],
    ['object', {}],
    ['function', () => {}],
    ['null', null],
    ['array', []],
  ] as const) {
    it(`matches ${text(value)} with '${name}' alone`, () => {
      const names = [
        'string',
        'number',
        'bigint',
        'boolean',
        'symbol',
        'undefined',
        'object',
        'function',
        'null',
        'array',
      ];
      assert.deepEqual(
        names.filter(other => match(type(other as 'string'), value)),
        [name],
      );
    });
  }

  it('says which types there are', () => {
    assert.throws(
      () => type('text' as 'string'),
      TypeError,
      'there is no type "text"; type() knows string, number',
    );
  });
});

describe('compile()', () => {
  it('matches what any of the patterns matches', () => {
    assert.deepEqual(['a', 1, null].map(compile([String, 1])), [true, true, false]);
  });

  it('matches everything without patterns', () => assert.isTrue(compile([])(undefined)));

  it('reads the patterns once', () => {
    let reads = 0;
    const test = compile([
      {
        get a() {
          return ++reads;
        },
      },
    ]);
    for (let i = 0; i < 3; i++) test({ a: 1 });
    assert.equal(reads, 1);
  });
});

describe('a pattern as text', () => {
  it('says what it is made of', () => {
    const pattern = OR('a', AND(Number, NOT(1)), IN([2]), type('null'), ANY);
    assert.equal(String(pattern), 'OR("a", AND(Number(), NOT(1)), IN(2), type("null"), ANY)');
  });

  it('shows in JSON', () => assert.equal(JSON.stringify({ from: ANY }), '{"from":"ANY"}'));
});

/** No instance of any class here. */
const nothingElse = Object.create(null);

const fail = (error: Error) => () => {
  throw error;
};

function* generate<T>(...values: T[]) {
  yield* values;
}

/** An object that comes back to itself after `length` steps. */
function ring(length: number): object {
  const nodes = Array.from({ length }, (_, place) => ({ place, next: {} }));
  for (const [place, node] of nodes.entries()) node.next = nodes[(place + 1) % length] as object;
  return nodes[0] as object;
}

function text(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const structures = { withMap: true, withSet: true, withDate: true, withTypedArray: true, withBigInt: true };

const anyData = fc.anything(structures);

/** So little of it that two are often equal. */
const fewData = fc.anything({
  ...structures,
  withTypedArray: false,
  values: [fc.constantFrom(0, 1, 'a', NaN)],
  key: fc.constantFrom('a', 'b'),
  maxKeys: 2,
});
