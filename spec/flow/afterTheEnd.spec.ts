/** What a source hears that goes on after the end of its flow. */
import { assert } from 'chai';
import { EventDropped, FlowError } from '../../lib/flow/index.ts';
import { errorOf, type Quiet, quietFlow, Sink, Tap, turn } from './support.ts';

describe('after the end of its flow', () => {
  let flow: Quiet;
  let source: Tap;
  let sink: Sink;

  /** Loops as sources have them. */
  class Looping extends Tap {
    turns = 0;
    isStopping = false;
    hasEnded = false;

    /** Pays no attention to the end, nor to errors. */
    async deafLoop(): Promise<void> {
      while (!this.isStopping && this.turns < 100_000) {
        this.turns++;
        await this.put(this.turns)?.catch(() => {});
      }
    }

    runInBackground(before: Promise<void>): void {
      this.background(async () => {
        await before;
        try {
          await this.put('late');
        } finally {
          this.hasEnded = true;
        }
      });
    }
  }

  beforeEach(async () => {
    flow = await quietFlow();
    source = flow.director.registerActor(Looping, 'source');
    sink = flow.director.registerActor(Sink, 'sink');
    flow.director.connectQueue(source, sink);
    await flow.director.start();
  });
  afterEach(() => flow.end());

  it('an emit that is awaited is rejected, and the event counted as lost', async () => {
    const dropped: unknown[] = [];
    flow.node.events.subscribe(EventDropped, ({ event, reason }) => dropped.push([event.data, reason]));
    await flow.director.stop();
    const error = await errorOf(source.put('late') as Promise<void>);
    assert.instanceOf(error, FlowError);
    assert.deepEqual([(error as FlowError).code, error.message], ['STOPPED', 'source has stopped']);
    assert.deepEqual(dropped, [['late', 'stopped']]);
    assert.equal(flow.director.stats()?.lost.stopped, 1);
    assert.deepEqual(sink.data, []);
  });

  it('an emit that nobody awaits troubles nobody', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.prependListener('unhandledRejection', note);
    try {
      await flow.director.stop();
      void source.put('late');
      await turn();
      assert.deepEqual(unhandled, []);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('a loop in the background ends by it, and that is no crash', async () => {
    let go = () => {};
    (source as Looping).runInBackground(
      new Promise(resolve => {
        go = resolve;
      }),
    );
    await flow.director.stop();
    go();
    await turn();
    assert.isTrue((source as Looping).hasEnded);
    assert.isUndefined(flow.director.failure);
    assert.equal(flow.director.stats()?.actors.find(({ name }) => name === 'source')?.restarts, 0);
  });

  it('a loop that goes on all the same keeps nobody else from their turn', async () => {
    await flow.director.stop();
    const looping = source as Looping;
    const loop = looping.deafLoop();
    await turn();
    looping.isStopping = true;
    await loop;
    assert.isBelow(looping.turns, 1000);
  });

  it('a send goes nowhere, and waits for nothing', async () => {
    const { director, end } = await quietFlow();
    const tap = director.registerActor(
      class extends Tap {
        now(data: unknown): unknown {
          return this.send(this.createEvent({ data }));
        }
      },
      'tap',
    );
    director.connectQueue(tap, director.registerActor(Sink, 'sink'));
    await director.start();
    await director.stop();
    assert.isUndefined(tap.now('late'));
    assert.equal(director.stats()?.lost.stopped, 1);
    await end();
  });
});
