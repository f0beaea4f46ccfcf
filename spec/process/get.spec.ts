import { assert } from 'chai';
import { ANY, NOT, OR, Process, type } from '../../lib/index.ts';
import { gate, startNode } from '../core/support.ts';
import { type Running, running } from './support.ts';

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

const afterSending = (messages: unknown[], run: Parameters<typeof running>[0]): Promise<Running> =>
  running(run, messages);

class Echo extends Process {
  *run() {
    for (;;) this.reply(yield* this.get());
  }
}
