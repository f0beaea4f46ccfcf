import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import { Command, endAll } from '../cli/command.ts';
import { ended, isAlive } from '../pool/arbiter/alive.ts';

describe('the example of an arbiter', function () {
  this.timeout(30_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'troupe-arbiter-'));
  });
  afterEach(async () => {
    await endAll();
    rmSync(directory, { recursive: true, force: true });
  });

  interface Running {
    readonly example: Command;
    readonly pid: number;
    readonly pids: readonly number[];
    readonly pidfile: string;
  }

  async function start(env: Readonly<Record<string, string>> = {}): Promise<Running> {
    const pidfile = join(directory, 'arbiter.pid');
    const program = { script: '--import', env: { PIDFILE: pidfile, ...env } };
    const example = new Command(['tsx', 'examples/arbiter.ts'], program);
    assert.equal(await example.line('did'), "[ 'resizer 0 did a.jpg', 'resizer 1 did b.jpg' ]");
    const [, pid] = /the pid (\d+)/.exec(await example.line('the arbiter')) ?? [];
    const pids: number[] = [];
    for (const name of ['resizers/0', 'resizers/1', ...('NO_MAIL' in env ? [] : ['mailers/0'])]) {
      const line = await example.line(`  ${name}`);
      const handled = name === 'mailers/0' ? 0 : 1;
      assert.match(line, new RegExp(`^ {2}${name} ready, pid \\d+, ${handled} handled, 0 restarts$`));
      pids.push(Number(/pid (\d+)/.exec(line)?.[1]));
    }
    return { example, pid: Number(pid), pids, pidfile };
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends in good order at ${signal}`, async () => {
      const { example, pid, pids, pidfile } = await start();
      assert.equal(readFileSync(pidfile, 'utf8'), `${pid}\n`);
      assert.isTrue(pids.every(isAlive));
      example.kill(signal);
      const { code, stdout, stderr } = await example.end;
      assert.deepEqual([code, stdout.trimEnd().split('\n').at(-1), stderr], [0, 'bye', '']);
      assert.isFalse(pids.some(isAlive));
      assert.isFalse(existsSync(pidfile));
    });
  }

  it('replaces its workers one after the other at SIGHUP', async () => {
    const { example, pids } = await start();
    example.kill('SIGHUP');
    for (const name of ['resizers/0', 'resizers/1', 'mailers/0'])
      assert.equal(await example.line('ready'), `${name} is ready`);
    await Promise.all(pids.map(ended));
    example.kill('SIGTERM');
    assert.equal((await example.end).code, 0);
  });

  it('has one worker more at SIGTTIN, where there may be', async () => {
    const { example, pids } = await start();
    for (const slot of [2, 3]) {
      example.kill('SIGTTIN');
      assert.equal(await example.line('ready'), `resizers/${slot} is ready`);
    }
    example.kill('SIGTTIN'); // there are four of them, which is the most, and one mailer
    example.kill('SIGTERM');
    const { code, stdout } = await example.end;
    assert.equal(code, 0);
    assert.notMatch(stdout, /resizers\/4|mailers\/1/);
    assert.isFalse(pids.some(isAlive));
  });

  it('has one worker less at SIGTTOU, and keeps the last one', async () => {
    const { example, pids } = await start();
    example.kill('SIGTTOU');
    await ended(pids[1] as number);
    example.kill('SIGTTOU');
    example.kill('SIGHUP');
    assert.equal(await example.line('ready'), 'resizers/0 is ready');
    assert.equal(await example.line('ready'), 'mailers/0 is ready');
    example.kill('SIGTERM');
    assert.equal((await example.end).code, 0);
  });

  it('replaces a worker that is killed', async () => {
    const { example, pids } = await start();
    process.kill(pids[1] as number, 'SIGKILL');
    assert.equal(
      await example.line('lost'),
      'resizers/1 is lost: the process has ended by the signal SIGKILL',
    );
    assert.equal(await example.line('ready'), 'resizers/1 is ready');
    example.kill('SIGTERM');
    assert.equal((await example.end).code, 0);
  });

  it('leaves nobody behind when it is killed itself', async () => {
    const { example, pids, pidfile } = await start();
    example.kill('SIGKILL');
    await example.end;
    await Promise.all(pids.map(ended));
    // The next one takes the pidfile that is left.
    assert.isTrue(existsSync(pidfile));
    const next = await start();
    assert.equal(readFileSync(pidfile, 'utf8'), `${next.pid}\n`);
  });

  it('is there once: the second one refuses to start', async () => {
    const { pid, pidfile } = await start();
    const second = new Command(['tsx', 'examples/arbiter.ts'], {
      script: '--import',
      env: { PIDFILE: pidfile },
    });
    const { code, stderr } = await second.end;
    assert.equal(code, 1);
    assert.include(stderr, `already running on PID ${pid}`);
    assert.equal(readFileSync(pidfile, 'utf8'), `${pid}\n`);
  });

  it('goes on with its resizers when the mailers can not start', async () => {
    const { example } = await start({ NO_MAIL: 'yes' });
    example.kill('SIGTERM');
    const { code, stdout } = await example.end;
    assert.equal(code, 0);
    const lines = stdout.split('\n');
    assert.lengthOf(
      lines.filter(line => line === 'mailers/0 is lost: there is no mail server'),
      6,
    );
    assert.include(lines, 'mailers has given up');
  });
});
