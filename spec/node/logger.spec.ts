import { assert } from 'chai';
import { pino } from 'pino';
import {
  Actor,
  ActorStopped,
  DeadLetter,
  ErrorIgnored,
  type LogRecord,
  Node,
  oneForOne,
  Process,
  Stop,
  silentLogger,
  structuredLogger,
} from '../../lib/index.ts';
import { MemoryNetwork } from '../../lib/testkit/index.ts';
import { startNode } from '../core/support.ts';

/** Says what it is told to. */
class Clerk extends Actor<(log: Clerk['log']) => void> {
  override receive(say: (log: Clerk['log']) => void) {
    say(this.log);
  }
}

describe('the logger of a node', () => {
  it('with four methods gets the address of the actor, the text and the details', async () => {
    const lines: unknown[][] = [];
    const method =
      (level: string) =>
      (...line: unknown[]) =>
        void lines.push([level, ...line]);
    const logger = {
      debug: method('debug'),
      info: method('info'),
      warn: method('warn'),
      error: method('error'),
    };
    const { node, clock } = await startNode({ logger });
    const error = new Error('boom');
    const clerk = node.spawn(Clerk, { name: 'clerk' });
    clerk.tell(log => {
      log.warn('is slow', { took: 12 }, 7);
      log.info({ order: 7 }, 'sold');
      log.trace('a trace');
      log.fatal('no paper:', error);
      log.child({ till: 1 }).debug('closed', 8);
    });
    await clock.settle();
    assert.deepEqual(lines, [
      ['warn', '/clerk is slow', { took: 12 }, 7],
      ['info', '/clerk sold', { order: 7 }],
      ['debug', '/clerk a trace'],
      ['error', '/clerk no paper:', error],
      ['debug', '/clerk closed', 8, { till: 1 }],
    ]);
  });

  it('that is pino writes no name twice, whatever a child of the log is given', async () => {
    const lines: string[] = [];
    const logger = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    const { node, clock } = await startNode({ logger });
    const wrong = { level: 'fine', time: 'noon', node: 'another:1', err: new Error('bound'), order: 7 };
    node.spawn(Clerk, { name: 'clerk' }).tell(log => log.child(wrong).warn('sold'));
    await clock.settle();
    const [line = ''] = lines;
    const { level, order, level_, time_, node_, err, actor } = JSON.parse(line);
    assert.deepEqual([level, order, level_, time_, node_], [40, 7, 'fine', 'noon', 'another:1']);
    assert.equal(actor, '/clerk');
    assert.equal(err.message, 'bound');
    for (const name of ['level', 'time', 'err']) assert.lengthOf(line.split(`"${name}":`), 2, name);
    assert.notInclude(line, '"node":');
  });

  it('that is structured gets records with the actor, its class, the node and its time', async () => {
    const records: LogRecord[] = [];
    const network = new MemoryNetwork({ seed: 1 } as never);
    const { node, clock } = await startNode({
      logger: structuredLogger(record => records.push(record)),
      address: '10.0.0.1:9700',
      remoting: { insecure: true },
      transport: network.transport,
    });
    await clock.advance(1500);
    node.spawn(Clerk, { name: 'clerk' }).tell(log => log.warn('is slow', { took: 12 }));
    await clock.settle();
    const said = records.filter(({ text }) => text === 'is slow');
    assert.deepEqual(
      said.map(record => ({ ...record, fields: { ...record.fields } })),
      [
        {
          time: clock.wall(),
          level: 'warn',
          text: 'is slow',
          actor: '10.0.0.1:9700/clerk',
          class: 'Clerk',
          node: '10.0.0.1:9700',
          fields: { took: 12 },
        },
      ],
    );
  });

  it('that is pino gets children with the actor, made once, and fields before the text', async () => {
    const { logger, lines, children } = recordingPino('trace');
    const { node, clock } = await startNode({ logger });
    const clerk = node.spawn(Clerk, { name: 'clerk' });
    const error = Object.assign(new TypeError('boom'), { code: 'E_BOOM' });
    clerk.tell(log => {
      log.trace('a trace');
      log.debug('a debug');
      log.info('sold %s', { order: 7 });
      log.info({ order: 8 }, 'sold too');
      log.warn('odd', 7);
    });
    clerk.tell(log => log.error('failed:', error, { at: 'till' }));
    clerk.tell(log => log.fatal(error));
    clerk.tell(log => log.child({ till: 1 }).info('closed'));
    await clock.settle();
    const [, , , , , failed, fatal] = lines;
    const own = { actor: '/clerk', class: 'Clerk' };
    assert.deepEqual(
      lines.map(({ err: _, ...line }) => line),
      [
        { level: 10, ...own, msg: 'a trace' },
        { level: 20, ...own, msg: 'a debug' },
        { level: 30, ...own, order: 7, msg: 'sold %s' },
        { level: 30, ...own, order: 8, msg: 'sold too' },
        { level: 40, ...own, details: [7], msg: 'odd' },
        { level: 50, ...own, at: 'till', msg: 'failed' },
        { level: 60, ...own, msg: 'boom' },
        { level: 30, ...own, till: 1, msg: 'closed' },
      ],
    );
    for (const line of [failed, fatal])
      assert.deepInclude(line?.err, { type: 'TypeError', message: 'boom', code: 'E_BOOM' });
    assert.deepEqual(children, [own, { ...own, till: 1 }]);
  });

  it('that is pino decides itself which levels it wants', async () => {
    const { logger, lines } = recordingPino('warn');
    const { node, clock } = await startNode({ logger });
    const enabled: boolean[] = [];
    node.spawn(Clerk).tell(log => {
      log.info('hidden');
      log.warn('shown');
      enabled.push(log.isEnabled('info'), log.isEnabled('warn'));
    });
    await clock.settle();
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      ['shown'],
    );
    assert.deepEqual(enabled, [false, true]);
  });

  it('that is pino is told of failures as errors', async () => {
    const { logger, lines } = recordingPino('info');
    const { node, clock } = await startNode({ logger, supervision: oneForOne({ decide: () => Stop }) });
    const clerk = node.spawn(Clerk, { name: 'clerk' });
    const ended = node.events.once(ActorStopped, ({ ref }) => ref === clerk);
    clerk.tell(() => {
      throw new RangeError('no paper');
    });
    await clock.settle();
    await ended;
    const [{ err, ...line } = { err: {} }] = lines;
    assert.deepEqual(line, { level: 50, actor: '/clerk', class: 'Clerk', msg: 'failed' } as never);
    assert.deepInclude(err, { type: 'RangeError', message: 'no paper' });
  });

  it('gets lines from logLevel on', async () => {
    const records: LogRecord[] = [];
    const logger = structuredLogger(record => records.push(record));
    const { node, clock } = await startNode({ logger, logLevel: 'error' });
    node.spawn(Clerk).tell(log => {
      log.warn('hidden');
      log.error('shown');
    });
    await clock.settle();
    assert.deepEqual(
      records.map(({ text }) => text),
      ['shown'],
    );
  });

  it('harms nobody when it throws or rejects, and that is told once', async () => {
    const logger = {
      ...silentLogger,
      warn: () => {
        throw new Error('the disk is full');
      },
      info: async () => {
        throw new Error('the disk is full');
      },
    };
    const { write } = process.stderr;
    const written: string[] = [];
    process.stderr.write = (line: unknown) => written.push(String(line)) > 0;
    try {
      const { node, clock } = await startNode({ logger });
      const seen: string[] = [];
      const clerk = node.spawn(Clerk);
      clerk.tell(log => {
        log.warn('lost');
        log.info('lost');
        seen.push('goes on');
      });
      clerk.tell(() => seen.push('and on'));
      await clock.settle();
      assert.deepEqual(seen, ['goes on', 'and on']);
      assert.equal(node.stats().restarts, 0);
      assert.lengthOf(written, 1);
      for (const line of written)
        assert.match(line, /^troupe: the logger failed, and lines are lost: Error: the disk/);
    } finally {
      process.stderr.write = write;
    }
  });

  for (const [options, message] of [
    [{ logger: {} }, 'logger must have debug(), info(), warn() and error(), not be {}'],
    [{ logger: null }, 'not be null'],
    [{ logger: 'stderr' }, 'not be "stderr"'],
    [{ logger: { debug() {}, info() {}, warn() {} } }, '; error is missing'],
    [
      { logLevel: 'loud' },
      'logLevel must be one of trace, debug, info, warn, error, fatal, silent, not "loud"',
    ],
  ] as const) {
    it(`is refused: ${message}`, async () => {
      const error = await Node.start(options as never).then(
        () => undefined,
        thrown => thrown as Error,
      );
      assert.instanceOf(error, TypeError);
      assert.include(error?.message, message);
    });
  }

  it('is standard error unless given, from the level of the environment on', async () => {
    const { write } = process.stderr;
    const written: string[] = [];
    process.stderr.write = (line: unknown) => written.push(String(line)) > 0;
    const { env } = process as { env: { TROUPE_LOG_LEVEL?: string | undefined } };
    const before = env.TROUPE_LOG_LEVEL;
    try {
      env.TROUPE_LOG_LEVEL = 'error';
      const { node, clock } = await startNode({ logger: undefined });
      node.spawn(Clerk, { name: 'clerk' }).tell(log => {
        log.warn('hidden');
        log.error('shown');
      });
      await clock.settle();
      env.TROUPE_LOG_LEVEL = 'loud';
      const refused = await Node.start().then(
        () => '',
        (error: Error) => error.message,
      );
      assert.match(refused, /^TROUPE_LOG_LEVEL must be one of trace, .* not "loud"$/);
      await (await Node.start({ logLevel: 'silent' })).stop();
    } finally {
      process.stderr.write = write;
      if (before === undefined) delete env.TROUPE_LOG_LEVEL;
      else env.TROUPE_LOG_LEVEL = before;
    }
    assert.lengthOf(written, 1);
    assert.match(written[0] ?? '', /Z ERROR \/clerk shown\n$/);
  });
});

describe('what a node writes down', () => {
  it('are dead letters on standard error, when it is verbose', async () => {
    const { write } = process.stderr;
    const written: string[] = [];
    process.stderr.write = (line: unknown) => written.push(String(line)) > 0;
    try {
      const { node, clock } = await startNode({ logger: undefined, verbose: true });
      const gone = node.spawn(Clerk, { name: 'gone' });
      gone.stop();
      await clock.settle();
      gone.tell('late' as never);
    } finally {
      process.stderr.write = write;
    }
    assert.match(written.join(), /^\S+ INFO {2}troupe dead letter \(stopped\) for \/gone message=late\n$/);
  });

  it('is no more than ten dead letters in a second, and how many were left out', async () => {
    const records: LogRecord[] = [];
    const logger = structuredLogger(record => records.push(record));
    const { node, clock } = await startNode({ logger, verbose: true });
    const gone = node.spawn(Clerk, { name: 'gone' });
    gone.stop();
    await clock.settle();
    for (let i = 0; i < 100; i++) gone.tell(() => {});
    assert.lengthOf(records, 10);
    await clock.advance(1000);
    gone.tell('the last' as never);
    assert.equal(node.stats().deadLetters.total, 101);
    assert.deepEqual(
      records.slice(10).map(({ level, text, fields }) => [level, text, { ...fields }]),
      [['info', 'dead letter (stopped) for /gone', { message: 'the last', leftOut: 90 }]],
    );
  });

  it('costs no event for dead letters that nobody would see', async () => {
    const { node } = await startNode({
      logger: structuredLogger(() => {}, { level: 'warn' }),
      verbose: true,
    });
    assert.isFalse(node.events.hears(DeadLetter));
  });

  it('says of errors that were ignored whose they are', async () => {
    const records: LogRecord[] = [];
    const { node } = await startNode({ logger: structuredLogger(record => records.push(record)) });
    class Idle extends Process {
      *run() {}
    }
    const ref = node.spawn(Idle, { name: 'idle' });
    node.events.publish(new ErrorIgnored(ref, new Error('late'), 'postStop'));
    node.events.publish(new ErrorIgnored(undefined, new Error('late'), 'subscriber'));
    assert.deepEqual(
      records.map(({ actor, class: className, text, err }) => [actor, className, text, err?.message]),
      [
        ['/idle', 'Idle', 'ignored an error in postStop', 'late'],
        [undefined, undefined, 'the node: ignored an error in subscriber', 'late'],
      ],
    );
  });
});

/** A pino that keeps its lines, and the bindings of its children. */
function recordingPino(level: string) {
  const lines: (Record<string, unknown> & { err?: unknown })[] = [];
  const children: unknown[] = [];
  const write = (line: string) => {
    const { time: _, pid, hostname, ...said } = JSON.parse(line) as Record<string, unknown>;
    assert.isNumber(pid);
    assert.isString(hostname);
    lines.push(said);
  };
  const onChild = (child: { bindings(): unknown }) => {
    const { pid: _, hostname: __, ...own } = child.bindings() as Record<string, unknown>;
    children.push(own);
  };
  return { logger: pino({ level, onChild }, { write }), lines, children };
}
