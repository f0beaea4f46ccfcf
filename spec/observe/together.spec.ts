/** All that looks at a node at the same time: attached in the middle of whatever goes on, and detached in any order. */
import { assert } from 'chai';
import {
  Actor,
  bounded,
  DeadLetter,
  ErrorIgnored,
  type Node,
  oneForOne,
  PoisonPill,
  Process,
  priority,
  type Ref,
  Restart,
  sleep,
} from '../../lib/index.ts';
import { metrics, Observatory, record, tracing } from '../../lib/observe/index.ts';
import { pool } from '../../lib/pool/index.ts';
import { heard, startNode } from '../core/support.ts';
import { recording } from './tracing/spans.ts';

function* permutations<T>(of: readonly T[]): Generator<T[]> {
  if (of.length === 0) yield [];
  for (const [i, one] of of.entries())
    for (const rest of permutations([...of.slice(0, i), ...of.slice(i + 1)])) yield [one, ...rest];
}

const kinds = ['metrics', 'recorder', 'tracing', 'observatory'] as const;

/** Notes what it gets, and from whom, in all the ways in which an actor can hold a message for a while. */
class Clerk extends Actor<unknown, { got: unknown[] }> {
  #isOpen = false;

  override *receive(message: unknown) {
    const note = () => this.params.got.push([message, this.sender?.path]);
    if (message === 'stash' && !this.#isOpen) return this.stash();
    if (message === 'open') {
      this.#isOpen = true;
      this.unstashAll();
    }
    if (message === 'slow') yield sleep(5);
    if (message === 'fail') {
      note();
      throw new Error('as told');
    }
    note();
    return undefined;
  }
}

class Getter extends Process<{ got: unknown[] }> {
  override *run({ got }: { got: unknown[] }) {
    for (;;) {
      const message = yield* this.get('first', 'second', 'slow');
      if (message === 'slow') yield sleep(5);
      got.push([message, this.sender?.path]);
    }
  }
}

/** Nine rounds of messages, in each of which `next` is called in the middle of a turn. */
async function play(attachTo: (node: Node) => () => void) {
  const strategy = oneForOne({ decide: () => Restart, max: 1000 });
  const { node, clock } = await startNode({ supervision: strategy });
  const next = attachTo(node);
  const [errors, letters] = [heard(node, ErrorIgnored), heard(node, DeadLetter)];
  const got: [message: unknown, sender: string | undefined][] = [];
  const probe = node.spawn(() => {}, { name: 'probe' });
  const clerks: Ref[] = [
    node.spawn(Clerk.using({ got }), { name: 'plain' }),
    node.spawn(Clerk.using({ got }), { name: 'sorted', mailbox: priority(() => 0) }),
    node.spawn(Clerk.using({ got }), { name: 'tight', mailbox: bounded({ capacity: 3 }) }),
  ];
  const switcher = node.spawn(
    (message, context) => {
      got.push([message, context.sender?.path]);
      if (message === 'switch') next();
    },
    { name: 'switcher' },
  );
  const getter = node.spawn(Getter.using({ got }), { name: 'getter' });
  const workers = node.spawn(pool(Clerk.using({ got }), { size: 2 }), { name: 'pool' });
  for (let round = 0; round < 9; round++) {
    for (const message of ['before', 'switch', 'after']) switcher.tell(message, probe);
    for (const message of ['slow', 'stash', 'fail', 'open'])
      for (const one of clerks) one.tell(message, probe);
    for (const message of ['other', 'slow', 'second', 'first']) getter.tell(message, probe);
    for (const message of ['a', 'slow', 'b']) workers.tell(message, probe);
    await clock.advance(50);
  }
  for (const ref of [...clerks, getter]) ref.tell(PoisonPill);
  await clock.advance(50);
  const lost = letters.map(({ message, sender, reason }) => [message, sender?.path, reason]);
  return { got, lost, errors, handled: node.stats().handled };
}

describe('metrics, a recorder, tracing and an observatory together', () => {
  for (const order of permutations(kinds)) {
    it(`change nothing, attached as ${order.join(', ')}`, async () => {
      const recorded = recording();
      const leave: (() => unknown)[] = [];
      const left = [...order];
      const attached = await play(node => {
        const attach = {
          metrics: () => {
            const measured = metrics(node, { process: false });
            return () => measured.close();
          },
          recorder: () => {
            const recorder = record(node);
            return () => recorder.close();
          },
          tracing: () => tracing(node, { tracerProvider: recorded.tracerProvider }),
          observatory: () => {
            const observatory = Observatory.open(node);
            return () => observatory.close();
          },
        };
        return () => {
          const kind = left.shift();
          if (kind !== undefined) leave.push(attach[kind]());
          else leave.splice(leave.length % 2 === 0 ? 0 : leave.length - 1, 1)[0]?.();
        };
      });
      const alone = await play(() => () => {});
      assert.deepEqual(attached, alone);
      // The tight one drops what would have it unstash.
      assert.lengthOf(alone.got, 9 * (3 + 3 + 3) + 9 * (4 + 4 + 2));
      assert.deepEqual(new Set(alone.got.map(([, sender]) => sender)), new Set(['/probe']));
      assert.deepEqual(alone.errors, []);
      assert.isAbove(recorded.spans.length, 0);
      assert.lengthOf(leave, 0);
    });
  }
});
