import { assert } from 'chai';
import { ActorStopped, PoisonPill, type Ref, SerializationError, TimeoutError } from '../../lib/index.ts';
import { ByteWriter } from '../../lib/remoting/byteWriter.ts';
import { type Codec, MessagePackCodec, type RefCodec } from '../../lib/remoting/codec.ts';
import { FastCodec } from '../../lib/remoting/fastCodec.ts';
import { maxDepth } from '../../lib/remoting/format.ts';
import { newCluster, seeded } from './support.ts';

const noRefs = {
  refAt: (address: string): Ref => assert.fail(`there are no refs here, not even ${address}`),
};

/** Every codec keeps this; what the two make of the same message and the same bytes is compared in codecs.spec.ts. */
const codecs: [string, (refs: RefCodec) => Codec][] = [
  ['MessagePackCodec', refs => new MessagePackCodec(refs)],
  ['FastCodec', refs => new FastCodec(refs)],
];

for (const [name, newCodec] of codecs) describe(name, () => contract(newCodec));

function contract(newCodec: (refs: RefCodec) => Codec): void {
  const cross = (value: unknown): unknown => {
    const codec = newCodec(noRefs);
    return decode(codec, encode(codec, value));
  };

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

  const edges: [string, unknown, unknown][] = [
    ['a hole of an array as undefined', new Array(1), [undefined]],
    ['-0 as 0', [-0], [0]],
    [
      'numbers beyond the safe ones as they are',
      [2 ** 53, -(2 ** 63), 2 ** 64],
      [2 ** 53, -(2 ** 63), 2 ** 64],
    ],
    ['an object without prototype as a plain one', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      'what a getter gives',
      {
        get a() {
          return 1;
        },
      },
      { a: 1 },
    ],
    ['toJSON as any other key', { toJSON: 'text' }, { toJSON: 'text' }],
    [
      'neither symbols nor what is not enumerable',
      Object.defineProperty({ [Symbol('s')]: 1 }, 'a', { value: 1 }),
      {},
    ],
    ['halves of surrogate pairs in short texts', ['a\ud800', '\udc00'], ['a\ud800', '\udc00']],
    ['a Buffer as a Uint8Array', Buffer.from([1]), Uint8Array.of(1)],
    ['40 keys', numbered(40), numbered(40)],
    ['70 000 keys', numbered(70_000), numbered(70_000)],
    [
      'keys in every script',
      { ключ: 1, 键: 2, '😀': 3, 'a key that is longer than any cache would keep': 4 },
      { ключ: 1, 键: 2, '😀': 3, 'a key that is longer than any cache would keep': 4 },
    ],
    ['an array of 70 000', new Array(70_000).fill(1), new Array(70_000).fill(1)],
    [
      'Sets in every size of header',
      [0, 1, 3, 7, 15, 254, 255, 70_000].map(setOf),
      [0, 1, 3, 7, 15, 254, 255, 70_000].map(setOf),
    ],
  ];
  for (const [what, value, expected] of edges) {
    it(`brings back ${what}`, () => {
      assert.deepEqual(cross(value), expected);
    });
  }

  it('does not send what others added to Object.prototype', () => {
    const codec = newCodec(noRefs);
    const shared = Object.prototype as { added?: number };
    shared.added = 1;
    const bytes = encode(codec, { own: 1 });
    delete shared.added;
    assert.deepEqual(decode(codec, bytes), { own: 1 });
  });

  it('reads whole numbers of 64 bits as the nearest number', () => {
    const codec = newCodec(noRefs);
    assert.equal(decode(codec, Uint8Array.of(0xcf, ...new Array(8).fill(0xff))), 2 ** 64);
    assert.equal(decode(codec, Uint8Array.of(0xd3, 0x80, ...new Array(7).fill(0))), -(2 ** 63));
  });

  it('takes numbers as keys, and nothing else that is no text', () => {
    assert.deepEqual(decode(newCodec(noRefs), Uint8Array.of(0x81, 7, 1)), { 7: 1 });
    for (const key of [0xc0, 0xc2, 0x90, 0x80])
      assert.throws(() => decode(newCodec(noRefs), Uint8Array.of(0x81, key, 1)), SerializationError);
  });

  describe('the writer', () => {
    it('gets the bytes behind those that it has', () => {
      const [codec, writer] = [newCodec(noRefs), new ByteWriter(1)];
      writer.u8(9);
      codec.encode('x'.repeat(100), writer);
      assert.equal(writer.bytes[0], 9);
      assert.equal(codec.decode(writer.bytes, 1, writer.at), 'x'.repeat(100));
    });

    it('stands where it stood when the message cannot be sent', () => {
      const [codec, writer] = [newCodec(noRefs), new ByteWriter(8)];
      writer.u8(9);
      assert.throws(
        () => codec.encode(['x'.repeat(1000), new Map([[1, () => {}]])], writer),
        SerializationError,
      );
      assert.equal(writer.at, 1);
      assert.equal(writer.bytes[0], 9);
    });

    it('is not written to by a message that a getter sends', () => {
      const [codec, writer] = [newCodec(noRefs), new ByteWriter()];
      let inner: unknown;
      const message = {
        get a() {
          try {
            codec.encode('inner', writer);
          } catch (error) {
            inner = error;
          }
          return 1;
        },
      };
      codec.encode(message, writer);
      assert.instanceOf(inner, SerializationError);
      assert.deepEqual(codec.decode(writer.bytes, 0, writer.at), { a: 1 });
    });
  });

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
      const codec = newCodec(noRefs);
      codec.register(Point);
      const back = decode(codec, encode(codec, { at: new Point(4) })) as { at: Point };
      assert.instanceOf(back.at, Point);
      assert.equal(back.at.double(), 8);
    });

    it('has to be called on both sides', () => {
      const codec = newCodec(noRefs);
      codec.register(Point);
      const bytes = encode(codec, new Point(1));
      assert.throws(() => decode(newCodec(noRefs), bytes), SerializationError, /Point/);
    });

    it('refuses two classes of one name, and what has no name', () => {
      const codec = newCodec(noRefs);
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
      const [here, there] = [newCodec(noRefs), newCodec(noRefs)];
      there.register(Object.defineProperty(Sent, 'name', { value: 'Guarded' }));
      here.register(Guarded);
      decode(here, encode(there, new Sent()));
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
        assert.throws(() => encode(newCodec(noRefs), value), SerializationError, message);
      });
    }

    for (const [what, value] of [
      ['an object', cyclic()],
      ['a Map', cyclicMap()],
    ] as const) {
      it(`is told for ${what} that contains itself`, () => {
        assert.throws(() => encode(newCodec(noRefs), value), SerializationError, /contains itself/);
      });
    }

    it('leaves the codec as good as before', () => {
      const codec = newCodec(noRefs);
      assert.throws(() => encode(codec, { a: new Map([[1, () => {}]]) }), SerializationError);
      assert.deepEqual(decode(codec, encode(codec, { a: 1 })), { a: 1 });
    });

    it('is told here, and not on the other side, for Maps that are nested too deep', () => {
      let deep: unknown = 1;
      for (let i = 0; i < 100; i++) deep = new Map([[1, deep]]);
      assert.throws(() => encode(newCodec(noRefs), deep), SerializationError);
    });
  });

  describe('decode()', () => {
    it('does not pollute a prototype', () => {
      const key = new TextEncoder().encode('__proto__');
      const bytes = Uint8Array.from([0x81, 0xa0 + key.length, ...key, 0x81, 0xa1, 0x78, 1]);
      assert.throws(() => decode(newCodec(noRefs), bytes), SerializationError);
      assert.isUndefined(({} as { x?: unknown }).x);
    });

    it('reads no byte beyond those it is given', () => {
      const codec = newCodec(noRefs);
      const bytes = Buffer.from([1, 0xa2, 0x61, 0x62, 0x91, 2]);
      assert.equal(codec.decode(bytes, 1, 4), 'ab');
      assert.throws(() => codec.decode(bytes, 1, 3), SerializationError);
      assert.throws(() => codec.decode(bytes, 1, 5), SerializationError, /behind/);
      assert.throws(() => codec.decode(bytes, 4, 5), SerializationError);
      assert.throws(() => codec.decode(bytes, 4, 4), SerializationError);
    });

    it('takes the deepest nesting that can be sent, and not the next, extensions included', () => {
      const codec = newCodec(noRefs);
      for (const wrap of [(one: unknown) => [one], (one: unknown) => ({ one })]) {
        const deepest = nested(maxDepth, wrap);
        assert.deepEqual(decode(codec, encode(codec, deepest)), deepest);
        assert.throws(() => encode(codec, wrap(deepest)), SerializationError, /64 levels/);
      }
      const sets = nested(maxDepth / 2, one => new Set([one]));
      assert.deepEqual(decode(codec, encode(codec, sets)), sets);
      assert.throws(() => encode(codec, [sets]), SerializationError, /64 levels/);
      const tooDeep = Uint8Array.from([0x91, ...encode(codec, sets)]);
      assert.throws(() => decode(codec, tooDeep), SerializationError, /64 levels/);
    });

    it('throws nothing but SerializationError, whatever the bytes', () => {
      const codec = newCodec({ refAt: () => assert.fail() as never });
      const random = seeded(7);
      const whole = encode(codec, Object.values(values));
      for (let i = 0; i < 20_000; i++) {
        const bytes = i % 2 === 0 ? noise(random) : mutated(whole.subarray(0, 300), random);
        try {
          decode(codec, bytes);
        } catch (error) {
          assert.instanceOf(error, SerializationError);
        }
      }
    });
  });

  it('brings a ref back as the ref that its address means', async () => {
    const node = await newCluster().start(1);
    const actor = node.spawn(() => {}, { name: 'a' });
    const codec = newCodec({ refAt: address => node.lookup(address) });
    assert.equal((decode(codec, encode(codec, [actor])) as [Ref])[0], actor);
    const stopped = decode(codec, encode(codec, new ActorStopped(actor, 'stopped'))) as ActorStopped;
    assert.instanceOf(stopped, ActorStopped);
    assert.equal(stopped.ref, actor);
  });
}

function encode(codec: Codec, value: unknown): Uint8Array {
  const writer = new ByteWriter();
  codec.encode(value, writer);
  return writer.bytes.slice(0, writer.at);
}

const decode = (codec: Codec, bytes: Uint8Array): unknown => codec.decode(bytes, 0, bytes.length);

function numbered(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, i]));
}

function setOf(count: number): Set<Uint8Array> {
  return new Set([new Uint8Array(count)]);
}

function nested(levels: number, wrap: (value: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
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
