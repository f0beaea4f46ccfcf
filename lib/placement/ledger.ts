/**
 * What an actor in a thread or process was handed and has not begun, as its node keeps it: so that it is not lost with the
 * thread or process. Messages stand in it in the order in which they arrive there, and leave it when the tally says that they
 * have begun.
 */
import type { Cancel, Clock } from '../base/world.ts';
import { type Mailbox, RingMailbox } from '../core/mailbox.ts';
import { type From, Postmark } from '../core/postmark.ts';
import type { Ref } from '../core/ref.ts';
import {
  after,
  asideOf,
  closedBit,
  doing,
  isClosed,
  isUpTo,
  numberAside,
  numberIn,
  type Tally,
  word,
} from './tally.ts';
import { movedFrom } from './transfer.ts';

/** A message that was handed over. */
export interface Letter {
  readonly message: unknown;
  /** Who sent it, or the postmark that knows. */
  readonly from: From;
  /** Whether it came from a queue that the actor shares with others. */
  readonly isShared: boolean;
  /** Whether its memory was moved there, so that it can't be handed over again. */
  readonly isMoved: boolean;
}

/** What has become of the letters that were still in the ledger. */
export interface Outcome {
  /** They have not begun, and never will: they may be handed over again. */
  readonly kept: readonly Letter[];
  /** They can't be handed over again, or were being handled. */
  readonly doubtful: readonly Letter[];
  /** The one of these that was being handled. */
  readonly current: Letter | undefined;
}

/** What stands in the ring in the place of a message that is not as most are. */
class Marked {
  readonly message: unknown;
  readonly isShared: boolean;
  readonly isMoved: boolean;

  constructor(message: unknown, isShared: boolean, isMoved: boolean) {
    this.message = message;
    this.isShared = isShared;
    this.isMoved = isMoved;
  }
}

/** Letters are looked through whenever so many more have come ... */
const lookAfter = 512;
/** ... and after so many ms. */
const lookInterval = 1000;

export class Ledger {
  readonly #tally: Tally;
  readonly #clock: Clock;
  readonly #ring: Mailbox = new RingMailbox(Number.POSITIVE_INFINITY);
  /** The number of the first one in the ring, and the last that was given. */
  #first: number;
  #last: number;
  /** Those that are put aside there. */
  readonly #aside = new Map<number, Letter>();
  /** The one that was being handled at the last look. */
  #current: { readonly number: number; readonly letter: Letter } | undefined;
  #lookAt = lookAfter;
  #cancelLook: Cancel | undefined;
  #isClosed = false;
  /** What stood in `reached` at the last look. */
  #seen = -1;
  /** Whether there may be one whose memory was moved. */
  #hasMoved = false;
  /** Whether what is handed over now comes from a shared queue. */
  isSharing = false;

  constructor(tally: Tally, clock: Clock) {
    this.#tally = tally;
    this.#clock = clock;
    this.#last = tally.load(word.reached);
    this.#first = after(this.#last);
  }

  /**
   * A message was handed over, behind all others.
   * @param baggage what travels with it, if anything does
   */
  add(message: unknown, sender: Ref | undefined, baggage?: unknown): void {
    const original = movedFrom(message);
    const isPlain = original === undefined && !this.isSharing;
    if (original !== undefined) this.#hasMoved = true;
    this.#ring.push(
      isPlain ? message : new Marked(original ?? message, this.isSharing, original !== undefined),
      baggage === undefined ? sender : new Postmark(sender, Number.NaN, 0, baggage),
    );
    this.#last = after(this.#last);
    if (this.#ring.size >= this.#lookAt) this.#look();
    this.#cancelLook ??= this.#clock.after(lookInterval, this.#lookLater);
  }

  /** Nothing of what has begun is held for long. */
  readonly #lookLater = (): void => {
    this.#cancelLook = undefined;
    this.#look();
    if (this.#ring.size > 0 || this.#aside.size > 0 || this.#current !== undefined)
      this.#cancelLook = this.#clock.after(lookInterval, this.#lookLater);
  };

  /** How many have not begun. */
  get waiting(): number {
    const { size } = this.#ring;
    if (size === 0 && this.#aside.size === 0) return 0;
    this.#tally.refresh();
    const isOld = this.#tally.load(word.reached) !== this.#seen || this.#tally.load(word.asideUsed) > 0;
    if (isOld) this.#look();
    return this.#ring.size + this.#aside.size;
  }

  /** Whether one of them is being handled. */
  get isBusy(): boolean {
    this.#tally.refresh();
    return this.#tally.load(word.doing) !== doing.nothing;
  }

  /** Changes whenever one of them has begun. */
  get reached(): number {
    this.#tally.refresh();
    return numberIn(this.#tally.load(word.reached));
  }

  /** Whether what has not begun can be taken back while the other side lives. */
  get canTakeBack(): boolean {
    return this.#tally.isShared;
  }

  // ---- what the tally says ------------------------------------------------------------------------------------------

  #look(): void {
    if (this.#isClosed) return;
    this.#tally.refresh();
    let seen = this.#see();
    // What was read first has to hold when the rest was read.
    for (let again = this.#see(); !isSame(seen, again); again = this.#see()) seen = again;
    this.#settle(seen);
    this.#lookAt = this.#ring.size + lookAfter;
  }

  #see(reached = numberIn(this.#tally.load(word.reached))): Seen {
    const tally = this.#tally;
    const what = tally.load(word.doing);
    const current =
      what === doing.nothing ? undefined : what === doing.reached ? reached : tally.load(word.other);
    const used = tally.load(word.asideUsed);
    const aside = used === 0 ? nobody : new Map<number, number>();
    for (let at: number = word.aside; at < word.aside + used; at++) {
      const value = tally.load(at);
      if (value !== 0) (aside as Map<number, number>).set(numberAside(value), at);
    }
    return { reached, current, aside };
  }

  #settle({ reached, current, aside }: Seen): void {
    const before = this.#current;
    this.#seen = reached;
    this.#current = undefined;
    const sort = (number: number, letter: Letter) => {
      if (aside.has(number)) this.#aside.set(number, letter);
      else if (number === current) this.#current = { number, letter };
    };
    if (before !== undefined) sort(before.number, before.letter);
    for (const [number, letter] of this.#aside) {
      if (aside.has(number)) continue;
      this.#aside.delete(number);
      sort(number, letter);
    }
    const ring = this.#ring;
    while (ring.size > 0 && isUpTo(this.#first, reached)) {
      const number = this.#first;
      this.#first = after(number);
      const message = ring.take();
      if (number === current || aside.size > 0) sort(number, letterOf(message, ring.sender));
    }
  }

  // ---- taking back --------------------------------------------------------------------------------------------------

  /**
   * Takes back what has not begun, so that it never will there, but for what was put aside. Only where the tally is shared.
   * @returns none when that can't be done
   */
  takeBack(): readonly Letter[] {
    if (this.waiting === 0) this.#hasMoved = false;
    const isIgnored = isClosed(this.#tally.load(word.reached));
    const mayTake = this.canTakeBack && !this.#isClosed && !isIgnored && !this.#hasMoved;
    if (!mayTake || this.#ring.size === 0) return [];
    this.#shut();
    return this.#takeAll();
  }

  /** Nothing may begin any more of what was handed over; what the tally says about it is final. */
  #shut(): void {
    for (;;) {
      const value = this.#tally.load(word.reached);
      if (!this.#tally.swap(word.reached, value, this.#last | closedBit)) continue;
      return this.#settle(this.#see(numberIn(value)));
    }
  }

  #takeAll(): Letter[] {
    const letters: Letter[] = [];
    while (this.#ring.size > 0) {
      const message = this.#ring.take();
      letters.push(letterOf(message, this.#ring.sender));
    }
    this.#first = after(this.#last);
    return letters;
  }

  /**
   * The end: says for each message whether it has begun.
   * @param isLost whether the thread or process is gone, or about to be; if not, the fate of what it can't be asked about is its own
   */
  close(isLost: boolean): Outcome {
    if (this.#isClosed) return { kept: [], doubtful: [], current: undefined };
    this.#look();
    this.#isClosed = true;
    this.#cancelLook?.();
    if (!this.#tally.isShared) {
      const left = [...this.#aside.values(), ...this.#takeAll()];
      return { kept: [], doubtful: isLost ? left : [], current: undefined };
    }
    this.#shut();
    const left: Letter[] = [];
    for (const [number, letter] of [...this.#aside].sort(([a], [b]) => (isUpTo(a, b) ? -1 : 1)))
      if (this.#takeAside(number)) left.push(letter);
    left.push(...this.#takeAll());
    const moved = left.filter(({ isMoved }) => isMoved);
    const current = this.#current?.letter;
    return {
      kept: left.filter(({ isMoved }) => !isMoved),
      doubtful: current === undefined ? moved : [current, ...moved],
      current,
    };
  }

  #takeAside(number: number): boolean {
    const at = this.#see().aside.get(number);
    return at !== undefined && this.#tally.swap(at, asideOf(number), 0);
  }
}

interface Seen {
  readonly reached: number;
  /** The number of the one that is being handled. */
  readonly current: number | undefined;
  /** The words of those that are put aside, by their numbers. */
  readonly aside: ReadonlyMap<number, number>;
}

const nobody: ReadonlyMap<number, number> = new Map();

const isSame = (a: Seen, b: Seen) =>
  a.reached === b.reached &&
  a.current === b.current &&
  a.aside.size === b.aside.size &&
  (a.aside.size === 0 || [...a.aside.keys()].every(number => b.aside.has(number)));

const letterOf = (message: unknown, from: From): Letter =>
  message instanceof Marked
    ? {
        message: message.message,
        from,
        isShared: message.isShared,
        isMoved: message.isMoved,
      }
    : { message, from, isShared: false, isMoved: false };
