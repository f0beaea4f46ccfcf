import { assert } from 'chai';
import { ANY, NOT, OR, Process, sleep, type } from '../../lib/index.ts';
import { gate, startNode } from '../core/support.ts';
import { caught, type Running, running } from './support.ts';

describe('get', () => {
  it('gives the message that was sent', async () => {
    const { seen } = await afterSending(['hello'], function* (self, log) {
      log(yield* self.get());
    });
    assert.deepEqual(seen, ['hello']);
  });

  it('waits for a message', async () => {
    const { ref, clock, seen } = await afterSending([], function* (self, log) {
      log('waits');
      log(yield* self.get());
    });
    assert.deepEqual(seen, ['waits']);
    ref.tell('came');
    await clock.settle();
    assert.deepEqual(seen, ['waits', 'came']);
  });

  it('gives messages in the order of their arrival', async () => {
    const { seen } = await afterSending([1, 2, 3], function* (self, log) {
      for (;;) log(yield* self.get());
    });
    assert.deepEqual(seen, [1, 2, 3]);
  });

  it('waits for the second message when there was only one', async () => {
    const { ref, clock, seen } = await afterSending([1], function* (self, log) {
      for (;;) log(yield* self.get());
    });
    assert.deepEqual(seen, [1]);
    ref.tell(2);
    await clock.settle();
    assert.deepEqual(seen, [1, 2]);
  });

  it('gives what has come while the process was busy', async () => {
    const busy = gate();
    const { ref, clock, seen } = await afterSending(['first'], function* (self, log) {
      log(yield* self.get());
      yield busy.opened;
      log(yield* self.get());
    });
    ref.tell('meanwhile');
    await clock.settle();
    assert.deepEqual(seen, ['first']);
    busy.open();
    await clock.settle();
    assert.deepEqual(seen, ['first', 'meanwhile']);
  });

  it('can be yielded without the star', async () => {
    const { seen } = await afterSending(['hello'], function* (self, log) {
      const message: unknown = yield self.get();
      log(message);
    });
    assert.deepEqual(seen, ['hello']);
  });

  it('gives undefined and null like any message', async () => {
    const { seen } = await afterSending([undefined, null], function* (self, log) {
      log(yield* self.get(undefined));
      log(yield* self.get());
    });
    assert.deepEqual(seen, [undefined, null]);
  });

  it('tells the sender of the message that it gave last', async () => {
    const { node, clock } = await startNode();
    const echo = node.spawn(Echo);
    const answer = echo.ask('hello');
    await clock.settle();
    assert.equal(await answer, 'hello');
  });
});

describe('get with patterns', () => {
  it('takes the first message that matches and keeps the others in order', async () => {
    const { seen } = await afterSending([3, 2, 1], function* (self, log) {
      log(yield* self.get(1));
      log(yield* self.get());
      log(yield* self.get());
    });
    assert.deepEqual(seen, [1, 3, 2]);
  });

  it('takes what matches any of several patterns', async () => {
    const { seen } = await afterSending(['x', 'b', 'a'], function* (self, log) {
      log(yield* self.get('a', 'b'));
      log(yield* self.get(OR('a', 'b')));
      log(yield* self.get(ANY));
    });
    assert.deepEqual(seen, ['b', 'a', 'x']);
  });

  it('takes by type, and what it skipped comes later', async () => {
    const { seen } = await afterSending([1, 'two', 3n, { four: 4 }], function* (self, log) {
      log(yield* self.get(BigInt));
      log(yield* self.get({ four: Number }));
      log(yield* self.get(String, type('object')));
      log(yield* self.get(NOT(String)));
    });
    assert.deepEqual(seen, [3n, { four: 4 }, 'two', 1]);
  });

  it('gives a kept message only once', async () => {
    const { seen } = await afterSending(['kept', 'go', 'kept'], function* (self, log) {
      log(yield* self.get('go'));
      log(yield* self.get('kept'));
      log(yield* self.get('kept'));
      log(yield* self.get('kept'));
    });
    assert.deepEqual(seen, ['go', 'kept', 'kept']);
  });

  it('looks at every message that comes while it waits', async () => {
    const { ref, clock, seen } = await afterSending([1, 2], function* (self, log) {
      log(yield* self.get('go'));
    });
    for (const message of [3, 'go', 4]) {
      ref.tell(message);
      await clock.settle();
    }
    assert.deepEqual(seen, ['go']);
  });

  it('throws what a predicate throws, into run, and keeps the message', async () => {
    const { seen } = await afterSending(['x'], function* (self, log) {
      try {
        yield* self.get(() => {
          throw new Error('predicate');
        });
      } catch (error) {
        log((error as Error).message);
      }
      log(yield* self.get());
    });
    assert.deepEqual(seen, ['predicate', 'x']);
  });

  it('throws what a predicate throws about a message that came later, too', async () => {
    const { ref, clock, seen } = await afterSending([], function* (self, log) {
      try {
        yield* self.get(() => {
          throw new Error('predicate');
        });
      } catch (error) {
        log((error as Error).message);
      }
      log(yield* self.get());
    });
    ref.tell('x');
    await clock.settle();
    assert.deepEqual(seen, ['predicate', 'x']);
  });
});

describe('get with a timeout', () => {
  it('throws TimeoutError when nothing has come in time', async () => {
    const { clock, seen } = await afterSending([], function* (self, log) {
      yield* caught(self.get({ timeout: 1000 }), log);
    });
    await clock.advance(999);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, ['TimeoutError']);
  });

  it('does not throw when the message came in time, and leaves no timer', async () => {
    const { ref, clock, seen } = await afterSending([], function* (self, log) {
      log(yield* self.get('ack', { timeout: 1000 }));
      yield* self.get('never');
    });
    await clock.advance(999);
    ref.tell('ack');
    await clock.advance(10_000);
    assert.deepEqual([seen, clock.pending], [['ack'], 0]);
  });

  it('keeps what did not match, in order', async () => {
    const { clock, seen } = await afterSending(['x', 'y'], function* (self, log) {
      yield* caught(self.get('never', { timeout: 10 }), log);
      log(yield* self.get());
      log(yield* self.get());
    });
    await clock.advance(10);
    assert.deepEqual(seen, ['TimeoutError', 'x', 'y']);
  });

  it('finds the older of two messages after a timeout', async () => {
    const { ref, clock, seen } = await afterSending(['x'], function* (self, log) {
      yield* caught(self.get('never', { timeout: 10 }), log);
      yield* sleep(10);
      log(yield* self.get());
    });
    await clock.advance(10);
    ref.tell('a');
    await clock.advance(10);
    assert.deepEqual(seen, ['TimeoutError', 'x']);
  });

  for (const order of ['before', 'after']) {
    it(`loses no message that comes in the tick of the timeout, right ${order} it`, async () => {
      const { node, clock } = await startNode();
      const seen: unknown[] = [];
      const ref = node.spawn(
        class extends Process {
          *run() {
            const first = this.get({ timeout: 10 });
            try {
              seen.push(yield* first);
            } catch {
              seen.push(yield* this.get());
            }
          }
        },
      );
      if (order === 'after') await clock.settle();
      clock.after(10, () => void ref.tell('in the same tick'));
      await clock.advance(20);
      assert.deepEqual(seen, ['in the same tick']);
    });
  }

  it('of 0 takes what is there and never waits', async () => {
    const { clock, seen } = await afterSending(['x'], function* (self, log) {
      log(yield* self.get({ timeout: 0 }));
      yield* caught(self.get({ timeout: 0 }), log);
    });
    await clock.advance(0);
    assert.deepEqual(seen, ['x', 'TimeoutError']);
  });

  it('of Infinity or undefined waits for ever', async () => {
    for (const timeout of [Number.POSITIVE_INFINITY, undefined]) {
      const { clock, seen } = await afterSending([], function* (self, log) {
        yield* caught(self.get({ timeout }), log);
      });
      await clock.advance(1_000_000);
      assert.deepEqual([seen, clock.pending], [[], 0]);
    }
  });

  for (const timeout of [-1, Number.NaN, '5', null]) {
    it(`throws a TypeError for a timeout of ${String(timeout)}`, async () => {
      const { seen } = await afterSending([], function* (self, log) {
        yield* caught(() => self.get({ timeout: timeout as number }), log);
      });
      assert.deepEqual(seen, ['TypeError']);
    });
  }
});

const afterSending = (messages: unknown[], run: Parameters<typeof running>[0]): Promise<Running> =>
  running(run, messages);

class Echo extends Process {
  *run() {
    for (;;) this.reply(yield* this.get());
  }
}
