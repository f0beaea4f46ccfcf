import { assert } from 'chai';
import { type Layer, resolveSettings, SettingsError, setting } from '../../../lib/pool/index.ts';

const schema = {
  foo: setting.string({ default: 'default' }),
  workers: setting.integer({ default: 2, min: 1 }),
};
const order = ['flag', 'env', 'file', 'code'] as const;
const layer = (name: Layer['name'], values: Layer['values']): Layer => ({
  name,
  values,
  source: key => `${key} of ${name}`,
});

describe('resolveSettings', () => {
  for (let given = 0; given < 2 ** order.length; given++) {
    const names = order.filter((_, place) => (given >> place) & 1);
    const expected = names[0] ?? 'default';
    it(`takes that of ${expected} when ${names.join(', ') || 'nothing'} is given`, () => {
      const layers = order.map(name => layer(name, names.includes(name) ? { foo: name } : {}));
      const { values, origins } = resolveSettings(schema, layers);
      assert.equal(values.foo, expected);
      const source = expected === 'default' ? 'default' : `foo of ${expected}`;
      assert.deepEqual(origins.foo, { layer: expected, source });
      assert.deepEqual(values, { foo: expected, workers: 2 });
    });
  }

  it('takes what is undefined as not given', () => {
    const layers = [layer('flag', { foo: undefined }), layer('code', { foo: 'code' })];
    assert.equal(resolveSettings(schema, layers).values.foo, 'code');
  });

  it('gives values that nobody can change', () => {
    const { values } = resolveSettings(schema, []);
    assert.isFrozen(values);
    assert.throws(() => Object.assign(values, { workers: 9 }), TypeError);
  });

  it('checks only the value that counts', () => {
    const layers = [layer('flag', { workers: 3 }), layer('file', { workers: -3 })];
    assert.equal(resolveSettings(schema, layers).values.workers, 3);
  });

  it('tells of all faults together', () => {
    const layers = [
      {
        ...layer('flag', { workers: 0 }),
        faults: [{ layer: 'flag', source: '--x', message: '--x is odd' }],
      } as Layer,
      layer('file', { fo: 1, workerz: 2, other: 3 }),
      layer('code', { foo: 5 }),
    ];
    const error = thrownBy(() => resolveSettings({ ...schema, needed: setting.string() }, layers));
    assert.instanceOf(error, SettingsError);
    assert.equal(error.code, 'BAD_SETTINGS');
    assert.equal(
      error.message,
      [
        '--x is odd',
        'fo of file: there is no such setting; did you mean foo?',
        'workerz of file: there is no such setting; did you mean workers?',
        'other of file: there is no such setting; the settings are foo, workers, needed',
        'foo of code must be a text, not 5',
        'workers of flag must be a whole number from 1 up, not 0',
        'needed must be given: needed of flag, needed of file, or needed of code',
      ].join('\n'),
    );
    assert.deepEqual(error.faults.at(-2), {
      layer: 'flag',
      source: 'workers of flag',
      setting: 'workers',
      message: 'workers of flag must be a whole number from 1 up, not 0',
    });
  });

  it('leaves out what is optional', () => {
    const { values, origins } = resolveSettings({ foo: setting.string({ optional: true }) }, []);
    assert.deepEqual(values, { foo: undefined });
    assert.equal(origins.foo.layer, 'default');
  });

  it('needs neither a default for a boolean nor for a list', () => {
    const { values } = resolveSettings({ loud: setting.boolean(), tags: setting.list() }, []);
    assert.deepEqual(values, { loud: false, tags: [] });
  });

  it('knows nothing of what all objects have', () => {
    const odd = { toString: setting.string({ default: 'a' }) };
    assert.equal(resolveSettings(odd, [layer('file', {})]).values.toString, 'a');
    const error = thrownBy(() =>
      resolveSettings(schema, [layer('file', JSON.parse('{"__proto__":1,"constructor":2}'))]),
    );
    assert.lengthOf(error.faults, 2);
  });
});

function thrownBy(act: () => unknown): SettingsError {
  try {
    act();
  } catch (error) {
    return error as SettingsError;
  }
  throw new RangeError('it has not thrown');
}
