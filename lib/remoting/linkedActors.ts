/**
 * Who is linked to whom across the link to one peer. Both ends keep each pair, and both may link and unlink it at the same
 * time; what is said about a pair arrives in order, but crosses with what the other end says. So an unlink is answered, and
 * until then nothing counts that the other end had said without knowing of it:
 *
 *              link, or hears link                   unlink
 *     (none) ──────────────────────▶ linked ───────────────────────▶ unlinking ── hears the answer ──▶ (none)
 *        ▲                            │    ▲                              │
 *        └── hears unlink or exited ──┘    └──────────── link ────────────┘
 *
 * After OTP, whose distribution has the same rules. It knows no wire: what it has to say goes to `Say`.
 */
import type { TerminationReason } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import type { Operation } from './wire.ts';

/** Says something about a pair to the peer, in order. */
export type Say = (
  operation: Extract<Operation, 'link' | 'unlink' | 'unlinked' | 'exited'>,
  here: Ref,
  there: Ref,
  reason: string,
) => void;

interface LinkedPair {
  readonly here: Ref;
  readonly there: Ref;
  /** Whether it was linked from here. */
  readonly isOurs: boolean;
  /** The mark of the unlink that was not answered yet; undefined while they are linked. */
  unlink: string | undefined;
}

const keyOf = (herePath: string, therePath: string) => `${herePath} ${therePath}`;

export class LinkedActors {
  readonly #say: Say;
  readonly #pairs = new Map<string, LinkedPair>();
  #unlinks = 0;

  constructor(say: Say) {
    this.#say = say;
  }

  link(here: Ref, there: Ref): void {
    if (this.#linked(here.path, there.path) !== undefined) return;
    this.#add(here, there, true);
    this.#say('link', here, there, '');
  }

  unlink(here: Ref, there: Ref): void {
    const pair = this.#linked(here.path, there.path);
    if (pair === undefined) return;
    pair.unlink = String(++this.#unlinks);
    this.#say('unlink', here, there, pair.unlink);
  }

  /** An actor here has ended, or does not exist. */
  exited(here: Ref, there: Ref, reason: string): void {
    if (this.#linked(here.path, there.path) !== undefined) this.#pairs.delete(keyOf(here.path, there.path));
    this.#say('exited', here, there, reason);
  }

  // ---- what the peer says -------------------------------------------------------------------------------------------

  /** Whether a link from over there would change anything. */
  mayLink(herePath: string, therePath: string): boolean {
    return !this.#pairs.has(keyOf(herePath, therePath));
  }

  hasLinked(here: Ref, there: Ref): void {
    this.#add(here, there, false);
    here.inlet.signal({ type: 'link', peer: there }, here);
  }

  /** @param mark what tells this unlink from others of the pair */
  hasUnlinked(here: Ref, there: Ref, mark: string): void {
    const pair = this.#take(here.path, there.path);
    this.#say('unlinked', here, there, mark);
    pair?.here.inlet.signal({ type: 'unlink', peer: pair.there }, pair.here);
  }

  /** The answer to an unlink. */
  isUnlinked(herePath: string, therePath: string, mark: string): void {
    const key = keyOf(herePath, therePath);
    if (this.#pairs.get(key)?.unlink === mark) this.#pairs.delete(key);
  }

  hasExited(herePath: string, therePath: string, reason: TerminationReason): void {
    const pair = this.#take(herePath, therePath);
    if (pair !== undefined) tell(pair, reason);
  }

  // ---- the end ------------------------------------------------------------------------------------------------------

  /** Those that were linked from over there are not any more. */
  endTheirs(): void {
    for (const [key, pair] of [...this.#pairs]) {
      if (pair.isOurs) continue;
      this.#pairs.delete(key);
      if (pair.unlink === undefined) tell(pair, 'nodeDown');
    }
  }

  /** Nobody over there is reached any more. */
  end(reason: TerminationReason): void {
    const pairs = [...this.#pairs.values()];
    this.#pairs.clear();
    for (const pair of pairs) if (pair.unlink === undefined) tell(pair, reason);
  }

  #add(here: Ref, there: Ref, isOurs: boolean): void {
    this.#pairs.set(keyOf(here.path, there.path), { here, there, isOurs, unlink: undefined });
  }

  #linked(herePath: string, therePath: string): LinkedPair | undefined {
    const pair = this.#pairs.get(keyOf(herePath, therePath));
    return pair?.unlink === undefined ? pair : undefined;
  }

  /** Forgets the pair if it is linked, and gives it. */
  #take(herePath: string, therePath: string): LinkedPair | undefined {
    const pair = this.#linked(herePath, therePath);
    if (pair !== undefined) this.#pairs.delete(keyOf(herePath, therePath));
    return pair;
  }
}

function tell({ here, there }: LinkedPair, reason: TerminationReason): void {
  here.inlet.signal({ type: 'exited', ref: there, reason }, here);
}
