import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import { silentLogger } from '../../../lib/index.ts';
import { AlreadyRunning, Arbiter } from '../../../lib/pool/index.ts';
import { rejection } from '../../core/support.ts';

describe('the pidfile of an arbiter', () => {
  let directory: string;
  let pidfile: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'troupe-pidfile-'));
    pidfile = join(directory, 'arbiter.pid');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const start = () => Arbiter.start({ node: { logger: silentLogger }, pidfile });

  it('has the id of the process as long as the arbiter is there', async () => {
    const arbiter = await start();
    assert.equal(readFileSync(pidfile, 'utf8'), `${process.pid}\n`);
    assert.equal(statSync(pidfile).mode & 0o777 & ~process.umask(), 0o644 & ~process.umask());
    await arbiter.stop();
    assert.deepEqual(readdirSync(directory), []);
  });

  it('refuses another arbiter while that process lives', async () => {
    writeFileSync(pidfile, `${process.ppid}\n`);
    const error = await rejection(start());
    assert.instanceOf(error, AlreadyRunning);
    assert.equal(error.code, 'ALREADY_RUNNING');
    assert.equal((error as AlreadyRunning).pid, process.ppid);
    assert.match(error.message, new RegExp(`already running on PID ${process.ppid}`));
    assert.equal(readFileSync(pidfile, 'utf8'), `${process.ppid}\n`);
    assert.deepEqual(readdirSync(directory), ['arbiter.pid']);
  });

  const gone = () => spawnSync(process.execPath, ['-e', '']).pid;
  const stale: [what: string, content: () => string][] = [
    ['of a process that is gone', () => `${gone()}\n`],
    ['of a process that had the id of this one', () => `${process.pid}\n`],
    ['that is empty', () => ''],
    ['with something else in it', () => 'hello'],
  ];
  for (const [what, content] of stale) {
    it(`is replaced when there is one ${what}`, async () => {
      writeFileSync(pidfile, content());
      const arbiter = await start();
      assert.equal(readFileSync(pidfile, 'utf8'), `${process.pid}\n`);
      assert.deepEqual(readdirSync(directory), ['arbiter.pid']);
      await arbiter.stop();
      assert.deepEqual(readdirSync(directory), []);
    });
  }

  it('stays when it is that of somebody else by the end', async () => {
    const arbiter = await start();
    writeFileSync(pidfile, '1\n');
    await arbiter.stop();
    assert.equal(readFileSync(pidfile, 'utf8'), '1\n');
  });

  it('is removed when the process ends before the arbiter', () => {
    const script = `
      import { Arbiter } from './lib/pool/index.ts';
      await Arbiter.start({ pidfile: process.argv[1] });
      process.exit(7);`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script, pidfile];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [7, '']);
    assert.deepEqual(readdirSync(directory), []);
  });

  it('does not leave listeners to the process', async () => {
    const before = process.listenerCount('exit');
    const arbiter = await start();
    assert.equal(process.listenerCount('exit'), before + 1);
    await arbiter.stop();
    assert.equal(process.listenerCount('exit'), before);
  });

  it('may be gone by the end', async () => {
    const arbiter = await start();
    rmSync(pidfile);
    await arbiter.stop();
    assert.isFalse(existsSync(pidfile));
  });

  it('is removed when the arbiter can not start', async () => {
    const node = { logger: silentLogger, address: 'nonsense' };
    const error = await rejection(Arbiter.start({ node, pidfile }));
    assert.equal(error.code, 'INVALID_ADDRESS');
    assert.deepEqual(readdirSync(directory), []);
  });

  it('needs a directory that exists', async () => {
    const error = await rejection(Arbiter.start({ pidfile: join(directory, 'none', 'arbiter.pid') }));
    assert.equal(error.code, 'ENOENT');
  });
});
