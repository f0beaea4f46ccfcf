/** What has happened on a node lately: its events, the common ones apart, so that a burst of spawns does not push out an error. */
import type { Clock } from '../../base/world.ts';
import { ActorError, ActorStarted, DeadLetter, type EventStream } from '../../core/events.ts';
import { ActorStopped, type Ref } from '../../core/ref.ts';
import { describe } from './describe.ts';
import type { DeadLetterView, ErrorView, EventView } from './views.ts';
import { errorText, type Words } from './words.ts';

interface Noted {
  readonly number: number;
  readonly at: number;
  readonly event: object;
}

/** The last `size` of what is pushed. */
class Ring {
  readonly #size: number;
  #slots: Noted[] = [];
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  push(noted: Noted): void {
    if (this.#slots.length < this.#size) this.#slots.push(noted);
    else this.#slots[this.#next] = noted;
    this.#next = (this.#next + 1) % this.#size;
  }

  /** The newest first. */
  *[Symbol.iterator](): IterableIterator<Noted> {
    const { length } = this.#slots;
    for (let i = 1; i <= length; i++) yield this.#slots[(this.#next - i + length) % length] as Noted;
  }
}

export interface EventFilter {
  /** Names of event classes; all unless given. */
  readonly kinds?: readonly string[] | undefined;
  readonly levels?: readonly EventView['level'][] | undefined;
  /** A part of the path or address that the event is about. */
  readonly subject?: string | undefined;
  /** A part of the text. */
  readonly search?: string | undefined;
  /** Only events after the one of this number. */
  readonly after?: number | undefined;
  /** The most that are given (100). */
  readonly limit?: number | undefined;
}

export class Chronicle {
  readonly #clock: Clock;
  readonly #words: Words;
  readonly #comings: Ring;
  readonly #letters: Ring;
  readonly #others: Ring;
  readonly #errors = new WeakMap<Ref, { at: number; error: Error; count: number }>();
  readonly #unsubscribe: () => void;
  readonly #listeners = new Set<(event: EventView) => void>();
  #number = 0;

  /** @param size how many events of each of three kinds are kept: comings and goings, dead letters, all others */
  constructor(events: EventStream, clock: Clock, words: Words, size: number) {
    this.#clock = clock;
    this.#words = words;
    this.#comings = new Ring(size);
    this.#letters = new Ring(size);
    this.#others = new Ring(size);
    this.#unsubscribe = events.subscribe(Object, event => this.#note(event));
  }

  #note(event: object): void {
    const noted = { number: ++this.#number, at: this.#clock.wall(), event };
    if (event instanceof ActorStarted || event instanceof ActorStopped) this.#comings.push(noted);
    else if (event instanceof DeadLetter) this.#letters.push(noted);
    else this.#others.push(noted);
    if (event instanceof ActorError) {
      const count = this.#errors.get(event.ref)?.count ?? 0;
      this.#errors.set(event.ref, { at: noted.at, error: event.error, count: count + 1 });
    }
    if (this.#listeners.size === 0) return;
    const view = this.#view(noted);
    let failure: { readonly thrown: unknown } | undefined;
    for (const listener of this.#listeners) {
      try {
        listener(view);
      } catch (thrown) {
        failure ??= { thrown };
      }
    }
    if (failure !== undefined) throw failure.thrown; // the stream of events reports it
  }

  /** The number of the newest event; 0 when there is none yet. */
  get newest(): number {
    return this.#number;
  }

  /** Calls `hear` with every event from now on. What it throws is reported as `ErrorIgnored`. */
  onEvent(hear: (event: EventView) => void): () => void {
    this.#listeners.add(hear);
    return () => void this.#listeners.delete(hear);
  }

  /** The newest first. */
  events({ kinds, levels, subject, search, after = 0, limit = 100 }: EventFilter = {}): EventView[] {
    const found: EventView[] = [];
    for (const noted of newestFirst([this.#comings, this.#letters, this.#others])) {
      if (noted.number <= after || found.length >= limit) break;
      if (kinds !== undefined && !kinds.includes(noted.event.constructor.name)) continue;
      const view = this.#view(noted);
      const isWanted =
        (levels === undefined || levels.includes(view.level)) &&
        (subject === undefined || (view.subject?.includes(subject) ?? false)) &&
        (search === undefined || view.text.toLowerCase().includes(search.toLowerCase()));
      if (isWanted) found.push(view);
    }
    return found;
  }

  /** What happened to the actor at a path, the newest first. */
  historyOf(path: string, limit: number): EventView[] {
    const found: EventView[] = [];
    for (const noted of newestFirst([this.#comings, this.#others])) {
      if (found.length >= limit) break;
      if ((noted.event as { ref?: Ref }).ref?.path === path) found.push(this.#view(noted));
    }
    return found;
  }

  /** The newest first. */
  deadLetters({ reason, limit = 100 }: { reason?: string | undefined; limit?: number | undefined } = {}) {
    const found: DeadLetterView[] = [];
    for (const { number, at, event } of this.#letters) {
      if (found.length >= limit) break;
      const letter = event as DeadLetter;
      if (reason !== undefined && letter.reason !== reason) continue;
      const { recipient, sender, message } = letter;
      found.push({
        ...{ number, at, reason: letter.reason, message: this.#words.of(message) },
        ...{ recipient: recipient.address, sender: sender?.address },
      });
    }
    return found;
  }

  lastErrorOf(ref: Ref): ErrorView | undefined {
    const last = this.#errors.get(ref);
    return last && { at: last.at, text: errorText(last.error), stack: last.error.stack, count: last.count };
  }

  #view({ number, at, event }: Noted): EventView {
    return { number, at, kind: event.constructor.name, ...describe(event, this.#words) };
  }

  close(): void {
    this.#unsubscribe();
    this.#listeners.clear();
  }
}

/** Merges rings by the numbers of what is in them. */
function* newestFirst(rings: readonly Ring[]): IterableIterator<Noted> {
  const open = rings.map(ring => ring[Symbol.iterator]());
  const heads = open.map(ring => ring.next().value as Noted | undefined);
  for (;;) {
    let newest = -1;
    for (const [i, head] of heads.entries())
      if (head !== undefined && head.number > (heads[newest]?.number ?? -1)) newest = i;
    if (newest === -1) return;
    yield heads[newest] as Noted;
    heads[newest] = open[newest]?.next().value as Noted | undefined;
  }
}
