import { assert } from 'chai';
import { z } from 'zod';
import { resolveSettings, type Setting, type SettingsError, setting } from '../../../lib/pool/index.ts';

/** What a setting makes of a text, or the sentence that says that it will not do. */
function read(one: Setting, given: unknown, isText = true): unknown {
  try {
    const layer = {
      name: isText ? 'flag' : 'file',
      isText,
      values: { it: given },
      source: () => 'it',
    } as const;
    return resolveSettings({ it: one }, [layer]).values.it;
  } catch (error) {
    return (error as SettingsError).message;
  }
}

describe('setting', () => {
  const time = 'it must be a time such as 500ms, 30s, 5m, 2h or 1d';
  const { string, number, integer, boolean, choice, duration, list } = setting;
  const texts: [title: string, one: Setting, text: string | string[], result: unknown][] = [
    ['string', string(), ' bla ', ' bla '],
    ['string', string(), '', ''],
    ['string, given twice', string(), ['a', 'b'], 'b'],
    ['number', number(), '0.5', 0.5],
    ['number', number(), '-1e3', -1000],
    ['number', number(), 'x', 'it must be a number, not "x"'],
    ['number', number(), '', 'it must be a number, not ""'],
    ['number', number(), ' ', 'it must be a number, not " "'],
    ['number', number(), 'Infinity', 'it must be a number, not "Infinity"'],
    ['number', number(), 'NaN', 'it must be a number, not "NaN"'],
    ['number', number({ min: 0 }), '-0.001', 'it must be a number from 0 up, not "-0.001"'],
    ['number', number({ max: 1 }), '1.1', 'it must be a number up to 1, not "1.1"'],
    ['integer', integer(), '7', 7],
    ['integer', integer(), '1.5', 'it must be a whole number, not "1.5"'],
    ['integer', integer(), '9007199254740993', 'it must be a whole number, not "9007199254740993"'],
    ['integer', integer({ min: 1, max: 3 }), '3', 3],
    ['integer', integer({ min: 1, max: 3 }), '4', 'it must be a whole number from 1 to 3, not "4"'],
    ['boolean', boolean(), 'yes', true],
    ['boolean', boolean(), 'off', false],
    ['boolean', boolean(), 'foo', 'it must be true or false, not "foo"'],
    ['choice', choice(['fast', 'exact']), 'exact', 'exact'],
    ['choice', choice(['fast', 'exact']), 'Exact', 'it must be one of fast, exact, not "Exact"'],
    ['duration', duration(), '250', 250],
    ['duration', duration(), '1.5s', 1500],
    ['duration', duration(), '5 m', 300_000],
    ['duration', duration(), '2h', 7_200_000],
    ['duration', duration(), '1d', 86_400_000],
    ['duration', duration(), '-1s', `${time}, not "-1s"`],
    ['duration', duration(), '1w', `${time}, not "1w"`],
    ['duration', duration({ min: 1000 }), '1ms', `${time} from 1s up, not "1ms"`],
    ['list', list(), 'a, b,c', ['a', 'b', 'c']],
    ['list', list(), '', []],
    ['list, given twice', list(), ['a,b', 'c'], ['a', 'b', 'c']],
    ['list of integers', list({ of: integer({ min: 0 }) }), '1,2', [1, 2]],
    [
      'list of integers',
      list({ of: integer({ min: 0 }) }),
      '1,x',
      'it must be a list, each of it a whole number from 0 up, not "1,x"',
    ],
    ['list with another separator', list({ separator: ';' }), 'a,b;c', ['a,b', 'c']],
    ['list without a separator', list({ separator: false }), ['a,b', 'c'], ['a,b', 'c']],
  ];
  for (const [title, one, text, result] of texts) {
    it(`${title} makes ${JSON.stringify(result)} of the text ${JSON.stringify(text)}`, () => {
      assert.deepEqual(read(one, text), result);
    });
  }

  const values: [title: string, one: Setting, value: unknown, result: unknown][] = [
    ['string', string(), 'a', 'a'],
    ['string', string(), 1, 'it must be a text, not 1'],
    ['string', string(), null, 'it must be a text, not null'],
    ['integer', integer(), 2, 2],
    ['integer', integer(), '2', 'it must be a whole number, not "2"'],
    ['number', number(), Number.NaN, 'it must be a number, not NaN'],
    ['boolean', boolean(), false, false],
    ['boolean', boolean(), 'true', 'it must be true or false, not "true"'],
    ['boolean', boolean(), [], 'it must be true or false, not []'],
    ['choice', choice(['a']), 1, 'it must be a, not 1'],
    ['duration', duration(), 5, 5],
    ['duration', duration(), '5s', 5000],
    ['duration', duration(), -5, `${time}, not -5`],
    ['duration', duration(), Number.POSITIVE_INFINITY, `${time}, not Infinity`],
    ['list', list(), ['a'], ['a']],
    ['list', list(), 'bla', 'it must be a list, each of it a text, not "bla"'],
    ['list', list(), ['a', 1], 'it must be a list, each of it a text, not ["a",1]'],
  ];
  for (const [title, one, value, result] of values) {
    it(`${title} makes ${JSON.stringify(result)} of the value ${JSON.stringify(value)}`, () => {
      assert.deepEqual(read(one, value, false), result);
    });
  }

  it('gives lists that nobody can change, and not those that it was given', () => {
    const given = ['a'];
    const result = read(setting.list(), given, false) as string[];
    assert.isFrozen(result);
    assert.notStrictEqual(result, given);
  });

  describe('with a check', () => {
    it('that is a function takes what it says true to', () => {
      const even = setting.integer({ check: n => n % 2 === 0 });
      assert.equal(read(even, '4'), 4);
      assert.equal(read(even, '3'), `it can't be "3"`);
    });

    it('that throws says so', () => {
      const bad = setting.string({
        check: () => {
          throw new RangeError('no idea');
        },
      });
      assert.equal(read(bad, 'a'), `it can't be "a": no idea`);
    });

    it('that is a schema takes what that makes of it', () => {
      const url = setting.string({ check: z.url('no URL').transform(text => new URL(text)) });
      assert.deepEqual(read(url, 'http://a/'), new URL('http://a/'));
      assert.equal(read(url, 'a'), `it can't be "a": no URL`);
    });

    it('that is an async schema is a mistake of the program', () => {
      const late = setting.string({ check: z.string().refine(async () => true) });
      assert.throws(
        () => resolveSettings({ late }, [{ name: 'code', values: { late: 'a' } }]),
        TypeError,
        /at once/,
      );
    });

    it('is not asked about what is of another kind', () => {
      const asked: unknown[] = [];
      const one = setting.integer({ check: n => asked.push(n) > 0 });
      read(one, 'x');
      assert.deepEqual(asked, []);
    });
  });

  it('that is secret is in no error', () => {
    assert.equal(read(setting.integer({ secret: true }), '12x'), 'it must be a whole number, not (secret)');
    const checked = setting.string({ secret: true, check: () => false });
    assert.equal(read(checked, 'pass'), "it can't be (secret)");
  });

  const mistakes: [title: string, make: () => unknown, message: RegExp][] = [
    [
      'options that are none',
      () => setting.string(null as never),
      /setting\.string: options must be an object, not null/,
    ],
    [
      'options of a boolean that are none',
      () => setting.boolean(null as never),
      /setting\.boolean: options must be/,
    ],
    [
      'an option that there is not',
      () => setting.string({ min: 1 } as never),
      /there is no option "min"; .*default/,
    ],
    ['a flag of two letters', () => setting.string({ flag: 'bb' }), /flag must be one letter, .*not "bb"/],
    ['a variable with a hyphen', () => setting.string({ env: 'a-b' }), /env must be the name of a variable/],
    ['a help that is no text', () => setting.string({ help: 1 as never }), /help must be a string, not 1/],
    [
      'a check that is none',
      () => setting.string({ check: [1] as never }),
      /check must be a function or a Standard Schema/,
    ],
    ['limits that are none', () => setting.number({ min: '1' as never }), /min must be a number, not "1"/],
    [
      'limits the wrong way round',
      () => setting.number({ min: 2, max: 1 }),
      /min \(2\) is more than max \(1\)/,
    ],
    ['no choices', () => setting.choice([]), /expected a list of texts/],
    ['choices that are no texts', () => setting.choice([1 as never]), /expected a list of texts/],
    ['a list of what is no setting', () => setting.list({ of: 1 as never }), /of must be a setting/],
    [
      'a list of settings with a check',
      () => setting.list({ of: setting.string({ check: () => true }) }),
      /no check of its own/,
    ],
    ['a separator that is none', () => setting.list({ separator: '' }), /separator must be a text or false/],
    ['a secret that is live', () => setting.string({ live: true, secret: true }), /a secret can't be live/],
  ];
  for (const [title, make, message] of mistakes) {
    it(`refuses ${title}`, () => {
      assert.throws(make, TypeError, message);
    });
  }
});
