import { encode } from '@msgpack/msgpack';
import { assert } from 'chai';
import { maxDepth } from '../../lib/remoting/format.ts';
import { scan } from '../../lib/remoting/scan.ts';

const nothing = () => undefined;

describe('scan()', () => {
  for (const value of [
    null,
    true,
    0,
    -1,
    2 ** 40,
    1.5,
    'text',
    'ü'.repeat(300),
    [1, [2]],
    { a: { b: 1 } },
    new Uint8Array(70_000),
  ]) {
    it(`passes ${JSON.stringify(value)?.slice(0, 40)}`, () => {
      assert.isUndefined(scan(encode(value), nothing));
    });
  }

  const bombs: [string, number[]][] = [
    ['an array of a billion elements', [0xdd, 0x3b, 0x9a, 0xca, 0x00]],
    ['a map of a billion entries', [0xdf, 0x3b, 0x9a, 0xca, 0x00]],
    ['a text of four gigabytes', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['bytes that are not there', [0xc4, 5, 1, 2]],
    ['an unknown extension', [0xd4, 99, 0]],
    ['the byte that MessagePack never uses', [0xc1]],
    ['a second value', [1, 2]],
    ['nothing', []],
  ];
  for (const [what, bytes] of bombs) {
    it(`refuses ${what}`, () => {
      assert.isString(scan(Uint8Array.from(bytes), nothing));
    });
  }

  it('refuses nested headers that claim a million elements each', () => {
    const bytes = new Uint8Array(5000);
    for (let i = 0; i < 1000; i++) bytes.set([0xdd, 0, 0x0f, 0x42, 0x40], i * 5);
    assert.isString(scan(bytes, nothing));
  });

  it('passes the deepest nesting that is allowed and refuses the next', () => {
    assert.isUndefined(scan(nested(maxDepth), nothing));
    assert.match(scan(nested(maxDepth + 1), nothing) ?? '', /deeper/);
  });

  it('refuses every beginning of a value', () => {
    const bytes = encode({ name: 'x', list: [1, 2, 3], text: 'abc', bin: new Uint8Array(10) });
    for (let length = 0; length < bytes.length; length++)
      assert.isString(scan(bytes.subarray(0, length), nothing));
  });
});

const nested = (depth: number) => Uint8Array.from({ length: depth + 1 }, (_, i) => (i < depth ? 0x91 : 0xc0));
