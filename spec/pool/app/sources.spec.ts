import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from 'chai';
import { complete } from '../../../lib/pool/app/definition.ts';
import { lineOf } from '../../../lib/pool/app/line.ts';
import { readSettings, type Sources } from '../../../lib/pool/app/readSettings.ts';
import { setting } from '../../../lib/pool/index.ts';
import { cleanUp, faultsOf, folder } from './support.ts';

const setup = () => {};
const web = complete({
  name: 'web',
  settings: {
    bind: setting.string({ default: ':80', flag: 'b' }),
    workers: setting.integer({ default: 2 }),
    maxRetries: setting.integer({ default: 0 }),
    ratio: setting.number({ default: 1 }),
    verbose: setting.boolean({ flag: 'v' }),
    tags: setting.list(),
    database: setting.string({ default: 'none', env: 'DATABASE_URL' }),
  },
  setup,
});
const jobs = complete({
  name: 'jobs',
  settings: { workers: setting.integer({ default: 1 }), queue: setting.string({ default: 'q', flag: 'q' }) },
  setup,
});

/** What is not a default, by `app.setting`. */
async function read(sources: Sources, apps = [web as never]): Promise<Record<string, unknown>> {
  const { resolved } = await readSettings(lineOf(apps), sources);
  const all = [...resolved].flatMap(([app, { values, origins }]) =>
    Object.entries(values)
      .filter(([name]) => origins[name]?.layer !== 'default')
      .map(([name, value]) => [apps.length > 1 ? `${app}.${name}` : name, value]),
  );
  return Object.fromEntries(all);
}
const group = [web, jobs] as never[];

describe('settings', () => {
  afterEach(cleanUp);

  describe('from a command line', () => {
    const lines: [argv: string[], values: Record<string, unknown>][] = [
      [[], {}],
      [['--workers', '3'], { workers: 3 }],
      [['--workers=3'], { workers: 3 }],
      [['--workers', '3', '--workers', '4'], { workers: 4 }],
      [['--max-retries', '3'], { maxRetries: 3 }],
      [['-b', ':81'], { bind: ':81' }],
      [['-vb:81'], { verbose: true, bind: ':81' }],
      [['--ratio', '-0.5'], { ratio: -0.5 }],
      [['--ratio', '-.5'], { ratio: -0.5 }],
      [['--bind', '-'], { bind: '-' }],
      [['--bind=--workers'], { bind: '--workers' }],
      [['--bind='], { bind: '' }],
      [['--verbose', '--no-verbose'], { verbose: false }],
      [['--verbose=no'], { verbose: false }],
      [['--tags', 'a,b', '--tags', 'c'], { tags: ['a', 'b', 'c'] }],
    ];
    for (const [argv, values] of lines) {
      it(`${argv.join(' ') || 'that is empty'} is ${JSON.stringify(values)}`, async () => {
        assert.deepEqual(await read({ argv }), values);
      });
    }

    const faults: [argv: string[], messages: string[]][] = [
      [['--workers'], ['--workers needs a value, as in --workers value']],
      [['-b'], ['-b needs a value, as in -b value']],
      [['--config'], ['--config needs a value, as in --config value']],
      [['--config='], ['--config needs a value, as in --config value']],
      [['--workers', '1', '--workers', 'x'], ['--workers must be a whole number, not "x"']],
      [
        ['--workers', '--verbose'],
        ['--workers is followed by "--verbose"; if that is its value, write --workers=--verbose'],
      ],
      [['-b', '-v'], ['-b is followed by "-v"; if that is its value, write --bind=-v']],
      [['--wokers', '3'], ['--wokers is no flag of web; did you mean --workers?']],
      [['--maxRetries=3'], ['--maxRetries is no flag of web; did you mean --max-retries?']],
      [
        ['--colour', 'red', 'blue'],
        [
          '--colour is no flag of web; see --help',
          '"blue" is unexpected: a value comes after its flag, as in --flag value',
        ],
      ],
      [['-x'], ['-x is no flag of web; see --help']],
      [['--no-workers'], ['--no-workers is no flag of web; did you mean --workers?']],
      [['--no-verbose=1'], ['--no-verbose is no flag of web; did you mean --verbose?']],
      [['--version'], ['--version is no flag of web; see --help']],
      [['--', '--workers'], ['"--workers" is unexpected: a value comes after its flag, as in --flag value']],
      [
        ['--workers', 'x', '--ratio', 'y'],
        ['--workers must be a whole number, not "x"', '--ratio must be a number, not "y"'],
      ],
      [['--__proto__', '1'], ['--__proto__ is no flag of web; see --help']],
    ];
    for (const [argv, messages] of faults) {
      it(`${argv.join(' ')} is a fault`, async () => {
        assert.deepEqual(await faultsOf(() => read({ argv })), messages);
      });
    }
  });

  describe('from the environment', () => {
    it('have the name of the app before theirs', async () => {
      const env = { WEB_WORKERS: '3', WEB_MAX_RETRIES: '4', WEB_TAGS: 'a,b', WORKERS: '5', WEB_OTHER: 'x' };
      assert.deepEqual(await read({ env }), { workers: 3, maxRetries: 4, tags: ['a', 'b'] });
    });

    it('may have a variable of another name', async () => {
      assert.deepEqual(await read({ env: { DATABASE_URL: 'db', WEB_DATABASE: 'other' } }), {
        database: 'db',
      });
    });

    it('are not given by an empty variable', async () => {
      assert.deepEqual(await read({ env: { WEB_WORKERS: '', WEB_CONFIG: '' } }), {});
    });

    it('are named by their variable in an error', async () => {
      assert.deepEqual(await faultsOf(() => read({ env: { WEB_WORKERS: 'x', WEB_VERBOSE: 'maybe' } })), [
        'WEB_WORKERS must be a whole number, not "x"',
        'WEB_VERBOSE must be true or false, not "maybe"',
      ]);
    });

    it('can have another prefix, or none but those that are named', async () => {
      const settings = {
        a: setting.string({ default: '' }),
        b: setting.string({ default: '', env: 'OWN_B' }),
      };
      const env = { MY_A: '1', APP_A: '2', OWN_B: '3', A: '4' };
      const other = complete({ name: 'app', envPrefix: 'MY', settings, setup });
      assert.deepEqual(await read({ env }, [other as never]), { a: '1', b: '3' });
      const none = complete({ name: 'app', envPrefix: false, settings, setup });
      assert.deepEqual(await read({ env }, [none as never]), { b: '3' });
    });
  });

  describe('from a config file', () => {
    const files: [name: string, content: string][] = [
      ['web.config.json', '\uFEFF{ "workers": 3, "tags": ["a"] }'],
      ['web.config.mjs', 'export default { workers: 3, tags: ["a"] };'],
      ['web.config.js', 'export default { workers: 3, tags: ["a"] };'],
      ['web.config.ts', 'export default { workers: 3 as number, tags: ["a"] };'],
      ['web.config.yaml', 'workers: 3\ntags:\n  - a\n'],
      ['web.config.yml', 'workers: 3\ntags: [a]\n'],
    ];
    for (const [name, content] of files) {
      it(`are found in ${name}`, async () => {
        const cwd = folder({ [name]: content, 'package.json': '{"type":"module"}' });
        assert.deepEqual(await read({ config: true, cwd }), { workers: 3, tags: ['a'] });
      });
    }

    it('are not looked for unless asked', async () => {
      const cwd = folder({ 'web.config.json': '{"workers":3}' });
      assert.deepEqual(await read({ cwd }), {});
    });

    it('are none where there is no file', async () => {
      assert.deepEqual(await read({ config: true, cwd: folder() }), {});
    });

    it('may be none', async () => {
      assert.deepEqual(await read({ config: true, cwd: folder({ 'web.config.yaml': '' }) }), {});
    });

    it('are those of the file that the program, the environment or, before both, the command line names', async () => {
      const content = (workers: number) => JSON.stringify({ workers });
      const cwd = folder({
        'web.config.json': content(1),
        'a.json': content(2),
        'b.json': content(3),
        'c.json': content(4),
      });
      assert.deepEqual(await read({ config: 'a.json', cwd }), { workers: 2 });
      const env = { WEB_CONFIG: 'b.json' };
      assert.deepEqual(await read({ config: 'a.json', env, cwd }), { workers: 3 });
      assert.deepEqual(await read({ config: true, env, argv: ['--config', 'c.json'], cwd }), { workers: 4 });
    });

    const refusals: [title: string, name: string, content: string, message: RegExp][] = [
      [
        'a file that is no JSON',
        'web.config.json',
        '{',
        /^the config file \S+web\.config\.json is not JSON: .+$/,
      ],
      [
        'a file that is no YAML',
        'web.config.yaml',
        'a: [',
        /^the config file \S+web\.config\.yaml is not YAML: .+$/,
      ],
      [
        'a file that is a list',
        'web.config.json',
        '[1]',
        /must be an object such as \{ "workers": 4 \}, not \[1\]$/,
      ],
      [
        'a module without a default export',
        'web.config.mjs',
        'export const workers = 1',
        /must export default an object such as .*, not undefined$/,
      ],
      [
        'a module that throws',
        'web.config.mjs',
        'throw new RangeError("too\\nmuch")',
        /cannot be loaded: RangeError: too much$/,
      ],
      [
        'a key that there is not',
        'web.config.json',
        '{"wokers":1}',
        /^"wokers" in \S+web\.config\.json: there is no such setting; did you mean workers\?$/,
      ],
      [
        'a value that will not do',
        'web.config.json',
        '{"workers":"3"}',
        /^"workers" in \S+web\.config\.json must be a whole number, not "3"$/,
      ],
      [
        'a value that is empty',
        'web.config.yaml',
        'workers:',
        /^"workers" in \S+ must be a whole number, not null$/,
      ],
    ];
    for (const [title, name, content, message] of refusals) {
      it(`are refused for ${title}`, async () => {
        const [fault = '', ...more] = await faultsOf(() =>
          read({ config: true, cwd: folder({ [name]: content }) }),
        );
        assert.match(fault, message);
        assert.deepEqual(more, []);
      });
    }

    it('are refused for a file that is not there, and nothing is said to be missing besides', async () => {
      const cwd = folder();
      const needy = complete({ name: 'web', settings: { bind: setting.string() }, setup }) as never;
      assert.deepEqual(await faultsOf(() => read({ argv: ['--config', 'gone.json', '--x'], cwd }, [needy])), [
        '--x is no flag of web; see --help',
        `there is no config file ${join(cwd, 'gone.json')}`,
      ]);
    });

    it('are refused for a file of another kind, or a directory', async () => {
      const cwd = folder({ 'a.toml': '' });
      mkdirSync(join(cwd, 'b.json'));
      assert.match(
        (await faultsOf(() => read({ config: 'a.toml', cwd })))[0] ?? '',
        /a\.toml must end with \.json, /,
      );
      assert.match(
        (await faultsOf(() => read({ config: 'b.json', cwd })))[0] ?? '',
        /b\.json cannot be read: EISDIR/,
      );
    });

    it('are refused where there are two files', async () => {
      const cwd = folder({ 'web.config.json': '{}', 'web.config.mjs': '' });
      assert.deepEqual(await faultsOf(() => read({ config: true, cwd })), [
        'there are two config files, web.config.json and web.config.mjs; keep one, or name one by --config',
      ]);
    });
  });

  it('are all told of together, wherever they come from', async () => {
    const cwd = folder({ 'web.config.json': '{"bind":1,"wokers":2}' });
    const sources = { argv: ['--ratio', 'x', '--x'], env: { WEB_WORKERS: 'y' }, config: true, cwd } as const;
    const { length } = await faultsOf(() => read(sources));
    assert.equal(length, 5);
  });

  describe('of several apps', () => {
    it('have the name of the app before their flags, variables and files', async () => {
      const cwd = folder({ 'web.config.json': '{"bind":":81"}', 'jobs.config.json': '{"queue":"r"}' });
      const argv = ['--jobs-workers', '7', '--web-verbose', '--no-web-verbose'];
      const env = { WEB_WORKERS: '3', JOBS_WORKERS: '5' };
      assert.deepEqual(await read({ argv, env, config: true, cwd }, group), {
        'web.bind': ':81',
        'web.workers': 3,
        'web.verbose': false,
        'jobs.workers': 7,
        'jobs.queue': 'r',
      });
    });

    it('are in sections of a file that is named', async () => {
      const cwd = folder({
        'all.json': '{"web":{"workers":3},"jobs":{"workers":4}}',
        'web.config.json': '{"workers":9}',
      });
      const expected = { 'web.workers': 3, 'jobs.workers': 4 };
      assert.deepEqual(await read({ argv: ['--config', 'all.json'], config: true, cwd }, group), expected);
    });

    it('never come from what is unprefixed', async () => {
      assert.deepEqual(await read({ env: { WORKERS: '9', QUEUE: 'x' } }, group), {});
      assert.deepEqual(
        await faultsOf(() => read({ argv: ['--workers', '9', '-q', 'x', '--queue=y'] }, group)),
        [
          '--workers is no flag of web; did you mean --web-workers or --jobs-workers?',
          '-q is no flag of web; see --help',
          '--queue is no flag of web; did you mean --jobs-queue?',
        ],
      );
      const cwd = folder({ 'all.json': '{"workers":9,"job":{"workers":1},"web":[1]}' });
      const file = join(cwd, 'all.json');
      assert.deepEqual(await faultsOf(() => read({ config: 'all.json', cwd }, group)), [
        `"workers" in ${file}: there is no such app; the apps are web, jobs`,
        `"job" in ${file}: there is no such app; did you mean jobs?`,
        `"web" in ${file} must be an object with the settings of web, not [1]`,
      ]);
      writeFileSync(file, '{"jobs":{"bind":":81"}}');
      assert.deepEqual(await faultsOf(() => read({ config: 'all.json', cwd }, group)), [
        `"jobs.bind" in ${file}: there is no such setting; the settings are workers, queue`,
      ]);
    });
  });

  describe('are refused when they are described, if', () => {
    const s = setting.string({ default: '' });
    const app = (name: string, settings: object, more = {}) =>
      complete({ name, settings: settings as never, setup, ...more }) as never;
    const mistakes: [title: string, make: () => unknown, message: RegExp][] = [
      [
        'two have the same flag',
        () => lineOf([app('a', { useTls: s, useTLS: s })]),
        /^--use-tls would be both of the setting useTls of a and of the setting useTLS of a; give one of them another name$/,
      ],
      [
        'two have the same letter',
        () => lineOf([app('a', { b: setting.string({ flag: 'x' }), c: setting.string({ flag: 'x' }) })]),
        /^-x would be both/,
      ],
      [
        'one has the letter of --help',
        () => lineOf([app('a', { b: setting.string({ flag: 'h' }) })]),
        /^-h would be both of every app/,
      ],
      [
        'one is the negation of another',
        () => lineOf([app('a', { noCache: s, cache: setting.boolean() })]),
        /^--no-cache would be both/,
      ],
      [
        'two have the same variable',
        () => lineOf([app('a', { b: s, c: setting.string({ env: 'A_B' }) })]),
        /^A_B would be both/,
      ],
      [
        'two apps make the same flag',
        () => lineOf([app('a', { bC: s }), app('a-b', { c: s })]),
        /^--a-b-c would be both of the setting bC of a and of the setting c of a-b/,
      ],
      [
        'two apps have the same name',
        () => lineOf([app('a', {}), app('a', {})]),
        /^runApps: two apps have the name "a"$/,
      ],
      ['there is no app', () => lineOf([]), /at least one app/],
      [
        'one has the name of a flag of every app',
        () => app('a', { showConfig: s }),
        /^defineApp: the setting "showConfig" can't have this name: --show-config is a flag of every app$/,
      ],
      [
        'one has no good name',
        () => app('a', { 'max-retries': s }),
        /the setting "max-retries" has no good name/,
      ],
      [
        'one is no setting',
        () => app('a', { b: 'text' }),
        /the setting "b" must be setting\.string\(\) or another kind, not "text"/,
      ],
      [
        'a default is none',
        () => app('a', { b: setting.integer({ default: 0, min: 1 }) }),
        /the setting "b": its default must be a whole number from 1 up, not 0$/,
      ],
      ['they are no object', () => app('a', null as never), /^defineApp: settings must be an object/],
    ];
    for (const [title, make, message] of mistakes) {
      it(title, () => {
        assert.throws(make, TypeError, message);
      });
    }
  });
});
