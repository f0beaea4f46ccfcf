import { assert } from 'chai';
import { Process, sleep } from '../../lib/index.ts';
import { startNode } from '../core/support.ts';
import { caught, type Running, running } from './support.ts';

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
