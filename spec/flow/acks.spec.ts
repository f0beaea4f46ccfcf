import { assert } from 'chai';
import { type Event, FlowActor } from '../../lib/flow/index.ts';
import { Call, event, Gate, Pass, quietFlow, Sink, turn } from './support.ts';

/** A source that keeps what it has emitted until it is told that it was handled, and emits again what was not. */
class Replay extends FlowActor<{ most?: number }> {
  readonly acks: unknown[] = [];
  readonly nacks: [unknown, string][] = [];
  readonly open = new Map<string, Event>();

  override consume(): void {}

  put(data: unknown) {
    const made = event(data);
    this.open.set(made.eventId, made);
    return this.emit(made);
  }

  override acked(done: Event): void {
    this.acks.push(done.data);
    this.open.delete(done.eventId);
  }

  override nacked(failed: Event, error: Error): void {
    this.nacks.push([failed.data, error.name]);
    if (this.nacks.length > (this.params.most ?? 0)) return;
    const again = event(failed.data, { eventId: failed.eventId, redelivered: failed.get('redelivered') });
    this.open.set(again.eventId, again);
    void this.emit(again);
  }
}

const throws = (count: number) => {
  let left = count;
  return (given: Event, self: Call) => {
    if (left-- > 0) throw new Error('not yet');
    return self.forward(given);
  };
};

describe('acknowledgements', () => {
  for (const copy of [true, false]) {
    it(`the source hears when every copy has been handled (copy: ${copy})`, async () => {
      const { director, end } = await quietFlow({ acks: true, copy });
      const source = director.registerActor(Replay, 'source');
      const pass = director.registerActor(Pass, 'pass');
      const gate = director.registerActor(Gate, 'gate');
      const sink = director.registerActor(Sink, 'sink');
      director.connectQueue(source, pass);
      director.connectQueue(pass, [gate, sink]);
      await director.start();
      source.put(1);
      await turn();
      assert.lengthOf(sink.data, 1);
      assert.deepEqual(source.acks, []);
      await gate.openNext();
      assert.deepEqual(source.acks, [1]);
      assert.equal(source.open.size, 0);
      await end();
      assert.deepEqual(source.nacks, []);
    });
  }

  it('new events that a consume makes belong to the one that it handles, also after an await', async () => {
    const { director, end } = await quietFlow({ acks: true });
    const source = director.registerActor(Replay, 'source');
    const split = director.registerActor(Call, 'split', {
      fn: async (given: Event, self: Call) => {
        void self.forward(event([given.data, 1]));
        await turn(1);
        void self.forward(event([given.data, 2]));
      },
    });
    const gate = director.registerActor(Gate, 'gate');
    director.connectQueue(source, split);
    director.connectQueue(split, gate);
    await director.start();
    source.put('a');
    await turn(6);
    await gate.openNext();
    assert.deepEqual(source.acks, []);
    await gate.openNext();
    assert.deepEqual(source.acks, ['a']);
    await end();
  });

  it('an error that ends in the error actor is a nack; the source emits again, marked, until it is handled', async () => {
    const { director, end } = await quietFlow({ acks: true });
    const source = director.registerActor(Replay, 'source', { most: 5 });
    const flaky = director.registerActor(Call, 'flaky', { fn: throws(2) });
    const sink = director.registerActor(Sink, 'sink');
    director.connectQueue(source, flaky);
    director.connectQueue(flaky, sink);
    await director.start();
    source.put('a');
    await turn(6);
    assert.deepEqual(source.nacks, [
      ['a', 'Error'],
      ['a', 'Error'],
    ]);
    assert.deepEqual(source.acks, ['a']);
    assert.deepEqual(
      sink.events.map(one => [one.data, one.get('redelivered')]),
      [['a', true]],
    );
    await end();
  });

  it('an error that an error queue takes is handled at the end of that branch', async () => {
    const { director, end } = await quietFlow({ acks: true });
    const source = director.registerActor(Replay, 'source');
    const bad = director.registerActor(Call, 'bad', { fn: throws(1) });
    const gate = director.registerActor(Gate, 'gate');
    director.connectQueue(source, bad);
    director.connectErrorQueue(bad, gate);
    await director.start();
    source.put('a');
    await turn();
    assert.deepEqual(source.acks, []);
    await gate.openNext();
    assert.deepEqual(source.acks, ['a']);
    assert.deepEqual(source.nacks, []);
    await end();
  });

  it('an event that a full queue drops is a nack', async () => {
    const { director, end } = await quietFlow({ acks: true });
    const source = director.registerActor(Replay, 'source');
    const gate = director.registerActor(Gate, 'gate', { concurrency: 1 });
    director.connectQueue(source, gate, { size: 1, policy: 'dropOldest' });
    await director.start();
    source.put(1);
    await turn();
    source.put(2);
    source.put(3);
    assert.deepEqual(source.nacks, [[2, 'QueueFull']]);
    await gate.openNext();
    await gate.openNext();
    assert.deepEqual(source.acks, [1, 3]);
    await end();
  });

  it('what is not handled within ackTimeout is a nack, and its late end changes nothing', async () => {
    const { director, clock, end } = await quietFlow({ acks: true, ackTimeout: 1000 });
    const source = director.registerActor(Replay, 'source');
    const gate = director.registerActor(Gate, 'gate');
    director.connectQueue(source, gate);
    await director.start();
    source.put(1);
    await clock.advance(600);
    source.put(2);
    await clock.advance(399);
    assert.deepEqual(source.nacks, []);
    await clock.advance(1);
    assert.deepEqual(source.nacks, [[1, 'TimeoutError']]);
    await clock.advance(600);
    assert.deepEqual(source.nacks, [
      [1, 'TimeoutError'],
      [2, 'TimeoutError'],
    ]);
    await gate.openNext();
    await gate.openNext();
    assert.deepEqual(source.acks, []);
    await end();
    assert.equal(clock.pending, 0);
  });

  it('what is under way when the flow stops is a nack, before the source ends', async () => {
    const { director, clock, end } = await quietFlow({ acks: true, stopTimeout: 100 });
    const notes: string[] = [];
    class Noting extends Replay {
      override nacked(failed: Event, error: Error): void {
        notes.push(`nacked ${failed.data} ${error.message}`);
      }
      override postStop(): void {
        notes.push('postStop');
      }
    }
    const source = director.registerActor(Noting, 'source');
    director.connectQueue(source, director.registerActor(Gate, 'gate'));
    await director.start();
    source.put(1);
    await clock.settle();
    const stopping = director.stop();
    await clock.advance(100);
    await stopping;
    assert.deepEqual(notes, ['nacked 1 gate has stopped', 'postStop']);
    await end();
  });

  it('a source without outboxes is told that nobody handles its events', async () => {
    const { director, end } = await quietFlow({ acks: true });
    const source = director.registerActor(Replay, 'source');
    await director.start();
    source.put(1);
    assert.deepEqual(source.nacks, [[1, 'FlowError']]);
    await end();
  });

  it('a hook that throws is a crash of the source', async () => {
    const { director, clock, end } = await quietFlow({ acks: true });
    class Bad extends Replay {
      override acked(): void {
        throw new Error('cannot note that');
      }
    }
    const source = director.registerActor(Bad, 'source');
    director.connectQueue(source, director.registerActor(Sink, 'sink'));
    await director.start();
    source.put(1);
    await clock.advance(1);
    assert.equal(director.stats()?.actors.find(({ name }) => name === 'source')?.restarts, 1);
    await end();
  });

  it('cost nothing any more once the flow has ended', async () => {
    const before = marksOfPromises();
    const { director, end } = await quietFlow({ acks: true });
    const source = director.registerActor(Replay, 'source');
    director.connectQueue(source, director.registerActor(Sink, 'sink'));
    await director.start();
    source.put(1);
    await director.settled();
    await end();
    assert.equal(marksOfPromises(), before);
  });

  it('without acks no hook is called', async () => {
    const { director, end } = await quietFlow();
    const source = director.registerActor(Replay, 'source');
    director.connectQueue(source, director.registerActor(Sink, 'sink'));
    await director.start();
    source.put(1);
    await director.settled();
    assert.deepEqual(source.acks, []);
    await end();
  });
});

/** How many storages Node.js carries along with every promise (Node.js 20: later ones mark none). */
const marksOfPromises = () => Object.getOwnPropertySymbols(Promise.resolve()).length;
