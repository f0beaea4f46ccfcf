// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is what a flow file writes
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import { builtInActors, flowSchema, parseXml } from '../../lib/flow/index.ts';
import { Command, type CommandOptions, type End, endAll, root } from './command.ts';

const script = `${root}dist/cli/startflow.js`;
const startflow = (args: readonly string[], options: CommandOptions = {}): Promise<End> =>
  new Command(args, { script, ...options }).end;
const actors = `${root}spec/cli/flowActors.ts`;

describe('startflow', function () {
  this.timeout(20_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'startflow-'));
  });
  afterEach(async () => {
    await endAll();
    rmSync(folder, { recursive: true });
  });

  const write = (yaml: string, name = 'flow.yaml') => {
    writeFileSync(join(folder, name), yaml.replaceAll('ACTORS', actors));
    return name;
  };
  const there = () => ({ cwd: folder });

  const counting = `
stopWhen: idle
logActor: "Null"
actors:
  count: { actor: "ACTORS#Count", params: { to: "\${TO:-3}" } }
  out: { actor: STDOUT, params: { prefix: "\${PREFIX:-}" } }
wiring: [count -> out]
`;
  const waiting = `
logActor: "Null"
actors:
  ready: ACTORS#Ready
  out: STDOUT
wiring: [ready -> out]
`;

  describe('FILE', () => {
    it('runs the flow, and ends with 0 when that stops by itself', async () => {
      const end = await startflow([write(counting)], there());
      assert.deepEqual(end, { code: 0, signal: null, stdout: '1\n2\n3\n', stderr: '' });
    });

    it('takes variables from the environment, and from --set before those', async () => {
      const file = write(counting);
      const env = { TO: '1', PREFIX: 'env ' };
      assert.equal((await startflow([file], { ...there(), env })).stdout, 'env 1\n');
      const { stdout } = await startflow(['run', file, '-s', 'TO=2', '--set', 'PREFIX=a=b '], {
        ...there(),
        env,
      });
      assert.equal(stdout, 'a=b 1\na=b 2\n');
    });

    it('finds actors in modules beside the file, wherever it is run, and in packages', async () => {
      const code = (word: string) =>
        `import { FlowActor, Event } from 'troupe/flow'; export class Say extends FlowActor {
          consume() {} preStart() { void this.emit(new Event({ data: '${word}' })); } }`;
      mkdirSync(join(folder, 'node_modules/app'), { recursive: true });
      symlinkSync(root, join(folder, 'node_modules/troupe'));
      writeFileSync(join(folder, 'node_modules/app/package.json'), '{"type":"module","exports":"./app.js"}');
      writeFileSync(join(folder, 'node_modules/app/app.js'), code('package'));
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      writeFileSync(join(folder, 'one.ts'), code('ts'));
      writeFileSync(join(folder, 'two.mjs'), code('mjs'));
      write(`{stopWhen: idle, logActor: "Null", wiring: ["a, b, c -> out"],
        actors: {a: ./one.ts#Say, b: ./two.mjs#Say, c: app#Say, out: STDOUT}}`);
      const end = await startflow([join(folder, 'flow.yaml')]);
      assert.deepEqual([end.code, end.stdout, end.stderr], [0, 'ts\nmjs\npackage\n', '']);
    });

    it('says what a TypeScript module lacks', async () => {
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(root, join(folder, 'node_modules/troupe'));
      writeFileSync(join(folder, 'package.json'), '{}');
      writeFileSync(join(folder, 'one.ts'), "import 'troupe/flow';");
      const { code, stderr } = await startflow([write('actors: {a: ./one.ts#Say}')], there());
      assert.equal(code, 1);
      // A Node.js that strips types itself finds out that it is an ES module.
      const isUnderstood = (process.features as { typescript?: unknown }).typescript;
      const reason = isUnderstood
        ? 'there is no Say in ./one.ts; it exports nothing by name'
        : './one.ts cannot be loaded: its package.json must have "type": "module"';
      assert.equal(stderr, `flow.yaml:1:13 actors.a: ${reason}\n`);
    });

    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      it(`stops in order at ${signal}, and ends with ${code}`, async () => {
        const command = new Command([write(waiting)], { script, ...there() });
        await command.line('ready');
        command.kill(signal);
        const end = await command.end;
        assert.deepEqual(end, { code, signal: null, stdout: 'ready\nthe last one\nclosed\n', stderr: '' });
      });
    }

    it('gives up a start at a signal', async () => {
      const command = new Command([write(waiting.replace('#Ready', '#Slow'))], { script, ...there() });
      await command.line('starting');
      command.kill('SIGTERM');
      const { code, stdout } = await command.end;
      assert.deepEqual([code, stdout], [143, 'starting\n']);
    });

    it('ends at once at a second signal', async () => {
      const command = new Command([write(waiting.replace('#Ready', '#Stubborn'))], { script, ...there() });
      await command.line('ready');
      command.kill('SIGTERM');
      await command.line('stopping');
      command.kill('SIGTERM');
      assert.equal((await command.end).code, 143);
    });

    it('stops when idle if --stop-when says so', async () => {
      const file = write(counting.replace('stopWhen: idle', 'stopWhen: never'));
      assert.equal((await startflow([file, '--stop-when', 'idle'], there())).code, 0);
    });

    it('tells all that is wrong on standard error, a line for each, and ends with 1', async () => {
      const end = await startflow([write('actors:\n  a: STDOT\n  b: "Nul"\n')], there());
      assert.deepEqual(end, {
        code: 1,
        signal: null,
        stdout: '',
        stderr:
          'flow.yaml:2:6 actors.a: there is no built-in STDOT; did you mean STDOUT?\nflow.yaml:3:6 actors.b: there is no built-in Nul; did you mean Null?\n',
      });
    });

    it('ends with 1 when an actor can not start, and says why', async () => {
      const { code, stderr } = await startflow(
        [write('{logActor: "Null", actors: {a: "ACTORS#Unwilling"}}')],
        there(),
      );
      assert.equal(code, 1);
      assert.match(stderr, /^startflow: .*not today/m);
    });

    it('ends with 1 when the flow has failed, and says why', async () => {
      const { code, stderr } = await startflow(
        [write('{logActor: "Null", actors: {a: "ACTORS#Broken"}}')],
        there(),
      );
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^startflow: the actor a of the flow "flow" has used up its restarts: broken for good/m,
      );
    });

    it('writes log lines as JSON if asked', async () => {
      const { stderr } = await startflow([write('actors: {a: STDOT}'), '--json'], there());
      const { level, text } = JSON.parse(stderr) as { level: string; text: string };
      assert.deepEqual(
        [level, text],
        ['error', 'flow.yaml:1:13 actors.a: there is no built-in STDOT; did you mean STDOUT?'],
      );
    });
  });

  describe('lint', () => {
    it('says that all is well, and ends with 0', async () => {
      const end = await startflow(['lint', write(counting), write(waiting, 'other.yaml')], there());
      assert.deepEqual(end, {
        code: 0,
        signal: null,
        stdout: 'flow.yaml: ok (actors: 2, queues: 1)\nother.yaml: ok (actors: 2, queues: 1)\n',
        stderr: '',
      });
    });

    it('tells the faults of all files on standard output, and ends with 1', async () => {
      const bad = write('actors: {a: STDOT}', 'bad.yaml');
      const { code, stdout, stderr } = await startflow(['lint', bad, 'gone.yaml', write(counting)], there());
      assert.deepEqual([code, stderr], [1, '']);
      assert.deepEqual(stdout.split('\n'), [
        'bad.yaml:1:13 actors.a: there is no built-in STDOT; did you mean STDOUT?',
        "gone.yaml: the file cannot be read: ENOENT: no such file or directory, open 'gone.yaml'",
        'flow.yaml: ok (actors: 2, queues: 1)',
        '',
      ]);
    });

    it('gives them as JSON', async () => {
      const { code, stdout } = await startflow(['lint', '--json', write('actors: {a: STDOT}')], there());
      assert.equal(code, 1);
      assert.deepEqual(JSON.parse(stdout), [
        {
          file: 'flow.yaml',
          line: 1,
          column: 13,
          key: 'actors.a',
          message: 'there is no built-in STDOT; did you mean STDOUT?',
        },
      ]);
    });

    it('reads no folder, and says which', async () => {
      mkdirSync(join(folder, 'flows'));
      const { code, stdout } = await startflow(['lint', 'flows'], there());
      assert.equal(code, 1);
      assert.match(stdout, /^flows: the file flows cannot be read: EISDIR.*read$/m);
    });

    const modules: [what: string, code: string, line: RegExp][] = [
      ['throws nothing', 'throw null', /cannot be loaded: null$/m],
      ['is no JavaScript', 'export let', /cannot be loaded: Unexpected end of input$/m],
      [
        'needs what is not there',
        "import 'gone-package'",
        /cannot be loaded: Cannot find package 'gone-package'/,
      ],
      [
        'ends the process',
        'process.exit(0)',
        /flow\.yaml: a module that it names has ended the process, or never/,
      ],
      [
        'never comes to its end',
        'await new Promise(() => {})',
        /flow\.yaml: .* never came to the end of its own/,
      ],
    ];
    for (const [what, code, line] of modules) {
      it(`finds fault with a module that ${what}`, async () => {
        writeFileSync(join(folder, 'it.mjs'), code);
        const end = await startflow(['lint', write('actors: {a: ./it.mjs#X}')], there());
        assert.equal(end.code, 1);
        assert.match(end.stdout + end.stderr, line);
      });
    }

    it('refuses what can not be started for its node', async () => {
      const file = write('{node: {address: "0.0.0.0:0"}, logActor: "Null", actors: {a: STDOUT}}');
      const { code, stdout } = await startflow(['lint', file], there());
      assert.equal(code, 1);
      assert.match(stdout, /^flow\.yaml:1:18 node\.address: 0\.0\.0\.0:0 is not loopback/);
      assert.equal((await startflow([file], there())).code, 1);
    });

    it('tells no secrets', async () => {
      const file = write('actors: {a: {actor: Throttle, params: {rate: "${API_TOKEN}"}}}');
      const env = { API_TOKEN: 't0p-s3cret' };
      for (const args of [
        ['lint', file],
        ['lint', '--json', file],
        [file, '--verbose'],
        [file, '--json'],
      ]) {
        const { code, stdout, stderr } = await startflow(args, { ...there(), env });
        assert.equal(code, 1);
        assert.notInclude(stdout + stderr, 't0p-s3cret');
        assert.include(stdout + stderr, '${API_TOKEN}');
      }
    });
  });

  describe('graph', () => {
    it('draws for Mermaid', async () => {
      const { code, stdout } = await startflow(['graph', write(counting)], there());
      assert.equal(code, 0);
      assert.equal(stdout, 'flowchart LR\n  n1["count"]\n  n2["out"]\n  n1 --> n2\n');
    });

    it('draws an SVG into a file', async () => {
      const { code, stdout } = await startflow(
        ['graph', write(counting), '-f', 'svg', '-o', 'flow.svg'],
        there(),
      );
      assert.deepEqual([code, stdout], [0, '']);
      assert.equal(parseXml(readFileSync(join(folder, 'flow.svg'), 'utf8')).localName, 'svg');
    });

    it('gives JSON, and with --all the queues that nobody asked for are drawn', async () => {
      const file = write(counting);
      const { stdout } = await startflow(['graph', file, '--format', 'json'], there());
      const { nodes } = JSON.parse(stdout) as { nodes: { name: string }[] };
      assert.sameMembers(
        nodes.map(({ name }) => name),
        ['count', 'out', 'log', 'default_error_logger'],
      );
      assert.include((await startflow(['graph', file, '--all'], there())).stdout, 'default_error_logger');
    });

    it('takes names for nothing but names', async () => {
      const hostile = ['a"]; click n0 "javascript:x"', '<script>', 'a\nb', '&amp;', '-->'];
      const named = Object.fromEntries(hostile.map(name => [name, 'STDOUT']));
      const wiring = hostile.map(from => ({ from, to: hostile }));
      const file = write(JSON.stringify({ actors: named, wiring }));
      const { stdout } = await startflow(['graph', file], there());
      for (const line of stdout.trimEnd().split('\n').slice(1))
        assert.match(line, /^ {2}n\d+(\["[^"\n<>&]*"\]| -->(\|"[^"\n<>&]*"\|)? n\d+)$/);
      const svg = parseXml((await startflow(['graph', file, '-f', 'svg'], there())).stdout);
      const texts = svg.getElementsByTagName('text').map(({ textContent }) => textContent);
      assert.includeMembers(texts, hostile);
      assert.isEmpty(svg.getElementsByTagName('script'));
    });

    it('says when it can not write, and writes nothing when the flow is wrong', async () => {
      const { code, stderr } = await startflow(['graph', write(counting), '-o', 'gone/flow.svg'], there());
      assert.equal(code, 1);
      assert.match(stderr, /^startflow: the picture cannot be written: ENOENT/);
      assert.equal((await startflow(['graph', write('actors: {a: x}'), '-o', 'x.svg'], there())).code, 1);
      assert.isFalse(existsSync(join(folder, 'x.svg')));
    });
  });

  describe('list, show and schema', () => {
    it('names every actor with what it does', async () => {
      const { code, stdout } = await startflow(['list']);
      assert.equal(code, 0);
      const lines = stdout.trimEnd().split('\n');
      assert.deepEqual(
        lines.map(line => line.split(' ')[0]),
        [...builtInActors.keys()],
      );
      for (const line of lines) assert.match(line, /^\w+ {2,}[A-Z].*\.$/);
    });

    it('shows what an actor does, and its parameters with those that it inherits', async () => {
      const { code, stdout } = await startflow(['show', 'EventTemplate']);
      assert.equal(code, 0);
      assert.match(stdout, /^EventTemplate\n\nPuts a text into the data/);
      assert.match(stdout, /^ {2}template \(required\): string\n {6}The text, with places/m);
      assert.match(stdout, /^ {2}key: string \| null\n/m);
    });

    it('shows what a filter takes', async () => {
      const { stdout } = await startflow(['show', 'EventJSONFilter']);
      assert.match(stdout, /^ {2}jsonScope \(required\): /m);
      assert.match(stdout, /\{ \$new: EventJSONFilter, params: \{ … \} \}/);
    });

    it('shows parameters that share a comment, and those that have none', async () => {
      const { stdout } = await startflow(['show', 'HTTPServer']);
      assert.match(stdout, /^ {2}certFile: string\n {6}Files in PEM with the key and the certificates/m);
      const { stdout: data } = await startflow(['show', 'Data']);
      assert.include(
        data,
        'Parameters:\n\n  key: string | null\n  data: unknown\n\nBeside these: concurrency,',
      );
    });

    it('prints the schema', async () => {
      const { stdout } = await startflow(['schema']);
      assert.deepEqual(JSON.parse(stdout), JSON.parse(JSON.stringify(flowSchema)));
    });
  });

  describe('the command line', () => {
    const refusals: [args: string[], line: RegExp][] = [
      [[], /^no file is given; name one, as in startflow flow\.yaml, or see --help$/],
      [['a.yaml', 'b.yaml'], /^startflow run takes one file, not "a\.yaml" "b\.yaml"; see --help$/],
      [['lnit', 'a.yaml'], /^startflow run takes one file, not "lnit" "a\.yaml"; did you mean lint\?$/],
      [['lint'], /^startflow lint takes one or more files, not nothing; see --help$/],
      [['gone.yaml'], /^the file cannot be read: ENOENT/],
      [['--sett'], /^unknown option '--sett'; the options are --set, .*--help$/],
      [['a.yaml', '--set', 'x'], /^--set must be NAME=VALUE, not "x"$/],
      [['a.yaml', '--format', 'svg'], /^startflow run has no use for --format; it is for graph$/],
      [
        ['graph', 'a.yaml', '-f', 'svgg'],
        /^--format must be mermaid, svg, json, not "svgg"; did you mean svg\?$/,
      ],
      [['a.yaml', '--stop-when', 'now'], /^--stop-when must be idle, never, not "now"$/],
      [['show', 'Thottle'], /^there is no built-in actor Thottle; did you mean Throttle\?$/],
    ];
    for (const [args, line] of refusals) {
      it(`is refused: ${args.join(' ') || 'nothing'}`, async () => {
        const { code, stdout, stderr } = await startflow(args, there());
        assert.deepEqual([code, stdout], [1, '']);
        assert.match(stderr.trimEnd().replace('startflow: ', ''), line);
      });
    }

    it('has --help and --version', async () => {
      const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };
      assert.match((await startflow(['--help'])).stdout, /^startflow FILE \[options\]/);
      assert.equal((await startflow(['--version'])).stdout, `${version}\n`);
    });
  });
});
