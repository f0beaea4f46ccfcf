import { PassThrough, Writable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { assert } from 'chai';
import { openLog } from '../../lib/base/log.ts';
import { logTo } from '../../lib/base/logging/structured.ts';
import { streamSink } from '../../lib/base/logging/terminal.ts';
import {
  consoleLogger,
  type Log,
  type LogLevel,
  type LogRecord,
  RestartPool,
  silentLogger,
  structuredLogger,
} from '../../lib/index.ts';

describe('a log', () => {
  it('makes a record of a text and details: fields of objects, the first error, other values', () => {
    const [log, records] = recording();
    const error = new RangeError('late');
    log.warn('is slow:', { took: 12 }, error, 7, ['a'], { of: 'b' }, new Error('second'));
    assert.lengthOf(records, 1);
    const [{ err, fields, ...rest } = {} as LogRecord] = records;
    assert.deepEqual(rest, { time: 1000, level: 'warn', text: 'is slow' });
    assert.deepInclude(err, { type: 'RangeError', message: 'late' });
    const { details, ...named } = fields;
    assert.deepEqual(named, { took: 12, of: 'b' });
    assert.deepEqual((details as unknown[]).map(String), ['7', 'a', 'Error: second']);
  });

  it('takes what pino is called with', () => {
    const [log, records] = recording();
    log.info({ order: 7 }, 'sold', 'more');
    log.error(new Error('boom'));
    log.error(new Error('boom'), 'no paper');
    log.error({ err: new Error('boom'), order: 8 }, 'lost');
    log.info({ alone: true });
    assert.deepEqual(
      records.map(({ text, err, fields }) => [text, err?.message, { ...fields }]),
      [
        ['sold', undefined, { order: 7, details: ['more'] }],
        ['boom', 'boom', {}],
        ['no paper', 'boom', {}],
        ['lost', 'boom', { order: 8 }],
        ['', undefined, { alone: true }],
      ],
    );
  });

  it('has all levels', () => {
    const [log, records] = recording();
    for (const level of all) log[level]('a line');
    assert.deepEqual(
      records.map(({ level }) => level),
      all,
    );
  });

  it('takes a text as it is', () => {
    const [log, records] = recording();
    log.info('100 %s and %d', { a: 1 });
    assert.equal(records[0]?.text, '100 %s and %d');
  });

  it('has children that add fields, and say who they are', () => {
    const [log, records] = recording();
    const child = log.child({ actor: '/a', class: 'A', shop: 1, took: 0 });
    child.child({ till: 2 }).info('sold', { took: 3 });
    log.info('none');
    assert.deepEqual(
      records.map(({ actor, class: className, fields }) => [actor, className, { ...fields }]),
      [
        ['/a', 'A', { shop: 1, took: 3, till: 2 }],
        [undefined, undefined, {}],
      ],
    );
  });

  it('puts a _ behind fields that have the name of one of its own', () => {
    const [log, records] = recording();
    log.info('said', {
      level: 'high',
      time: 0,
      text: 'b',
      actor: 'me',
      node: 1,
      class: 'c',
      err: 'e',
      __proto__: null,
    });
    assert.deepEqual(
      { ...records[0]?.fields },
      { level_: 'high', time_: 0, text_: 'b', actor_: 'me', node_: 1, class_: 'c', err_: 'e' },
    );
    log.info('said', JSON.parse('{"__proto__": {"polluted": 1}}') as object);
    assert.deepEqual(Object.keys(records[1]?.fields ?? {}), ['__proto__']);
    assert.isUndefined(({} as { polluted?: unknown }).polluted);
  });

  it('keeps a field that is called details', () => {
    const [log, records] = recording();
    log.info('said', { details: 'mine' });
    log.info('said', { details: 'mine' }, 7);
    assert.deepEqual(
      records.map(({ fields }) => ({ ...fields })),
      [{ details: 'mine' }, { details_: 'mine', details: [7] }],
    );
  });

  it('loses no line to what cannot be read', () => {
    const [log, records] = recording();
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const thrower = {
      a: 1,
      get b() {
        throw new Error('no');
      },
    };
    log.info('said', thrower, proxy, undefined, null);
    log.info(proxy as object);
    log.child(thrower).info('unbound');
    log.child(undefined as never).info('no fields');
    assert.deepEqual(
      records.map(({ text, fields }) => [text, Object.keys(fields)]),
      [
        ['said', ['a', 'b', 'details']],
        ['', ['details']],
        ['unbound', []],
        ['no fields', []],
      ],
    );
    const { details, ...named } = records[0]?.fields ?? {};
    assert.deepEqual(named, { a: 1, b: '[Unreadable]' });
    assert.lengthOf(details as unknown[], 2);
  });

  it('knows errors of another realm', () => {
    const [log, records] = recording();
    log.error('failed:', runInNewContext('new RangeError("far")'));
    assert.deepInclude(records[0]?.err, { type: 'RangeError', message: 'far' });
  });

  it('has methods that work by themselves', () => {
    const [{ warn }, records] = recording();
    warn('alone');
    assert.equal(records[0]?.text, 'alone');
  });

  it('writes from its level on, and says so', () => {
    const records: LogRecord[] = [];
    const log = structuredLogger(record => records.push(record), { level: 'warn' });
    for (const level of all) log[level](level);
    assert.deepEqual(
      records.map(({ text }) => text),
      ['warn', 'error', 'fatal'],
    );
    assert.deepEqual(all.filter(log.isEnabled), ['warn', 'error', 'fatal']);
    assert.deepEqual(all.filter((silentLogger as Log).isEnabled), []);
  });

  it('is refused without a function to write, or with a level that is none', () => {
    assert.throws(() => structuredLogger(7 as never), TypeError, 'write must be a function');
    assert.throws(() => structuredLogger(() => {}, { level: 'loud' as never }), TypeError, 'not "loud"');
  });

  it('can be spread, and then what is put in its place counts', () => {
    const lines: unknown[][] = [];
    const own = { ...silentLogger, error: (...line: unknown[]) => void lines.push(line) };
    const log = openLog(own, { wall: () => 0 }).child({ actor: '/a', x: 1 });
    log.error('failed:', 7);
    log.warn('hidden');
    assert.deepEqual(lines, [['/a failed:', 7, { x: 1 }]]);
  });

  it('is what a RestartPool takes, too', async () => {
    const records: LogRecord[] = [];
    const pool = new RestartPool({
      restart: false,
      logger: structuredLogger(record => records.push(record)),
    });
    pool.spawn(function crash() {
      throw new RangeError('crash');
    });
    await pool.join();
    assert.deepEqual(
      records.map(({ level, text, err }) => [level, text, err?.type]),
      [['error', 'task 1 (crash) failed and is not restarted', 'RangeError']],
    );
  });
});

describe('the log on a stream', () => {
  it('is plain where the stream is no terminal', () => {
    const stream = new PassThrough();
    logTo(streamSink('warn', stream)).warn('is slow', { took: 12 });
    assert.match(String(stream.read()), /^\S+Z WARN {2}troupe is slow took=12\n$/);
  });

  it('is for eyes where it is one, in colours if that has any', () => {
    for (const [hasColors, line] of [
      [false, /^[\d:.]+ WARN {2}troupe is slow\n$/],
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are
      [true, /^\u001b\[2m[\d:.]+\u001b\[22m \u001b\[33mWARN .* is slow\n$/],
    ] as const) {
      const stream = Object.assign(new PassThrough(), { isTTY: true, hasColors: () => hasColors });
      logTo(streamSink('warn', stream)).warn('is slow');
      assert.match(String(stream.read()), line);
    }
  });

  it('is lost, and nothing else happens, when the stream fails', async () => {
    let writes = 0;
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        writes++;
        setImmediate(() => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })));
      },
    });
    const log = logTo(streamSink('warn', stream));
    log.warn('one');
    await new Promise(resolve => stream.once('close', resolve));
    log.warn('two');
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(writes, 1);
    assert.isTrue(stream.destroyed);
  });

  it('is what consoleLogger writes', () => {
    const { write } = process.stderr;
    const lines: string[] = [];
    process.stderr.write = (line: unknown) => lines.push(String(line)) > 0;
    try {
      consoleLogger.warn('is slow');
      consoleLogger.info('hidden');
    } finally {
      process.stderr.write = write;
    }
    assert.lengthOf(lines, 1);
    assert.include(lines[0], 'is slow');
  });
});

const all: LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

function recording(): [Log, LogRecord[]] {
  const records: LogRecord[] = [];
  return [
    openLog(
      structuredLogger(record => records.push(record)),
      { wall: () => 1000 },
    ),
    records,
  ];
}
