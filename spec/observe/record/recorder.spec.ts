import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import {
  Actor,
  ErrorIgnored,
  oneForOne,
  Process,
  type Ref,
  Restart,
  Resume,
  send,
  sleep,
} from '../../../lib/index.ts';
import {
  type DeliveryEntry,
  type Entry,
  parseRecording,
  type Recorder,
  type RecordOptions,
  record,
} from '../../../lib/observe/record/index.ts';
import { TestProbe } from '../../../lib/testkit/index.ts';
import { heard, startNode } from '../../core/support.ts';
import { Account, Buyer, Deposit, NoStart } from './actors.ts';

async function recording(options: RecordOptions = {}) {
  const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
  return { node, clock, recorder: record(node, options) };
}

const deliveries = (recorder: Recorder) =>
  recorder.entries().filter((entry): entry is DeliveryEntry => entry.type === 'delivery');
const messages = (recorder: Recorder) => deliveries(recorder).map(({ message }) => message);
const kinds = (entries: readonly Entry[]) => entries.map(({ type, actor }) => `${type} ${actor}`);

describe('record()', () => {
  it('costs promises nothing any more once it is closed', async () => {
    const marks = () => Object.getOwnPropertySymbols(Promise.resolve()).length;
    const before = marks();
    const { node, clock, recorder } = await recording();
    node.spawn(async () => {}).tell('a');
    await clock.settle();
    recorder.close();
    await clock.settle();
    assert.equal(marks(), before);
  });

  it('keeps who got what of whom, when, for how long, and what became of it', async () => {
    const { node, clock, recorder } = await recording({ actors: '/slow' });
    const probe = new TestProbe(node, 'probe');
    const slow = node.spawn(
      async (message: string) => {
        await new Promise<void>(resolve => clock.after(30, resolve));
        if (message === 'two') throw new TypeError('not two');
      },
      { name: 'slow' },
    );
    await clock.advance(1000);
    slow.tell('one', probe.ref).tell('two');
    await clock.advance(100);
    const [one, two] = deliveries(recorder);
    assert.deepEqual(one, {
      ...{ type: 'delivery', seq: 2, at: clock.wall() - 100, time: 1000, actor: '/slow', restarts: 0 },
      ...{ from: '/probe', message: 'one', waited: 0, took: 30, outcome: 'handled' },
    });
    assert.deepInclude(two, { time: 1030, message: 'two', waited: 30, took: 30, outcome: 'failed' });
    assert.notProperty(two, 'from');
    assert.include(two?.error?.stack, 'recorder.spec');
    assert.deepInclude(two?.error, { name: 'TypeError', message: 'not two' });
  });

  it('keeps messages as they were, whatever becomes of them later', async () => {
    const { node, clock, recorder } = await recording();
    const message = { items: [1], by: { name: 'ann' } };
    const changing = node.spawn(({ items, by }: typeof message) => {
      items.push(2);
      by.name = 'bob';
    });
    changing.tell(message);
    await clock.settle();
    message.items.length = 0;
    assert.deepEqual(messages(recorder), [{ items: [1], by: { name: 'ann' } }]);
  });

  it('records the actors that the paths name', async () => {
    const { node, clock, recorder } = await recording({ actors: ['/a/*', '/b'] });
    class Parent extends Actor {
      override receive(message: unknown) {
        if (message === 'spawn') this.spawn(() => {}, { name: 'child' });
      }
    }
    for (const name of ['a', 'b', 'c']) node.spawn(Parent, { name }).tell('spawn');
    await clock.settle();
    node.lookup('/a/child').tell('x');
    node.lookup('/b/child').tell('x');
    await clock.settle();
    assert.deepEqual(kinds(recorder.entries()), [
      'started /b',
      'delivery /b',
      'started /a/child',
      'delivery /a/child',
    ]);
  });

  it('records the actors that a function chooses, and none when that throws', async () => {
    const { node, clock, recorder } = await recording({
      actors: (ref, className) => {
        if (ref.name === 'bad') throw new Error('clumsy');
        return className === 'wanted';
      },
    });
    const errors = heard(node, ErrorIgnored);
    node.spawn(function wanted() {}).tell('a');
    node.spawn(function other() {}).tell('b');
    node.spawn(function wanted() {}, { name: 'bad' }).tell('c');
    await clock.settle();
    assert.deepEqual(messages(recorder), ['a']);
    assert.equal(errors[0]?.error.message, 'clumsy');
  });

  it('leaves out the actors of the runtime unless they are named', async () => {
    const { node, clock } = await startNode();
    const [usual, all] = [record(node), record(node, { actors: '**' })];
    for (const name of ['system', 'own']) node.spawn(() => {}, { name }).tell('x');
    await clock.settle();
    assert.deepEqual(kinds(usual.entries()), ['started /own', 'delivery /own']);
    assert.sameMembers(kinds(all.entries()), [
      'started /system',
      'delivery /system',
      'started /own',
      'delivery /own',
    ]);
  });

  it('tells what an actor was spawned with, and from where', async () => {
    const { node, clock, recorder } = await recording();
    node.spawn(Account.using({ most: 10 }), { name: 'account' });
    node.spawn(function plain() {}, { name: 'plain' });
    await clock.settle();
    const [account, plain] = recorder.recording().actors;
    assert.deepEqual(account, {
      ...{ type: 'actor', actor: '/account', class: 'Account', module: `${Account.module}#Account` },
      ...{ params: { most: 10 }, spawned: 0, overwritten: 0 },
    });
    assert.deepEqual(plain, { type: 'actor', actor: '/plain', class: 'plain', spawned: 0, overwritten: 0 });
  });

  it('keeps starts, restarts and ends, and what failed outside of a message', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Restart }) });
    const before = node.spawn(() => {}, { name: 'before' });
    await clock.settle();
    const recorder = record(node);
    const ref = node.spawn(Account.using({ most: 1 }), { name: 'a' });
    ref.tell(new Deposit(2)).tell('balance');
    before.tell('x');
    await clock.settle();
    before.kill();
    await clock.settle();
    ref.stop();
    node.spawn(NoStart.using({ file: 'x' }), { name: 'none' });
    await clock.settle();
    const of = (path: string) => recorder.entries().filter(({ actor }) => actor === path);
    assert.deepEqual(
      of('/a').map(({ type }) => type),
      ['started', 'delivery', 'restarted', 'delivery', 'stopped'],
    );
    assert.deepEqual(
      of('/before').map(({ type }) => type),
      ['delivery', 'stopped'],
    );
    assert.deepInclude(of('/before')[1], { reason: 'killed' });
    assert.deepEqual(
      of('/a').map(entry => entry.type === 'delivery' && entry.restarts),
      [false, 0, false, 1, false],
    );
    const failed = of('/none')[0] as Entry & { type: 'failed' };
    assert.equal(failed.error.cause?.message, 'there is no x');
  });

  it('keeps every failure outside of a message, also when they say the same', async () => {
    const { node, clock, recorder } = await recording();
    class Piping extends Actor {
      override receive(message: unknown) {
        if (message === 'throw') throw 'a text';
        this.pipeToSelf(Promise.reject(new Error('late')));
      }
    }
    const ref = node.spawn(Piping, { name: 'a' });
    for (const message of ['x', 'throw', 'x']) {
      ref.tell(message);
      await clock.settle();
    }
    assert.deepEqual(
      recorder.entries().map(entry => [entry.type, 'error' in entry ? entry.error?.message : undefined]),
      [
        ['started', undefined],
        ['delivery', undefined],
        ['failed', 'late'],
        ['delivery', '"a text" was thrown'],
        ['delivery', undefined],
        ['failed', 'late'],
      ],
    );
  });

  it('tells the messages of timers with their keys, and leaves out those that were cancelled', async () => {
    const { node, clock, recorder } = await recording();
    class Timed extends Actor {
      override preStart() {
        this.timers.once('kept', 10, { at: 10 });
        this.timers.once('gone', 10, 'never seen');
        this.setReceiveTimeout(50);
      }
      override receive(message: unknown) {
        if (message instanceof Object) this.timers.cancel('gone');
      }
    }
    node.spawn(Timed, { name: 'timed' });
    await clock.advance(60);
    assert.deepEqual(
      deliveries(recorder).map(({ time, timer, message }) => [time, timer, message]),
      [
        [10, 'kept', { at: 10 }],
        [60, undefined, { $: 'ReceiveTimeout' }],
      ],
    );
  });

  it('keeps the answers to what its actors ask, also after an await, and nobody else’s', async () => {
    const { node, clock, recorder } = await recording({ actors: '/buyer' });
    const shop = node.spawn(({ item }: { item?: string }, context) => item && context.reply(item.length), {
      name: 'shop',
    });
    const buyer = node.spawn(Buyer, { name: 'buyer' });
    buyer.tell({ shop, item: 'tea' });
    await shop.ask({ item: 'of nobody' });
    await clock.settle();
    const answers = recorder.entries().filter(({ type }) => type === 'answer');
    assert.deepEqual(answers, [
      {
        ...{ type: 'answer', seq: 3, at: clock.wall(), time: 0, actor: '/buyer', from: '/shop', took: 0 },
        ...{ question: { item: 'tea', spent: 0 }, answer: 3 },
      },
    ]);
    const twice = node.spawn(
      async (_, context) => {
        await Promise.resolve();
        await shop.ask({ item: 'late' });
        context.reply('done');
      },
      { name: 'twice' },
    );
    const later = record(node, { actors: '/twice' });
    await twice.ask('go');
    assert.deepInclude(later.entries().at(-1), { type: 'answer', question: { item: 'late' }, answer: 4 });
  });

  it('keeps why there was no answer', async () => {
    const { node, clock, recorder } = await recording();
    const silent = node.spawn(() => {}, { name: 'silent' });
    node
      .spawn(async () => void (await silent.ask('?', { timeout: 20 }).catch(() => {})), { name: 'asks' })
      .tell('go');
    await clock.advance(20);
    const answer = recorder.entries().find(({ type }) => type === 'answer') as Entry & { type: 'answer' };
    assert.deepInclude(answer, { actor: '/asks', from: '/silent', question: '?', took: 20 });
    assert.deepInclude(answer.error, { name: 'TimeoutError', code: 'TIMEOUT' });
  });

  it('records processes', async () => {
    const { node, clock, recorder } = await recording();
    class Clerk extends Process {
      override *run() {
        for (;;) {
          yield* this.get();
          yield* sleep(20);
        }
      }
    }
    node.spawn(Clerk, { name: 'clerk' }).tell('a').tell('b');
    await clock.advance(100);
    assert.deepEqual(
      deliveries(recorder).map(({ time, message, took, outcome }) => [time, message, took, outcome]),
      [
        [0, 'a', 20, 'handled'],
        [20, 'b', 20, 'handled'],
      ],
    );
  });

  it('keeps the newest entries, and says how many are gone', async () => {
    const { node, clock, recorder } = await recording({ size: 5 });
    const ref = node.spawn(() => {}, { name: 'a' });
    for (let i = 0; i < 100; i++) ref.tell(i);
    await clock.settle();
    assert.deepEqual(messages(recorder), [95, 96, 97, 98, 99]);
    const { header, actors } = recorder.recording();
    assert.equal(header.overwritten, 96);
    assert.deepEqual(actors[0]?.overwritten, 96);
  });

  it('takes no more memory than it may', async () => {
    const { node, clock, recorder } = await recording({
      size: 1_000_000,
      maxSize: 20_000,
      maxMessageSize: 4000,
    });
    const ref = node.spawn((message: string) => {
      if (message.startsWith('fail')) throw new Error(message);
    });
    for (let i = 0; i < 50; i++)
      ref
        .tell('x'.repeat(3000))
        .tell(`fail${'y'.repeat(3000)}`)
        .tell('z'.repeat(5000));
    await clock.settle();
    assert.isAtMost(recorder.size, 20_000);
    assert.isAtLeast(recorder.entries().length, 2);
    assert.deepEqual(messages(recorder).at(-1), { $: 'lost', value: 'it is larger than maxMessageSize' });
  });

  it('holds no actor that has ended, once newer entries have taken the place of its own', async () => {
    const { node, clock, recorder } = await recording({ size: 3 });
    const spawn = () => new WeakRef(node.spawn(async () => void (await clock.settle())).tell('x'));
    const gone = spawn();
    await clock.settle();
    gone.deref()?.stop();
    await clock.settle();
    const other = node.spawn(() => {});
    for (let i = 0; i < 5; i++) other.tell(i);
    await clock.settle();
    await clock.settle();
    (globalThis as { gc?: () => void }).gc?.();
    assert.isUndefined(gone.deref());
    assert.lengthOf(recorder.entries(), 3);
  });

  it('is over when it is closed, and when the node stops; what it has stays', async () => {
    const { node, clock, recorder } = await recording();
    const ref = node.spawn(() => {}).tell('a');
    await clock.settle();
    recorder.close();
    recorder.close();
    ref.tell('b');
    ref.stop();
    await clock.settle();
    assert.deepEqual(messages(recorder), ['a']);
    assert.lengthOf(recorder.entries(), 2);
    const other = record(node);
    const stopped = node.stop();
    await clock.advance(10_000);
    await stopped;
    assert.isAtMost(other.entries().length, 1);
    assert.isString(other.ndjson());
    assert.throws(() => record(node), TypeError, 'one that has stopped');
  });

  it('refuses what it does not understand', async () => {
    const { node } = await startNode();
    const wrong = (options: unknown) => () => record(node, options as RecordOptions);
    assert.throws(wrong({ sise: 1 }), TypeError, 'there is no option "sise"; the options are actors, size');
    assert.throws(wrong({ size: 0 }), TypeError, 'size must be a whole number from 1 up, not 0');
    assert.throws(wrong({ actors: 'a/*' }), TypeError, 'a path starts with /');
    assert.throws(wrong({ actors: 5 }), TypeError, 'actors must be paths');
    assert.throws(wrong({ redact: 'passwords' }), TypeError, 'redact must be a function');
    assert.throws(wrong({ dump: { on: 'never' } }), TypeError, "dump.on must be 'failure' or 'giveUp'");
    assert.throws(wrong({ dump: { directory: '' } }), TypeError, 'dump.directory must be');
    assert.throws(wrong({ dump: { keep: 0 } }), TypeError, 'dump.keep must be');
    assert.throws(wrong(null), TypeError, 'the options must be an object');
    assert.throws(() => record({} as never), TypeError, 'record: expected a node, not {}');
  });
});

describe('redaction', () => {
  const secret = 'hunter2';
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'troupe-redact-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('keeps what it takes away out of everything that is written', async () => {
    const { node, clock, recorder } = await recording({
      redact: (message, { kind }) => (kind === 'message' && message === 'bomb' ? explode() : mask(message)),
      redactError: error =>
        Object.assign(new Error(error.message.replaceAll(secret, '***')), { stack: 'none' }),
      dump: { directory },
    });
    const other = node.spawn((_: unknown, context) => context.reply({ secret }), { name: 'other' });
    class Holder extends Actor<unknown, { secret: string }> {
      override preStart() {
        this.timers.once({ secret }, 10, { secret });
      }
      override async receive(message: unknown) {
        await other.ask({ secret });
        if (message === 'fail') throw new Error(`no entry for ${secret}`, { cause: new Error(secret) });
      }
    }
    node.spawn(Holder.using({ secret }), { name: 'holder' }).tell({ secret }).tell('bomb').tell('fail');
    await clock.advance(100);
    const [file] = filesOf(directory, /ndjson$/);
    const written = [
      ...filesOf(directory, /./).map(name => readFileSync(name, 'utf8')),
      ...[recorder.ndjson(), recorder.mermaid(), JSON.stringify(recorder.entries())],
    ];
    assert.isString(file);
    for (const text of written) assert.notInclude(text, secret);
    assert.include(recorder.ndjson(), 'redact threw RangeError');
    assert.include(recorder.ndjson(), 'no entry for ***');
  });

  it('shows commands by name and arguments, and leaves them commands', async () => {
    const { node, recorder } = await recording({
      redact: message => ({ ...(message as object), args: ['***'] }),
    });
    class Safe extends Actor {
      override readonly commands = { open: (code: string) => code.length };
    }
    assert.equal(await send(node.spawn(Safe, { name: 'safe' }), 'open', secret), 7);
    assert.deepEqual(messages(recorder), [{ $: 'Command', value: ['open', ['***']] }]);
  });

  const explode = () => {
    throw new RangeError(`bad ${secret}`);
  };
  const mask = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && 'secret' in value ? { ...value, secret: '***' } : value;
});

describe('recorder.write()', () => {
  it('writes what can be read back, for the owner alone', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'troupe-write-'));
    const { node, clock, recorder } = await recording();
    const ref: Ref = node.spawn(() => {}, { name: 'a' });
    ref.tell({ when: new Date(5), ref });
    await clock.settle();
    const file = join(directory, 'own.ndjson');
    recorder.write(file);
    recorder.write(join(directory, 'own.mmd'));
    const read = parseRecording(readFileSync(file, 'utf8'));
    assert.deepEqual(read.entries, recorder.entries());
    assert.deepEqual(read.actors, recorder.recording().actors);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(readFileSync(join(directory, 'own.mmd'), 'utf8'), /^sequenceDiagram\n/);
    rmSync(directory, { recursive: true });
  });
});

describe('parseRecording()', () => {
  const header = '{"type":"recording","version":1,"incarnation":"i","pid":1,"at":0,"overwritten":0}\n';

  it('leaves out a last line that is not whole', () => {
    const { entries } = parseRecording(
      `${header}{"type":"stopped","seq":1,"at":0,"time":0,"actor":"/a"}\n{"type":"del`,
    );
    assert.lengthOf(entries, 1);
  });

  it('says what is wrong', () => {
    assert.throws(() => parseRecording(''), TypeError, 'this is no recording');
    assert.throws(() => parseRecording('{"a":1}'), TypeError, 'this is no recording');
    assert.throws(
      () => parseRecording(`${header}nonsense\n{}`),
      TypeError,
      'line 2 of the recording is no JSON',
    );
    assert.throws(() => parseRecording(`${header}{"type":"quark"}`), TypeError, 'of no known type');
    assert.throws(() => parseRecording(`${header}null`), TypeError, 'of no known type');
    assert.throws(() => parseRecording(`${header}{"type":"stopped"}`), TypeError, 'names no actor');
    for (const module of [
      'data:text/javascript,export class A {}#A',
      'node:fs#A',
      'https://example.org/a.js#A',
      'file:///a.js',
    ])
      assert.throws(
        () => parseRecording(header + JSON.stringify({ type: 'actor', actor: '/a', module })),
        TypeError,
        'a file or a package',
      );
    assert.throws(() => parseRecording(header.replace('1', '2')), TypeError, 'of version 2');
  });
});

const filesOf = (directory: string, pattern: RegExp) =>
  readdirSync(directory)
    .filter(name => pattern.test(name))
    .map(name => join(directory, name));
