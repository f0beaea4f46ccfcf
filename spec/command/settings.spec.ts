import { assert } from 'chai';
import { Settings, type StandardSchemaV1 } from '../../lib/index.ts';

const trimmed: StandardSchemaV1 = {
  '~standard': {
    version: 1,
    vendor: 'spec',
    validate: value =>
      typeof value === 'string' ? { value: value.trim() } : { issues: [{ message: 'no text' }] },
  },
};

describe('Settings', () => {
  it('begin with their defaults', () => {
    const settings = new Settings({ retries: 3, verbose: false });
    assert.deepEqual(settings.names, ['retries', 'verbose']);
    assert.deepEqual(settings.all(), { retries: 3, verbose: false });
  });

  it('keep what they are given, and not the object', () => {
    const defaults = { retries: 3 };
    const settings = new Settings(defaults);
    settings.set('retries', 4);
    assert.deepEqual([settings.get('retries'), defaults.retries], [4, 3]);
  });

  it('take what passes a test', () => {
    const settings = new Settings({ retries: 3 }, { retries: n => n >= 0 });
    settings.set('retries', 0);
    assert.throws(() => settings.set('retries', -1), /setting "retries" can't be -1/);
    assert.equal(settings.get('retries'), 0);
  });

  it('take what a schema makes of a value', () => {
    const settings = new Settings({ name: ' a ' }, { name: trimmed });
    assert.equal(settings.get('name'), 'a');
    settings.set('name', ' b ');
    assert.equal(settings.get('name'), 'b');
    assert.throws(() => settings.set('name', 1 as never), /setting "name" can't be 1: .*no text/);
  });

  for (const [what, make, text] of [
    ['no object', () => new Settings(3 as never), /expected an object such as/],
    ['a default that is no simple value', () => new Settings({ list: [] }), /setting "list" needs a check/],
    ['a default that is NaN', () => new Settings({ n: Number.NaN }), /setting "n" must be a number, not NaN/],
    ['a default that fails its check', () => new Settings({ n: 1 }, { n: [2] }), /must be one of 2, not 1/],
    ['a check of nothing', () => new Settings({ n: 1 }, { m: [2] } as never), /there is no setting "m"/],
    ['a check that is none', () => new Settings({ n: 1 }, { n: {} as never }), /its check must be a list/],
    [
      'a schema that takes its time',
      () =>
        new Settings(
          { n: 1 },
          { n: { '~standard': { version: 1, vendor: 'spec', validate: async () => ({ value: 1 }) } } },
        ),
      /its schema must validate at once/,
    ],
  ] as const)
    it(`refuse ${what}`, () => {
      assert.throws(make as () => unknown, TypeError, text);
    });

  it('refuse a value of another type, also one that looks alike', () => {
    const settings = new Settings({ n: 1, flag: true });
    for (const value of ['1', Number.NaN, null, undefined, 1n])
      assert.throws(() => settings.set('n', value as never), /must be a number/);
    assert.throws(() => settings.set('flag', 1 as never), /must be a boolean/);
  });
});
