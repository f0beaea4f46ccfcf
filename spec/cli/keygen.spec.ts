import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import { KeyFile, keygen, Node, silentLogger } from '../../lib/index.ts';
import { publicKeyOf } from '../../lib/remoting/keys.ts';
import { Command, endAll, startnode } from './command.ts';

const printer = 'spec.cli.actors.Printer';

describe('startnode and keys', function () {
  this.timeout(20_000);
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'startnode-'));
    file = join(folder, 'node.json');
  });
  afterEach(async () => {
    await endAll();
    rmSync(folder, { recursive: true });
  });

  const content = () => JSON.parse(readFileSync(file, 'utf8'));
  const allow = (...keys: string[]) => writeFileSync(file, JSON.stringify({ ...content(), allow: keys }));

  describe('startnode keygen', () => {
    it('writes a key file that only its owner can read, and prints the public key', async () => {
      const { code, stdout, stderr } = await startnode(['keygen', file]);
      assert.deepEqual([code, stdout, stderr], [0, `${content().publicKey}\n`, '']);
      assert.equal(publicKeyOf(content().secretKey), content().publicKey);
      if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    });

    it('prints what would be in the file when it gets none', async () => {
      const { code, stdout } = await startnode(['keygen']);
      const { publicKey, secretKey, ...rest } = JSON.parse(stdout);
      assert.deepEqual([code, rest], [0, { allow: [] }]);
      assert.equal(publicKeyOf(secretKey), publicKey);
    });

    it('overwrites nothing', async () => {
      writeFileSync(file, 'mine');
      const { code, stdout, stderr } = await startnode(['keygen', file]);
      assert.deepEqual([code, stdout, readFileSync(file, 'utf8')], [1, '', 'mine']);
      assert.match(stderr, /^startnode: .*node\.json exists, and is not overwritten: choose another name\n$/);
    });

    for (const args of [['a', 'b'], ['--force'], ['']]) {
      it(`refuses ${JSON.stringify(args)}`, async () => {
        const { code, stderr } = await startnode(['keygen', ...args]);
        assert.equal(code, 1);
        assert.match(stderr, /^startnode: startnode keygen takes the name of one file, not "/);
      });
    }
  });

  describe('--curve', () => {
    it('lets in who is on the list of the file, and who is put on it while the node runs', async () => {
      const server = KeyFile.create(file);
      const [own, port] = [keygen(), await freePort()];
      const command = new Command(['-a', printer, '-n', 'printer', '-r', String(port), '--curve', file]);
      await command.line('starts');
      const node = await Node.start({
        address: '127.0.0.1:0',
        remoting: { curve: { ...own, allow: [server] }, maxSilence: 10_000 },
        logger: silentLogger,
      });
      try {
        node.lookup(`127.0.0.1:${port}/printer`).tell('hello');
        allow(own.publicKey);
        assert.equal(await command.line('got'), 'got "hello"');
      } finally {
        await node.stop();
      }
    });

    it('tells of a file that cannot be used any more, also on SIGHUP, and runs on', async () => {
      KeyFile.create(file);
      const env = { TROUPE_CURVE: file };
      const command = new Command(['-a', printer, '-r', '0'], { env });
      await command.line('starts');
      rmSync(file);
      command.kill('SIGHUP');
      await command.errorLine(/can't be read: ENOENT.*; its lists stay as they were/);
      command.kill('SIGTERM');
      assert.equal((await command.end).code, 143);
    });

    it('needs an address', async () => {
      KeyFile.create(file);
      const { code, stderr } = await startnode(['-a', printer, '--curve', file]);
      assert.equal(code, 1);
      assert.match(stderr, /^startnode: --curve is for nodes that others can reach: give --remoting/);
    });

    if (process.platform !== 'win32') {
      it('refuses a file that others can read', async () => {
        KeyFile.create(file);
        chmodSync(file, 0o644);
        const { code, stderr } = await startnode(['-a', printer, '-r', '0', '--curve', file]);
        assert.equal(code, 1);
        assert.match(stderr, /^startnode: the key file .* can be read or written by others \(mode 644\)/);
      });
    }

    it('lets a node be open to the network without --insecure', async () => {
      KeyFile.create(file);
      const { code, stderr } = await startnode([
        ...['-a', printer, '-m', '"stop"', '-r', '0.0.0.0:0', '--curve', file],
      ]);
      assert.equal(code, 0);
      assert.match(stderr, /^\S+ WARN {2}troupe 0\.0\.0\.0:\d+ .* advertise\n$/);
    });
  });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const node = await Node.start({ address: '127.0.0.1:0', logger: silentLogger });
  const { address = '' } = node;
  await node.stop();
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
