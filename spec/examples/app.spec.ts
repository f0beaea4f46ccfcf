import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assert } from 'chai';
import { Command, endAll, root } from '../cli/command.ts';

const script = `${root}examples/app.ts`;
/** A Node.js that does not strip types itself leaves that to tsx. */
const NODE_OPTIONS = `--import ${pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href}`;

describe('the example app', function () {
  this.timeout(20_000);
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'troupe-example-'));
  });
  afterEach(async () => {
    await endAll();
    rmSync(cwd, { recursive: true, force: true });
  });
  const start = (args: string[], env: Record<string, string> = {}) =>
    new Command(args, { script, cwd, env: { NODE_OPTIONS, ...env } });

  it('prints what it can be given for --help', async () => {
    const { code, stdout, stderr } = await start(['--help']).end;
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^greeter \[options\]\n\nGreets somebody, some times\.\n/);
    assert.match(stdout, /\n {2}-n, --name TEXT +who is greeted \(must be given\)\n/);
    assert.match(stdout, /\n {6}--times N +how often \(from 1 to 10; default: 1\)\n/);
  });

  it('prints its version', async () => {
    const { code, stdout } = await start(['--version']).end;
    assert.deepEqual([code, stdout], [0, '1.2.0\n']);
  });

  it('takes its settings from flags, the environment and a config file, in that order', async () => {
    writeFileSync(join(cwd, 'greeter.config.json'), '{"name":"file","greeting":"hi","times":3,"loud":true}');
    const { code, stdout, stderr } = await start(['--times', '2'], {
      GREETER_NAME: 'env',
      GREETER_TIMES: '4',
    }).end;
    assert.deepEqual([code, stdout, stderr], [0, 'HI, ENV\nHI, ENV\nstopped\n', '']);
  });

  it('says where each comes from for --show-config', async () => {
    writeFileSync(join(cwd, 'other.yaml'), 'name: ada\npause: 1m\n');
    const { code, stdout } = await start(['--config', 'other.yaml', '--show-config'], { GREETER_LOUD: 'yes' })
      .end;
    const file = join(cwd, 'other.yaml');
    assert.equal(code, 0);
    assert.deepEqual(
      stdout.split('\n').map(line => line.replace(/ +/g, ' ')),
      [
        `name ada "name" in ${file}`,
        'greeting hello default',
        'times 1 default',
        `pause 1m "pause" in ${file}`,
        'loud true GREETER_LOUD',
        '',
      ],
    );
  });

  it('ends with 2 and a line for each fault', async () => {
    const { code, stdout, stderr } = await start(['--tims', '3', '--greeting', 'hey']).end;
    assert.deepEqual([code, stdout], [2, '']);
    assert.deepEqual(stderr.split('\n'), [
      'greeter: --tims is no flag of greeter; did you mean --times?',
      'greeter: name must be given: --name, GREETER_NAME, or "name" in greeter.config.json',
      'greeter: --greeting must be one of hello, hi, not "hey"',
      '',
    ]);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends with 0 at ${signal}, in order`, async () => {
      const app = start(['--name', 'ada', '--times', '2', '--pause', '1d']);
      await app.line('hello, ada');
      app.kill(signal);
      const { code, stdout, stderr } = await app.end;
      assert.deepEqual([code, stdout, stderr], [0, 'hello, ada\nstopped\n', '']);
    });
  }

  it('starts nothing when another module imports it', async () => {
    const other = join(cwd, 'other.mjs');
    writeFileSync(
      other,
      `console.log((await import(${JSON.stringify(pathToFileURL(script).href)})).default.name);`,
    );
    const { code, stdout } = await new Command(['--help'], { script: other, cwd, env: { NODE_OPTIONS } }).end;
    assert.deepEqual([code, stdout], [0, 'greeter\n']);
  });

  it('asks for the package yaml where it is not installed', async () => {
    writeFileSync(join(cwd, 'greeter.config.yaml'), 'name: ada\n');
    const hide = join(cwd, 'hide.mjs');
    writeFileSync(
      hide,
      `import Module from 'node:module';
      const resolve = Module._resolveFilename;
      Module._resolveFilename = (name, ...more) => {
        if (name !== 'yaml') return resolve(name, ...more);
        throw Object.assign(new Error("Cannot find module 'yaml'"), { code: 'MODULE_NOT_FOUND' });
      };`,
    );
    const { code, stderr } = await start([], {
      NODE_OPTIONS: `${NODE_OPTIONS} --import ${pathToFileURL(hide).href}`,
    }).end;
    const file = join(cwd, 'greeter.config.yaml');
    assert.deepEqual(
      [code, stderr],
      [2, `greeter: the config file ${file} needs the package yaml: npm install yaml\n`],
    );
  });
});
