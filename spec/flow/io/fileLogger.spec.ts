import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { assert } from 'chai';
import {
  Director,
  Event,
  FileLogger,
  FlowActor,
  FlowHarness,
  LogEvent,
  RedactedFileLogger,
} from '../../../lib/flow/index.ts';
import { freshDirectory } from './support.ts';

const entry = (message: string, more: object = {}) =>
  new LogEvent({ level: 'INFO', originActor: 'orders', message, ...more });

describe('FileLogger', () => {
  const at = freshDirectory();
  const read = (name: string) => readFileSync(at(name), 'utf8');
  const start = (params: object = {}) =>
    FlowHarness.start(FileLogger, { params: { directory: at('logs/deep'), ...params }, outboxes: [] });

  it('writes a line for each event, in their order, and makes the directory', async () => {
    const harness = await start();
    await harness.put(entry('stored', { id: 'abc' }));
    for (let n = 0; n < 250; n++) await harness.put(entry(`number ${n}`));
    await harness.stop();
    const lines = read('logs/deep/troupe.log').split('\n');
    assert.match(
      lines[0] as string,
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO actor=orders, id=abc :: stored$/,
    );
    assert.match(lines[1] as string, / INFO actor=orders :: number 0$/);
    const numbers = lines.slice(1, -1).map(line => Number(line.split(' ').pop()));
    assert.deepEqual(numbers, [...Array(250).keys()]);
  });

  it('leaves out what is less important', async () => {
    const harness = await start({ level: 'WARNING' });
    for (const level of ['DEBUG', 'INFO', 'WARNING', 'CRITICAL'] as const)
      await harness.put(entry('x', { level }));
    await harness.stop();
    assert.deepEqual(read('logs/deep/troupe.log').match(/[A-Z]{5,}/g), ['WARNING', 'CRITICAL']);
  });

  it('is a log actor', async () => {
    const director = new Director({ handleSignals: false });
    director.registerLogActor(FileLogger, 'log', { directory: at('logs') });
    class Talker extends FlowActor {
      override preStart(): void {
        this.log.error('here I am');
      }
      override consume(): void {}
    }
    director.registerActor(Talker, 'talker');
    await director.start();
    await director.stop();
    assert.match(read('logs/troupe.log'), / ERROR actor=talker :: here I am\n$/);
  });

  it('lets no message look like another entry', async () => {
    const harness = await start();
    await harness.put(entry('one\r\n2026-01-01 00:00:00,000 ERROR actor=bank :: all is lost'));
    await harness.stop();
    const lines = read('logs/deep/troupe.log').split('\n');
    assert.lengthOf(lines, 3);
    assert.match(lines[1] as string, /^\t2026-01-01/);
  });

  it('renames a file that is full, and keeps so many of them', async () => {
    const harness = await start({ maxBytes: 200, backupCount: 2 });
    for (let n = 0; n < 20; n++) await harness.put(entry(`message ${n}`));
    await harness.stop();
    assert.sameMembers(readdirSync(at('logs/deep')), ['troupe.log', 'troupe.log.1', 'troupe.log.2']);
    const numbers = ['troupe.log.2', 'troupe.log.1', 'troupe.log'].flatMap(name => {
      const text = read(`logs/deep/${name}`);
      assert.isAtMost(text.length, 200);
      return [...text.matchAll(/message (\d+)/g)].map(([, number]) => Number(number));
    });
    assert.deepEqual(numbers, [...Array(20).keys()].slice(-numbers.length));
    assert.isAbove(numbers.length, 6);
  });

  for (const params of [
    { maxBytes: 0, backupCount: 2 },
    { maxBytes: 50, backupCount: 0 },
  ]) {
    it(`never renames with ${JSON.stringify(params)}`, async () => {
      const harness = await start(params);
      for (let n = 0; n < 5; n++) await harness.put(entry(`message ${n}`));
      await harness.stop();
      assert.deepEqual(readdirSync(at('logs/deep')), ['troupe.log']);
      assert.lengthOf(read('logs/deep/troupe.log').split('\n'), 6);
    });
  }

  it('writes to the file that an event names, also below the directory', async () => {
    const harness = await start();
    await harness.put(entry('there', { loggerFilename: 'audit/today.log' }));
    await harness.stop();
    assert.match(read('logs/deep/audit/today.log'), /there\n$/);
    assert.isFalse(existsSync(at('logs/deep/troupe.log')));
  });

  for (const name of [
    '../../out.log',
    '/tmp/out.log',
    'a/../../out.log',
    '..',
    '.',
    '',
    'a\0b',
    'sub/',
    5,
    {},
  ]) {
    it(`does not let ${JSON.stringify(name)} lead out of the directory, and loses nothing`, async () => {
      const harness = await start();
      await harness.put(entry('where to', { loggerFilename: name }));
      await harness.stop();
      assert.match(read('logs/deep/troupe.log'), /where to \(for .+, which is no file in the directory\)\n$/);
      assert.deepEqual(readdirSync(at('')), ['logs']);
      assert.deepEqual(readdirSync(at('logs/deep')), ['troupe.log']);
    });
  }

  it('takes other events as messages', async () => {
    const harness = await start();
    await harness.put(new Event({ data: 'plain' }));
    await harness.stop();
    assert.match(read('logs/deep/troupe.log'), / INFO actor= :: plain\n$/);
  });

  it('tells of what can not be written, and goes on', async () => {
    const harness = await start();
    mkdirSync(at('logs/deep/troupe.log'), { recursive: true });
    await harness.put(entry('lost'));
    assert.match((await harness.error()).error?.message as string, /EISDIR/);
    await harness.put(entry('kept', { loggerFilename: 'other.log' }));
    await harness.stop();
    assert.match(read('logs/deep/other.log'), /kept/);
  });

  for (const params of [
    { level: 'LOUD' },
    { maxBytes: -1 },
    { backupCount: 1.5 },
    { directory: '' },
    { defaultFilename: '../x' },
  ]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new FileLogger('log', params as never), /^log: \w+ must be/);
    });
  }
});

describe('RedactedFileLogger', () => {
  const at = freshDirectory();

  it('writes REDACTED for the first group of every match, and nothing else', async () => {
    const params = {
      directory: at('logs'),
      patterns: ['password=(\\S+)', /<card>(\d+)(\d{4})<\/card>/g, /(x*)/],
    };
    const harness = await FlowHarness.start(RedactedFileLogger, { params, outboxes: [] });
    await harness.put(entry('password=a password=abc <card>12345678</card> password is a'));
    await harness.stop();
    assert.match(
      readFileSync(at('logs/troupe.log'), 'utf8'),
      /:: password=REDACTED password=REDACTED <card>REDACTED5678<\/card> password is a\n$/,
    );
  });

  it('redacts whichever alternative has matched, and to the end of what overlaps', async () => {
    const params = {
      directory: at('logs'),
      patterns: ['password=(\\S+)|token=(\\S+)', /(?=([f-i]{3}))[fg]/],
    };
    const harness = await FlowHarness.start(RedactedFileLogger, { params, outboxes: [] });
    await harness.put(entry('token=abc password=def fghi'));
    await harness.stop();
    assert.match(
      readFileSync(at('logs/troupe.log'), 'utf8'),
      /:: token=REDACTED password=REDACTED REDACTED\n$/,
    );
  });

  it('redacts also what an event names as its file', async () => {
    const params = { directory: at('logs'), patterns: ['(secret)'] };
    const harness = await FlowHarness.start(RedactedFileLogger, { params, outboxes: [] });
    await harness.put(entry('x', { loggerFilename: '../secret' }));
    await harness.stop();
    assert.notInclude(readFileSync(at('logs/troupe.log'), 'utf8'), 'secret');
  });

  const refused: [object, RegExp][] = [
    [{}, /^log: patterns must be a pattern or a list of patterns/],
    [{ patterns: [] }, /^log: patterns must be a pattern or a list of patterns/],
    [{ patterns: ['('] }, /^log: patterns\[0\]: /],
    [{ patterns: ['(a)', 'abc'] }, /^log: patterns\[1\] must have a group/],
  ];
  for (const [params, message] of refused) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new RedactedFileLogger('log', params as never), message);
    });
  }
});
