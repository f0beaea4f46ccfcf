import { assert } from 'chai';
import { Actor, type Ref } from '../../lib/index.ts';
import { group, pool, scatterGather } from '../../lib/pool/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { gate, outcomeOf, rejection, startNode } from '../core/support.ts';
import { assertBalanced, type Job, messagesOf, Worker } from './support.ts';

const within = 1000;

describe('scatterGather()', () => {
  it('asks all, and passes on the first answer', async () => {
    const { clock, ref, probes } = await scattered();
    const answer = outcomeOf(ref.ask('question', { timeout: 5000 }));
    for (const probe of probes) await probe.expect('question');
    probes[1]?.reply('second');
    await clock.settle();
    probes[0]?.reply('first');
    await clock.settle();
    assert.deepEqual(answer, ['second']);
  });

  it('has a late answer as a dead letter', async () => {
    const { node, clock, ref, probes } = await scattered();
    void ref.ask('question');
    for (const probe of probes) await probe.expect('question');
    for (const probe of probes) {
      probe.reply('answer');
      await clock.settle();
    }
    assert.equal(node.stats().deadLetters.lateReply, 2);
    assertBalanced(node);
  });

  it('passes on the first answers, in the order in which they came, where there is a quorum', async () => {
    const { clock, ref, probes } = await scattered({ within, quorum: 2 });
    const answer = outcomeOf(ref.ask('question'));
    for (const probe of probes) await probe.expect('question');
    probes[2]?.reply('third');
    await clock.settle();
    assert.deepEqual(answer, []);
    probes[0]?.reply('first');
    await clock.settle();
    assert.deepEqual(answer, [['third', 'first']]);
  });

  it('goes by the others when one answers with an error, or ends', async () => {
    const { clock, ref, probes } = await scattered();
    const answer = outcomeOf(ref.ask('question'));
    for (const probe of probes) await probe.expect('question');
    probes[0]?.reply(new Error('no'));
    probes[1]?.ref.kill();
    await clock.settle();
    assert.deepEqual(answer, []);
    probes[2]?.reply('yes');
    await clock.settle();
    assert.deepEqual(answer, ['yes']);
  });

  it('passes on the error as soon as too few are left', async () => {
    const { clock, ref, probes } = await scattered({ within, quorum: 2 });
    const answer = rejection(ref.ask('question'));
    for (const probe of probes) await probe.expect('question');
    probes[0]?.reply(new Error('no'));
    await clock.settle();
    probes[1]?.reply(new Error('never'));
    assert.equal((await answer).message, 'never');
  });

  it('passes on a TimeoutError when they have not answered in time', async () => {
    const { clock, ref } = await scattered();
    const answer = outcomeOf(ref.ask('question', { timeout: 5000 }));
    await clock.advance(999);
    assert.deepEqual(answer, []);
    await clock.advance(1);
    assert.equal((answer[0] as { code?: string }).code, 'TIMEOUT');
    assert.equal(clock.pending, 0);
  });

  it('fails at once where there are fewer than the quorum', async () => {
    const { ref } = await scattered({ within, quorum: 4 });
    const error = await rejection(ref.ask('question'));
    assert.equal(error.code, 'TIMEOUT');
    assert.match(error.message, /has 3 members: too few for 4 answers/);
  });

  it('tells all what nobody waits for', async () => {
    const { node, clock } = await startNode();
    const jobs: Job[] = [];
    const ref = node.spawn(pool(Worker.using({ jobs }), { size: 3, strategy: scatterGather({ within }) }));
    ref.tell('news');
    await clock.settle();
    assert.deepEqual(messagesOf(jobs), ['news', 'news', 'news']);
    assert.equal(clock.pending, 0);
  });

  it('lets those who still work see that nobody waits, whoever gave up', async () => {
    const { node, clock } = await startNode();
    const signals: AbortSignal[] = [];
    const hold = gate();
    class Listener extends Actor<string> {
      override receive(message: string) {
        signals.push(this.messageSignal);
        if (message === 'first' && this.ref.name === 'listener$1') this.reply('here');
        return hold.opened;
      }
    }
    const make = () => node.spawn(pool(Listener, { size: 2, strategy: scatterGather({ within }) }));
    const isAborted = () => signals.map(signal => signal.aborted);
    await make().ask('first');
    assert.deepEqual(isAborted(), [false, true]);
    signals.length = 0;
    const giveUp = new AbortController();
    const asked = rejection(make().ask('second', { signal: giveUp.signal }));
    await clock.settle();
    assert.deepEqual(isAborted(), [false, false]);
    giveUp.abort();
    await clock.settle();
    assert.deepEqual(isAborted(), [true, true]);
    assert.equal((await asked).code, 'ABORTED');
  });
});

/** A group of three probes, which answer when they are told to. */
async function scattered(options: Parameters<typeof scatterGather>[0] = { within }) {
  const { node, clock } = await startNode();
  const probes = ['a', 'b', 'c'].map(name => new TestProbe(node, name));
  const ref: Ref = node.spawn(
    group(
      probes.map(probe => probe.ref),
      { strategy: scatterGather(options) },
    ),
  );
  return { node, clock, probes, ref };
}
