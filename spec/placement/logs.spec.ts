import { assert } from 'chai';
import { pino } from 'pino';
import { childProcess, type LogRecord, type NodeOptions, structuredLogger, thread } from '../../lib/index.ts';
import { Scribe } from './scribe.ts';
import { startNode } from './support.ts';

describe('the log of an actor elsewhere', function () {
  this.timeout(20_000);
  for (const [kind, place] of [
    ['thread', thread],
    ['child process', childProcess],
  ] as const) {
    describe(`in a ${kind}`, () => {
      /** A node on which /scribe has said its lines. */
      async function said(options: NodeOptions) {
        const node = await startNode(options);
        const scribe = node.spawn(Scribe, { name: 'scribe', on: place() });
        return { node, scribe, isDebug: await scribe.ask<boolean>('speak', { timeout: 15_000 }) };
      }

      it('arrives as records with its address, its class, its fields and its errors', async () => {
        const { records, logger, told } = recording();
        await said({ logger });
        await told(4);
        assert.deepEqual(
          records.map(({ level, text, actor, class: className }) => [level, text, actor, className]),
          [
            ['debug', 'a debug', '/scribe', 'Scribe'],
            ['warn', 'is slow', '/scribe', 'Scribe'],
            ['error', 'failed', '/scribe', 'Scribe'],
            ['info', 'sold', '/scribe', 'Scribe'],
          ],
        );
        assert.deepEqual(records[1]?.fields, {
          took: 12,
          self: { big: '12n', self: '[Circular]' },
          details: [7],
        });
        assert.include(records[2]?.err, { type: 'TypeError', message: 'boom', code: 'E_BOOM' });
        assert.include(records[2]?.err?.stack, 'Scribe.receive');
        assert.deepEqual(records[3]?.fields, { till: 1, order: 7 });
        for (const { time } of records) assert.isAbove(time, Date.UTC(2020, 0));
      });

      it('does not cross where its level is not wanted', async () => {
        const { records, logger, told } = recording('info');
        const { isDebug } = await said({ logger, logLevel: 'warn' });
        await told(2);
        assert.isFalse(isDebug);
        assert.deepEqual(
          records.map(({ text }) => text),
          ['is slow', 'failed'],
        );
      });

      it('arrives at a logger with four methods as text, error and fields', async () => {
        const lines: unknown[][] = [];
        let isEnough = () => {};
        const enough = new Promise<void>(resolve => {
          isEnough = resolve;
        });
        const say = (...line: unknown[]) => void (lines.push(line) === 4 && isEnough());
        await said({ logger: { debug: say, info: say, warn: say, error: say } });
        await enough;
        const [, slow, [text, error] = [], sold] = lines;
        assert.deepEqual(slow, [
          '/scribe is slow',
          7,
          { took: 12, self: { big: '12n', self: '[Circular]' } },
        ]);
        assert.equal(text, '/scribe failed');
        assert.instanceOf(error, Error);
        assert.match(String((error as Error).stack), /^TypeError: boom\n.*Scribe\.receive/);
        assert.deepEqual(sold, ['/scribe sold', { till: 1, order: 7 }]);
      });

      it('arrives at pino with the actor, as it does from here', async () => {
        const lines: (Record<string, unknown> & { err?: unknown })[] = [];
        let isEnough = () => {};
        const enough = new Promise<void>(resolve => {
          isEnough = resolve;
        });
        const write = (line: string) => void (lines.push(JSON.parse(line)) === 3 && isEnough());
        await said({ logger: pino({}, { write }) });
        await enough;
        const [slow, failed, sold] = lines;
        assert.include(slow, { level: 40, actor: '/scribe', class: 'Scribe', took: 12, msg: 'is slow' });
        assert.include(failed, { level: 50, actor: '/scribe', class: 'Scribe', msg: 'failed' });
        assert.include(failed?.err, { type: 'TypeError', message: 'boom', code: 'E_BOOM' });
        assert.include(sold, {
          level: 30,
          actor: '/scribe',
          class: 'Scribe',
          till: 1,
          order: 7,
          msg: 'sold',
        });
      });

      it('has its failures once', async () => {
        const { records, logger, told } = recording('error');
        const { scribe } = await said({ logger });
        scribe.tell('fail');
        await scribe.ask('speak', { timeout: 15_000 });
        await told(3);
        const failures = records.filter(({ err }) => err?.message === 'no paper');
        assert.deepEqual(
          failures.map(({ level, text, actor, class: className, err }) => [
            level,
            text,
            actor,
            className,
            err?.type,
          ]),
          [['error', 'failed', '/scribe', 'Scribe', 'RangeError']],
        );
      });
    });
  }
});

/** A logger that keeps its records; `told(n)` resolves when there are that many. */
function recording(level: 'trace' | 'info' | 'error' = 'trace') {
  const records: LogRecord[] = [];
  const waiting: (() => void)[] = [];
  const logger = structuredLogger(
    record => {
      records.push(record);
      for (const look of waiting) look();
    },
    { level },
  );
  const told = (count: number) =>
    new Promise<void>(resolve => {
      const look = () => records.length >= count && resolve();
      waiting.push(look);
      look();
    });
  return { records, logger, told };
}
