import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import { Command, type End, endAll, root, startnode } from './command.ts';

const actors = 'spec.cli.actors';

describe('startnode', function () {
  this.timeout(20_000);
  afterEach(endAll);

  describe('the actor', () => {
    it('is spawned with the params and the name, and told the messages in their order', async () => {
      const end = await startnode([
        ...['--actor', `${actors}.Printer`, '--params', '{"a":[1]}', '--name', 'printer'],
        ...['--message', '{"b":2}', '--message', '"stop"'],
      ]);
      assert.deepEqual(end, {
        code: 0,
        signal: null,
        stdout: '/printer starts with {"a":[1]}\ngot {"b":2}\ngot "stop"\nstopped in order\n',
        stderr: '',
      });
    });

    it('gets a name from its class and no params unless they are given; short options do', async () => {
      const { code, stdout } = await startnode(['-a', `${actors}.Printer`, '-m', '"stop"']);
      assert.equal(code, 0);
      assert.match(stdout, /^\/printer\$1 starts with undefined\n/);
    });

    it('ends the process with 0 when it stops by itself, whatever else is left open', async () => {
      assert.deepEqual(await startnode(['-a', `${actors}.Returning`]), silent(0));
    });

    for (const name of ['./spec/cli/actors.ts#Printer', join(root, 'spec/cli/actors.ts#Printer')]) {
      it(`is found as ${name.replace(root, '/…/')}`, async () => {
        const { code } = await startnode(['-a', name, '-m', '"stop"']);
        assert.equal(code, 0);
      });
    }
  });

  describe('modules', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'startnode-'));
      mkdirSync(join(folder, 'node_modules'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const esm = (text: string) =>
      `import { Process } from 'troupe'; export class Main extends Process { *run() { console.log('${text}'); } }`;
    const cjs = (text: string) =>
      `const { Process } = require('troupe'); exports.Main = class extends Process { *run() { console.log('${text}'); } };`;

    for (const [file, content] of [
      ['main.js', esm('js')],
      ['main.mjs', esm('mjs')],
      ['main.cjs', cjs('cjs')],
      ['main.ts', esm('ts')],
    ] as const) {
      it(`can be ${file}`, async () => {
        symlinkSync(root, join(folder, 'node_modules/troupe'));
        writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
        mkdirSync(join(folder, 'app'));
        writeFileSync(join(folder, 'app', file), content);
        const { code, stdout, stderr } = await startnode(['-a', 'app.main.Main'], { cwd: folder });
        assert.deepEqual([code, stdout, stderr], [0, `${file.slice(5)}\n`, '']);
      });
    }

    it('can be a package of the working directory', async () => {
      symlinkSync(root, join(folder, 'node_modules/troupe'));
      mkdirSync(join(folder, 'node_modules/app'));
      writeFileSync(join(folder, 'node_modules/app/package.json'), '{"type":"module","exports":"./app.js"}');
      writeFileSync(join(folder, 'node_modules/app/app.js'), esm('package'));
      const { code, stdout } = await startnode(['-a', 'app#Main'], { cwd: folder });
      assert.deepEqual([code, stdout], [0, 'package\n']);
    });

    it('that are TypeScript need tsx where Node.js does not strip types, and say so', async function () {
      if ((process.features as { typescript?: unknown }).typescript) this.skip();
      const script = installWithoutTsx(folder);
      writeFileSync(join(folder, 'main.ts'), esm('ts'));
      const end = await startnode(['-a', 'main.Main'], { cwd: folder, script });
      assertRefused(end, /^main is TypeScript, .* install tsx \(npm install --save-dev tsx\)$/);
    });

    it('that are TypeScript must be ES modules where Node.js does not strip types, and say so', async function () {
      if ((process.features as { typescript?: unknown }).typescript) this.skip();
      symlinkSync(root, join(folder, 'node_modules/troupe'));
      writeFileSync(join(folder, 'package.json'), '{}');
      writeFileSync(join(folder, 'main.ts'), esm('ts'));
      const end = await startnode(['-a', 'main.Main'], { cwd: folder });
      assertRefused(end, /^main cannot be loaded: its package\.json must have "type": "module"$/);
    });

    it('that throw when they are loaded are told in one line', async () => {
      writeFileSync(join(folder, 'main.mjs'), 'throw new RangeError("too\\nmuch")');
      const end = await startnode(['-a', 'main.Main'], { cwd: folder });
      assertRefused(end, /^main cannot be loaded: RangeError: too much$/);
    });

    it('that import what does not exist are told in one line', async () => {
      writeFileSync(join(folder, 'main.mjs'), 'import "./gone.mjs"');
      const end = await startnode(['-a', 'main.Main'], { cwd: folder });
      assertRefused(end, /^main cannot be loaded: Error: Cannot find module .*gone\.mjs/);
    });
  });

  describe('what cannot start', () => {
    const refusals: [args: string[], line: RegExp][] = [
      [[], /^no actor is given; name one, as in --actor examples\.example1\.ExampleProcess, or see --help$/],
      [['--actor'], /^option '-a, --actor <value>' argument missing; see --help$/],
      [['surplus'], /^unexpected argument 'surplus'/],
      [['--rely'], /^unknown option '--rely'; the options are --actor, --params, .*--version, --help$/],
      [['-a', 'Printer'], /^"Printer" names no actor; write module\.Class .* or package#Class$/],
      [['-a', 'a..B'], /^"a\.\.B" names no actor/],
      [['-a', './a.js#'], /^"\.\/a\.js#" names no actor/],
      [
        ['-a', 'spec.cli.gone.Main'],
        /^there is no module spec\.cli\.gone: looked for .*gone\.js, .*\.mjs, .*\.cjs, .*\.ts$/,
      ],
      [['-a', './gone.js#Main'], /^there is no module \.\/gone\.js: looked for .*gone\.js$/],
      [
        ['-a', 'no-such-package#Main'],
        /^there is no module no-such-package: no such package is installed here$/,
      ],
      [
        ['-a', `${actors}.Nobody`],
        /^there is no class Nobody in spec\.cli\.actors; it exports Crashing, .*, Stubborn$/,
      ],
      [
        ['-a', `${actors}.NoActor`],
        /^NoActor in .* does not extend Actor or Process of the troupe in .*; it exports /,
      ],
      [['-a', `${actors}.version`], /^version in .* does not extend Actor or Process/],
      [['-a', `${actors}.Printer`, '-i', '{'], /^--params is not JSON: /],
      [['-a', `${actors}.Printer`, '-m', '1', '-m', 'x'], /^--message is not JSON: /],
      [['-a', `${actors}.Printer`, '-n', 'a/b'], /^the name "a\/b" has a slash/],
      [['-a', `${actors}.Printer`, '-n', '$a'], /^the name "\$a" begins with \$/],
      [['-a', `${actors}.Printer`, '-n', ''], /^--name must be a text that is not empty, not ""$/],
      [['-a', `${actors}.Printer`, '-r', 'nowhere'], /^--remoting must be \[host:\]port .*, not "nowhere"$/],
      [
        ['-a', `${actors}.Printer`, '-r', '70000'],
        /^--remoting must be \[host:\]port with a port from 0 to 65535/,
      ],
      [['-a', `${actors}.Printer`, '--config', 'gone.json'], /^the config file cannot be read: .*gone\.json/],
      [
        ['-a', `${actors}.FailingToStart`],
        /^\/failingtostart\$1 \(FailingToStart\) failed to start: no database; caused by Error: connection refused; .*no route$/,
      ],
    ];
    for (const [args, line] of refusals) {
      it(`startnode ${args.join(' ')}`, async () => {
        assertRefused(await startnode(args), line);
      });
    }

    it('because its port is taken', async () => {
      const { server, port } = await takePort();
      const end = await startnode(['-a', `${actors}.Printer`, '-r', String(port)]);
      server.close();
      assertRefused(end, new RegExp(`127\\.0\\.0\\.1:${port}`));
    });

    it('because it would be open to the network without encryption', async () => {
      assertRefused(await startnode(['-a', `${actors}.Printer`, '-r', '0.0.0.0:0']), /insecure/);
    });

    it('because a relay has no address', async () => {
      assertRefused(
        await startnode(['-a', `${actors}.Printer`, '--relay']),
        /--relay is for a node that others/,
      );
    });

    it('because a relay to stay with is no address', async () => {
      assertRefused(await startnode(['-a', `${actors}.Printer`, '--relays', 'nowhere']), /--relays must be/);
    });

    it('is told with its stack traces when --verbose is given', async () => {
      const { code, stderr } = await startnode(['-a', `${actors}.FailingToStart`, '--verbose']);
      assert.equal(code, 1);
      assert.match(stderr, /actors\.ts:\d+/);
    });
  });

  describe('an actor that fails', () => {
    it('ends the process with 1 and the chain of errors once its restarts are used up', async () => {
      const { code, stderr } = await startnode(['-a', `${actors}.Crashing`]);
      assert.equal(code, 1);
      const last =
        'startnode: the node has failed: Error: it is broken; caused by TypeError: x is not a function\n';
      assert.isTrue(stderr.endsWith(last), stderr);
    });

    it('ends the process with 1 when it was killed', async () => {
      assertRefused(await startnode(['-a', `${actors}.Killed`]), /^\/killed\$1 was killed$/);
    });
  });

  describe('a signal', () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      it(`${signal} stops the actor in order and ends the process with ${code}`, async () => {
        const command = new Command(['-a', `${actors}.Printer`]);
        await command.line('starts');
        command.kill(signal);
        const { stdout, stderr, ...end } = await command.end;
        assert.deepEqual(end, { code, signal: null });
        assert.match(stdout, /stopped in order\n$/);
        assert.equal(stderr, '');
      });
    }

    it('ends the process at once when it is the second', async () => {
      const command = new Command(['-a', `${actors}.Stubborn`]);
      await command.line('started');
      command.kill('SIGINT');
      await command.line('stopping');
      command.kill('SIGTERM');
      const { code, stderr } = await command.end;
      assert.deepEqual([code, stderr], [143, '']);
    });
  });

  describe('the tasks of the shutdown', () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      it(`run around the end of the actors at ${signal}, and know of it`, async () => {
        const command = new Command(['-a', `${actors}.Serving`]);
        await command.line('serves');
        command.kill(signal);
        assert.deepEqual(await command.end, {
          code,
          signal: null,
          stdout: phasesFor(`signal ${signal}`, { stoppedFirst: false }),
          stderr: '',
        });
      });
    }

    it('run when the actor has stopped by itself', async () => {
      const { code, stdout } = await startnode(['-a', `${actors}.Serving`, '-m', '"stop"']);
      assert.deepEqual([code, stdout], [0, phasesFor('stop', { stoppedFirst: true })]);
    });

    it('run when the node has failed', async () => {
      const { code, stdout } = await startnode(['-a', `${actors}.Serving`, '-m', '"fail"']);
      assert.deepEqual([code, stdout], [1, phasesFor('failure', { stoppedFirst: false })]);
    });

    it('are cut short, whatever they do, by a second signal', async () => {
      const command = new Command(['-a', `${actors}.Serving`, '-i', '{"hangs":true}']);
      await command.line('serves');
      command.kill('SIGTERM');
      await command.line('drain');
      command.kill('SIGINT');
      const { code, stdout, stderr } = await command.end;
      assert.equal(code, 130);
      assert.match(stdout, /drain: signal SIGTERM\n$/);
      assert.equal(stderr, '');
    });
  });

  describe('--keep-running', () => {
    it('spawns the actor again, without the messages, until a signal comes', async () => {
      const command = new Command([
        '-a',
        `${actors}.Printer`,
        '-n',
        'again',
        '-i',
        '1',
        '-m',
        '"stop"',
        '-k',
      ]);
      assert.equal(await command.line('starts'), '/again starts with 1');
      await command.line('stopped in order');
      assert.equal(await command.line(''), '/again starts with 1');
      command.kill('SIGTERM');
      const { code, stdout } = await command.end;
      assert.equal(code, 143);
      assert.equal(stdout.match(/got/g)?.length, 1);
    });

    it('hears a signal also while there is no actor', async () => {
      const command = new Command(['-a', `${actors}.Printer`, '-m', '"stop"', '-k']);
      await command.line('stopped in order');
      command.kill('SIGINT');
      const { code } = await command.end;
      assert.equal(code, 130);
    });
  });

  describe('settings', () => {
    let folder: string;
    let file: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'startnode-'));
      file = join(folder, 'troupe.json');
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const configure = (config: unknown) => writeFileSync(file, JSON.stringify(config));
    const firstLine = ({ stdout }: End) => stdout.split('\n')[0];

    it('come from the command line before the environment before the config file', async () => {
      configure({ actor: `${actors}.Printer`, name: 'file', params: { from: 'file' }, message: ['stop'] });
      const env = { TROUPE_CONFIG: file, TROUPE_NAME: 'env', TROUPE_PARAMS: '"env"' };
      assert.equal(
        firstLine(await startnode([], { env: { TROUPE_CONFIG: file } })),
        '/file starts with {"from":"file"}',
      );
      assert.equal(firstLine(await startnode([], { env })), '/env starts with "env"');
      assert.equal(firstLine(await startnode(['-n', 'line'], { env })), '/line starts with "env"');
    });

    it('are told as messages from each of the three', async () => {
      configure({ actor: `${actors}.Printer`, message: [[1], 'stop'] });
      const env = { TROUPE_CONFIG: file, TROUPE_MESSAGE: '"stop"' };
      assert.include((await startnode(['--config', file])).stdout, 'got [1]\ngot "stop"');
      assert.notInclude((await startnode([], { env })).stdout, '[1]');
      assert.include((await startnode(['-m', '2', '-m', '"stop"'], { env })).stdout, 'got 2\ngot "stop"');
    });

    it('that are flags can be turned on by the environment and off again by the command line', async () => {
      const env = { TROUPE_VERBOSE: 'yes', TROUPE_KEEP_RUNNING: '0' };
      assert.include((await startnode(['-a', `${actors}.Logging`], { env })).stderr, 'a debug');
      assert.notInclude(
        (await startnode(['-a', `${actors}.Logging`, '--no-verbose'], { env })).stderr,
        'a debug',
      );
    });

    const faults: [config: unknown, line: RegExp][] = [
      [[], /^the config file .* must be an object/],
      [{ actr: 'a.B' }, /^the config file .* has no use for "actr"; it may have actor, params, /],
      [{ actor: 7 }, /^"actor" in .*troupe\.json must be a text that is not empty, not 7$/],
      [{ actor: 'a.B', message: 'stop' }, /^"message" in .* must be a list of messages, not "stop"$/],
      [{ actor: 'a.B', verbose: 'maybe' }, /^"verbose" in .* must be true or false, not "maybe"$/],
    ];
    for (const [config, line] of faults) {
      it(`refuse a config file with ${JSON.stringify(config)}`, async () => {
        configure(config);
        assertRefused(await startnode(['--config', file]), line);
      });
    }

    it('refuse a config file that is not JSON', async () => {
      writeFileSync(file, '{,}');
      assertRefused(await startnode(['--config', file]), /^the config file .*troupe\.json is not JSON: /);
    });

    it('refuse a flag in the environment that is none', async () => {
      const end = await startnode(['-a', 'a.B'], { env: { TROUPE_JSON: 'maybe' } });
      assertRefused(end, /^TROUPE_JSON must be true or false, not "maybe"$/);
    });
  });

  describe('the log', () => {
    /** What stands behind the time. */
    const untimed = (stderr: string) => stderr.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /gm, '');

    it('has warnings and what is graver as lines of text on standard error', async () => {
      const { stdout, stderr } = await startnode(['-a', `${actors}.Logging`]);
      assert.equal(stdout, '');
      assert.equal(untimed(stderr), 'WARN  /logging$1 a warning size=1\n');
    });

    it('has debug lines and dead letters as well with --verbose', async () => {
      const { stderr } = await startnode(['-a', `${actors}.Logging`, '-v']);
      assert.deepEqual(untimed(stderr).trimEnd().split('\n'), [
        'WARN  /logging$1 a warning size=1',
        'INFO  /logging$1 an info',
        'DEBUG /logging$1 a debug',
        'INFO  troupe dead letter (stopped) for /logging$1/actor$1 message="too late"',
      ]);
    });

    it('has what --log-level says, or TROUPE_LOG_LEVEL', async () => {
      const [args, infos] = [
        ['-a', `${actors}.Logging`],
        'WARN  /logging$1 a warning size=1\nINFO  /logging$1 an info\n',
      ];
      assert.equal(untimed((await startnode([...args, '--log-level', 'info'])).stderr), infos);
      const env = { TROUPE_LOG_LEVEL: 'info' };
      assert.equal(untimed((await startnode(args, { env })).stderr), infos);
      assert.equal((await startnode([...args, '--log-level', 'silent'], { env })).stderr, '');
      assertRefused(
        await startnode([...args, '--log-level', 'loud']),
        /^--log-level must be one of trace, debug, info, warn, error, fatal, silent, not "loud"$/,
      );
    });

    it('is JSON objects with --json', async () => {
      const lines = (await startnode(['-a', `${actors}.Logging`, '--json'])).stderr.trimEnd().split('\n');
      const [{ time, ...line } = { time: '' }] = lines.map(text => JSON.parse(text) as { time: string });
      assert.deepEqual(line, {
        level: 'warn',
        text: 'a warning',
        actor: '/logging$1',
        class: 'Logging',
        size: 1,
      } as never);
      assert.isNotNaN(Date.parse(time));
    });

    it('is one JSON object a line whatever is put into it', async () => {
      const { stderr } = await startnode(['-a', `${actors}.LoggingOddly`, '--json', '--log-level', 'info']);
      const lines = stderr.trimEnd().split('\n');
      assert.isBelow(Math.max(...lines.map(line => line.length)), 100_000);
      const [odd, huge, failed] = lines.map(
        line => JSON.parse(line) as Record<string, unknown> & { text: string; err?: unknown },
      );
      const { time: _, ...said } = odd ?? { time: '' };
      assert.deepEqual(said, {
        level: 'info',
        text: 'two\nlines',
        actor: '/odd',
        class: 'LoggingOddly',
        self: { self: '[Circular]' },
        big: '123n',
        level_: 'mine',
      });
      assert.match(huge?.text ?? '', /^x{16384}… \(\d+ more characters\)$/);
      const err = failed?.err as { type: string; message: string; stack: string; cause: object };
      assert.deepEqual([err.type, err.message], ['RangeError', 'broken']);
      assert.include(err.stack, 'LoggingOddly');
      assert.include(err.cause, { type: 'Error', message: 'the cause', code: 'E_CAUSE' });
    });

    for (const [what, args, env] of [
      ['it', ['--log-level', 'info'], {}],
      ['what debug says', ['--log-level', 'silent'], { DEBUG: 'troupe:*' }],
    ] as const) {
      it(`does not end the process when nobody reads ${what} any more`, async () => {
        const command = new Command(['-a', `${actors}.LoggingMuch`, ...args], { env });
        await command.line('starts');
        command.closeErrors();
        const { code, stdout } = await command.end;
        assert.deepEqual([code, stdout], [0, 'starts\nends\n']);
      });
    }

    it('tells with --json also why nothing could start', async () => {
      const { code, stderr } = await startnode(['-a', `${actors}.FailingToStart`, '--json']);
      const { level, text } = JSON.parse(stderr) as { level: string; text: string };
      assert.deepEqual([code, level], [1, 'error']);
      assert.include(text, 'failed to start: no database');
    });
  });

  it('--help shows every option and ends with 0', async () => {
    const { code, stdout, stderr } = await startnode(['--help']);
    assert.deepEqual([code, stderr], [0, '']);
    for (const option of ['--actor', '--params', '--message', '--name', '--remoting', '--keep-running']) {
      assert.include(stdout, option);
    }
  });

  it('--version shows the version of the package', async () => {
    const { code, stdout } = await startnode(['--version']);
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\S*\n$/);
  });
});

/** It ended with 1, and its only output is one line that says why. */
function assertRefused({ code, stdout, stderr }: End, line: RegExp): void {
  assert.match(stderr, /^startnode: [^\n]+\n$/);
  assert.match(stderr.slice('startnode: '.length, -1), line);
  assert.deepEqual([code, stdout], [1, '']);
}

/** What `Serving` prints, for a node that stops for that reason. */
function phasesFor(reason: string, { stoppedFirst }: { stoppedFirst: boolean }): string {
  const before = ['beforeStop', 'unbind', 'drain'].map(phase => `${phase}: ${reason}`);
  const steps = stoppedFirst ? ['stopped', ...before] : [...before, 'stopped'];
  return ['serves', ...steps, `afterStop: ${reason}`, ''].join('\n');
}

const silent = (code: number): End => ({ code, signal: null, stdout: '', stderr: '' });

/** Troupe as it is installed where nobody asked for tsx; gives its script. */
function installWithoutTsx(folder: string): string {
  const troupe = join(folder, 'node_modules/troupe');
  cpSync(join(root, 'dist'), join(troupe, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(troupe, 'package.json'));
  for (const name of ['@msgpack', 'debug', 'uuid', 'zeromq']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return join(troupe, 'dist/cli/startnode.js');
}

function takePort(): Promise<{ server: Server; port: number }> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      resolve({ server, port: (server.address() as AddressInfo).port });
    });
  });
}
