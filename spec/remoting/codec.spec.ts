import { assert } from 'chai';
import { ActorStopped, PoisonPill, type Ref, SerializationError, TimeoutError } from '../../lib/index.ts';
import { MessagePackCodec } from '../../lib/remoting/codec.ts';
import { newCluster, seeded } from './support.ts';

const noRefs = {
  refAt: (address: string): Ref => assert.fail(`there are no refs here, not even ${address}`),
};

describe('MessagePackCodec', () => {
  const values: Record<string, unknown> = {
    null: null,
    undefined: undefined,
    'undefined inside': { a: undefined, b: [undefined, 1] },
    booleans: [true, false],
    'whole numbers': [
      0,
      127,
      128,
      255,
      65_535,
      65_536,
      2 ** 32,
      Number.MAX_SAFE_INTEGER,
      -1,
      -32,
      -33,
      -128,
      -129,
      -32_769,
      -(2 ** 31) - 1,
      Number.MIN_SAFE_INTEGER,
    ],
    fractions: [1.5, -0.1, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN],
    texts: ['', 'short', 'ü', '😀', 'x'.repeat(70_000)],
    bigint: [0n, -1n, 2n ** 200n],
    Date: [new Date(0), new Date(-1), new Date(1_234_567_890_123), new Date(8.64e15)],
    Map: new Map<unknown, unknown>([
      ['a', 1],
      [{ key: 1 }, new Map([[1, 2]])],
    ]),
    Set: new Set([1, 'a', new Set([2])]),
    RegExp: /a\/b/giu,
    URL: new URL('https://example.org/a?b=c#d'),
    'typed arrays': [
      Int8Array.of(-1),
      Uint16Array.of(1, 65_535),
      Float64Array.of(0.1),
      BigInt64Array.of(-1n),
      Uint8ClampedArray.of(1),
    ],
    ArrayBuffer: Uint8Array.of(1, 2, 3).buffer,
    nested: { a: [{ b: [{ c: [[[[1]]]] }] }] },
  };
  for (const [name, value] of Object.entries(values)) {
    it(`brings back ${name}`, () => {
      assert.deepEqual(cross(value), value);
    });
  }

  it('brings back a Uint8Array and a DataView', () => {
    assert.deepEqual([...(cross(Uint8Array.of(1, 2)) as Uint8Array)], [1, 2]);
    assert.equal((cross(new DataView(Uint8Array.of(7).buffer)) as DataView).getUint8(0), 7);
  });

  it('brings back the one PoisonPill', () => {
    assert.equal(cross(PoisonPill), PoisonPill);
  });

  it('copies what is shared', () => {
    const shared = { n: 1 };
    const { a, b } = cross({ a: shared, b: shared }) as { a: object; b: object };
    assert.deepEqual(a, b);
    assert.notEqual(a, b);
  });

  describe('errors', () => {
    it('come back as instances of their class, with cause and fields of their own', () => {
      const error = Object.assign(new RangeError('far', { cause: new TypeError('why') }), {
        code: 'E_FAR',
        extra: [1],
      });
      const back = cross(error) as RangeError & { code: string; extra: number[] };
      assert.instanceOf(back, RangeError);
      assert.equal(back.message, 'far');
      assert.equal(back.stack, error.stack);
      assert.instanceOf(back.cause, TypeError);
      assert.deepEqual([back.code, back.extra], ['E_FAR', [1]]);
    });

    it('of Troupe keep class and code', () => {
      const back = cross(new TimeoutError('late')) as TimeoutError;
      assert.instanceOf(back, TimeoutError);
      assert.equal(back.code, 'TIMEOUT');
      assert.equal(back.name, 'TimeoutError');
    });

    it('of an unknown class come back as an Error of that name', () => {
      class Odd extends Error {
        override name = 'Odd';
      }
      const back = cross(new Odd('x')) as Error;
      assert.equal(Object.getPrototypeOf(back), Error.prototype);
      assert.equal(back.name, 'Odd');
    });

    it('keep the errors of an AggregateError', () => {
      const back = cross(new AggregateError([new Error('one')], 'all')) as AggregateError;
      assert.equal(back.errors?.length, 1);
    });
  });

  describe('register()', () => {
    class Point {
      readonly x: number;
      constructor(x: number) {
        this.x = x;
      }
      double(): number {
        return this.x * 2;
      }
    }

    it('lets instances cross', () => {
      const codec = new MessagePackCodec(noRefs);
      codec.register(Point);
      const back = codec.decode(codec.encode({ at: new Point(4) }).slice()) as { at: Point };
      assert.instanceOf(back.at, Point);
      assert.equal(back.at.double(), 8);
    });

    it('has to be called on both sides', () => {
      const codec = new MessagePackCodec(noRefs);
      codec.register(Point);
      const bytes = codec.encode(new Point(1)).slice();
      assert.throws(() => new MessagePackCodec(noRefs).decode(bytes), SerializationError, /Point/);
    });

    it('refuses two classes of one name, and what has no name', () => {
      const codec = new MessagePackCodec(noRefs);
      codec.register(Point);
      const other = { Point: class Point {} }.Point;
      assert.throws(() => codec.register(other), TypeError, /Point/);
      assert.throws(() => codec.register(class {}), TypeError);
    });

    it('does not call setters of the class for fields that have come', () => {
      let called = false;
      class Sent {
        secret = 1;
      }
      class Guarded {
        set secret(_: unknown) {
          called = true;
        }
      }
      const [here, there] = [new MessagePackCodec(noRefs), new MessagePackCodec(noRefs)];
      there.register(Object.defineProperty(Sent, 'name', { value: 'Guarded' }));
      here.register(Guarded);
      here.decode(there.encode(new Sent()).slice());
      assert.isFalse(called);
    });
  });

  describe('what cannot cross', () => {
    const refused: [string, unknown, RegExp][] = [
      ['a function', { a: { b: [1, () => {}] } }, /function.*\.a\.b\[1\]/],
      ['a symbol', [Symbol('x')], /symbol.*\[0\]/],
      ['a promise', { p: Promise.resolve() }, /Promise.*\.p/],
      ['a WeakMap', new WeakMap(), /WeakMap/],
      ['an instance of a class that is not registered', { x: new (class Car {})() }, /Car.*register.*\.x/],
      ['an invalid Date', { at: new Date(Number.NaN) }, /Date.*\.at/],
    ];
    for (const [what, value, message] of refused) {
      it(`is told for ${what}, with its place`, () => {
        assert.throws(() => new MessagePackCodec(noRefs).encode(value), SerializationError, message);
      });
    }

    for (const [what, value] of [
      ['an object', cyclic()],
      ['a Map', cyclicMap()],
    ] as const) {
      it(`is told for ${what} that contains itself`, () => {
        assert.throws(
          () => new MessagePackCodec(noRefs).encode(value),
          SerializationError,
          /contains itself/,
        );
      });
    }

    it('leaves the codec as good as before', () => {
      const codec = new MessagePackCodec(noRefs);
      assert.throws(() => codec.encode({ a: new Map([[1, () => {}]]) }), SerializationError);
      assert.deepEqual(codec.decode(codec.encode({ a: 1 }).slice()), { a: 1 });
    });

    it('is told here, and not on the other side, for Maps that are nested too deep', () => {
      let deep: unknown = 1;
      for (let i = 0; i < 100; i++) deep = new Map([[1, deep]]);
      assert.throws(() => new MessagePackCodec(noRefs).encode(deep), SerializationError);
    });
  });

  describe('decode()', () => {
    it('does not pollute a prototype', () => {
      const key = new TextEncoder().encode('__proto__');
      const bytes = Uint8Array.from([0x81, 0xa0 + key.length, ...key, 0x81, 0xa1, 0x78, 1]);
      assert.throws(() => new MessagePackCodec(noRefs).decode(bytes), SerializationError);
      assert.isUndefined(({} as { x?: unknown }).x);
    });

    it('throws nothing but SerializationError, whatever the bytes', () => {
      const codec = new MessagePackCodec({ refAt: () => assert.fail() as never });
      const random = seeded(7);
      const whole = codec.encode(Object.values(values)).slice();
      for (let i = 0; i < 20_000; i++) {
        const bytes = i % 2 === 0 ? noise(random) : mutated(whole.subarray(0, 300), random);
        try {
          codec.decode(bytes);
        } catch (error) {
          assert.instanceOf(error, SerializationError);
        }
      }
    });
  });

  it('brings a ref back as the ref that its address means', async () => {
    const node = await newCluster().start(1);
    const actor = node.spawn(() => {}, { name: 'a' });
    const codec = new MessagePackCodec({ refAt: address => node.lookup(address) });
    assert.equal((codec.decode(codec.encode([actor]).slice()) as [Ref])[0], actor);
    const stopped = codec.decode(codec.encode(new ActorStopped(actor, 'stopped')).slice()) as ActorStopped;
    assert.instanceOf(stopped, ActorStopped);
    assert.equal(stopped.ref, actor);
  });
});

function cross(value: unknown): unknown {
  const codec = new MessagePackCodec(noRefs);
  return codec.decode(codec.encode(value).slice());
}

function cyclic(): object {
  const object: { self?: object } = {};
  object.self = object;
  return object;
}

function cyclicMap(): object {
  const map = new Map<string, unknown>();
  return map.set('self', map);
}

const noise = (random: () => number) =>
  Uint8Array.from({ length: Math.floor(random() * 100) }, () => Math.floor(random() * 256));

function mutated(whole: Uint8Array, random: () => number): Uint8Array {
  const bytes = whole.slice(0, Math.floor(random() * whole.length));
  for (let n = 0; n < 3 && bytes.length > 0; n++)
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return bytes;
}
