import { assert } from 'chai';
import { SerializationError } from '../../lib/index.ts';
import { FastCodec } from '../../lib/remoting/fastCodec.ts';

const codec = new FastCodec({ refAt: () => assert.fail('there are no refs here') });
const decode = (bytes: Uint8Array) => codec.decode(bytes, 0, bytes.length);

describe('Unpacker', () => {
  const bombs: [string, number[], RegExp][] = [
    ['an array of four billion elements', [0xdd, 0xff, 0xff, 0xff, 0xff], /more elements/],
    ['a map of four billion entries', [0xdf, 0xff, 0xff, 0xff, 0xff], /more elements/],
    ['a text of four gigabytes', [0xdb, 0xff, 0xff, 0xff, 0xff], /more bytes/],
    ['four gigabytes of an extension', [0xc9, 0xff, 0xff, 0xff, 0xff, 7], /more bytes/],
    ['bytes that are not there', [0xc4, 5, 1, 2], /more bytes/],
    ['an unknown extension', [0xd4, 99, 0], /type 99 is not known/],
    ['a value behind that of an extension', [0xd5, 4, 0x90, 0xc0], /behind the value of an extension/],
    ['a value that is longer than its extension', [0xd4, 4, 0x91, 0xc0], /more elements/],
    ['the byte that MessagePack never uses', [0xc1], /0xc1 begins no value/],
    ['a second value', [1, 2], /behind the value/],
    ['nothing', [], /end too early/],
  ];
  for (const [what, bytes, message] of bombs) {
    it(`refuses ${what}, and says so`, () => {
      assert.throws(() => decode(Uint8Array.from(bytes)), SerializationError, message);
    });
  }

  it('makes no room for what nested headers claim', () => {
    // Each of 60 arrays claims a million elements, for which there would be bytes enough.
    const bytes = new Uint8Array(1_100_000);
    for (let i = 0; i < 60; i++) bytes.set([0xdd, 0, 0x0f, 0x42, 0x40], i * 5);
    bytes[300] = 0xc1;
    const before = process.memoryUsage().heapUsed;
    assert.throws(() => decode(bytes), SerializationError, /begins no value/);
    assert.isBelow(process.memoryUsage().heapUsed - before, 8_000_000);
  });

  it('refuses every beginning of a value', () => {
    const bytes = Buffer.from('83a178c403010203a179dc000201cb3ff8000000000000a17ad6ff00000001', 'hex');
    assert.deepEqual(Object.keys(decode(bytes) as object), ['x', 'y', 'z']);
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => codec.decode(bytes, 0, length), SerializationError);
  });

  it('copies small bytes, so that they do not keep the frame, and looks at large ones where they are', () => {
    const small = Buffer.from([0xc4, 2, 1, 2]);
    const copy = decode(small) as Uint8Array;
    assert.equal(Object.getPrototypeOf(copy), Uint8Array.prototype);
    assert.equal(copy.buffer.byteLength, 2);
    const large = Buffer.alloc(5 + 65_536);
    large.set([0xc6, 0, 1, 0, 0]);
    const view = decode(large) as Uint8Array;
    assert.equal(Object.getPrototypeOf(view), Uint8Array.prototype);
    assert.deepEqual([view.buffer, view.byteLength], [large.buffer, 65_536]);
  });

  it('knows keys apart that would stand in the same place', () => {
    const keys = Array.from({ length: 5000 }, (_, i) => `k${i}`);
    for (let round = 0; round < 2; round++)
      for (const key of keys) {
        const bytes = Uint8Array.from([0x81, 0xa0 + key.length, ...Buffer.from(key), 1]);
        assert.deepEqual(Object.keys(decode(bytes) as object), [key]);
      }
  });

  it('refuses __proto__ however it is written, the second time too', () => {
    const text = Buffer.from('__proto__');
    for (const head of [[0xa9], [0xd9, 9], [0xa9]])
      assert.throws(
        () => decode(Uint8Array.from([0x81, ...head, ...text, 1])),
        SerializationError,
        /__proto__/,
      );
  });

  it('reads bytes that are no UTF-8 as replacement characters', () => {
    assert.equal(decode(Uint8Array.of(0xa2, 0x61, 0xff)), 'a\ufffd');
    assert.equal(decode(Uint8Array.of(0xa1, 0xe2)), '\ufffd');
    assert.equal(decode(Uint8Array.of(0xa5, 0x61, 0xed, 0xa0, 0x80, 0xff)), 'a\ud800\ufffd');
  });

  it('keeps the byte order mark of a text', () => {
    const text = `\ufeff${'x'.repeat(300)}`;
    assert.equal(decode(Uint8Array.from([0xda, 1, 47, ...Buffer.from(text)])), text);
  });
});
