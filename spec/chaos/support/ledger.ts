/** The books over all processes of a scene: where each message of a stream ended, and what may not be. */
import { assert } from 'chai';
import type { DeadLetterReason } from '../../../lib/index.ts';
import type { Entry } from './journal.ts';

type DeadLetters = { [R in DeadLetterReason]?: number };

export interface Tally {
  readonly told: number;
  /** Messages that an actor got. */
  readonly delivered: number;
  /** Dead letters by reason, wherever they were told. */
  readonly dead: DeadLetters;
  /** Dead letters that say for certain that nobody got the message. */
  readonly certain: number;
  readonly inDoubt: number;
  /** Of these, how many were delivered all the same. */
  readonly deliveredInDoubt: number;
  readonly faults: Faults;
}

/** Messages that break a promise; all empty when all is well. */
export interface Faults {
  /** Neither delivered nor dead. */
  readonly unaccounted: readonly number[];
  /** Delivered or dead without having been told. */
  readonly invented: readonly number[];
  /** Delivered twice, to whomever. */
  readonly duplicated: readonly number[];
  /** More than one dead letter. */
  readonly buriedTwice: readonly number[];
  /** Delivered, though a dead letter said for certain that it was not. */
  readonly risen: readonly number[];
  /** Delivered after one that was told later, to the same life of a node. */
  readonly disordered: readonly number[];
}

/** Draws up one stream from the journals of all processes: one journal is one life of a node. */
export function tally(stream: string, journals: readonly (readonly Entry[])[]): Tally {
  const books = new Books();
  for (const journal of journals) {
    let last = -1;
    for (const entry of journal) {
      if (entry.stream !== stream) continue;
      if (entry.kind === 'told') books.told.add(entry.n);
      else if (entry.kind === 'dead') books.bury(entry.n, entry.reason);
      else {
        if (entry.n < last) books.disordered.push(entry.n);
        last = entry.n;
        books.deliver(entry.n);
      }
    }
  }
  return books.close();
}

/** Asserts that nothing is unaccounted, doubled, invented or out of order. */
export function assertBalanced({ told, faults }: Tally): void {
  assert.isAbove(told, 0, 'nothing was told at all');
  assert.deepEqual(first(faults), first(nothing));
}

/** As `assertBalanced`, for a stream whose sender was killed: it took what it knew about its messages with it. */
export function assertBalancedWithoutSender({ told, faults }: Tally): void {
  assert.isAbove(told, 0, 'nothing was told at all');
  assert.deepEqual(first({ ...faults, unaccounted: [] }), first(nothing));
}

export const isSettled = ({ faults }: Tally) => faults.unaccounted.length === 0;

/** The first few are enough to read. */
const first = (faults: Faults) =>
  Object.fromEntries(
    Object.entries(faults).map(([name, all]) => [name, { count: all.length, first: all.slice(0, 10) }]),
  );

const nothing: Faults = {
  unaccounted: [],
  invented: [],
  duplicated: [],
  buriedTwice: [],
  risen: [],
  disordered: [],
};

class Books {
  readonly told = new Set<number>();
  readonly disordered: number[] = [];
  readonly #delivered = new Set<number>();
  readonly #certain = new Set<number>();
  readonly #inDoubt = new Set<number>();
  readonly #duplicated: number[] = [];
  readonly #buriedTwice: number[] = [];
  readonly #dead: DeadLetters = {};

  deliver(n: number): void {
    if (this.#delivered.has(n)) this.#duplicated.push(n);
    this.#delivered.add(n);
  }

  /** One that is in doubt at the sender may be a certain dead letter at the receiver: that is no second burial. */
  bury(n: number, reason: DeadLetterReason): void {
    this.#dead[reason] = (this.#dead[reason] ?? 0) + 1;
    const bin = reason === 'inDoubt' ? this.#inDoubt : this.#certain;
    if (bin.has(n)) this.#buriedTwice.push(n);
    bin.add(n);
  }

  close(): Tally {
    const seen = new Set([...this.#delivered, ...this.#certain, ...this.#inDoubt]);
    return {
      told: this.told.size,
      delivered: this.#delivered.size,
      dead: this.#dead,
      certain: this.#certain.size,
      inDoubt: this.#inDoubt.size,
      deliveredInDoubt: [...this.#inDoubt].filter(n => this.#delivered.has(n)).length,
      faults: {
        unaccounted: [...this.told].filter(n => !seen.has(n)),
        invented: [...seen].filter(n => !this.told.has(n)),
        duplicated: this.#duplicated,
        buriedTwice: this.#buriedTwice,
        risen: [...this.#certain].filter(n => this.#delivered.has(n)),
        disordered: this.disordered,
      },
    };
  }
}
