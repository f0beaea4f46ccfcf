import { assert } from 'chai';
import { silentLogger } from '../../lib/base/log.ts';
import { world } from '../../lib/base/world.ts';
import { Director, type DirectorOptions, Event, FlowActor, Retry, Window } from '../../lib/flow/index.ts';
import { ManualClock } from '../../lib/testkit/index.ts';
import { turns } from './control/support.ts';
import { Pass, Sink } from './support.ts';

/** Does what the spec says when it starts. */
class Source extends FlowActor<{ begin(source: Source): void }> {
  override consume(): void {}
  override preStart(): void {
    this.params.begin(this);
  }
  put(data: unknown): Promise<void> | undefined {
    return this.emit(new Event({ data }));
  }
  loop(task: (signal: AbortSignal) => Promise<unknown>): void {
    this.background(task);
  }
  wait(ms: number, fn: () => unknown): void {
    this.after(ms, fn);
  }
  repeat(ms: number, fn: () => unknown): () => void {
    return this.every(ms, fn);
  }
}

/** A flow on virtual time whose source does that. */
function flow(begin: (source: Source) => void, options: DirectorOptions = {}) {
  const clock = new ManualClock();
  const director = new Director({
    stopWhen: 'idle',
    world: world({ clock }),
    nodeOptions: { logger: silentLogger },
    ...options,
  });
  director.registerLogActor(Sink, 'log');
  const source = director.registerActor(Source, 'source', { begin });
  const sink = director.registerActor(Sink, 'sink') as Sink;
  const pass = async (ms: number) => {
    await turns();
    clock.advance(ms);
    await turns();
  };
  return { director, source, sink, pass };
}

describe("stopWhen: 'idle'", () => {
  it('stops when a loop has come to its end, and all that it sent has been handled', async () => {
    const { director, source, sink } = flow(self =>
      self.loop(async () => {
        for (const data of [1, 2, 3]) await self.put(data);
      }),
    );
    director.connectQueue(source, sink, { size: 1 });
    await director.start();
    await director.block();
    assert.deepEqual(sink.data, [1, 2, 3]);
    assert.isUndefined(director.failure);
  });

  it('waits for the last timer of a source', async () => {
    const { director, source, sink, pass } = flow(self => {
      let count = 0;
      self.wait(50, () => {
        const cancel = self.repeat(100, () => {
          if (++count === 2) cancel();
          return self.put(count);
        });
      });
    });
    director.connectQueue(source, sink);
    await director.start();
    await pass(149);
    assert.deepEqual([sink.data, director.isRunning], [[], true]);
    await pass(1);
    assert.deepEqual([sink.data, director.isRunning], [[1], true]);
    await pass(100);
    assert.deepEqual([sink.data, director.isRunning], [[1, 2], false]);
  });

  it('does not wait for the clock of an actor that is no source, and lets it send what it holds', async () => {
    const { director, source, sink } = flow(self => void self.put(1));
    const window = director.registerActor(Window, 'window', { size: 60_000 });
    director.connectQueue(source, window);
    director.connectQueue(window, sink);
    await director.start();
    await director.block();
    assert.deepEqual(sink.data, [[1]]);
  });

  it('waits for what is to be tried again', async () => {
    const { director, source, sink, pass } = flow(self => void self.put(1));
    class Moody extends FlowActor {
      tries = 0;
      override consume(event: Event): void {
        if (++this.tries < 2) throw new Error('not now');
        void this.send(event);
      }
    }
    const retry = director.registerActor(Retry, 'retry', { backoff: { min: 100, jitter: 0 } });
    const moody = director.registerActor(Moody, 'moody');
    director.connectQueue(source, retry);
    director.connectQueue(retry, moody);
    director.connectErrorQueue(moody, retry);
    director.connectQueue(moody, sink);
    await director.start();
    await pass(99);
    assert.isTrue(director.isRunning);
    await pass(1);
    assert.deepEqual([sink.data, director.isRunning], [[1], false]);
  });

  it('waits for a source that is being restarted', async () => {
    let lives = 0;
    const { director, source, sink, pass } = flow(
      self =>
        self.loop(async () => {
          if (++lives === 1) throw new Error('a bad start');
          await self.put('again');
        }),
      { restart: { backoff: { min: 100, jitter: 0 } } },
    );
    director.connectQueue(source, sink);
    await director.start();
    await pass(50);
    assert.isTrue(director.isRunning);
    await pass(100);
    assert.deepEqual([sink.data, director.isRunning], [['again'], false]);
  });

  it('takes a cycle that nothing leads into for a source', async () => {
    const { director, source, sink, pass } = flow(() => {});
    const one = director.registerActor(Source, 'one', {
      begin: self => self.wait(100, () => self.put('late')),
    });
    const two = director.registerActor(Pass, 'two');
    director.connectQueue(one, two);
    director.connectErrorQueue(two, one);
    director.connectQueue(source, sink);
    director.connectQueue(two, sink);
    await director.start();
    await pass(99);
    assert.isTrue(director.isRunning);
    await pass(1);
    assert.deepEqual([sink.data, director.isRunning], [['late'], false]);
  });

  it('is for a flow that says so', async () => {
    const { director, source, sink } = flow(self => void self.put(1), { stopWhen: 'never' });
    director.connectQueue(source, sink);
    await director.start();
    await director.idle();
    assert.deepEqual([sink.data, director.isRunning], [[1], true]);
    await director.stop();
    await director.idle();
  });

  it('is refused when it is something else', () => {
    assert.throws(
      () => new Director({ stopWhen: 'done' as never }),
      TypeError,
      'stopWhen must be never or idle',
    );
    assert.throws(() => new Director({ node: {} as never, nodeOptions: {} }), TypeError, 'not both');
  });
});
