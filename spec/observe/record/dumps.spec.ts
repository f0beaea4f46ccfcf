import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import {
  Actor,
  type AnyDecision,
  ErrorIgnored,
  Escalate,
  oneForOne,
  Resume,
  Stop,
} from '../../../lib/index.ts';
import {
  type DumpOptions,
  parseRecording,
  RecordingWritten,
  record,
} from '../../../lib/observe/record/index.ts';
import { Command, endAll } from '../../cli/command.ts';
import { heard, startNode } from '../../core/support.ts';

describe('a dump', () => {
  let directory: string;
  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'troupe-dumps-')), 'new');
  });
  afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

  class Fragile extends Actor<string> {
    override receive(message: string) {
      if (message.startsWith('fail')) throw new Error(message);
    }
  }

  async function dumping(options: DumpOptions = {}, decision: AnyDecision = Resume) {
    const lines: string[] = [];
    const note = (text: string) => void lines.push(text);
    const { node, clock } = await startNode({
      supervision: oneForOne({ decide: () => decision }),
      logger: { debug() {}, info() {}, warn: note, error() {} },
    });
    record(node, { actors: '/fragile*', dump: { directory, ...options } });
    const written = heard(node, RecordingWritten);
    const ref = node.spawn(Fragile, { name: 'fragile' });
    return { node, clock, written, ref, lines };
  }

  const names = () => (existsSync(directory) ? readdirSync(directory).sort() : []);

  it('follows no link and takes no file that somebody has put where it is going to write', async () => {
    const { clock, ref, written } = await dumping();
    const draft = join(directory, `troupe-local-2026-01-01T00-00-00-000Z.ndjson.${process.pid}.tmp`);
    const victim = join(directory, 'victim');
    mkdirSync(directory);
    writeFileSync(victim, 'precious');
    symlinkSync(victim, draft);
    ref.tell('fail');
    await clock.settle();
    assert.equal(readFileSync(victim, 'utf8'), 'precious');
    assert.lengthOf(written, 1);
    assert.isFalse(lstatSync(written[0]?.file ?? '').isSymbolicLink());
  });

  it('takes one listener of the process, however many record, and gives it back', async () => {
    const listeners = () => process.listenerCount('uncaughtExceptionMonitor');
    const before = listeners();
    const { node } = await startNode();
    const recorders = Array.from({ length: 12 }, () => record(node, { dump: { directory } }));
    assert.equal(listeners(), before + 1);
    for (const recorder of recorders) recorder.close();
    assert.equal(listeners(), before);
  });

  it('is written when a recorded actor fails, before anything else happens', async () => {
    const { clock, written, ref, lines, node } = await dumping();
    ref.tell('fine').tell('fail').tell('after');
    await clock.settle();
    const [name] = ['troupe-local-2026-01-01T00-00-00-000Z'];
    assert.deepEqual(names(), [`${name}.mmd`, `${name}.ndjson`]);
    const file = join(directory, `${name}.ndjson`);
    const { header, entries } = parseRecording(readFileSync(file, 'utf8'));
    assert.deepInclude(header.crash, { actor: '/fragile' });
    assert.equal(header.crash?.error.message, 'fail');
    assert.deepEqual(
      entries.map(entry => (entry.type === 'delivery' ? entry.message : entry.type)),
      ['started', 'fine', 'fail'],
    );
    assert.match(
      readFileSync(join(directory, `${name}.mmd`), 'utf8'),
      /p1--xp0: "fail"\n {2}Note over p0: failed: Error: fail\n$/,
    );
    assert.deepEqual(
      written.map(event => [event.file, event.ref, event.error.message]),
      [[file, ref, 'fail']],
    );
    assert.deepEqual(lines, [`/fragile failed: what led to it is in ${file}`]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    node.spawn(Fragile, { name: 'other' }).tell('fail other');
    await clock.advance(20_000);
    assert.lengthOf(written, 1, 'nothing for an actor that is not recorded');
  });

  it('is one for a burst of failures', async () => {
    const { clock, written, ref } = await dumping({ interval: 500 });
    for (let i = 0; i < 50; i++) ref.tell(`fail ${i}`);
    await clock.advance(499);
    assert.lengthOf(written, 1);
    ref.tell('fail too early');
    await clock.advance(1);
    ref.tell('fail in time');
    await clock.settle();
    assert.deepEqual(
      written.map(({ error }) => error.message),
      ['fail 0', 'fail in time'],
    );
  });

  it('is kept so often, with its diagram, and nothing else is deleted', async () => {
    const { clock, written, ref } = await dumping({ keep: 2, interval: 0 });
    ref.tell('fail 0');
    await clock.settle();
    const others = ['troupe-local-notes.ndjson', 'troupe-local-x-2020-01-01T00-00-00-000Z.ndjson', 'a.txt'];
    for (const other of others) writeFileSync(join(directory, other), '');
    for (let i = 1; i < 12; i++) ref.tell(`fail ${i}`);
    await clock.settle();
    assert.lengthOf(written, 12);
    const kept = written.slice(-2).map(({ file }) => file.slice(directory.length + 1));
    assert.sameMembers(names(), [...others, ...kept, ...kept.map(name => name.replace('ndjson', 'mmd'))]);
  });

  it('waits until the supervisor gives up, where that is wished', async () => {
    const { clock, written, ref } = await dumping({ on: 'giveUp' });
    ref.tell('fail');
    await clock.settle();
    assert.lengthOf(written, 0);
    const given = await dumping({ on: 'giveUp' }, Stop);
    given.ref.tell('fail');
    await given.clock.settle();
    assert.deepEqual(
      given.written.map(({ error }) => error.message),
      ['fail'],
    );
  });

  it('is written when the node fails, however early that is after the last one', async () => {
    const { clock, written, ref, node } = await dumping({}, Escalate);
    ref.tell('fail');
    await clock.advance(20_000);
    await node.stopped;
    assert.isAtLeast(written.length, 1);
    assert.equal(written[0]?.error.message, 'fail');
    const giveUp = await dumping({ on: 'giveUp' }, Escalate);
    giveUp.ref.tell('fail');
    await giveUp.clock.advance(20_000);
    assert.deepEqual(
      giveUp.written.map(event => event.ref),
      [giveUp.node.guardian],
    );
  });

  it('that can not be written harms nobody', async () => {
    const { clock, written, ref, node } = await dumping({ directory: '/dev/null/nowhere' });
    const errors = heard(node, ErrorIgnored);
    ref.tell('fail');
    await clock.settle();
    assert.lengthOf(written, 0);
    assert.equal(errors[0]?.where, 'a flight recorder that writes its file');
    assert.isFalse(ref.isStopped);
  });

  it('is one for a burst of errors that somebody has caught after all', async () => {
    const { written } = await dumping();
    const caught = () => {};
    process.on('uncaughtException', caught);
    const happens = process.emit.bind(process, 'uncaughtExceptionMonitor' as never) as unknown as (
      error: Error,
      origin: string,
    ) => void;
    for (const text of ['one', 'two', 'three']) happens(new Error(text), 'uncaughtException');
    process.off('uncaughtException', caught);
    assert.deepEqual(
      written.map(({ ref, error }) => [ref, error.message]),
      [[undefined, 'one']],
    );
  });

  it('is written when the process has an error that nobody caught', async function () {
    this.timeout(20_000);
    after(endAll);
    const script = join(directory, '..', 'crash.mjs');
    const troupe = new URL('../../../dist/', import.meta.url);
    writeFileSync(
      script,
      `import { Node } from '${troupe}index.js';
      import { record } from '${troupe}observe/index.js';
      const node = await Node.start();
      record(node, { dump: { directory: ${JSON.stringify(directory)} } });
      node.spawn(() => void setTimeout(() => { throw new Error('nobody caught it'); }, 1), { name: 'a' }).tell({ n: 1n });`,
    );
    const { code, stderr } = await new Command([], { script }).end;
    assert.equal(code, 1);
    assert.match(stderr, /the process failed: what led to it is in .*ndjson/);
    const [file] = names().filter(name => name.endsWith('.ndjson'));
    const { header, entries } = parseRecording(readFileSync(join(directory, file as string), 'utf8'));
    assert.equal(header.crash?.error.message, 'nobody caught it');
    assert.deepInclude(entries.at(-1), { actor: '/a', message: { n: { $: 'bigint', value: '1' } } });
  });
});
