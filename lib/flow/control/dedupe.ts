/** Lets every event pass once. */
import type { Event } from '../events/event.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isCount, isSpan, isText } from '../setup.ts';
import { type EventKey, keyReader } from './keys.ts';

export interface DedupeParams {
  /** What makes two events the same: a path, or a function (`'eventId'`). */
  key?: EventKey | undefined;
  /** For how long an event is remembered, in ms from when it passed (60 000). */
  within?: number | undefined;
  /** How many are remembered at most (100 000); the oldest are forgotten first. */
  max?: number | undefined;
  /** Where the others go, if it is connected (`'duplicates'`); else they are discarded. */
  duplicates?: string | undefined;
}

/** Discards events that are the same as one that passed not long ago. */
export class Dedupe extends FlowActor<DedupeParams> {
  static override parameters: ParamNames<Dedupe> = { duplicates: true, key: true, max: true, within: true };
  /** When each key passed, the oldest first. */
  readonly #passed = new Map<string, number>();
  readonly #keyOf: (event: Event) => string;
  #boxes: readonly string[] = [];

  constructor(name: string, params?: DedupeParams & FlowActorOptions) {
    super(name, params);
    const { key = 'eventId', within = 60_000, max = 100_000, duplicates = 'duplicates' } = this.params;
    demand(this, 'within', isSpan(within), 'more than 0 ms', within);
    demand(this, 'max', isCount(max), 'a whole number from 1 up', max);
    demand(this, 'duplicates', isText(duplicates), 'the name of an outbox', duplicates);
    this.#keyOf = keyReader(this, key);
  }

  /** How many are remembered. */
  get remembered(): number {
    return this.#passed.size;
  }

  override preStart(): void {
    this.#boxes = this.outboxes.filter(box => box !== this.#duplicates);
  }

  override consume(event: Event): void {
    const { within = 60_000, max = 100_000 } = this.params;
    const now = this.world.clock.now();
    const key = this.#keyOf(event);
    this.#forgetWhile(at => now - at >= within);
    if (!this.#passed.has(key)) {
      this.#forgetWhile(() => this.#passed.size >= max);
      this.#passed.set(key, now);
      void this.send(event, this.#boxes);
    } else if (this.outboxes.includes(this.#duplicates)) void this.send(event, this.#duplicates);
    else {
      this.log.debug('discarded: it has passed already', event);
      this.settle(event);
    }
  }

  get #duplicates(): string {
    return this.params.duplicates ?? 'duplicates';
  }

  /** Forgets the oldest as long as `isOld` says so. */
  #forgetWhile(isOld: (at: number) => boolean): void {
    for (const [key, at] of this.#passed) {
      if (!isOld(at)) return;
      this.#passed.delete(key);
    }
  }
}
