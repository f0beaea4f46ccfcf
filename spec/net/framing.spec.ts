import { assert } from 'chai';
import fc from 'fast-check';
import { type Framing, lengthPrefix, lines, TcpError } from '../../lib/net/index.ts';

/** All frames of the parts, as text; what was thrown is the last of them. */
function decoded(framing: Framing<string | Buffer, never>, parts: readonly Buffer[]): string[] {
  const decoder = framing.decoder();
  const frames: string[] = [];
  try {
    for (const part of parts) for (const frame of decoder.push(part)) frames.push(String(frame));
    for (const frame of decoder.end?.() ?? []) frames.push(String(frame));
  } catch (error) {
    frames.push(`${(error as TcpError).problem}!`);
  }
  return frames;
}

const encoded = <Out>(framing: Framing<unknown, Out>, frames: readonly Out[]): Buffer =>
  Buffer.concat(frames.map(frame => Buffer.from(framing.encode(frame) as string)));

/** The bytes in two parts, cut at every place; and byte by byte. */
function* splits(bytes: Buffer): Generator<Buffer[]> {
  for (let cut = 0; cut <= bytes.length; cut++) yield [bytes.subarray(0, cut), bytes.subarray(cut)];
  yield [...bytes].map(byte => Buffer.of(byte));
}

/** The bytes, cut at places that chance has chosen. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map(place => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return cuts.slice(1).map((cut, i) => bytes.subarray(cuts[i], cut));
}

const places = fc.array(fc.nat(2000), { maxLength: 30 });

const cases: [string, Framing<string | Buffer, never>, Buffer, string[]][] = [
  ['lines', lines(), Buffer.from('a\nbc\n\nd\n'), ['a', 'bc', '', 'd']],
  ['lines with \\r\\n', lines(), Buffer.from('a\r\n\r\nb\rc\n'), ['a', '', 'b\rc']],
  ['lines of more than one byte a letter', lines(), Buffer.from('äöü\n€𝄞\n'), ['äöü', '€𝄞']],
  ['lines as long as may be', lines({ max: 3 }), Buffer.from('abc\nabc\r\n'), ['abc', 'abc']],
  ['a line that is too long', lines({ max: 3 }), Buffer.from('a\nabcd\nb\n'), ['a', 'tooLarge!']],
  ['a long line that ends with \\r', lines({ max: 3 }), Buffer.from('abc\r\r\n'), ['tooLarge!']],
  ['half a line', lines(), Buffer.from('a\nb'), ['a', 'truncated!']],
  ['frames', lengthPrefix({ bytes: 2 }), Buffer.from('\0\x01a\0\0\0\x02bc'), ['a', '', 'bc']],
  ['frames as long as may be', lengthPrefix({ bytes: 1, max: 2 }), Buffer.from('\x02ab\x02cd'), ['ab', 'cd']],
  [
    'a frame that is too large',
    lengthPrefix({ bytes: 1, max: 2 }),
    Buffer.from('\x01a\x03bcd'),
    ['a', 'tooLarge!'],
  ],
  ['half a frame', lengthPrefix({ bytes: 1 }), Buffer.from('\x01a\x02b'), ['a', 'truncated!']],
  [
    'a frame of which there is only the length',
    lengthPrefix({ bytes: 1 }),
    Buffer.from('\x02'),
    ['truncated!'],
  ],
  ['half a length', lengthPrefix(), Buffer.from('\0\0'), ['truncated!']],
];

describe('a decoder', () => {
  for (const [what, framing, bytes, frames] of cases) {
    it(`gives the same for ${what}, however the bytes are split`, () => {
      for (const parts of splits(bytes)) assert.deepEqual(decoded(framing, parts), frames);
    });
  }

  it('announces a frame that is too large before its bytes come', () => {
    const decoder = lengthPrefix({ max: 10 }).decoder();
    assert.throws(
      () => [...decoder.push(Buffer.of(0, 0, 0, 11))],
      TcpError,
      /a frame of 11 bytes, the most is 10/,
    );
  });

  it('is done with a line that is too long before its end comes', () => {
    const decoder = lines({ max: 10 }).decoder();
    assert.throws(
      () => [...decoder.push(Buffer.alloc(12, 'x'))],
      TcpError,
      /more than 10 bytes.*lines\(\{ max \}\)/,
    );
  });
});

describe('lines()', () => {
  it('gives back what was sent, however it is split', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 40 }).filter(text => !/\n|\r$/.test(text));
    fc.assert(
      fc.property(fc.array(line), places, (sent, cuts) => {
        const parts = cutAt(encoded(lines(), sent), cuts);
        assert.deepEqual(decoded(lines(), parts), sent);
      }),
    );
  });

  it('gives frames or ends with tooLarge or truncated, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        places,
        fc.integer({ min: 1, max: 20 }),
        (bytes, cuts, max) => {
          const whole = Buffer.from(bytes);
          const frames = decoded(lines({ max }), [whole]);
          assert.deepEqual(decoded(lines({ max }), cutAt(whole, cuts)), frames);
          if (whole.length > 0 && whole.at(-1) !== 0x0a) assert.match(String(frames.at(-1)), /!$/);
        },
      ),
    );
  });

  for (const [what, line] of [
    ['a line break in it', 'a\nb'],
    ['a \\r at its end', 'a\r'],
  ]) {
    it(`does not send a text with ${what}`, () => {
      assert.throws(() => lines().encode(line as string), TypeError, /one line/);
    });
  }

  it('sends texts alone', () => {
    assert.throws(() => lines().encode(1 as never), TypeError, 'lines: only texts can be sent, not 1');
  });

  for (const max of [0, -1, 1.5, Number.NaN, '5']) {
    it(`refuses a max of ${JSON.stringify(max)}`, () => {
      assert.throws(
        () => lines({ max: max as number }),
        TypeError,
        'lines: max must be a whole number of bytes',
      );
    });
  }
});

describe('lengthPrefix()', () => {
  for (const bytes of [1, 2, 3, 4] as const) {
    it(`gives back what was sent with a length of ${bytes} bytes, however it is split`, () => {
      const framing = lengthPrefix({ bytes });
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), places, (sent, cuts) => {
          const parts = cutAt(encoded(framing, sent), cuts);
          assert.deepEqual(
            decoded(framing, parts),
            sent.map(frame => String(Buffer.from(frame))),
          );
        }),
      );
    });
  }

  it('sends a text as UTF-8', () => {
    assert.deepEqual(lengthPrefix({ bytes: 1 }).encode('ä'), Buffer.of(2, 0xc3, 0xa4));
  });

  it('does not send more than its max', () => {
    assert.throws(
      () => lengthPrefix({ max: 2 }).encode('abc'),
      TypeError,
      /a frame of 3 bytes.*the most is 2/,
    );
  });

  it('does not send what is neither bytes nor text', () => {
    assert.throws(
      () => lengthPrefix().encode({} as never),
      TypeError,
      'only bytes and texts can be sent, not {}',
    );
  });

  it('refuses a length of 5 bytes', () => {
    assert.throws(() => lengthPrefix({ bytes: 5 as 4 }), TypeError, 'bytes must be 1, 2, 3 or 4, not 5');
  });

  it('refuses a max that the length can not say', () => {
    assert.throws(() => lengthPrefix({ bytes: 1, max: 256 }), TypeError, "can't say more than 255");
  });

  it('lets a length of one byte say 255 at most', () => {
    const framing = lengthPrefix({ bytes: 1 });
    assert.equal(framing.encode(Buffer.alloc(255)).length, 256);
    assert.throws(() => framing.encode(Buffer.alloc(256)), TypeError);
  });
});
