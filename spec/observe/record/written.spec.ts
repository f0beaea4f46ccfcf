import { assert } from 'chai';
import fc from 'fast-check';
import { Command } from '../../../lib/command/command.ts';
import {
  Actor,
  Exit,
  Node,
  PoisonPill,
  ReceiveTimeout,
  type Ref,
  silentLogger,
  Terminated,
} from '../../../lib/index.ts';
import {
  addressOf,
  brief,
  Lost,
  type Reading,
  read,
  type Written,
  write,
} from '../../../lib/observe/record/written.ts';

const roomy = 1_000_000;
const again = (value: unknown, reading?: Reading) =>
  read(JSON.parse(write(value, roomy)) as Written, reading);
const textOfLost = (value: unknown) => (again(value) as Lost).text;

class Point {
  readonly x: number;
  readonly y: unknown;

  constructor(x: number, y: unknown) {
    this.x = x;
    this.y = y;
  }
}

describe('a recorded value', () => {
  for (const value of [
    ...[
      'text',
      '',
      0,
      -0,
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      true,
      null,
      undefined,
    ],
    ...[
      12345678901234567890n,
      -1n,
      new Date(0),
      new Date(Number.NaN),
      /a+\/b/gi,
      new URL('https://example.org/a?b#c'),
    ],
    ...[
      [],
      {},
      [1, [undefined, 'a']],
      { a: undefined, b: { c: [new Date(5)] } },
      { $: 'Date', value: 'no date' },
    ],
    ...[
      { $: { $: 1 } },
      new Map<unknown, unknown>([[{ a: 1 }, new Set([1, 'b', 2n])]]),
      new Set([new Map()]),
    ],
    ...[Uint8Array.of(1, 2, 255), Float64Array.of(1.5, -0), BigInt64Array.of(-5n), new Uint8Array(9).buffer],
    ...[
      new DataView(Uint8Array.of(7, 8).buffer),
      Int16Array.of(1, -2).subarray(1),
      JSON.parse('{"__proto__": {"a": 1}}'),
    ],
  ]) {
    it(`comes back as it was: ${brief(JSON.parse(write(value, roomy)) as Written)}`, () => {
      assert.deepStrictEqual(again(value), value);
      // What chai takes as equal.
      assert.isTrue(Object.is(again(value), value) || typeof value !== 'number');
      assert.equal(Object.prototype.toString.call(again(value)), Object.prototype.toString.call(value));
    });
  }

  it('comes back as it was, whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        value => {
          const text = write(value, roomy);
          // Objects without a prototype come back as plain ones, and boxed values are not for messages: they are told by their text.
          assert.equal(write(read(JSON.parse(text) as Written), roomy), text);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('may be an error, with its cause and its own fields', () => {
    const error = Object.assign(new RangeError('too far', { cause: new Error('a cliff') }), {
      code: 'E_FAR',
      at: 7n,
    });
    const back = again(error) as typeof error;
    assert.instanceOf(back, RangeError);
    assert.deepEqual(
      [back.message, back.code, back.at, back.stack, (back.cause as Error).message],
      ['too far', 'E_FAR', 7n, error.stack as string, 'a cliff'],
    );
  });

  it('may be a notice of the runtime', () => {
    const refAt = (address: string) => `ref ${address}`;
    assert.deepEqual(again(new Terminated('a', 'killed')), new Terminated('a', 'killed'));
    assert.deepEqual(again(new Exit('a', 'failed'), { refAt }), new Exit('a', 'failed'));
    assert.instanceOf(again(new ReceiveTimeout()), ReceiveTimeout);
    assert.equal(again(PoisonPill), PoisonPill);
    const command = again(new Command('add', [1, 2n])) as Command;
    assert.instanceOf(command, Command);
    assert.deepEqual([command.name, command.args], ['add', [1, 2n]]);
  });

  it('may have refs, which come back by their paths, and never with the secret of who asks', async () => {
    await using node = await Node.start({ logger: silentLogger });
    const askers: Ref[] = [];
    const ref = node.spawn(
      (_, context) => {
        askers.push(context.sender as Ref);
        context.reply('seen');
      },
      { name: 'a' },
    );
    await ref.ask('who?');
    assert.deepEqual(again({ ref }, { refAt: address => node.lookup(address) }), { ref });
    assert.equal(addressOf(askers[0] as Ref), '/$ask/1');
  });

  it('may have instances of classes, without a call of their constructors', () => {
    const point = new Point(1, [new Point(2, 3n)]);
    const back = again(point, { classNamed: name => (name === 'Point' ? Point : undefined) });
    assert.instanceOf(back, Point);
    assert.deepEqual(back, point);
    assert.deepEqual(again(new Point(1, 2)), { x: 1, y: 2 }, 'plain, where the class is not known');
  });

  it('notes what can not be recorded, in its place', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    const { deep, ok } = again({ deep: function save() {}, ok: 1 }) as { deep: Lost; ok: number };
    assert.deepEqual([deep, ok], [new Lost('a function save()'), 1]);
    assert.equal(textOfLost(circle), 'it is nested deeper than 64 levels, or in a circle');
    assert.equal(textOfLost(new WeakMap()), 'a WeakMap');
    assert.equal(textOfLost(Promise.resolve()), 'a Promise');
    assert.equal(textOfLost(Symbol('s')), 'Symbol(s)');
    assert.equal(
      textOfLost({
        get secret() {
          throw new RangeError('the secret');
        },
      }),
      "it can't be read: a getter threw RangeError",
    );
  });

  it('notes what is too large, without reading all of it', () => {
    let reads = 0;
    const long = Array.from({ length: 1000 }, () => ({
      get text() {
        reads++;
        return 'x'.repeat(100);
      },
    }));
    const back = read(JSON.parse(write(long, 1000)) as Written) as Lost;
    assert.equal(back.text, 'it is larger than maxMessageSize');
    assert.isBelow(reads, 20);
    const bytes = read(JSON.parse(write(new Uint8Array(2000), 1000)) as Written) as Lost;
    assert.equal(bytes.text, 'it is larger than maxMessageSize');
  });

  it('is plain JSON where JSON can say it', () => {
    assert.equal(write({ a: [1, 'b', null, { c: true }] }, roomy), '{"a":[1,"b",null,{"c":true}]}');
  });

  it('of an unknown kind is refused', () => {
    assert.throws(() => read({ $: 'Quark' }), TypeError, 'tagged "Quark"');
  });

  it('is shown in a few words', () => {
    const shown = (value: unknown) => brief(JSON.parse(write(value, roomy)) as Written);
    assert.equal(shown({ a: 1n, b: [new Point(1, 'x')] }), '{ a: 1, b: [Point { x: 1, y: "x" }] }');
    assert.equal(shown(new TypeError('no\nway')), 'TypeError: no way');
    assert.equal(shown(Uint8Array.of(1, 2)), 'Uint8Array(2 bytes)');
    assert.lengthOf(shown('y'.repeat(200)), 60);
    class Silent extends Actor {}
    assert.equal(shown(Silent), '(a function Silent())');
  });
});
