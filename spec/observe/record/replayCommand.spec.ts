/** The command is run as a process of its own, on what another process has written when its actor crashed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { assert } from 'chai';
import { Command, endAll } from '../../cli/command.ts';

const script = fileURLToPath(new URL('command.mjs', import.meta.url));
const actors = fileURLToPath(new URL('recorded.ts', import.meta.url));
const troupeReplay = (args: readonly string[], options = {}) => new Command(args, { script, ...options }).end;

describe('troupe replay', function () {
  this.timeout(30_000);
  let directory: string;
  let file: string;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'troupe-replay-'));
    file = await crash(directory);
  });
  after(() => rmSync(directory, { recursive: true }));
  const left: ChildProcess[] = [];
  afterEach(async () => {
    for (const one of left.splice(0)) one.kill('SIGKILL');
    await endAll();
  });

  it('shows each step, stops where the actor crashed, and says that it did again', async () => {
    const { code, stdout, stderr } = await troupeReplay([file]);
    assert.equal(stderr, '');
    assert.equal(code, 0);
    const lines = stdout.replace(/\+\d+ ms +/g, '+n ms ').split('\n');
    assert.deepEqual(lines.slice(0, 6), [
      `/lift (Lift), 3 steps from ${file}`,
      '   1  +n ms nobody: "down"  handled',
      '   2  +n ms /caller: Load { kilos: 300 }  handled',
      '      tells /caller: { kilos: 300 }',
      '   3  +n ms /caller: Load { kilos: 200 }  failed: RangeError: 500 kg in a lift for 400',
      '      tells /caller: { kilos: 500 }',
    ]);
    assert.match(stdout, /\n {4}at Lift\.receive \(.*recorded\.ts:\d+:\d+\)/);
    assert.match(stdout, /\nreproduced: RangeError: 500 kg in a lift for 400\n$/);
  });

  it('ends with 2 when it does not crash again: with another class, for example', async () => {
    const { code, stdout } = await troupeReplay([file, '--actor', `${actors}#SafeLift`]);
    assert.equal(code, 2);
    assert.match(stdout, /\nnot reproduced: it was RangeError: 500 kg/);
  });

  it('stops after a step', async () => {
    const { code, stdout } = await troupeReplay([file, '--step', '2']);
    assert.equal(code, 0);
    assert.match(stdout, /2 steps from/);
    assert.match(stdout, /\nas recorded\n$/);
    assert.notInclude(stdout, '500');
  });

  it('speaks JSON', async () => {
    const { stdout } = await troupeReplay([file, '--json']);
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ type, number, outcome }) => [type, number, outcome]),
      [
        ['step', 1, 'handled'],
        ['step', 2, 'handled'],
        ['step', 3, 'failed'],
        ['result', undefined, undefined],
      ],
    );
    assert.deepInclude(lines[3], { actor: '/lift', reproduced: true, warnings: [] });
    assert.equal(lines[2].error.name, 'RangeError');
  });

  it('lists and draws what is recorded', async () => {
    const list = await troupeReplay([file, '--list']);
    assert.equal(list.code, 0);
    assert.match(list.stdout, /^\d+ {2}\S+Z {2}\/lift {2}started\n/m);
    assert.match(list.stdout, /\/lift {2}\/caller: Load \{ kilos: 200 \} {2}failed: RangeError: 500 kg/);
    const json = await troupeReplay([file, '--list', '--json', '--path', '/lift']);
    assert.deepEqual(
      json.stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).type),
      ['started', 'delivery', 'delivery', 'delivery'],
    );
    const drawing = await troupeReplay([file, '--mermaid']);
    assert.match(drawing.stdout, /^sequenceDiagram\n {2}participant p0 as /);
    assert.include(drawing.stdout, 'failed: RangeError: 500 kg in a lift for 400');
  });

  for (const [name, args, message] of [
    ['no recording', [], 'name one recording'],
    ['a file that is not there', ['nowhere.ndjson'], "the recording can't be read: ENOENT"],
    ['a file that is no recording', [actors], 'is no JSON'],
    [
      'an option that there is not',
      ['--quick'],
      "troupe replay: unknown option '--quick'; see troupe help replay",
    ],
    ['a step that is none', ['FILE', '--step', 'x'], '--step must be a whole number from 1 up, not "x"'],
    [
      'an actor that is not recorded',
      ['FILE', '--path', '/b'],
      'the recording has no entries of /b; it has those of',
    ],
    ['a class that is not there', ['FILE', '--actor', `${actors}#Crane`], 'there is no class Crane'],
    ['an address that is none', ['FILE', '--inspect-brk=here'], '--inspect-brk must be [host:]port'],
  ] as const) {
    it(`ends with 1 and one line for ${name}`, async () => {
      const { code, stdout, stderr } = await troupeReplay(args.map(arg => (arg === 'FILE' ? file : arg)));
      assert.deepEqual([code, stdout], [1, '']);
      assert.include(stderr, message);
      assert.lengthOf(stderr.trim().split('\n'), 1);
    });
  }

  it('has help', async () => {
    const { code, stdout } = await troupeReplay(['--help']);
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: troupe replay /);
  });

  it('stops in a debugger just before the message that crashed', async () => {
    const command = spawn(process.execPath, [script, file, '--inspect-brk=127.0.0.1:0'], {
      env: {},
    });
    left.push(command);
    const stdout = text(command.stdout);
    const debug = await Debugger.attach(await listening(command.stderr));
    const { stack, kilos } = await debug.firstPause();
    assert.equal(stack[0], 'run');
    assert.include(stack, '#deliver');
    assert.equal(kilos, 300, 'what came before has been handled');
    debug.end();
    const [code] = await once(command, 'exit');
    assert.equal(code, 0);
    assert.include(await stdout, 'reproduced');
  });
});

/** Has the lift break down in a process of its own. @returns the path of the recording */
async function crash(directory: string): Promise<string> {
  const program = join(directory, 'crash.mjs');
  const dist = new URL('../../../dist/', import.meta.url);
  writeFileSync(
    program,
    `import { register } from '${new URL('../../../node_modules/tsx/dist/esm/api/index.mjs', import.meta.url)}';
    register();
    const { Node } = await import('${dist}index.js');
    const { record, RecordingWritten } = await import('${dist}observe/index.js');
    const { Lift, Load } = await import('${new URL('recorded.ts', import.meta.url)}');
    const node = await Node.start();
    record(node, { dump: { directory: ${JSON.stringify(directory)} } });
    const written = node.events.once(RecordingWritten);
    const caller = node.spawn(() => {}, { name: 'caller' });
    const lift = node.spawn(Lift.using({ most: 400 }), { name: 'lift' });
    lift.tell('down').tell(new Load(300), caller).tell(new Load(200), caller).tell('down');
    console.log((await written).file);
    await node.stop();`,
  );
  const { code, stderr } = await new Command([], { script: program }).end;
  assert.equal(code, 0, stderr);
  const [name] = readdirSync(directory).filter(one => one.endsWith('.ndjson'));
  assert.isNotEmpty(readFileSync(join(directory, name as string), 'utf8'));
  return join(directory, name as string);
}

/** Where the debugger of a process can be reached. */
function listening(stderr: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    stderr.on('data', part => {
      said += String(part);
      const [, url] = /Debugger listening on (ws:\S+)/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
    stderr.on('end', () => reject(new Error(`it ended without a debugger: ${said}`)));
  });
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly callFrames?: readonly { functionName: string; callFrameId: string }[] };
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

/** As much of a debugger as it takes to see where a process stops. */
class Debugger {
  readonly #socket: Socket;
  #id = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async attach(url: string): Promise<Debugger> {
    // Node.js 20 has no WebSocket of its own; that of puppeteer is there anyway.
    const require = createRequire(createRequire(import.meta.url).resolve('puppeteer-core'));
    const { WebSocket } = require('ws') as { WebSocket: new (url: string) => Socket };
    const socket = new WebSocket(url);
    await new Promise<void>(resolve => socket.addEventListener('open', () => resolve()));
    return new Debugger(socket);
  }

  async firstPause(): Promise<{ stack: string[]; kilos: unknown }> {
    const paused = this.#next(({ method }) => method === 'Debugger.paused');
    await this.#call('Runtime.enable');
    await this.#call('Debugger.enable');
    await this.#call('Runtime.runIfWaitingForDebugger');
    const frames = (await paused).params?.callFrames ?? [];
    const cell = frames.find(({ functionName }) => functionName === '#deliver');
    const { result } = await this.#call('Debugger.evaluateOnCallFrame', {
      callFrameId: cell?.callFrameId,
      expression: 'this.actor.kilos',
    });
    return { stack: frames.map(({ functionName }) => functionName), kilos: result?.result?.value };
  }

  end(): void {
    this.#socket.close();
  }

  async #call(method: string, params: object = {}): Promise<Reply> {
    const id = ++this.#id;
    const reply = this.#next(one => one.id === id);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return await reply;
  }

  #next(isIt: (reply: Reply) => boolean): Promise<Reply> {
    return new Promise(resolve => {
      this.#socket.addEventListener('message', ({ data }) => {
        const reply = JSON.parse(String(data)) as Reply;
        if (isIt(reply)) resolve(reply);
      });
    });
  }
}

interface Socket {
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void;
  send(text: string): void;
  close(): void;
}
