import { assert } from 'chai';
import { MailCell } from '../../../lib/core/mailCell.ts';
import { type Context, type Logger, MailboxOverflow } from '../../../lib/index.ts';
import {
  answerQuery,
  cyclesAcross,
  Doctor,
  diagnose,
  type Finding,
  formatReport,
  Observatory,
  StuckFound,
  watchForStuck,
} from '../../../lib/observe/index.ts';
import { gate, heard, startNode } from '../../core/support.ts';
import { newCluster } from '../../remoting/support.ts';
import { ignore, practice } from './support.ts';

/** A logger that keeps the first word of each line and its level. */
function listening(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (text: unknown) => void lines.push(`${level} ${String(text)}`);
  const logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  return { logger: logger as Logger, lines };
}

describe('watchForStuck()', () => {
  it('tells of each finding once, by an event and in the log, and again when it comes back', async () => {
    const { logger, lines } = listening();
    const { node, clock } = await startNode({ logger });
    const found = heard(node, StuckFound);
    const end = watchForStuck(node, { slow: 2000 });
    const ref = node.spawn((held: Promise<void>) => held, { name: 'w' });
    const stuck = async () => {
      const held = gate();
      ref.tell(held.opened).tell(Promise.resolve());
      await clock.advance(15_000);
      held.open();
    };
    const ofWorker = () => found.filter(({ finding }) => finding.subjects[0] === '/w');
    await clock.advance(3000);
    assert.lengthOf(ofWorker(), 0);
    await stuck();
    assert.deepEqual(
      ofWorker().map(({ finding }) => [finding.kind, finding.gravity]),
      [['busy', 'warning']],
    );
    assert.lengthOf(
      lines.filter(line => line.startsWith('warn /w (function) has been busy with one message for')),
      1,
    );
    await clock.advance(20_000);
    await stuck();
    assert.lengthOf(ofWorker(), 2);
    end();
    end();
    await clock.advance(20_000);
    await stuck();
    assert.lengthOf(ofWorker(), 2);
  });

  it('does not tell of what is less grave than wanted, and refuses what is no option', async () => {
    const { node, clock } = await startNode();
    const found = heard(node, StuckFound);
    watchForStuck(node, { gravity: 'critical' });
    const held = gate();
    node
      .spawn(() => held.opened)
      .tell(1)
      .tell(2);
    const self = node.spawn(
      async (_, context) => {
        await context.ref.ask('me', { timeout: 60_000 });
      },
      { name: 'self' },
    );
    self.tell('go');
    await clock.advance(3000);
    assert.deepEqual(
      found.map(({ finding }) => finding.id),
      ['askCycle /self'],
    );
    assert.throws(
      () => watchForStuck(node, { gravity: 'bad' as never }),
      TypeError,
      'gravity must be critical',
    );
    assert.throws(() => watchForStuck(node, { slow: Number.NaN }), TypeError, 'slow must be milliseconds');
  });

  it('is told among the events of an observatory', async () => {
    const { node, clock, observatory } = await practice();
    watchForStuck(node);
    const held = gate();
    node
      .spawn(() => held.opened, { name: 'w' })
      .tell(1)
      .tell(2);
    await clock.advance(3000);
    const [event] = observatory.events({ kinds: ['StuckFound'], subject: '/w' });
    assert.include(event, { level: 'warn', subject: '/w' });
    assert.include(event?.text, 'busy with one message');
  });
});

describe('diagnose()', () => {
  it('of a node that nobody observes tells what one look shows, and leaves nothing behind', async () => {
    const { node, clock } = await startNode();
    ignore(node.spawn(() => {}, { name: 'mute' }).ask('?', { timeout: 60_000 }));
    await clock.advance(3000);
    const pending = clock.pending;
    const { findings, looks } = diagnose(node);
    assert.equal(looks, 1);
    assert.deepEqual(
      findings.map(({ id }) => id),
      ['unanswered /mute'],
    );
    assert.equal(clock.pending, pending);
  });

  it('is a question to an observatory, whose doctor comes with the first and goes with the last', async () => {
    const { node, clock } = await startNode();
    const observatory = Observatory.open(node);
    await clock.advance(5000);
    assert.equal(answerQuery(observatory, 'doctor', {}).watchedSince, clock.wall());
    const doctor = Doctor.of(observatory);
    await clock.advance(3000);
    const answer = answerQuery(observatory, 'doctor', { slow: 500 });
    assert.include(answer, { slow: 500, watchedSince: clock.wall() - 3000, looks: 4 });
    assert.deepEqual(JSON.parse(JSON.stringify(answer)).supervisors, answer.supervisors);
    observatory.close();
    const again = Observatory.open(node);
    assert.notStrictEqual(Doctor.of(again), doctor);
    assert.throws(() => Doctor.of({} as Observatory), 'Doctor.of: expected an observatory');
    again.close();
    assert.equal(clock.pending, 0);
    // Who asks later gets an answer, and nothing stays open for it.
    assert.isEmpty(Doctor.of(again).diagnose({ askers: 'suspected' }).findings);
    assert.isFalse(node.events.hears(MailboxOverflow));
  });

  it('looks once in each sample at 100 000 idle actors, and keeps nothing of them', async function () {
    this.timeout(60_000);
    const { node, clock, doctor } = await practice();
    for (let i = 0; i < 100_000; i++) node.spawn(idle);
    const held = gate();
    node.spawn(() => held.opened).tell(1);
    await clock.settle();
    let looks = 0;
    const isBusy = Object.getOwnPropertyDescriptor(MailCell.prototype, 'isBusy') as { get(): boolean };
    Object.defineProperty(MailCell.prototype, 'isBusy', {
      configurable: true,
      get(this: MailCell) {
        looks++;
        return isBusy.get.call(this);
      },
    });
    try {
      await clock.advance(1000);
      assert.approximately(looks, 100_001, 5);
      for (let i = 0; i < 5; i++) doctor.diagnose();
      assert.approximately(looks, 100_001, 50); // questions are answered from what is known
    } finally {
      Object.defineProperty(MailCell.prototype, 'isBusy', isBusy);
    }
    assert.equal(doctor.patients, 1);
  });
});

const idle = () => {};

describe('cyclesAcross()', () => {
  it('finds circles that go through several nodes, and no others', async () => {
    const cluster = newCluster();
    const nodes = [await cluster.start(7001), await cluster.start(7002)];
    const observatories = nodes.map(node => Observatory.open(node));
    const ask = () => observatories.map(observatory => answerQuery(observatory, 'doctor', {}));
    ask();
    const asks = async ({ to }: { to: string }, { lookup }: Context) => {
      await lookup(to).ask({ to: 'nobody' }, { timeout: 60_000 });
    };
    const [here, there] = nodes;
    here?.spawn(asks, { name: 'a' });
    there?.spawn(asks, { name: 'b' });
    there?.spawn(asks, { name: 'c' });
    const dead = gate();
    there?.spawn(() => dead.opened, { name: 'end' });
    here?.spawn(asks, { name: 'outside' });
    here?.lookup('/a').tell({ to: `${there?.address}/b` });
    here?.lookup('/outside').tell({ to: `${there?.address}/end` });
    there?.lookup('/b').tell({ to: '/c' });
    there?.lookup('/c').tell({ to: `${here?.address}/a` });
    await cluster.clock.advance(3000);
    const diagnoses = ask();
    for (const { findings } of diagnoses)
      assert.deepEqual(
        findings.filter(({ kind }) => kind === 'askCycle'),
        [],
      );
    assert.deepEqual(
      cyclesAcross(diagnoses).map(({ subjects }) => subjects),
      [[`${here?.address}/a`, `${there?.address}/b`, `${there?.address}/c`]],
    );
    assert.deepEqual(cyclesAcross(diagnoses.slice(0, 1)), []);
    for (const observatory of observatories) observatory.close();
    dead.open();
  });
});

describe('formatReport()', () => {
  it('sets findings and restarts in columns, without colours unless they are wanted', async () => {
    const { node, clock, doctor } = await practice();
    const held = gate();
    node
      .spawn(() => held.opened, { name: 'w' })
      .tell(1)
      .tell(2);
    const fail = () => {
      throw new Error('as told');
    };
    node.spawn(fail, { name: 'fragile' }).tell(1);
    await clock.advance(7000);
    const diagnosis = doctor.diagnose({ slow: 2000 });
    const findings = diagnosis.findings.filter(({ kind }) => kind !== 'eventLoop');
    assert.equal(
      formatReport({ ...diagnosis, findings }),
      `a node without remoting: 2 actors, watched for 7 s

warning   /w (function) has been busy with one message for 7 s, and 1 message waits behind it; it
          waits for something that is no question: a promise, I/O, a timer
          → Limit what it waits for with withTimeout, or do it beside the actor and pipeToSelf the
          result, so that it can take other messages meanwhile.

restarts of  left    within  so far
/fragile     3 of 3  5 s     1`,
    );
    assert.include(
      formatReport({ ...diagnosis, findings }, { colours: true }),
      '\x1b[33mwarning   \x1b[0m/w',
    );
    const [finding] = findings as [Finding];
    const spelled = formatReport({ ...diagnosis, findings: [{ ...finding, text: '/a\x1b[2J\x07b failed' }] });
    assert.include(spelled, '/a [2J b failed'); // what a terminal would obey
    const plain = formatReport({ ...diagnosis, findings: [], supervisors: [] });
    assert.match(plain, /\n\nNothing is stuck\.$/);
    assert.notInclude(plain, '\x1b');
  });
});
