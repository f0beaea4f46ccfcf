import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import { Command, type End, endAll, root } from './command.ts';

const script = `${root}dist/cli/troupe.js`;

describe('troupe', function () {
  this.timeout(30_000);
  let folder: string;
  let env: Record<string, string>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-cli-'));
    env = { XDG_RUNTIME_DIR: folder, TMPDIR: folder, TROUPE_HISTORY: '' };
  });
  afterEach(async () => {
    await endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const troupe = (...args: string[]): Promise<End> => new Command(args, { script, env }).end;
  /** What it prints, of a command that must end well. */
  async function output(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await troupe(...args);
    assert.deepEqual([code, stderr], [0, '']);
    return stdout;
  }
  async function refusal(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await troupe(...args);
    assert.deepEqual([code, stdout], [1, '']);
    return stderr;
  }
  /** A node that is looked at, and its address. */
  async function node(...args: string[]): Promise<{ command: Command; address: string }> {
    const command = new Command(['-a', 'spec.cli.lookedAt.Main', '-n', 'main', ...args], { env });
    const line = await command.line(/^ready/);
    return { command, address: line.slice('ready '.length) };
  }

  describe('help', () => {
    it('lists the commands', async () => {
      const text = await output('--help');
      for (const name of [
        'attach',
        'top',
        'tree',
        'ps',
        'inspect',
        'ping',
        'tell',
        'ask',
        'doctor',
        'replay',
      ])
        assert.include(text, `  troupe ${name} `);
      assert.equal(await output(), text);
      assert.equal(await output('help'), text);
    });

    it('says more of each, in either way', async () => {
      const text = await output('help', 'top');
      assert.match(text, /^troupe top \[NODE\[\/path\]\] \[--once\] \[options\]\n\nShows the busiest/);
      assert.equal(await output('top', '--help'), text);
    });

    it('tells the version', async () => {
      assert.match(await output('--version'), /^\d+\.\d+\.\d+\n$/);
    });
  });

  const wrong: [args: string[], line: RegExp][] = [
    [['tpo'], /^troupe: there is no command tpo; did you mean top\?\n$/],
    [['frobnicate'], /^troupe: there is no command frobnicate; see troupe --help\n$/],
    [['help', 'pign'], /there is no command pign; did you mean ping\?/],
    [['ps', '--jsn'], /^troupe ps: unknown option '--jsn'; did you mean --json\?\n$/],
    [
      ['ps', 'a', 'b'],
      /^troupe ps: it is used as troupe ps \[NODE\[\/path\]\] \[options\]; see troupe help ps\n$/,
    ],
    [['tell', '/a'], /it is used as troupe tell \[NODE\]\/path JSON/],
    [['top', '--sort', 'rte'], /--sort must be one of path, rate, .*, not rte; did you mean rate\?/],
    [['ping', '-c', 'many'], /^troupe ping: --count must be a whole number from 1 up, not "many"\n$/],
    [
      ['tree', 'nonsense'],
      /^troupe tree: "nonsense" names no node: give host:port, a process id, or the path of a/,
    ],
    [
      ['inspect', 'main/counter'],
      /"main\/counter" names no node: .*; the path of an actor begins with \/\n$/,
    ],
    [['tree', 'run/gone.sock'], /there is no console at run\/gone\.sock: nobody listens there/],
    [['tree', '1'], /^troupe tree: process 1 has no console: start it with startnode -d\n$/],
    [
      ['tree'],
      /^troupe tree: no node of this user has a console here: start one with startnode -d, or give host:port/,
    ],
    [['tree', '--socket', '/nowhere.sock'], /there is no console at \/nowhere\.sock: nobody listens there/],
    [
      ['tree', '127.0.0.1:1', '-t', '2000'],
      /^troupe tree: nobody answers at 127\.0\.0\.1:1: is the node running/,
    ],
    [['inspect', '127.0.0.1:1'], /which actor\? Give its path as well/],
    [['tree', '127.0.0.1:1', '--curve', '/nowhere'], /nowhere/],
  ];
  for (const [args, line] of wrong) {
    it(`says in one line what is wrong with ${args.join(' ')}`, async () => {
      const text = await refusal(...args);
      assert.match(text, line);
      assert.lengthOf(text.trim().split('\n'), 1);
    });
  }

  it('looks at the only node of this machine, or at one of several by its process', async () => {
    await node('-d');
    assert.match(await output('tree'), /^\/ running\n└─ main \(Main\) running.*\n {3}├─ counter/);
    const pid = readdirSync(join(folder, 'troupe'))[0]?.replace('.sock', '') as string;
    await node('-d');
    assert.match((await troupe('tree')).stderr, /several consoles here: name one by its process id/);
    assert.match(await output('tree', pid), /main/);
    assert.match(await output('tree', `${pid}/main`), /^\/main \(Main\)/);
    assert.match(
      await output('tree', '--socket', join(folder, 'troupe', `${pid}.sock`), '/main'),
      /^\/main \(Main\)/,
    );
  });

  it('shows who is busy, from here and from elsewhere', async () => {
    const { address } = await node('-d', '-r', '0');
    const text = await output('top', '--once');
    assert.match(text, /^127\.0\.0\.1:\d+ {2}pid \d+ {2}troupe .*\nmessages\/s: [\d.]+ handled/);
    const [titles = '', first = ''] = text.split('\n').slice(4);
    assert.match(titles, /^path +class +state +msg\/s +share +queued +restarts +busy for$/);
    assert.match(first, /^\/main\/busy +Busy +running +\d+/);
    const { overview, total, rows } = JSON.parse(await output('top', address, '--json', '-n', '1'));
    assert.deepEqual([total, rows.map((row: { path: string }) => row.path)], [4, ['/main/busy']]);
    assert.isAbove(overview.rates.handled, 1);
    const list = await output('ps', `${address}/main`, '--search', 'COUNT');
    assert.match(list, /^path .*\n\/main\/counter +Counter .*\n$/);
  });

  it('asks and tells, with exit codes', async () => {
    const { command, address } = await node('-d', '-r', '0');
    await output('tell', '/main/counter', '{"add":2}');
    assert.equal(await output('ask', '/main/counter', '{"add":40}'), '42\n');
    assert.equal(await output('ask', `${address}/main/counter`, '{"add":0}', '--json'), '42\n');
    const [failed, missing, silent, ...refused] = await Promise.all([
      refusal('ask', `${address}/main/counter`, '"error"'),
      refusal('ask', `${address}/nobody`, '1'),
      refusal('ask', '/main', '1', '-t', '200'),
      refusal('tell', '/nobody', '1'),
      refusal('tell', `${address}/nobody`, '1'),
    ]);
    assert.equal(failed, 'troupe ask: not with me\n');
    assert.match(missing, /nobody does not exist, so it can't answer/);
    assert.match(silent, /did not answer within 200 ms/);
    for (const text of refused) assert.match(text, /^troupe tell: there is no/);
    assert.match(await refusal('ask', '/main', '{'), /the message must be JSON, such as/);
    await command.line('got 1');
    await output('tell', `${address}/main`, '"stop"');
    assert.equal((await command.end).code, 0);
  });

  it('calls an actor by its path where its node has no address', async () => {
    await node('-d');
    assert.match(
      await output('ping', '/main', '-c', '1'),
      /^\/main on the node of process \d+: connected in /,
    );
  });

  it('pings nodes and actors', async () => {
    const { address } = await node('-d', '-r', '0');
    const texts = await Promise.all(
      ['/main', address, `${address}/main`].map(where => output('ping', where, '-c', '2', '-i', '1')),
    );
    for (const text of texts)
      assert.match(
        text,
        /connected in .*\n1: .*\n2: .*\n2 asked, 2 answered; min\/avg\/max .+ \/ .+ \/ .+\n$/,
      );
    const { code, stdout } = await troupe('ping', `${address}/nobody`, '-c', '1', '--json');
    assert.deepEqual([code, JSON.parse(stdout)], [1, { asked: 1, answered: 0 }]);
  });

  it('calls the doctor in, here and elsewhere', async () => {
    const { command, address } = await node('-d', '-r', '0');
    assert.match(
      await output('doctor', '-w', '10'),
      /^127\.0\.0\.1:\d+: \d+ actors, .*\n\nNothing is stuck\./,
    );
    assert.match(await output('attach', address, '-e', 'doctor()'), /Nothing is stuck\./);
    await output('tell', '/main', '"hang"');
    await command.line('hangs');
    await output('tell', '/main', '1');
    const { code, stdout } = await troupe('doctor', address, '-w', '1500', '--slow', '10');
    assert.deepEqual([code, /\/main has been busy|\/main .*(busy|work)/.test(stdout)], [2, true], stdout);
  });

  it('replays recordings', async () => {
    assert.match(await output('help', 'replay'), /^Usage: troupe replay/);
    assert.match(await refusal('replay', '/nowhere.ndjson'), /nowhere\.ndjson/);
  });

  it('does not look at a node that does not show itself', async () => {
    const { address } = await node('-r', '0');
    assert.match(await refusal('top', address, '--once'), /does not show itself: start it with --observable/);
    assert.match(await output('ping', address, '-c', '1'), /1 answered/);
    assert.equal(await output('ask', `${address}/main/counter`, '"get"'), '0\n');
  });

  it('is let in by a node that encrypts when it knows the key', async () => {
    const [mine, theirs] = [join(folder, 'mine.json'), join(folder, 'theirs.json')];
    const keyOf = async (file: string) => (await new Command(['keygen', file]).end).stdout.trim();
    const [myKey, theirKey] = [await keyOf(mine), await keyOf(theirs)];
    allow(theirs, myKey);
    allow(mine, theirKey);
    const { address } = await node('--observable', '-r', '0', '--curve', theirs);
    assert.match(await output('tree', address, '--curve', mine), /main \(Main\)/);
    assert.match(
      await refusal('tree', address, '-t', '2000'),
      /If it encrypts, give --curve FILE|refuses this node/,
    );
  });

  it('evaluates code in the node through its socket, and here from elsewhere', async () => {
    const { address } = await node('-d', '-r', '0');
    const socket = join(folder, 'troupe', readdirSync(join(folder, 'troupe'))[0] as string);
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    const pid = socket.replace(/.*\/|\.sock/g, '');
    assert.equal(await output('attach', '-e', 'process.pid'), `${pid}\n`);
    assert.equal(await output('attach', '-e', 'node.address'), `'${address}'\n`);
    assert.notEqual(await output('attach', address, '-e', 'process.pid'), `${pid}\n`);
    assert.equal(await output('attach', address, '-e', 'typeof node'), "'undefined'\n");
    for (const where of [[], [address]]) {
      assert.match(await output('attach', ...where, '-e', 'tree()'), /main \(Main\)/);
      const { code, stdout } = await troupe('attach', ...where, '-e', 'inspect("/no")');
      assert.deepEqual([code, stdout], [1, 'CannotLook: there is no live actor /no; tree() shows all\n']);
    }
    const { code, stdout } = await troupe('attach', address, '-e', 'stop("/main")');
    assert.deepEqual([code, /^ControlRefused: this node only shows itself/.test(stdout)], [1, true]);
  });

  it('restarts from elsewhere where it may', async () => {
    const { address } = await node('--observable', '--observable-control', '-r', '0');
    assert.equal(await output('ask', `${address}/main/counter`, '{"add":5}'), '5\n');
    assert.equal(
      await output('attach', address, '-e', 'restart("/main/counter")'),
      '/main/counter was told to restart\n',
    );
    assert.equal(await output('ask', `${address}/main/counter`, '"get"'), '0\n');
  });

  it('does no harm to the node by what fails later, and leaves alone what is the node’s', async () => {
    const { command } = await node('-d');
    const code = `Promise.reject(new Error('of a client')); setTimeout(() => { throw new Error('later') }, 1); 1`;
    const { stdout } = await troupe('attach', '-e', code);
    assert.match(stdout, /^1$/m);
    assert.equal(await output('attach', '-e', 'await new Promise(done => setTimeout(done, 20)); 2'), '');
    assert.equal(await output('ask', '/main/counter', '"get"'), '0\n');
    await output('tell', '/main', '"reject"').catch(() => {});
    const end = await command.end;
    assert.equal(end.code, 1);
    assert.match(end.stderr, /a mistake of the node/);
    assert.notMatch(end.stderr, /of a client|later/);
  });

  it('says that the node has stopped while it was attached', async () => {
    const { command } = await node('-d');
    const attached = new Command(['attach', '-e', 'trace("/main/busy")'], { script, env });
    await attached.line('←');
    command.kill('SIGTERM');
    const { code, stderr } = await attached.end;
    assert.deepEqual([code, stderr], [1, 'troupe attach: the node has stopped\n']);
    assert.equal((await command.end).code, 143);
    assert.deepEqual(readdirSync(join(folder, 'troupe')), []);
  });

  it('does no harm when it is killed', async () => {
    await node('-d');
    const attached = new Command(['attach', '-e', 'trace("/main/busy")'], { script, env });
    await attached.line('←');
    attached.kill('SIGKILL');
    await attached.end;
    assert.match(await output('tree'), /busy/);
  });

  it('finds nothing where the socket is that of a node that was killed', async () => {
    const { command } = await node('-d');
    command.kill('SIGKILL');
    await command.end;
    assert.lengthOf(readdirSync(join(folder, 'troupe')), 1);
    assert.match(await refusal('tree'), /no node of this user has a console here/);
    assert.lengthOf(readdirSync(join(folder, 'troupe')), 0);
  });

  describe('startnode', () => {
    const start = async (...args: string[]) => {
      const { code, stderr } = await new Command(['-a', 'spec.cli.lookedAt.Main', ...args], { env }).end;
      assert.equal(code, 1);
      return stderr;
    };
    const faults: [args: string[], line: RegExp][] = [
      [['--observable'], /^startnode: --observable is for a node that others can reach: give --remoting/],
      [
        ['--observable-control', '-r', '0'],
        /^startnode: --observable-control is for --observable: give that as well\n$/,
      ],
      [
        ['--dashboard-token', 'x'],
        /others could see --dashboard-token on the command line: give --dashboard-token-file/,
      ],
      [
        ['--dashboard', '0', '--dashboard-token-file', '/nowhere'],
        /the file of the dashboard's token cannot be read/,
      ],
      [
        ['--dashboard', '0', '--dashboard-control'],
        /^startnode: .*control .* needs a token; .* --dashboard-token-file FILE, or from TROUPE_DASHBOARD_TOKEN/,
      ],
      [
        ['--dashboard-control'],
        /^startnode: --dashboard-control is for --dashboard \[host:\]port: give that as well\n$/,
      ],
      [['--dashboard', 'x'], /--dashboard must be \[host:\]port/],
      [
        ['--dashboard', '0.0.0.0:0'],
        /^startnode: .*others can reach 0\.0\.0\.0.* --dashboard-token-file FILE/,
      ],
    ];
    for (const [args, line] of faults) {
      it(`does not start with ${args.join(' ')}`, async () => {
        const text = await start(...args);
        assert.match(text, line);
        assert.lengthOf(text.trim().split('\n'), 1);
      });
    }

    it('takes the flags from the environment as well', async () => {
      env = { ...env, TROUPE_REMOTE_DEBUGGING: 'yes' };
      await node();
      assert.match(await output('tree'), /main/);
    });

    it('opens no console, and shows nothing, unless it is told to', async () => {
      await node();
      assert.isFalse(existsSync(join(folder, 'troupe')));
    });

    it('says what keeps the console from being opened', async () => {
      writeFileSync(join(folder, 'troupe'), 'in the way');
      assert.match(await start('-d'), /^startnode: .*EEXIST.*troupe/);
    });

    it('says so when something else listens at a console', async () => {
      const path = join(folder, 'other.sock');
      const other = createServer(socket => socket.end('hello\n'));
      await new Promise<void>(resolve => other.listen(path, resolve));
      assert.match(await refusal('tree', path), /there is no console at .*other\.sock/);
      await new Promise(resolve => other.close(resolve));
    });
  });
});

function allow(file: string, key: string): void {
  const content = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...content, allow: [key] }));
}
