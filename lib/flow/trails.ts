/**
 * Follows events by their ids, for actors that wait for an answer: which is not to be expected any more when no copy is under way,
 * and every actor that took one has sent it on or settled it. One that has done neither may keep it, and answer later.
 *
 * An answer is known by its id, so the id is what is followed: copies, conversions and events made with the same id are one.
 */
import { type Event, idOf } from './events/event.ts';

/** One event that somebody waits for. */
class Trail {
  /** Who waits. */
  readonly owner: object;
  readonly ended: (error: Error | undefined) => void;
  /** Another one for the same id: two actors of one flow may wait for the same event. */
  other: Trail | undefined;
  /** Nobody waits any more. */
  isLeft = false;
  /** Whether whoever waits has sent it. */
  #hasBegun = false;
  /** Copies in queues, or being consumed. */
  #underWay = 0;
  #error: Error | undefined;
  /** How many copies an actor has taken more than it has sent on or settled: that for the last one, those of all before in a map. */
  #last: object | undefined;
  #keptByLast = 0;
  #keptBefore: Map<object, number> | undefined;

  constructor(owner: object, ended: (error: Error | undefined) => void, other: Trail | undefined) {
    this.owner = owner;
    this.ended = ended;
    this.other = other;
  }

  get error(): Error | undefined {
    return this.#error;
  }

  /** Whether it has come to its end everywhere. */
  get isOver(): boolean {
    if (this.#underWay > 0 || this.#keptByLast > 0) return false;
    for (const kept of this.#keptBefore?.values() ?? []) if (kept > 0) return false;
    return true;
  }

  sent(by: object, copies: number): void {
    this.#underWay += copies;
    if (this.#hasBegun) this.#count(by, -1);
    else this.#hasBegun = true;
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
    if (by !== this.#last) this.#turnTo(by);
    this.#keptByLast += change;
  }

  /** Most actors send on what they take, and nothing is left to be remembered. */
  #turnTo(by: object): void {
    if (this.#last !== undefined && this.#keptByLast !== 0) {
      this.#keptBefore ??= new Map();
      this.#keptBefore.set(this.#last, this.#keptByLast);
    }
    this.#last = by;
    this.#keptByLast = this.#keptBefore?.get(by) ?? 0;
    this.#keptBefore?.delete(by);
  }
}

/** Follows events. */
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
  follow(event: Event, owner: object, ended: (error: Error | undefined) => void): () => void {
    const { eventId: id } = event;
    const trail = new Trail(owner, ended, this.#byId.get(id));
    this.#byId.set(id, trail);
    return () => this.#forget(id, trail);
  }

  /** Nobody is there any more to hear of those. */
  leave(owner: object): void {
    for (const [id, first] of this.#byId) {
      for (let trail: Trail | undefined = first; trail !== undefined; trail = trail.other)
        if (trail.owner === owner) this.#forget(id, trail);
    }
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
      if (trail.isLeft || !trail.isOver) continue;
      this.#forget(event.eventId, trail);
      trail.ended(trail.error);
    }
  }

  #forget(id: string, gone: Trail): void {
    if (gone.isLeft) return;
    gone.isLeft = true;
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
