/** What has happened on a node in the last minute, counted: dead letters, restarts, overflows; and which nodes are not well. */
import { isAskPath } from '../../core/ask.ts';
import { nobodyPath } from '../../core/deadLetters.ts';
import {
  ActorRestarted,
  DeadLetter,
  type EventStream,
  MailboxOverflow,
  NodeDown,
  NodeQuarantined,
  NodeResponsive,
  NodeUnresponsive,
  NodeUp,
} from '../../core/events.ts';
import type { Ref } from '../../core/ref.ts';

/** For so many ms what has happened is remembered. */
export const memory = 60_000;
/** So many keys of a kind are counted at a time: whoever comes after them is left out until the next look. */
const mostKeys = 10_000;

interface Tallied {
  /** The last one at that path. */
  ref: Ref;
  readonly path: string;
  readonly what: string;
  readonly at: number[];
  readonly counts: number[];
}

/** What has happened to one actor in the last minute. */
export interface Sum {
  readonly ref: Ref;
  /** Its path, or for one of another node its address. */
  readonly path: string;
  readonly what: string;
  readonly count: number;
  /** In how many of the looks there was some of it. */
  readonly looks: number;
  /** The first of these looks, by the node's clock. */
  readonly since: number;
}

/** How often something has happened, look by look. */
export class Tally {
  /** Since the last look. */
  #fresh = new Map<string, { ref: Ref; what: string; count: number }>();
  readonly #looks = new Map<string, Tallied>();
  readonly #numbers = new WeakMap<Ref, number>();
  #last = 0;

  /** Happens as often as what it counts: a path is put together only at the look. */
  add(ref: Ref, what: string): void {
    let number = this.#numbers.get(ref);
    if (number === undefined) {
      number = ++this.#last;
      this.#numbers.set(ref, number);
    }
    const key = `${number} ${what}`;
    const entry = this.#fresh.get(key);
    if (entry !== undefined) entry.count++;
    else if (this.#fresh.size < mostKeys) this.#fresh.set(key, { ref, what, count: 1 });
  }

  /** What was counted since the last look belongs to this one. */
  look(now: number): void {
    for (const { ref, what, count } of this.#fresh.values()) {
      const path = ref.isLocal ? ref.path : ref.address;
      const key = `${path} ${what}`;
      let entry = this.#looks.get(key);
      if (entry === undefined) {
        if (this.#looks.size >= mostKeys) continue;
        entry = { ref, path, what, at: [], counts: [] };
        this.#looks.set(key, entry);
      }
      entry.ref = ref;
      if (entry.at.at(-1) === now) entry.counts[entry.counts.length - 1] = (entry.counts.at(-1) ?? 0) + count;
      else {
        entry.at.push(now);
        entry.counts.push(count);
      }
    }
    this.#fresh = new Map();
    for (const [key, { at, counts }] of this.#looks) {
      while (at.length > 0 && now - (at[0] as number) > memory) {
        at.shift();
        counts.shift();
      }
      if (at.length === 0) this.#looks.delete(key);
    }
  }

  /** What has happened in the last minute, the most frequent first. */
  get sums(): Sum[] {
    return [...this.#looks.values()]
      .map(({ ref, path, what, at, counts }) => {
        const count = counts.reduce((sum, one) => sum + one, 0);
        return { ref, path, what, count, looks: at.length, since: at[0] as number };
      })
      .sort((a, b) => b.count - a.count);
  }
}

/** Another node that is not well. */
export interface AilingNode {
  readonly state: 'unresponsive' | 'quarantined';
  readonly since: number;
}

export class Incidents {
  readonly letters = new Tally();
  readonly restarts = new Tally();
  readonly overflows = new Tally();
  readonly nodes = new Map<string, AilingNode>();
  /** Why an actor was restarted last. */
  readonly errors = new WeakMap<Ref, Error>();
  readonly #leave: readonly (() => void)[];

  constructor(events: EventStream, now: () => number) {
    const ails = (address: string, state: AilingNode['state']) =>
      this.nodes.set(address, { state, since: now() });
    const isWell = ({ address }: { address: string }) => void this.nodes.delete(address);
    this.#leave = [
      events.subscribe(DeadLetter, ({ recipient, sender, reason }) => {
        // Each ask has a recipient of its own: what is common to answers that come too late is who gives them. So it is
        // with answers to messages that came from nobody.
        const isForNobody = recipient.path === nobodyPath;
        const to = isForNobody || isAskPath(recipient.step) ? sender : recipient;
        if (to !== undefined) this.letters.add(to, isForNobody ? 'noSender' : reason);
      }),
      events.subscribe(MailboxOverflow, ({ ref }) => this.overflows.add(ref, 'overflow')),
      events.subscribe(ActorRestarted, ({ ref, error }) => {
        this.restarts.add(ref, 'restarted');
        this.errors.set(ref, error);
      }),
      events.subscribe(NodeUnresponsive, ({ address }) => ails(address, 'unresponsive')),
      events.subscribe(NodeQuarantined, ({ address }) => ails(address, 'quarantined')),
      events.subscribe(NodeResponsive, isWell),
      events.subscribe(NodeUp, isWell),
      events.subscribe(NodeDown, isWell),
    ];
  }

  look(now: number): void {
    for (const tally of [this.letters, this.restarts, this.overflows]) tally.look(now);
  }

  close(): void {
    for (const leave of this.#leave) leave();
  }
}
