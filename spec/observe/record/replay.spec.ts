import { assert } from 'chai';
import fc from 'fast-check';
import {
  type ActorFunction,
  type AnyDecision,
  Node,
  oneForOne,
  Restart,
  Resume,
  Stop,
  silentLogger,
} from '../../../lib/index.ts';
import {
  type Entry,
  parseRecording,
  type Recorder,
  type Recording,
  type RecordOptions,
  record,
  replay,
  type Step,
} from '../../../lib/observe/record/index.ts';
import { rejection, startNode } from '../../core/support.ts';
import { Account, Busy, Buyer, Deposit, Linked, NoStart, Pairs } from './actors.ts';

/** A node whose actors are recorded, at a time that is not 0. */
async function stage(options: RecordOptions = {}, decide: () => AnyDecision = () => Resume) {
  const { node, clock } = await startNode({ supervision: oneForOne({ decide, max: 100 }) });
  await clock.advance(5000);
  return { node, clock, recorder: record(node, options) };
}

/** As it comes back from a file. */
const fromFile = (recorder: Recorder): Recording => parseRecording(recorder.ndjson());

const messageOf = ({ entry }: Step) => (entry.type === 'delivery' ? entry.message : entry.type);

/** The steps of a replay in short, and its result. */
async function played(recording: Recording, options: Parameters<typeof replay>[1] = {}) {
  const steps: Step[] = [];
  const result = await replay(recording, { ...options, onStep: step => steps.push(step) });
  return { steps, result };
}

describe('replay()', () => {
  it('reproduces a crash that depends on earlier messages and on a timer', async () => {
    const { node, clock, recorder } = await stage();
    const account = node.spawn(Account.using({ most: 100, interest: 20 }), { name: 'account' });
    account.tell(new Deposit(30));
    await clock.advance(2500);
    account.tell(new Deposit(20));
    await clock.advance(600);
    assert.equal(recorder.recording().entries.at(-1)?.type, 'delivery');
    const { steps, result } = await played(fromFile(recorder));
    assert.deepEqual(result.warnings, []);
    assert.isTrue(result.reproduced);
    assert.equal(result.actor, '/account');
    assert.equal(result.expected?.message, '110 is more than 100');
    assert.deepEqual(steps.map(messageOf), [
      { $: 'instance', class: 'Deposit', value: { amount: 30 } },
      { interest: 20 },
      { interest: 20 },
      { $: 'instance', class: 'Deposit', value: { amount: 20 } },
      { interest: 20 },
    ]);
    assert.instanceOf(result.last?.error, RangeError);
    assert.deepEqual([result.last?.number, result.last?.outcome], [5, 'failed']);
  });

  it('reproduces whatever has happened', async () => {
    const event = fc.oneof(
      fc.record({ deposit: fc.integer({ min: -20, max: 60 }) }),
      fc.record({ pass: fc.integer({ min: 0, max: 2500 }) }),
    );
    const most = fc.integer({ min: 10, max: 120 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 30 }),
        most,
        fc.boolean(),
        async (events, limit, restarts) => {
          const { node, clock, recorder } = await stage({}, () => (restarts ? Restart : Resume));
          const account = node.spawn(Account.using({ most: limit, interest: 7 }), { name: 'a' });
          for (const one of events) {
            if ('deposit' in one) account.tell(new Deposit(one.deposit));
            else await clock.advance(one.pass);
          }
          account.tell(new Deposit(1000));
          await clock.settle();
          const { steps, result } = await played(fromFile(recorder));
          assert.isTrue(result.reproduced, recorder.ndjson());
          const recorded = recorder.entries().filter(entry => entry.type === 'delivery');
          assert.deepEqual(
            steps.map(({ outcome }) => outcome),
            recorded.map(({ outcome }) => outcome),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('says when the error is not the recorded one', async () => {
    const { node, clock, recorder } = await stage();
    node
      .spawn(Account.using({ most: 10 }), { name: 'a' })
      .tell(new Deposit(5))
      .tell(new Deposit(6));
    await clock.settle();
    const recording = fromFile(recorder);
    const mended = await replay(recording, { classes: [Deposit], actor: Account.using({ most: 1000 }) });
    assert.isFalse(mended.reproduced);
    assert.isUndefined(mended.last?.error);
    assert.include(mended.warnings[0], 'step 2 did not fail');
    const { steps, result } = await played(recording, {
      classes: [Deposit],
      actor: Account.using({ most: 1 }),
    });
    assert.isFalse(result.reproduced, 'it fails earlier than it did');
    assert.lengthOf(steps, 1);
    assert.equal(result.last?.error?.message, '5 is more than 1');
  });

  it('shows what the actor tells others, and gives it the recorded answers', async () => {
    const { node, clock, recorder } = await stage({ actors: '/buyer' });
    const prices: Record<string, number> = { tea: 4, honey: 5, hole: -1 };
    const shop = node.spawn<{ item?: string }>(
      ({ item }, { sender }) => {
        if (item !== undefined) clock.after(50, () => sender?.tell(prices[item]));
      },
      { name: 'shop' },
    );
    const buyer = node.spawn(Buyer, { name: 'buyer' });
    for (const item of ['tea', 'honey', 'hole']) buyer.tell({ shop, item });
    await clock.advance(1000);
    const { steps, result } = await played(fromFile(recorder));
    assert.isTrue(result.reproduced);
    assert.equal(result.last?.error?.message, 'hole costs -1 after 9');
    assert.deepEqual(steps[1]?.told, [
      { to: '/shop', does: 'asks', message: { item: 'honey', spent: 4 } },
      { to: '/shop', does: 'tells', message: { paid: 5 } },
    ]);
    assert.deepEqual(result.warnings, []);
  });

  it('holds back what the actor does to itself until the recording says that it came', async () => {
    const { node, clock, recorder } = await stage({ actors: '/busy' });
    const busy = node.spawn(Busy, { name: 'busy' });
    busy.tell('spawn').tell('again').tell('open');
    await clock.advance(10);
    busy.tell('stop child');
    await clock.advance(70_000);
    busy.tell('fail');
    await clock.settle();
    const { steps, result } = await played(fromFile(recorder));
    assert.equal(
      result.expected?.message,
      'spawn again open spawn again echo stop child Terminated true 0 ReceiveTimeout fail',
    );
    assert.deepEqual([result.last?.error?.message, result.warnings], [result.expected?.message, []]);
    assert.isTrue(result.reproduced);
    const by = (message: string) => steps.filter(step => messageOf(step) === message).at(-1)?.told;
    assert.deepEqual(by('again'), [{ to: '/busy', does: 'tells', message: 'echo' }]);
    assert.deepEqual(by('spawn'), [{ to: '/busy/child', does: 'spawns' }]);
    assert.deepEqual(by('stop child'), [{ to: '/busy/child', does: 'stops' }]);
  });

  it('replays the ends of those that an actor is linked to', async () => {
    const { node, clock, recorder } = await stage({ actors: '/linked' });
    const peers = ['one', 'other'].map(name => node.spawn(() => {}, { name }));
    const linked = node.spawn(Linked, { name: 'linked' });
    for (const peer of peers) linked.tell(peer);
    await clock.advance(10);
    for (const peer of peers) peer.kill();
    await clock.advance(10);
    const { steps, result } = await played(fromFile(recorder));
    assert.equal(result.expected?.message, '/one killed, /other killed');
    assert.isTrue(result.reproduced);
    assert.deepEqual(steps[0]?.told, [{ to: '/one', does: 'links' }]);
  });

  it('replays processes, their timers included', async () => {
    const { node, clock, recorder } = await stage();
    const pairs = node.spawn(Pairs, { name: 'pairs' });
    pairs.tell('a').tell('b').tell('c');
    await clock.advance(800);
    pairs.tell('d').tell('e');
    await clock.settle();
    const { result } = await played(fromFile(recorder));
    assert.equal(result.expected?.message, 'a+b, c+late, d+e');
    assert.isTrue(result.reproduced);
  });

  it('goes on over earlier failures as its supervisor did', async () => {
    for (const [decision, message] of [
      [Resume, '6 is more than 5'],
      [Restart, '7 is more than 5'],
    ] as const) {
      let failures = 0;
      const { node, clock, recorder } = await stage({}, () => (++failures < 3 ? decision : Stop));
      const account = node.spawn(Account.using({ most: 5 }), { name: 'a' });
      account
        .tell(new Deposit(6))
        .tell('balance')
        .tell(new Deposit(decision === Restart ? 7 : 0));
      account.tell(new Deposit(decision === Restart ? 7 : 0));
      await clock.settle();
      const { result } = await played(fromFile(recorder));
      assert.isTrue(result.reproduced, String(decision));
      assert.equal(result.last?.error?.message, message);
    }
  });

  it('begins with the last life of the actor', async () => {
    const { node, clock, recorder } = await stage({}, () => Stop);
    for (const amount of [7, 8]) {
      node.spawn(Account.using({ most: amount - 1 }), { name: 'a' }).tell(new Deposit(amount));
      await clock.advance(10);
    }
    const { steps, result } = await played(fromFile(recorder));
    assert.lengthOf(steps, 1);
    assert.equal(result.expected?.message, '8 is more than 7');
    assert.isTrue(result.reproduced);
  });

  it('replays a failed start, also one that was tried again', async () => {
    let failures = 0;
    for (const decide of [() => Stop, () => (++failures < 4 ? Restart : Stop)]) {
      const { node, clock, recorder } = await stage({}, decide);
      node.spawn(NoStart.using({ file: 'plan.txt' }), { name: 'none' });
      await clock.advance(100);
      const { steps, result } = await played(fromFile(recorder));
      assert.include(result.expected?.message, 'there is no plan.txt');
      assert.isTrue(result.reproduced);
      assert.lengthOf(steps, failures === 0 ? 1 : 4);
    }
  });

  it('keeps the path of an actor that has parents, and its address', async () => {
    const clock = (await startNode()).clock;
    const node = await Node.start({
      clock,
      logger: silentLogger,
      supervision: oneForOne({ decide: () => Resume }),
    });
    const recorder = record(node, { actors: '/a/b/*' });
    const fails: ActorFunction<string> = (message, context) => {
      throw new Error(`${message} at ${context.ref.address} below ${context.parent.path}`);
    };
    node
      .spawn(
        (_, a) =>
          void a
            .spawn((_: unknown, b) => void b.spawn(fails, { name: 'c' }).tell('x'), { name: 'b' })
            .tell(1),
        { name: 'a' },
      )
      .tell(1);
    await clock.settle();
    const stopped = node.stop();
    await clock.advance(10_000);
    await stopped;
    const recording = fromFile(recorder);
    const { result } = await played(recording, { actor: fails, path: '/a/b/c' });
    assert.equal(result.expected?.message, 'x at /a/b/c below /a/b');
    assert.isTrue(result.reproduced);
    const elsewhere = { ...recording, header: { ...recording.header, node: 'far:9700' } };
    const { last } = await replay(elsewhere, { actor: fails, path: '/a/b/c' });
    assert.equal(last?.error?.message, 'x at far:9700/a/b/c below /a/b');
  });

  it('warns when the beginning was overwritten, or was not seen', async () => {
    const { node, clock, recorder } = await stage({ size: 3 });
    const account = node.spawn(Account.using({ most: 25 }), { name: 'a' });
    for (let i = 0; i < 6; i++) account.tell(new Deposit(5));
    await clock.settle();
    const { steps, result } = await played(fromFile(recorder));
    assert.isFalse(result.reproduced);
    assert.lengthOf(steps, 3);
    assert.include(
      result.warnings[0],
      'the state of /a at the first step is not known: its first 4 entries were overwritten',
    );
    const late = record(node);
    account.tell(new Deposit(5));
    await clock.settle();
    const unseen = await replay(fromFile(late));
    assert.include(unseen.warnings[0], 'it was there before the recording began');
  });

  it('begins at a restart, where the recording does not go back to the start', async () => {
    const { node, clock, recorder } = await stage({ size: 6 }, () => Restart);
    const account = node.spawn(Account.using({ most: 9 }), { name: 'a' });
    for (const amount of [1, 2, 3, 10, 4, 5, 6]) account.tell(new Deposit(amount));
    await clock.settle();
    const { steps, result } = await played(fromFile(recorder));
    assert.deepEqual(result.warnings, ['the replay begins at a restart: what was before is not recorded']);
    assert.isTrue(result.reproduced);
    assert.equal(result.expected?.message, '15 is more than 9');
    assert.lengthOf(steps, 3);
  });

  it('comes to an end when the actor hangs, or has ended, where it did not', async () => {
    const { node, clock, recorder } = await stage();
    const ref = node.spawn(
      (message: number) => {
        if (message === 5) throw new Error('five');
      },
      { name: 'a' },
    );
    for (let i = 0; i <= 5; i++) ref.tell(i);
    await clock.settle();
    const hanging = await played(fromFile(recorder), { actor: () => new Promise(() => {}) });
    assert.isFalse(hanging.result.reproduced);
    assert.include(hanging.result.warnings, 'step 1 did not come to its end in the replay');
    const ending = await played(fromFile(recorder), { actor: (_, context) => context.stop() });
    assert.isFalse(ending.result.reproduced);
    assert.deepEqual(ending.result.warnings, ['the actor ended after step 1, before the recording did']);
    assert.lengthOf(ending.steps, 1);
  });

  it('stops after a step, and replays what has not crashed', async () => {
    const { node, clock, recorder } = await stage();
    node
      .spawn(Account.using({ most: 9 }), { name: 'a' })
      .tell(new Deposit(1))
      .tell(new Deposit(2))
      .tell(new Deposit(3));
    await clock.settle();
    const { steps, result } = await played(fromFile(recorder), { until: 2 });
    assert.lengthOf(steps, 2);
    assert.deepInclude(result, { reproduced: true, expected: undefined });
    const all = await replay(fromFile(recorder), { until: 50 });
    assert.include(all.warnings[0], 'there are only 3 steps');
  });

  it('tells of what was not recorded', async () => {
    const { node, clock, recorder } = await stage({
      redact: message => (message === 'secret' ? undefined : message),
    });
    const ref = node.spawn(
      (_: unknown) => {
        throw new Error('always');
      },
      { name: 'a' },
    );
    ref.tell({ call: () => {} });
    await clock.settle();
    const { result } = await played(fromFile(recorder), {
      actor: () => {
        throw new Error('always');
      },
    });
    assert.isTrue(result.reproduced);
    assert.include(result.warnings[0], 'parts of some messages were not recorded');
    class Unknown {}
    ref.tell(new Unknown());
    await clock.settle();
    const other = await replay(fromFile(recorder), { actor: () => {} });
    assert.include(other.warnings.join(), 'the class "Unknown" of a message is not known');
    const known = await replay(fromFile(recorder), { actor: () => {}, classes: [Unknown] });
    assert.notInclude(known.warnings.join(), 'Unknown');
  });

  it('says why it can not replay', async () => {
    const { node, clock, recorder } = await stage();
    const ref = node.spawn(
      (message: string) => {
        if (message === 'fail') throw new Error('x');
      },
      { name: 'a' },
    );
    ref.tell('fine');
    await clock.settle();
    const why = async (options?: Parameters<typeof replay>[1], of = fromFile(recorder)) =>
      (await rejection(replay(of, options))).message;
    assert.include(await why(), 'no failure of /a');
    assert.include(await why({ path: '/b' }), 'no entries of /b; it has those of /a');
    ref.tell('fail');
    await clock.settle();
    assert.include(await why(), 'does not say where the class function of /a is');
    const moved = fromFile(recorder);
    const from = (module: string): Recording => ({
      ...moved,
      actors: moved.actors.map(actor => ({ ...actor, module })),
    });
    assert.include(await why({}, from('file:///nowhere.js#A')), "file:///nowhere.js can't be loaded");
    assert.include(await why({}, from(`${Account.module}#Gone`)), 'exports no Gone any more');
    // What a recording names is no function that a message of it could be given to.
    for (const module of ['fs#mkdirSync', 'child_process#execSync', `${Account.module}#Deposit`])
      assert.include(await why({}, from(module)), 'is no class of actors');
    for (const what of [null, {}, { header: {} }])
      assert.include(await why({}, what as never), 'replay(recording): expected the path of a file');
    const none: Recording = { ...moved, entries: [] as Entry[], actors: [] };
    assert.include(await why({}, none), 'say which actor is to be replayed');
    assert.include(await why({}, '/nowhere/x.ndjson' as never), 'no such file');
  });
});
