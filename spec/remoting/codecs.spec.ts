import { inspect, isDeepStrictEqual } from 'node:util';
import { assert } from 'chai';
import fc from 'fast-check';
import { SerializationError } from '../../lib/index.ts';
import { ByteWriter } from '../../lib/remoting/byteWriter.ts';
import { type Codec, MessagePackCodec } from '../../lib/remoting/codec.ts';
import { FastCodec } from '../../lib/remoting/fastCodec.ts';
import { seeded } from './support.ts';

const noRefs = { refAt: () => assert.fail('there are no refs here') };

describe('FastCodec and MessagePackCodec', () => {
  const fast = new FastCodec(noRefs);
  const library = new MessagePackCodec(noRefs);

  it('make the same bytes of every message, and the same message of the bytes', () => {
    fc.assert(
      fc.property(messages(), message => {
        const bytes = encode(fast, message);
        assert.deepEqual([...bytes], [...encode(library, message)]);
        assert.equal(shown(outcome(fast, bytes)), shown(outcome(library, bytes)));
      }),
      { numRuns: 500 },
    );
  });

  it('refuse the same messages', () => {
    const bad = fc.constantFrom<unknown>(() => {}, Symbol('s'), new WeakMap(), new Date(Number.NaN));
    fc.assert(
      fc.property(messages(), bad, (message, bad) => {
        const told = [fast, library].map(codec => {
          try {
            return encode(codec, { message, bad });
          } catch (error) {
            return (error as Error).message;
          }
        });
        assert.match(String(told[0]), /\(at \.bad\)$/);
        assert.equal(told[0], told[1]);
      }),
      { numRuns: 200 },
    );
  });

  it('accept the same bytes, whatever they are, and throw nothing but SerializationError', () => {
    const random = seeded(11);
    const wholes = fc
      .sample(messages(), { seed: 5, numRuns: 300 })
      .map(message => encode(fast, message))
      .filter(({ length }) => length < 400);
    for (let i = 0; i < 30_000; i++) {
      const bytes = i % 3 === 0 ? noise(random) : mutated(wholes[i % wholes.length] as Uint8Array, random);
      const [one, other] = [outcome(fast, bytes), outcome(library, bytes)];
      const what = Buffer.from(bytes).toString('hex');
      assert.equal(one.isRefused, other.isRefused, what);
      // Bytes that are no UTF-8 mean nothing: the one codec says so, and the other makes something up.
      if (!isDeepStrictEqual(one, other) && shown(one) !== shown(other))
        assert.include(shown(one), '\ufffd', what);
    }
  });
});

interface Outcome {
  readonly isRefused: boolean;
  readonly value?: unknown;
}

function outcome(codec: Codec, bytes: Uint8Array): Outcome {
  try {
    return { isRefused: false, value: codec.decode(bytes, 0, bytes.length) };
  } catch (error) {
    assert.instanceOf(error, SerializationError);
    return { isRefused: true };
  }
}

/** To compare by: two invalid Dates are never equal. */
const shown = (outcome: Outcome) =>
  inspect(outcome, { depth: 200, maxArrayLength: null, maxStringLength: null });

function encode(codec: Codec, value: unknown): Uint8Array {
  const writer = new ByteWriter(16);
  codec.encode(value, writer);
  return writer.bytes.slice(0, writer.at);
}

function messages(): fc.Arbitrary<unknown> {
  const ascii = fc.string({ unit: 'binary-ascii', maxLength: 70 });
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 70 });
  const text = fc.oneof(
    ascii,
    fc.string({ unit: 'binary', maxLength: 70 }),
    // The library takes a byte order mark from the beginning of a long text.
    units.map(units => String.fromCharCode(...units).replace(/^\ufeff+/, '')),
    fc.constantFrom('x'.repeat(255), 'ü'.repeat(128), 'x'.repeat(5000), `${'x'.repeat(4000)}😀`),
  );
  const bytes = fc.uint8Array({ maxLength: 300 });
  const leaf = fc.oneof(
    text,
    fc.integer(),
    fc.integer({ min: -40, max: 300 }),
    fc.integer({ min: -40_000, max: 70_000 }),
    fc.maxSafeInteger(),
    fc.double(),
    fc.float(),
    fc.constantFrom<unknown>(null, undefined, true, false, -0, 2 ** 53, 2 ** 31, 2 ** 32, -(2 ** 31) - 1),
    fc.date({ noInvalidDate: true }),
    fc.date({ noInvalidDate: true, min: new Date(-1e10), max: new Date(2e13) }),
    fc.bigInt(),
    bytes,
    fc.float64Array({ maxLength: 5 }),
    bytes.map(one => one.slice().buffer),
    fc.constantFrom<unknown>(/a+/gu, new URL('https://example.org/ü?a=b')),
  );
  const { value } = fc.letrec<{ value: unknown }>(tie => {
    const values = fc.array(tie('value'), { maxLength: 20 });
    return {
      value: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        leaf,
        values,
        fc.dictionary(fc.oneof(ascii, text), tie('value'), { maxKeys: 20, noNullPrototype: false }),
        fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 5 }).map(entries => new Map(entries)),
        values.map(values => new Set(values)),
        fc.tuple(text, tie('value')).map(([text, cause]) => new TypeError(text, { cause })),
      ),
    };
  });
  return value;
}

const noise = (random: () => number) =>
  Uint8Array.from({ length: Math.floor(random() * 100) }, () => Math.floor(random() * 256));

/** Mostly bytes that say what follows are changed, for those in the midst of texts teach nothing. */
function mutated(whole: Uint8Array, random: () => number): Uint8Array {
  const bytes = whole.slice(0, random() < 0.5 ? whole.length : Math.floor(random() * whole.length));
  for (let n = Math.floor(random() * 4); n >= 0 && bytes.length > 0; n--) {
    const heads = random() < 0.5 ? [bytes.length] : [bytes.length, 40];
    bytes[Math.floor(random() * Math.min(...heads))] = Math.floor(random() * 256);
  }
  return bytes;
}
