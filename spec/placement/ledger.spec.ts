import { assert } from 'chai';
import type { Clock } from '../../lib/base/world.ts';
import type { Life } from '../../lib/core/life.ts';
import { Ledger, type Letter } from '../../lib/placement/ledger.ts';
import { NumberedMailbox, TakenBack } from '../../lib/placement/numberedMailbox.ts';
import { Pace } from '../../lib/placement/pace.ts';
import { Progress } from '../../lib/placement/progress.ts';
import { mostAside, SharedTally, word } from '../../lib/placement/tally.ts';
import { seeded } from '../remoting/support.ts';

const stoppedClock: Clock = { now: () => 0, wall: () => 0, after: () => () => {} };

/** A node and an actor in a thread, without the thread: what is handed over arrives when it is told to. */
class Pair {
  readonly ledger: Ledger;
  readonly progress: Progress;
  readonly mailbox: NumberedMailbox;
  readonly owner: { life: Life } = { life: 'running' };
  readonly #onTheWay: unknown[] = [];
  readonly #stash: { message: unknown; number: number }[] = [];
  readonly handled: unknown[] = [];

  constructor(start = 0) {
    const tally = new SharedTally();
    tally.store(word.reached, start);
    this.ledger = new Ledger(tally, stoppedClock);
    this.progress = new Progress(new SharedTally(tally.memory));
    this.mailbox = new NumberedMailbox(Number.POSITIVE_INFINITY, this.progress, this.owner);
  }

  handOver(message: unknown): void {
    this.ledger.add(message, undefined);
    this.#onTheWay.push(message);
  }

  arrive(count = this.#onTheWay.length): void {
    for (const message of this.#onTheWay.splice(0, count)) {
      if (message === 'unreadable') this.progress.missed();
      else {
        this.mailbox.arriving = this.progress.arrived();
        this.mailbox.push(message, undefined);
        this.mailbox.arriving = -1;
      }
    }
  }

  /** Handles one message, or puts it aside. */
  take(index: number, stashes = false): void {
    if (index >= this.mailbox.size) return;
    const message = this.mailbox.takeAt(index);
    if (message instanceof TakenBack) return;
    if (!stashes || this.mailbox.taken === -1) return void this.handled.push(message);
    this.#stash.push({ message, number: this.mailbox.taken });
    this.progress.putAside(this.mailbox.taken);
  }

  unstash(): void {
    const stash = this.#stash.splice(0).reverse();
    this.mailbox.returning = stash.map(({ number }) => number);
    for (const { message } of stash) this.mailbox.unshift(message, undefined);
  }
}

const messagesOf = (letters: readonly Letter[]) => letters.map(({ message }) => message);

describe('the ledger of what an actor elsewhere was handed', () => {
  it('keeps what has not begun, in order, and says what was being handled', () => {
    const pair = new Pair();
    for (const n of [1, 2, 3, 4, 5]) pair.handOver(n);
    assert.equal(pair.ledger.waiting, 5);
    pair.arrive(4);
    pair.take(0);
    pair.take(0);
    assert.equal(pair.ledger.waiting, 3);
    assert.isTrue(pair.ledger.isBusy);
    const { kept, doubtful, current } = pair.ledger.close(true);
    assert.deepEqual([messagesOf(kept), messagesOf(doubtful), current?.message], [[3, 4, 5], [2], 2]);
    pair.arrive();
    for (let i = 0; i < 3; i++) pair.take(0);
    assert.deepEqual(pair.handled, [1, 2], 'nothing begins after that');
  });

  it('says that nothing was being handled when that is so', () => {
    const pair = new Pair();
    pair.handOver(1);
    pair.arrive();
    pair.take(0);
    pair.progress.doesNothing();
    assert.isFalse(pair.ledger.isBusy);
    assert.deepEqual(pair.ledger.close(true), { kept: [], doubtful: [], current: undefined });
  });

  it('takes back what has not begun, and goes on', () => {
    const pair = new Pair();
    for (const n of [1, 2, 3]) pair.handOver(n);
    pair.arrive(2);
    pair.take(0);
    assert.deepEqual(messagesOf(pair.ledger.takeBack()), [2, 3]);
    assert.equal(pair.ledger.waiting, 0);
    assert.deepEqual(pair.ledger.takeBack(), [], 'there is nothing left');
    pair.handOver(4);
    pair.arrive();
    for (let i = 0; i < 3; i++) pair.take(0);
    assert.deepEqual(pair.handled, [1, 4]);
    assert.deepEqual(messagesOf(pair.ledger.close(true).doubtful), [4]);
  });

  it('has room for so many that were put aside, and counts the others as begun', () => {
    const pair = new Pair();
    const many = mostAside + 10;
    for (let n = 0; n < many; n++) pair.handOver(n);
    pair.arrive();
    pair.take(many - 1);
    assert.equal(pair.ledger.waiting, mostAside);
    pair.take(many - 2);
    assert.deepEqual(pair.handled, [many - 1, many - 2]);
    assert.lengthOf(pair.ledger.close(true).kept, mostAside);
  });

  for (const [where, start] of [
    ['the first number', 0],
    ['the last number', 0x7fff_ffff - 30],
  ] as const) {
    it(`has each message in one place, whatever happens, from ${where} on`, () => {
      for (let seed = 1; seed <= 300; seed++) play(new Pair(start), seed);
    });
  }
});

function play(pair: Pair, seed: number): void {
  const draw = seeded(seed);
  const below = (n: number) => Math.floor(draw() * n);
  const all: number[] = [];
  const back: unknown[] = [];
  const steps = [
    () => {
      for (let i = below(5); i >= 0; i--) {
        all.push(all.length);
        pair.handOver(all.length - 1);
      }
    },
    () => pair.handOver('unreadable'),
    () => pair.arrive(below(8)),
    () => pair.take(0),
    () => pair.take(0),
    () => pair.take(below(4)),
    () => pair.take(below(3), true),
    () => pair.unstash(),
    () => pair.progress.doesNothing(),
    () => pair.mailbox.push('from inside', undefined),
    () => assert.isAtLeast(pair.ledger.waiting, 0),
    () => below(6) === 0 && back.push(...messagesOf(pair.ledger.takeBack())),
  ];
  for (let i = 0; i < 120; i++) steps[below(steps.length)]?.();
  const { kept, doubtful } = pair.ledger.close(true);
  const isNumber = (message: unknown) => typeof message === 'number';
  const handled = pair.handled.filter(isNumber);
  // What comes then is not handled any more.
  pair.unstash();
  pair.arrive();
  while (pair.mailbox.size > 0) pair.take(0);
  assert.deepEqual(pair.handled.filter(isNumber), handled, `seed ${seed}`);
  const places = [...handled, ...back.filter(isNumber), ...messagesOf(kept).filter(isNumber)];
  assert.sameMembers(places, all, `seed ${seed}`);
  assert.isAtMost(doubtful.length, 1);
  const order = messagesOf(kept).filter(isNumber) as number[];
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
    'in order',
  );
}

describe('the pace of one who takes from a shared queue', () => {
  it('is as many messages as it begins within a few ms, and one until that is known', () => {
    let now = 0;
    const pace = new Pace({ ...stoppedClock, now: () => now });
    assert.equal(pace.look(0), 1);
    now = 4;
    assert.equal(pace.look(100), 200);
    now = 5;
    assert.equal(pace.look(101), 200, 'not judged again so soon');
    now = 1005;
    assert.equal(pace.look(102), 1);
    now = 1010;
    assert.equal(pace.look(100_000), 1024);
    pace.begin(100_000);
    assert.equal(pace.look(100_000), 1);
  });
});
