import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import { KeyFile, keygen, RemotingError } from '../../lib/index.ts';
import { openCurve } from '../../lib/remoting/openCurve.ts';

describe('KeyFile', () => {
  const [friend, another] = [keygen().publicKey, keygen().publicKey];
  const isPosix = process.platform !== 'win32';
  let folder: string;
  let path: string;
  let troubles: string[];
  let opened: KeyFile[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-keys-'));
    path = join(folder, 'keys.json');
    troubles = [];
    opened = [];
  });
  afterEach(() => {
    for (const file of opened) file.close();
    rmSync(folder, { recursive: true });
  });

  const open = (onTrouble: (text: string) => void = text => troubles.push(text)) => {
    const file = KeyFile.open(path, onTrouble);
    opened.push(file);
    return file;
  };
  const content = () => JSON.parse(readFileSync(path, 'utf8'));
  /** As careful tools write: another file takes the place of the old one. */
  const replace = (text: string) => {
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  const change = (changes: object) => replace(JSON.stringify({ ...content(), ...changes }));

  it('is created with a new pair and an empty list, for its owner alone', () => {
    const publicKey = KeyFile.create(path);
    assert.hasAllKeys(content(), ['publicKey', 'secretKey', 'allow']);
    assert.deepEqual([content().publicKey, content().allow], [publicKey, []]);
    if (isPosix) assert.equal(statSync(path).mode & 0o777, 0o600);
    const file = open();
    assert.deepEqual([file.publicKey, file.secretKey], [publicKey, content().secretKey]);
  });

  it('is not created over another', () => {
    KeyFile.create(path);
    const before = content();
    assert.throws(() => KeyFile.create(path), RemotingError, /keys\.json exists, and is not overwritten/);
    assert.deepEqual(content(), before);
  });

  it('says so when it cannot be created', () => {
    assert.throws(
      () => KeyFile.create(join(folder, 'no/keys.json')),
      RemotingError,
      /can't be written: ENOENT/,
    );
  });

  if (isPosix) {
    for (const mode of [0o640, 0o604, 0o620, 0o602, 0o644]) {
      it(`is refused with mode ${mode.toString(8)}`, () => {
        KeyFile.create(path);
        chmodSync(path, mode);
        assert.throws(
          () => open(),
          RemotingError,
          new RegExp(`\\(mode ${mode.toString(8)}\\); run chmod 600`),
        );
      });
    }
  }

  it('is refused when it is not there, is no JSON, or holds no keys, and never quoted', () => {
    assert.throws(() => open(), RemotingError, /can't be read: ENOENT/);
    replace('{ secret');
    assert.throws(() => open(), RemotingError, /^the key file .*keys\.json is not JSON$/);
    replace('[]');
    assert.throws(() => open(), TypeError, /^keys\.json must be an object/);
    replace(JSON.stringify({ ...keygen(), allow: ['x'] }));
    assert.throws(() => open(), TypeError, /^keys\.json\.allow\[0\] must be a public key/);
  });

  it('is read again when it is replaced', async () => {
    KeyFile.create(path);
    change({ allow: [friend] });
    const file = open();
    assert.deepEqual([...file.allow], [friend]);
    const { allow } = file;
    change({ allow: [another], servers: { 'a:1': friend } });
    await until(() => allow.has(another));
    assert.isFalse(allow.has(friend));
    assert.deepEqual(file.servers, { 'a:1': friend });
  });

  it('is read again when it is written to', async () => {
    KeyFile.create(path);
    const file = open();
    writeFileSync(path, JSON.stringify({ ...content(), allow: [friend] }));
    await until(() => file.allow.has(friend));
    assert.deepEqual(troubles, []);
  });

  for (const [what, harm, trouble] of [
    ['broken', () => replace('{'), /is not JSON; its lists stay as they were/],
    ['removed', () => unlinkSync(path), /can't be read: ENOENT.*; its lists stay/],
    ['given a list that is none', () => change({ allow: 'x' }), /allow must be an array.*; its lists stay/],
    ...(isPosix
      ? [['opened to others', () => chmodSync(path, 0o644), /mode 644.*; its lists stay/] as const]
      : []),
  ] as const) {
    it(`keeps its lists, and tells of it, when it is ${what}`, async () => {
      KeyFile.create(path);
      change({ allow: [friend] });
      const told = new Promise<string>(resolve => open(resolve));
      harm();
      assert.match(await told, trouble);
      assert.deepEqual([...(opened[0]?.allow ?? [])], [friend]);
    });
  }

  it('keeps its pair, and tells of it, when that changes', () => {
    KeyFile.create(path);
    const file = open();
    const before = file.publicKey;
    change({ ...keygen(), allow: [friend] });
    file.reload();
    assert.equal(file.publicKey, before);
    assert.isTrue(file.allow.has(friend));
    assert.match(troubles.join(), /another key pair now: the node must be restarted/);
  });

  it('shows no secret when it is printed', async () => {
    KeyFile.create(path);
    const { inspect } = await import('node:util');
    assert.notInclude(inspect(open(), { depth: 9 }), content().secretKey);
  });

  it('can be given for curve, as its path can', () => {
    const publicKey = KeyFile.create(path);
    change({ allow: [friend] });
    const [byPath, byFile] = [openCurve(path), openCurve(open())];
    for (const { curve } of [byPath, byFile]) {
      assert.equal(curve.publicKey, publicKey);
      assert.isTrue(curve.isAllowed(friend));
    }
    byPath.close();
    byFile.close();
  });

  it('is not read any more once it is closed', async () => {
    KeyFile.create(path);
    const [closed, file] = [open(), open()];
    closed.close();
    change({ allow: [friend] });
    await until(() => file.allow.has(friend));
    assert.isFalse(closed.allow.has(friend));
  });
});

/** Changes of files are told in their own time: looked at again and again, until the spec's time is over. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await new Promise(resolve => setImmediate(resolve));
}
