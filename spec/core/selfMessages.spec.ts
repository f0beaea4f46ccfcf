import { assert } from 'chai';
import { ActorError, ErrorIgnored, ReceiveTimeout, type Ref } from '../../lib/index.ts';
import { gate, heard } from './support.ts';
import { startTimed } from './timed.ts';

describe('setReceiveTimeout()', () => {
  it('delivers a ReceiveTimeout when nothing has come for so long', async () => {
    const { clock, seen, run } = await startTimed();
    await run(context => context.setReceiveTimeout(100));
    await clock.advance(99);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, [new ReceiveTimeout()]);
  });

  it('delivers it again and again', async () => {
    const { clock, seen, run } = await startTimed();
    await run(context => context.setReceiveTimeout(100));
    await clock.advance(350);
    assert.equal(seen.length, 3);
  });

  it('counts from the last message', async () => {
    const { clock, seen, run, ref } = await startTimed();
    await run(context => context.setReceiveTimeout(100));
    await clock.advance(60);
    (ref as Ref).tell('a');
    await clock.advance(99);
    assert.deepEqual(seen, ['a']);
    await clock.advance(1);
    assert.deepEqual(seen, ['a', new ReceiveTimeout()]);
  });

  it('counts from the end of an async receive', async () => {
    const { clock, seen, run } = await startTimed();
    const { opened, open } = gate();
    await run(async context => {
      context.setReceiveTimeout(100);
      await opened;
    });
    await clock.advance(1000);
    open();
    await clock.advance(99);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, [new ReceiveTimeout()]);
  });

  it('ends with undefined', async () => {
    const { clock, seen, run } = await startTimed();
    await run(context => context.setReceiveTimeout(100));
    await run(context => context.setReceiveTimeout(undefined));
    await clock.advance(1000);
    assert.deepEqual([seen, clock.pending], [[], 0]);
  });

  for (const ms of [0, -1, Number.NaN, '5']) {
    it(`throws a TypeError for ${ms}`, async () => {
      const { node, run } = await startTimed();
      const errors = heard(node, ActorError);
      await run(context => context.setReceiveTimeout(ms as number));
      assert.instanceOf(errors[0]?.error, TypeError);
    });
  }
});

describe('pipeToSelf()', () => {
  it('delivers the value of the promise as a message', async () => {
    const { clock, seen, run } = await startTimed();
    await run(context => context.pipeToSelf(Promise.resolve('value')));
    await clock.settle();
    assert.deepEqual(seen, ['value']);
  });

  it('does not keep the actor from handling messages meanwhile', async () => {
    const { clock, seen, run, ref } = await startTimed();
    const { opened, open } = gate();
    await run(context => context.pipeToSelf(opened, () => 'piped'));
    (ref as Ref).tell('meanwhile');
    await clock.settle();
    open();
    await clock.settle();
    assert.deepEqual(seen, ['meanwhile', 'piped']);
  });

  it('passes the value through map', async () => {
    const { clock, seen, run } = await startTimed();
    await run(context => context.pipeToSelf(Promise.resolve(20), value => value + 1));
    await clock.settle();
    assert.deepEqual(seen, [21]);
  });

  it('passes a rejection through mapError', async () => {
    const { clock, seen, run } = await startTimed();
    await run(context =>
      context.pipeToSelf(
        Promise.reject(new Error('no')),
        () => 'value',
        error => (error as Error).message,
      ),
    );
    await clock.settle();
    assert.deepEqual(seen, ['no']);
  });

  it('fails the actor with a rejection that has no mapError', async () => {
    const { node, clock, run } = await startTimed();
    const [errors, error] = [heard(node, ActorError), new Error('no')];
    await run(context => context.pipeToSelf(Promise.reject(error)));
    await clock.settle();
    assert.deepEqual(
      errors.map(event => event.error),
      [error],
    );
  });

  it('fails the actor when map throws', async () => {
    const { node, clock, run } = await startTimed();
    const errors = heard(node, ActorError);
    await run(context =>
      context.pipeToSelf(Promise.resolve(1), () => {
        throw new Error('map');
      }),
    );
    await clock.settle();
    assert.deepEqual(
      errors.map(({ error }) => error.message),
      ['map'],
    );
  });

  it('makes a rejection that comes after the end an ErrorIgnored', async () => {
    const { node, clock, run, ref } = await startTimed();
    const [ignored, { opened, fail }] = [heard(node, ErrorIgnored), gate()];
    await run(context => context.pipeToSelf(opened));
    ref.stop();
    await clock.settle();
    fail(new Error('too late'));
    await clock.settle();
    assert.deepEqual(
      ignored.map(({ error }) => error.message),
      ['too late'],
    );
  });

  it('makes a value that comes after the end a dead letter', async () => {
    const { node, clock, run, ref } = await startTimed();
    const { opened, open } = gate();
    await run(context => context.pipeToSelf(opened, () => 'late'));
    ref.stop();
    await clock.settle();
    open();
    await clock.settle();
    assert.equal(node.stats().deadLetters.stopped, 1);
  });
});
