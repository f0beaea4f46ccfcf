import { assert } from 'chai';
import { Process, UnhandledMessage } from '../../lib/index.ts';
import { gate, heard, startNode } from '../core/support.ts';
import { running } from './support.ts';

describe('getNowait', () => {
  it('gives the first message that matches', async () => {
    const { clock, seen } = await running(
      function* (self, log) {
        log(yield self.getNowait(String));
        log(yield self.getNowait());
      },
      [1, 'a', 2],
    );
    await clock.settle();
    assert.deepEqual(seen, ['a', 1]);
  });

  it('gives undefined when none matches, and keeps what there is', async () => {
    const { seen } = await running(
      function* (self, log) {
        log(self.getNowait(String));
        log(yield* self.get());
        log(self.getNowait());
      },
      [1],
    );
    assert.deepEqual(seen, [undefined, 1, undefined]);
  });

  it('does not disturb a get that waits', async () => {
    const { node, clock } = await startNode();
    const [seen, look] = [[] as unknown[], gate()];
    const ref = node.spawn(
      class extends Process {
        async run() {
          const wanted = this.get('wanted');
          await look.opened;
          seen.push(this.getNowait('a'));
          seen.push(await wanted);
        }
      },
    );
    for (const message of ['a', 'b']) ref.tell(message);
    await clock.settle();
    look.open();
    await clock.settle();
    ref.tell('wanted');
    await clock.settle();
    assert.deepEqual(seen, ['a', 'wanted']);
  });
});

describe('flush', () => {
  it('reports all messages that are there as unhandled, in order, and drops them', async () => {
    const { node, clock, ref } = await running(
      function* (self) {
        yield* self.get('go');
        self.flush();
        self.flush();
        yield* self.get('never');
      },
      [1, 2, 3],
    );
    const unhandled = heard(node, UnhandledMessage);
    ref.tell('go');
    await clock.settle();
    assert.deepEqual(
      unhandled.map(({ message }) => message),
      [1, 2, 3],
    );
  });

  it('fails the process with UnhandledTermination when a Terminated is among them, after reporting the rest', async () => {
    const { node, clock } = await startNode();
    const errors: unknown[] = [];
    const unhandled = heard(node, UnhandledMessage);
    const ref = node.spawn(
      class extends Process {
        *run() {
          const child = this.watch(this.spawn(() => {}));
          child.stop();
          yield* this.get('go');
          try {
            this.flush();
          } catch (error) {
            errors.push((error as Error).name);
          }
        }
      },
    );
    ref.tell('before');
    await clock.settle();
    ref.tell('after');
    ref.tell('go');
    await clock.settle();
    assert.deepEqual(errors, ['UnhandledTermination']);
    assert.deepEqual(
      unhandled.map(({ message }) => message),
      ['before', 'after'],
    );
  });
});

describe('two gets at once', () => {
  it('throw, and harm the first one not', async () => {
    const { ref, clock, seen } = await running(function* (self, log) {
      const first = self.get();
      try {
        self.get();
      } catch (error) {
        log((error as { code: string }).code);
      }
      log(yield* first);
      log(yield* self.get());
    });
    ref.tell(1);
    ref.tell(2);
    await clock.settle();
    assert.deepEqual(seen, ['GET_PENDING', 1, 2]);
  });
});
