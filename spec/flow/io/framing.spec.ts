import { assert } from 'chai';
import fc from 'fast-check';
import { type Framing, frameOf, Unframer } from '../../../lib/flow/io/framing.ts';

/** What comes out when bytes come in pieces of such sizes. */
function through(bytes: Buffer, sizes: readonly number[], framing: Framing, most = 1_000_000): string[] {
  const unframer = new Unframer(framing, most);
  const found: string[] = [];
  let at = 0;
  for (let n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] as number;
    for (const one of unframer.take(bytes.subarray(at, at + size))) found.push(one.toString());
    at += size;
  }
  const rest = unframer.end();
  return rest === undefined ? found : [...found, rest.toString()];
}

describe('Unframer', () => {
  for (const framing of ['line', 'length'] as const) {
    it(`finds the events again however they are cut: ${framing}`, () => {
      const texts = fc.array(
        fc.string({ unit: 'grapheme', minLength: 1 }).filter(text => !/[\n\r]/.test(text)),
      );
      const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(5000)), { minLength: 1 });
      fc.assert(
        fc.property(texts, sizes, (all, cuts) => {
          const bytes = Buffer.concat(all.map(text => frameOf(text, framing)));
          assert.deepEqual(through(bytes, cuts, framing), all);
        }),
      );
    });
  }

  it('keeps hardly more than what has come, though that comes byte by byte', () => {
    const unframer = new Unframer('line', 1_000_000);
    globalThis.gc?.();
    const kept = () => process.memoryUsage().heapUsed + process.memoryUsage().external;
    const before = kept();
    for (let n = 0; n < 300_000; n++)
      for (const _ of unframer.take(Buffer.of(120))) assert.fail('no end yet');
    globalThis.gc?.();
    assert.isBelow(kept() - before, 3_000_000, 'for 300 000 bytes');
    const [line] = unframer.take(Buffer.from('\n'));
    assert.equal(line?.length, 300_000);
    assert.isTrue(line?.every(byte => byte === 120));
  });

  it('takes all that comes as one event where a connection is for one', () => {
    assert.deepEqual(through(Buffer.from('{"a":\n1}'), [2], 'connection'), ['{"a":\n1}']);
  });

  it('passes over empty lines', () => {
    assert.deepEqual(through(Buffer.from('\n\na\n\n'), [1], 'line'), ['a']);
  });

  for (const [framing, bytes] of [
    ['line', Buffer.from('12345\n')],
    ['line', Buffer.from('12345')],
    ['connection', Buffer.from('12345')],
    ['length', Buffer.from([0, 0, 0, 5])],
    ['length', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ] as const) {
    it(`refuses what is too large as soon as that is known: ${framing}, ${bytes.length} bytes`, () => {
      assert.throws(() => through(bytes, [1], framing, 4), /maxBytes is 4/);
    });
  }
});
