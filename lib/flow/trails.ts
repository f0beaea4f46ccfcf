/**
 * Follows events by their ids, for actors that wait for an answer: which is not to be expected any more when no copy is under way,
 * and every actor that took one has sent it on or settled it. One that has done neither may keep it, and answer later.
 *
 * An answer is known by its id, so the id is what is followed: copies, conversions and events made with the same id are one.
 */
import { type Event, idOf } from './events/event.ts';

/** One event that somebody waits for. */
class Trail {
  readonly ended: (error: Error | undefined) => void;
  /** Another one for the same id: two actors of one flow may wait for the same event. */
  other: Trail | undefined;
  /** Copies in queues, or being consumed. */
  #underWay = 0;
  #error: Error | undefined;
  /** By actor: how many copies it has taken more than it has sent on or settled. */
  readonly #kept = new Map<object, number>();

  constructor(ended: (error: Error | undefined) => void, other: Trail | undefined) {
    this.ended = ended;
    this.other = other;
  }

  get error(): Error | undefined {
    return this.#error;
  }

  /** Whether it has come to its end everywhere. */
  get isOver(): boolean {
    if (this.#underWay > 0) return false;
    for (const kept of this.#kept.values()) if (kept > 0) return false;
    return true;
  }

  sent(by: object, copies: number): void {
    this.#underWay += copies;
    this.#count(by, -1);
  }

  taken(by: object): void {
    this.#underWay--;
    this.#count(by, 1);
  }

  dropped(error: Error): void {
    this.#underWay--;
    this.#error ??= error;
  }

  settled(by: object, error: Error | undefined): void {
    this.#count(by, -1);
    this.#error ??= error;
  }

  #count(by: object, change: number): void {
    this.#kept.set(by, (this.#kept.get(by) ?? 0) + change);
  }
}

export class Trails {
  readonly #byId = new Map<string, Trail>();

  /** How many events are followed. */
  get size(): number {
    return this.#byId.size;
  }

  /**
   * Follows an event that is about to be sent.
   *
   * @param ended called once, when no answer is to be expected any more, with what went wrong, if anything
   * @returns a function that ends it before
   */
  follow(event: Event, ended: (error: Error | undefined) => void): () => void {
    const { eventId: id } = event;
    const trail = new Trail(ended, this.#byId.get(id));
    this.#byId.set(id, trail);
    return () => this.#forget(id, trail);
  }

  /** An actor sends copies: to be told before they are put anywhere. */
  sent(event: Event, by: object, copies: number): void {
    for (let trail = this.#of(event); trail !== undefined; trail = trail.other) trail.sent(by, copies);
  }

  /** An actor has done with a copy that it was given. */
  taken(event: Event, by: object): void {
    const first = this.#of(event);
    for (let trail = first; trail !== undefined; trail = trail.other) trail.taken(by);
    this.#look(event, first);
  }

  /** There was no room for a copy that had been sent. */
  dropped(event: Event, error: Error): void {
    const first = this.#of(event);
    for (let trail = first; trail !== undefined; trail = trail.other) trail.dropped(error);
    this.#look(event, first);
  }

  /** An actor says that a copy goes no further. */
  settled(event: Event, by: object, error: Error | undefined): void {
    const first = this.#of(event);
    for (let trail = first; trail !== undefined; trail = trail.other) trail.settled(by, error);
    this.#look(event, first);
  }

  /** What nobody has asked the id of has none, and nobody waits for it. */
  #of(event: Event): Trail | undefined {
    const id = this.#byId.size === 0 ? undefined : idOf(event);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  #look(event: Event, first: Trail | undefined): void {
    for (let trail = first; trail !== undefined; trail = trail.other) {
      if (!trail.isOver) continue;
      this.#forget(event.eventId, trail);
      trail.ended(trail.error);
    }
  }

  #forget(id: string, gone: Trail): void {
    const first = this.#byId.get(id);
    if (first === gone) {
      if (gone.other === undefined) this.#byId.delete(id);
      else this.#byId.set(id, gone.other);
      return;
    }
    for (let trail = first; trail !== undefined; trail = trail.other) {
      if (trail.other === gone) trail.other = gone.other;
    }
  }
}
