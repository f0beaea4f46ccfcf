import { assert } from 'chai';
import { complete } from '../../../lib/pool/app/definition.ts';
import { lineOf } from '../../../lib/pool/app/line.ts';
import { perform } from '../../../lib/pool/app/perform.ts';
import { type AppContext, setting } from '../../../lib/pool/index.ts';
import { cleanUp, folder } from './support.ts';

const web = (setup: (context: AppContext<never>) => unknown = () => {}, more: object = {}) =>
  complete({
    name: 'web',
    description: 'Serves pages.',
    settings: {
      bind: setting.string({ flag: 'b', help: 'where it listens', section: 'Network' }),
      workers: setting.integer({ default: 2, min: 1, max: 64, help: 'how many there are', live: true }),
      mode: setting.choice(['fast', 'exact'], { default: 'fast' }),
      password: setting.string({ default: 'pass', secret: true, help: 'of the database' }),
      note: setting.string({ optional: true, help: `${'a very long story '.repeat(6)}about it` }),
      verbose: setting.boolean({ flag: 'v', help: 'say more' }),
      keepAlive: setting.duration({ default: 15_000, section: 'Network' }),
      tags: setting.list(),
    },
    setup: setup as never,
    ...more,
  }) as never;
const jobs = (setup: (context: AppContext<never>) => unknown = () => {}) =>
  complete({
    name: 'jobs',
    description: 'Works.',
    settings: { workers: setting.integer({ default: 1, help: 'how many' }) },
    setup: setup as never,
  }) as never;

interface End {
  readonly code: number;
  readonly out: string;
  readonly errors: string[];
}

async function run(
  argv: string[],
  apps = [web()],
  more: { env?: object; cwd?: string; version?: string } = {},
): Promise<End> {
  let out = '';
  const errors: string[] = [];
  const around = {
    argv,
    env: (more.env ?? {}) as NodeJS.ProcessEnv,
    cwd: more.cwd ?? folder(),
    print: (text: string) => {
      out += text;
    },
    complain: (line: string) => void errors.push(line),
  };
  const code = await perform(lineOf(apps, undefined, more.version), around);
  return { code, out, errors };
}

describe('a program of apps', () => {
  afterEach(cleanUp);

  it('shows all settings by their sections for --help, whatever else is wrong', async () => {
    const { code, out, errors } = await run(['--workers', 'x', '--help'], [web()], { version: '1.2.0' });
    assert.deepEqual([code, errors], [0, []]);
    assert.equal(
      out,
      `\
web [options]

Serves pages.

      --workers N        how many there are (from 1 to 64; default: 2; can be changed while it runs)
      --mode fast|exact  (default: fast)
      --password TEXT    of the database (default: (secret))
      --note TEXT        a very long story a very long story a very long story a very long story a very long
                         story a very long story about it
  -v, --verbose          say more
      --tags TEXT,...    (default: (none))

Network:
  -b, --bind TEXT        where it listens (must be given)
      --keep-alive TIME  (default: 15s)

      --config FILE      read the settings from this file: .json, .yaml, .mjs, .js or .ts
      --show-config      print each setting and where it comes from, and end
      --version          print the version, and end
  -h, --help             print this, and end

A setting comes from the command line, else from the environment (WEB_BIND, ...), else from a config file
(web.config.json and the like in the working directory, or --config).
`,
    );
  });

  it('shows the variable of a setting for --help that has one of its own', async () => {
    const settings = { key: setting.string({ env: 'API_KEY', default: 'x', help: 'who pays' }) };
    const { out } = await run(['-h'], [complete({ name: 'web', settings, setup() {} }) as never]);
    assert.include(out, '--key TEXT     who pays (default: x; variable: API_KEY)');
  });

  it('shows those of each app for --help', async () => {
    const { out } = await run(['-h'], [web(), jobs()]);
    assert.match(out, /^web \[options\]\n\nweb \(Serves pages\):\n {2}--web-workers N /);
    assert.match(out, /\nweb Network:\n {2}--web-bind TEXT {3,}where it listens \(must be given\)\n/);
    assert.match(out, /\njobs \(Works\):\n {2}--jobs-workers N {3,}how many \(default: 1\)\n/);
    assert.include(out.replace(/\s+/g, ' '), 'a file named by --config has a section for each app');
    assert.notInclude(out, '-v, ');
  });

  it('shows its version', async () => {
    assert.deepEqual(await run(['--version'], [web()], { version: '1.2.0' }), {
      code: 0,
      out: '1.2.0\n',
      errors: [],
    });
  });

  it('shows each setting and where it comes from for --show-config', async () => {
    const cwd = folder({ 'web.config.json': '{"tags":["a","b c"],"mode":"exact"}' });
    const argv = ['-b', ':80', '--show-config'];
    const { code, out } = await run(argv, [web()], { env: { WEB_WORKERS: '3', WEB_PASSWORD: 'x' }, cwd });
    assert.equal(code, 0);
    assert.deepEqual(out.split('\n'), [
      'bind       :80       --bind',
      'workers    3         WEB_WORKERS',
      `mode       exact     "mode" in ${cwd}/web.config.json`,
      'password   (secret)  WEB_PASSWORD',
      'note       (none)    default',
      'verbose    false     default',
      'keepAlive  15s       default',
      `tags       a,"b c"   "tags" in ${cwd}/web.config.json`,
      '',
    ]);
    const all = await run(['--web-bind', ':80', '--show-config'], [web(), jobs()]);
    assert.match(all.out, /^web\.bind {7}:80 {7}--web-bind\n[\s\S]*\njobs\.workers {3}1 {9}default\n$/);
  });

  it('ends with 2 and a line for each fault when the settings will not do', async () => {
    const started: string[] = [];
    const { code, out, errors } = await run(
      ['--workers', '0', '--mdoe', 'fast'],
      [web(() => started.push('web'))],
    );
    assert.deepEqual([code, out, started], [2, '', []]);
    assert.deepEqual(errors, [
      'web: --mdoe is no flag of web; did you mean --mode?',
      'web: bind must be given: --bind, WEB_BIND, or "bind" in web.config.json',
      'web: --workers must be a whole number from 1 to 64, not "0"',
    ]);
    assert.equal((await run(['--show-config'])).code, 2);
  });

  it('ends with 0 when it is asked to stop, and has its apps stopped in reverse order', async () => {
    const log: string[] = [];
    const first = web(() => {
      log.push('web starts');
      return () => log.push('web stops');
    });
    const second = jobs(({ arbiter }) => {
      log.push('jobs starts');
      arbiter.stop();
      return () => log.push('jobs stops');
    });
    const { code, errors } = await run(['--web-bind', ':80'], [first, second]);
    assert.deepEqual([code, errors], [0, []]);
    assert.deepEqual(log, ['web starts', 'jobs starts', 'jobs stops', 'web stops']);
  });

  it('ends with 1 and one line when an app can not start, and stops those that have', async () => {
    const log: string[] = [];
    const second = jobs(() => {
      throw new RangeError('port 80\nis taken', { cause: new Error('EADDRINUSE') });
    });
    const { code, errors } = await run(
      ['--web-bind', ':80'],
      [web(() => () => log.push('web stops')), second],
    );
    assert.deepEqual(
      [code, errors, log],
      [1, ['web: port 80 is taken; caused by Error: EADDRINUSE'], ['web stops']],
    );
  });

  it('starts its node as one of the apps says', async () => {
    let address: string | undefined;
    const app = web(
      ({ node, arbiter }) => {
        address = node.address;
        arbiter.stop();
      },
      { node: ({ bind }: { bind: string }) => ({ address: bind }) },
    );
    assert.equal((await run(['--bind', '127.0.0.1:0'], [app])).code, 0);
    assert.match(address ?? '', /^127\.0\.0\.1:\d+$/);
    const { code, errors } = await run(['--bind', 'nowhere'], [app]);
    assert.equal(code, 1);
    assert.match(errors.join('\n'), /^web: .*nowhere.*$/);
  });

  it('can not have two apps that say how its node starts', () => {
    const own = { node: () => ({}) };
    const other = complete({ name: 'other', setup() {}, ...own }) as never;
    assert.throws(
      () => lineOf([web(undefined, own), other]),
      TypeError,
      /web and other both say how the node starts/,
    );
  });
});
