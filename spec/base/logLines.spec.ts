import { assert } from 'chai';
import fc from 'fast-check';
import { jsonLine, plainLine, prettyLine } from '../../lib/base/logging/lines.ts';
import { type LogRecord, structuredLogger } from '../../lib/index.ts';

const time = Date.UTC(2026, 10, 21, 20, 50, 10, 123);
const record = (parts: Partial<LogRecord> = {}): LogRecord => ({
  time,
  level: 'warn',
  text: 'is slow',
  actor: '/shop/till',
  fields: {},
  ...parts,
});
const parsed = (parts: Partial<LogRecord>) =>
  JSON.parse(jsonLine(record(parts))) as Record<string, unknown> & { err?: unknown };

describe('a JSON line', () => {
  it('has the time, the level, the text, who says it and the fields', () => {
    assert.equal(
      jsonLine(record({ class: 'Till', node: '127.0.0.1:9700', fields: { took: 12, of: ['a', null] } })),
      '{"time":"2026-11-21T20:50:10.123Z","level":"warn","text":"is slow","actor":"/shop/till","class":"Till",' +
        '"node":"127.0.0.1:9700","took":12,"of":["a",null]}',
    );
  });

  it('has an error and what caused it', () => {
    const cause = Object.assign(new TypeError('x is not a function'), { code: 'E_X' });
    const [{ err } = { err: undefined }] = recordsOf(log =>
      log.error('failed:', new Error('boom', { cause })),
    );
    const {
      stack,
      cause: told,
      ...rest
    } = parsed({ err }).err as never as LogRecord['err'] & { cause: object };
    assert.deepEqual(rest, { type: 'Error', message: 'boom' } as never);
    assert.match(stack ?? '', /^Error: boom\n {4}at .*logLines\.spec\.ts/);
    assert.include(told, { type: 'TypeError', message: 'x is not a function', code: 'E_X' });
  });

  it('marks what is cyclic, too deep or cannot be read', () => {
    const self: { twice: unknown; self?: unknown } = { twice: [{}, {}] };
    self.self = self;
    const fields = {
      self,
      deep: JSON.parse(`${'['.repeat(20)}${']'.repeat(20)}`) as unknown,
      get thrown() {
        throw new Error('no');
      },
      json: {
        toJSON() {
          throw new Error('no');
        },
      },
      revoked: revoked(),
    };
    const { self: told, deep, thrown, json, revoked: gone } = parsed({ fields });
    assert.deepEqual(told, { twice: [{}, {}], self: '[Circular]' });
    assert.equal(JSON.stringify(deep), '[[[[[[["[Too deep]"]]]]]]]');
    assert.deepEqual([thrown, json, gone], ['[Unreadable]', '[Unreadable]', '[Unreadable]']);
  });

  it('has what JSON does not know as text', () => {
    const fields = {
      big: 12n,
      nan: Number.NaN,
      infinite: -Infinity,
      symbol: Symbol('s'),
      fn: () => {},
      map: new Map([['a', 1]]),
      set: new Set([1]),
      bytes: new Uint8Array(5000),
      error: new RangeError('late'),
      date: new Date(time),
      none: undefined,
      nothing: null,
    };
    const { time: _, level, text, actor, ...told } = parsed({ fields });
    assert.deepEqual(told, {
      big: '12n',
      nan: 'NaN',
      infinite: '-Infinity',
      symbol: 'Symbol(s)',
      fn: '[Function]',
      map: [['a', 1]],
      set: [1],
      bytes: '[Uint8Array, 5000 bytes]',
      error: 'RangeError: late',
      date: '2026-11-21T20:50:10.123Z',
      nothing: null,
    });
  });

  it('is never longer than it may be', () => {
    const huge = 'x'.repeat(10_000_000);
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key${i}`, { huge }]));
    const line = jsonLine(record({ text: huge, fields: { huge, wide, list: new Array(1e6).fill(huge) } }));
    assert.isBelow(line.length, 100_000);
    assert.match(String(JSON.parse(line).huge), /^x{8192}… \(9991808 more characters\)$/);
  });

  it('is one line of JSON, whatever is in it', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(fc.string(), anything, fc.dictionary(fc.string(), anything), (text, detail, fields) => {
        for (const said of recordsOf(log => log.child(fields).info(text, detail, new Error(text)))) {
          const line = jsonLine(said);
          assert.notMatch(line, /[\n\r]/);
          assert.include(JSON.parse(line), { level: 'info', time: new Date(said.time).toISOString() });
          assert.notMatch(plainLine({ ...said, err: undefined }), /\n(?! {4})/);
        }
      }),
    );
  });
});

describe('a plain line', () => {
  it('has the time, the level, who says it, the text and the fields', () => {
    const fields = { took: 12, what: 'a b', name: 'Ann', list: [1, 'x'], details: [7, 'word'] };
    assert.equal(
      plainLine(record({ fields })),
      '2026-11-21T20:50:10.123Z WARN  /shop/till is slow 7 word took=12 what="a b" name=Ann list=[1,"x"]',
    );
  });

  it('is of the runtime where it is of no actor', () => {
    assert.equal(
      plainLine(record({ actor: undefined, level: 'fatal' })),
      '2026-11-21T20:50:10.123Z FATAL troupe is slow',
    );
  });

  it('has the stack of an error below it, and those of its causes', () => {
    const err = {
      type: 'Error',
      message: 'boom',
      stack: 'Error: boom\n    at f (a.ts:1:1)',
      cause: { type: 'TypeError', message: 'x' },
    };
    assert.deepEqual(plainLine(record({ err })).split('\n').slice(1), [
      '    Error: boom',
      '        at f (a.ts:1:1)',
      '    caused by TypeError: x',
    ]);
  });

  it('cannot be made to look like another one, or to move the cursor', () => {
    const line = plainLine(
      record({
        text: 'hello\n2026 ERROR /bank robbed\u001b[2J\r\u202e',
        actor: '/a\u0007',
        fields: { 'k\u001b': 'v\u009b' },
      }),
    );
    assert.equal(
      line,
      '2026-11-21T20:50:10.123Z WARN  /a\\x07 hello\n    2026 ERROR /bank robbed\\x1b[2J\\x0d\\u202e k\\x1b="v\\x9b"',
    );
  });
});

describe('a line for a terminal', () => {
  it('has the time of day, and no colours where there are none', () => {
    assert.match(
      prettyLine(false)(record({ fields: { took: 12 } })),
      /^\d\d:50:10\.123 WARN {2}\/shop\/till is slow took=12$/,
    );
  });

  it('has colours', () => {
    const line = prettyLine(true)(record({ fields: { took: 12 } }));
    const dim = (text: string) => `\u001b[2m${text}\u001b[22m`;
    assert.equal(
      line.replace(/\d\d:50/, '20:50'),
      `${dim('20:50:10.123')} \u001b[33mWARN \u001b[39m \u001b[36m/shop/till\u001b[39m is slow ${dim('took=')}12`,
    );
  });
});

function recordsOf(say: (log: ReturnType<typeof structuredLogger>) => void): LogRecord[] {
  const records: LogRecord[] = [];
  say(structuredLogger(one => records.push(one)));
  return records;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
