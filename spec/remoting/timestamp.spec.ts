import { decodeTimestampExtension, encodeTimestampExtension } from '@msgpack/msgpack';
import { assert } from 'chai';
import fc from 'fast-check';
import { decodeTimestamp, encodeTimestamp } from '../../lib/remoting/timestamp.ts';

describe('a timestamp', () => {
  const limits = [
    0,
    -1,
    1,
    999,
    2 ** 32 * 1000 - 1,
    2 ** 32 * 1000,
    2 ** 34 * 1000 - 1,
    2 ** 34 * 1000,
    8.64e15,
    -8.64e15,
  ];
  it('is written as @msgpack/msgpack writes it, and read back', () => {
    const dates = fc.oneof(
      fc.constantFrom(...limits).map(ms => new Date(ms)),
      fc.date({ noInvalidDate: true }),
    );
    fc.assert(
      fc.property(dates, date => {
        const bytes = encodeTimestamp(date);
        assert.deepEqual(bytes, encodeTimestampExtension(date));
        assert.equal(decodeTimestamp(bytes).getTime(), date.getTime());
      }),
    );
  });

  it('is read as @msgpack/msgpack reads it, whatever the bytes', () => {
    const sizes = fc.constantFrom(4, 8, 12);
    const bytes = sizes.chain(size => fc.uint8Array({ minLength: size, maxLength: size }));
    fc.assert(
      fc.property(bytes, bytes => {
        assert.deepEqual(decodeTimestamp(bytes).getTime(), decodeTimestampExtension(bytes).getTime());
      }),
    );
  });

  it('has 4, 8 or 12 bytes', () => {
    for (const size of [0, 3, 5, 16])
      assert.throws(() => decodeTimestamp(new Uint8Array(size)), /4, 8 or 12 bytes/);
  });
});
