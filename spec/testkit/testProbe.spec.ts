import { AssertionError } from 'node:assert';
import { assert } from 'chai';
import { ActorStarted, DeadLetter, type Ref, type Terminated } from '../../lib/index.ts';
import { captureEvents, TestProbe } from '../../lib/testkit/index.ts';
import { rejection, startNode } from '../core/support.ts';

describe('TestProbe', () => {
  it('gives the messages that it was told, in order', async () => {
    const { probe } = await startProbe();
    probe.ref.tell(1).tell(2);
    assert.deepEqual([await probe.next(), await probe.next()], [1, 2]);
  });

  it('waits for a message that is still to come', async () => {
    const { probe } = await startProbe();
    const next = probe.next();
    probe.ref.tell('came');
    assert.equal(await next, 'came');
  });

  it('has the name that it is given', async () => {
    const { node } = await startNode();
    assert.equal(new TestProbe(node, 'probe').ref.path, '/probe');
  });

  it('shows what has arrived and has not been expected', async () => {
    const { probe, clock } = await startProbe();
    probe.ref.tell(1).tell(2);
    await clock.settle();
    await probe.next();
    assert.deepEqual(probe.messages, [2]);
  });

  it('answers the sender of the message that was expected last', async () => {
    const { probe, clock } = await startProbe();
    const answer = probe.ref.ask('question');
    await probe.expect('question');
    assert.isDefined(probe.sender);
    probe.reply('answer');
    await clock.settle();
    assert.equal(await answer, 'answer');
  });
});

describe('TestProbe.expect', () => {
  it('gives the message when it matches', async () => {
    const { probe } = await startProbe();
    probe.ref.tell({ count: 1, more: true });
    assert.deepEqual(await probe.expect({ count: Number }), { count: 1, more: true } as never);
  });

  it('throws an AssertionError that shows both when it does not match', async () => {
    const { probe } = await startProbe();
    probe.ref.tell('other');
    const error = await rejection(probe.expect('wanted'));
    assert.instanceOf(error, AssertionError);
    assert.include(error.message, 'expected "wanted" and got "other"');
  });
});

describe('TestProbe.fish', () => {
  it('drops what does not match and gives what does', async () => {
    const { probe, clock } = await startProbe();
    probe.ref.tell('x').tell(1).tell('y');
    assert.equal(await probe.fish(Number), 1);
    await clock.settle();
    assert.deepEqual(probe.messages, ['y']);
  });
});

describe('TestProbe.expectNothing', () => {
  it('passes when nothing comes', async () => {
    const { probe, clock } = await startProbe();
    await probe.expectNothing(clock, 10_000);
  });

  it('throws an AssertionError that shows what has come', async () => {
    const { probe, clock } = await startProbe();
    clock.after(5, () => void probe.ref.tell('late'));
    await probe.expectNothing(clock, 4);
    const error = await rejection(probe.expectNothing(clock, 1));
    assert.instanceOf(error, AssertionError);
    assert.include(error.message, 'expected nothing and got "late"');
  });
});

describe('TestProbe.watch', () => {
  it('has the probe told of an end', async () => {
    const { probe, other } = await startProbe();
    probe.watch(other);
    other.stop();
    const terminated: Terminated<Ref> = await probe.expectTerminated(other);
    assert.equal(terminated.reason, 'stopped');
  });

  it('is undone by unwatch', async () => {
    const { probe, other, clock } = await startProbe();
    probe.watch(other);
    probe.unwatch(other);
    other.stop();
    await probe.expectNothing(clock);
  });
});

describe('TestProbe.expectTerminated', () => {
  it('throws an AssertionError for another message', async () => {
    const { probe, other } = await startProbe();
    probe.ref.tell('message');
    const error = await rejection(probe.expectTerminated(other));
    assert.instanceOf(error, AssertionError);
    assert.include(error.message, `expected that ${other.address} has terminated and got "message"`);
  });
});

describe('captureEvents', () => {
  it('keeps the events of a class from then on, until it is stopped', async () => {
    const { node, clock, other } = await startProbe();
    other.stop();
    await clock.settle();
    const captured = captureEvents(node, DeadLetter);
    other.tell(1).tell(2);
    captured.stop();
    other.tell(3);
    assert.deepEqual(
      captured.events.map(({ message }) => message),
      [1, 2],
    );
  });

  it('keeps no events of other classes', async () => {
    const { node, clock } = await startNode();
    const { events } = captureEvents(node, DeadLetter);
    const started = captureEvents(node, ActorStarted).events;
    node.spawn(() => {});
    await clock.settle();
    assert.deepEqual([events.length, started.length], [0, 1]);
  });
});

async function startProbe() {
  const { node, clock } = await startNode();
  const [probe, other] = [new TestProbe(node), node.spawn(() => {})];
  await clock.settle();
  return { node, clock, probe, other: other as Ref };
}
