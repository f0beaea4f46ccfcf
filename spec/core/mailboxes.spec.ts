import { assert } from 'chai';
import {
  bounded,
  DeadLetter,
  ErrorIgnored,
  type MailboxKind,
  type Node,
  PoisonPill,
  priority,
  type Ref,
  Terminated,
  unbounded,
} from '../../lib/index.ts';
import { gate, heard, startNode } from './support.ts';

describe('unbounded()', () => {
  it('keeps every message, in order', async () => {
    const { queue, open } = await startBlocked(unbounded());
    await queue(1, 2, 3);
    assert.deepEqual(await open(), [1, 2, 3]);
  });
});

describe('bounded()', () => {
  const policies = {
    dropNewest: { kept: [1, 2], dropped: [3, 4] },
    dropOldest: { kept: [3, 4], dropped: [1, 2] },
    fail: { kept: [1, 2], dropped: [3, 4] },
  } as const;
  for (const overflow of ['dropNewest', 'dropOldest', 'fail'] as const) {
    it(`keeps ${policies[overflow].kept} of 1, 2, 3, 4 with room for two: ${overflow}`, async () => {
      const { queue, open } = await startBlocked(bounded({ capacity: 2, overflow }));
      await queue(1, 2, 3, 4);
      assert.deepEqual(await open(), [...policies[overflow].kept]);
    });

    it(`makes the others dead letters: ${overflow}`, async () => {
      const { node, queue } = await startBlocked(bounded({ capacity: 2, overflow }));
      const dead = heard(node, DeadLetter);
      await queue(1, 2, 3, 4);
      assert.deepEqual(
        dead.map(({ message, reason }) => [message, reason]),
        policies[overflow].dropped.map(m => [m, 'overflow']),
      );
    });

    it(`drops no notice of the runtime: ${overflow}`, async () => {
      const { ref, queue, open, clock } = await startBlocked(bounded({ capacity: 2, overflow }));
      await queue(1, 2);
      ref.tell(PoisonPill);
      await open();
      await clock.settle();
      assert.isTrue(ref.isStopped);
    });

    it(`lets a stop through when it is full: ${overflow}`, async () => {
      const { ref, queue, open, clock } = await startBlocked(bounded({ capacity: 2, overflow }));
      await queue(1, 2, 3);
      ref.stop();
      assert.deepEqual(await open(), []);
      await clock.settle();
      assert.isTrue(ref.isStopped);
    });
  }

  it('drops the newest unless told otherwise', async () => {
    const { queue, open } = await startBlocked(bounded({ capacity: 1 }));
    await queue(1, 2);
    assert.deepEqual(await open(), [1]);
  });

  it('has room again once messages were handled', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const ref = node.spawn(message => void seen.push(message), { mailbox: bounded({ capacity: 1 }) });
    for (const message of [1, 2, 3]) {
      ref.tell(message);
      await clock.settle();
    }
    assert.deepEqual(seen, [1, 2, 3]);
  });

  it('is not shared by two actors of one recipe', async () => {
    const { node } = await startNode();
    const mailbox = bounded({ capacity: 1 });
    node.spawn(() => {}, { mailbox }).tell(1);
    node.spawn(() => {}, { mailbox }).tell(1);
    assert.equal(node.stats().deadLetters.overflow, 0);
  });

  for (const options of [
    { capacity: 0 },
    { capacity: 1.5 },
    {},
    { capacity: '9' },
    { capacity: 1, overflow: 'drop' },
  ]) {
    it(`throws a TypeError for ${JSON.stringify(options)}`, () => {
      assert.throws(() => bounded(options as never), TypeError);
    });
  }
});

describe('priority()', () => {
  it('hands out the smallest first', async () => {
    const { queue, open } = await startBlocked(priority<number>((a, b) => a - b));
    await queue(5, 3, 9, 1, 7);
    assert.deepEqual(await open(), [1, 3, 5, 7, 9]);
  });

  it('is stable: of equal ones the oldest comes first', async () => {
    const { queue, open } = await startBlocked(priority<{ rank: number }>((a, b) => a.rank - b.rank));
    const messages = Array.from({ length: 100 }, (_, i) => ({ rank: i % 3, i }));
    await queue(...messages);
    assert.deepEqual(
      await open(),
      messages.toSorted((a, b) => a.rank - b.rank),
    );
  });

  it('keeps the order of arrival when compare throws, and loses nothing', async () => {
    const { queue, open } = await startBlocked(priority(complaining));
    await queue(3, 1, 2);
    assert.deepEqual(await open(), [3, 1, 2]);
  });

  it('tells of a compare that throws as ErrorIgnored', async () => {
    const { node, queue } = await startBlocked(priority(complaining));
    const ignored = heard(node, ErrorIgnored);
    await queue(3, 1);
    assert.deepEqual(
      ignored.map(({ error }) => error.message),
      ['incomparable'],
    );
  });

  it('takes NaN for equal', async () => {
    const { queue, open } = await startBlocked(priority<number>(() => Number.NaN));
    await queue(3, 1, 2);
    assert.deepEqual(await open(), [3, 1, 2]);
  });

  it('never shows compare the notices of the runtime, which come last', async () => {
    const compared: unknown[] = [];
    const { ref, queue, open } = await startBlocked(
      priority<number>((a, b) => {
        compared.push(a, b);
        return a - b;
      }),
    );
    ref.tell(PoisonPill);
    await queue(2, 1);
    assert.deepEqual([await open(), compared.includes(PoisonPill)], [[1, 2], false]);
  });

  it('lets a stop overtake all messages', async () => {
    const { ref, queue, open } = await startBlocked(priority<number>((a, b) => a - b));
    await queue(2, 1);
    ref.stop();
    assert.deepEqual(await open(), []);
  });

  it('throws a TypeError without a compare function', () => {
    assert.throws(() => priority('rank' as never), TypeError);
  });
});

describe('system messages', () => {
  const kinds: Record<string, () => MailboxKind> = {
    unbounded: () => unbounded(),
    bounded: () => bounded({ capacity: 3 }),
    priority: () => priority(() => 0),
  };
  for (const [name, mailbox] of Object.entries(kinds)) {
    it(`do not wait behind user messages: a watch of an actor with much to do, ${name}`, async () => {
      const { node, ref, queue, clock } = await startBlocked(mailbox());
      await queue(1, 2, 3);
      const seen: unknown[] = [];
      node
        .spawn(
          (message, context) =>
            void (message instanceof Terminated ? seen.push(message.ref) : context.watch(ref)),
        )
        .tell('go');
      await clock.settle();
      ref.kill();
      await clock.settle();
      assert.deepEqual(seen, [ref]);
    });
  }
});

function complaining(): never {
  throw new Error('incomparable');
}

/** An actor that is busy until `open`, which gives what it handled after that. */
async function startBlocked(mailbox: MailboxKind) {
  const { node, clock } = await startNode();
  const [seen, held] = [[] as unknown[], gate()];
  const ref = spawnBlocked(node, mailbox, seen, held.opened).tell('block');
  await clock.settle();
  const queue = async (...messages: unknown[]) => {
    for (const message of messages) ref.tell(message);
    await clock.settle();
  };
  const open = async () => {
    held.open();
    await clock.settle();
    return seen;
  };
  return { node, clock, ref, queue, open };
}

const spawnBlocked = (node: Node, mailbox: MailboxKind, seen: unknown[], opened: Promise<void>): Ref =>
  node.spawn(
    message => {
      if (message === 'block') return opened;
      seen.push(message);
      return undefined;
    },
    { mailbox },
  );
