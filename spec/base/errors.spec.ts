import { assert } from 'chai';
import { asError, show, TroupeError } from '../../lib/base/errors.ts';

const shown: [value: unknown, text: string][] = [
  ['text', '"text"'],
  ['', '""'],
  [42, '42'],
  [-0, '0'],
  [Number.NaN, 'NaN'],
  [7n, '7n'],
  [true, 'true'],
  [null, 'null'],
  [undefined, 'undefined'],
  [Symbol('s'), 'Symbol(s)'],
  [{ a: 1 }, '{"a":1}'],
  [[1, 'b'], '[1,"b"]'],
  [class Greeter {}, 'Greeter()'],
  [() => {}, 'an anonymous function()'],
];

describe('show()', () => {
  for (const [value, text] of shown) {
    it(`shows ${text}`, () => {
      assert.equal(show(value), text);
    });
  }

  it('cuts what is long', () => {
    assert.isAtMost(show('x'.repeat(1000)).length, 82);
    assert.isAtMost(show({ text: 'x'.repeat(1000) }).length, 82);
  });

  it('shows what refers to itself', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    assert.equal(show(circle), '[object Object]');
  });

  it('shows what throws when it is looked at', () => {
    const hostile = {
      toJSON() {
        throw new Error('hostile');
      },
    };
    assert.equal(show(hostile), '[object Object]');
  });

  it('shows what throws whatever one does with it', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    assert.isString(show(proxy));
  });
});

describe('asError()', () => {
  it('gives an error as it is', () => {
    const error = new RangeError('text');
    assert.equal(asError(error), error);
  });

  for (const thrown of ['text', 42, undefined, null, { code: 'X' }]) {
    it(`makes a TroupeError of ${show(thrown)}, which is its cause`, () => {
      const error = asError(thrown);
      assert.instanceOf(error, TroupeError);
      assert.deepEqual([error.message, error.cause], [`${show(thrown)} was thrown`, thrown]);
    });
  }
});
