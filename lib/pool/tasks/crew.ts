/** The workers of a queue: as many as there are to be, each replaced when it is lost. */
import { CreateFailed, ProcessExited, ThreadExited } from '../../base/errors.ts';
import type { Cancel, World } from '../../base/world.ts';
import type { AskDesk } from '../../core/ask.ts';
import { Lookout } from '../../core/lookout.ts';
import type { Ref } from '../../core/ref.ts';
import { Backoff } from '../../restart/backoff.ts';
import type { Hand } from './hand.ts';
import type { Arrival } from './protocol.ts';

export interface CrewParts {
  readonly home: AskDesk;
  readonly world: World;
  /** How many there are to be, ... */
  readonly size: number;
  /** ... and how many more are kept ready. */
  readonly spares: number;
  readonly hire: (id: number) => Hand;
  readonly onUp: (hand: Hand) => void;
  readonly onLost: (hand: Hand, error: Error | undefined) => void;
}

/** So many in a row may be lost without having done a task: each is replaced at once. The next ones are waited for. */
const mostFruitless = 3;
const delays = { min: 100, max: 10_000 };

export class Crew {
  readonly hands: Hand[] = [];
  readonly #parts: CrewParts;
  readonly #lookout: Lookout;
  readonly #byId = new Map<number, Hand>();
  readonly #vacancies = new Set<Cancel>();
  #backoff = new Backoff(delays);
  #lastId = 0;
  #fruitless = 0;
  #hasSpares = false;
  #isClosed = false;
  /** What the functions are called that the workers have; undefined until one of them is up. */
  names: readonly string[] | undefined;
  /** Why the first ones could not start. */
  failure: Error | undefined;

  constructor(parts: CrewParts) {
    this.#parts = parts;
    this.#lookout = new Lookout(parts.home, ref => {
      const hand = this.hands.find(one => one.ref === ref);
      if (hand !== undefined) this.#lost(hand, undefined);
    });
    for (let i = 0; i < parts.size; i++) this.#hire();
  }

  find(id: number): Hand | undefined {
    return this.#byId.get(id);
  }

  up(hand: Hand, arrival: Arrival): void {
    hand.up(arrival);
    this.names = arrival.names;
    this.#hireSpares();
    this.#parts.onUp(hand);
  }

  /** One of them has come to the end of a task: they are of use. */
  hasDone(hand: Hand): void {
    hand.done++;
    this.#fruitless = 0;
  }

  /**
   * One of them has failed, its thread or process may have ended.
   * @returns whether it can be replaced: if none of them ever was up, the next one would not be, either
   */
  failed(ref: Ref, error: Error): boolean {
    const isHopeless = this.#isHopeless(error);
    if (isHopeless) this.failure ??= error.cause instanceof Error ? error.cause : error;
    const hand = this.hands.find(one => one.ref === ref);
    if (hand !== undefined && !isHopeless) this.#lost(hand, error);
    return !isHopeless;
  }

  /** One that is killed while it starts says nothing about the next one. */
  #isHopeless(error: Error): boolean {
    if (this.names !== undefined || !(error instanceof CreateFailed)) return false;
    const { cause } = error;
    const wasEnded = cause instanceof ThreadExited || cause instanceof ProcessExited;
    return !wasEnded || this.#fruitless >= mostFruitless;
  }

  /** None of them is replaced any more. */
  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#vacancies) cancel();
    this.#vacancies.clear();
  }

  /** Nothing is heard of them any more. */
  end(): void {
    this.close();
    this.#lookout.close();
  }

  /** Once there are enough of the others: they come first. */
  #hireSpares(): void {
    const { size, spares } = this.#parts;
    if (this.#hasSpares || this.hands.filter(({ isUp }) => isUp).length < size) return;
    this.#hasSpares = true;
    for (let i = 0; i < spares; i++) this.#hire();
  }

  #hire(): void {
    const hand = this.#parts.hire(++this.#lastId);
    this.hands.push(hand);
    this.#byId.set(hand.id, hand);
    this.#lookout.watch(hand.ref);
  }

  #lost(hand: Hand, error: Error | undefined): void {
    if (hand.isLost) return;
    hand.isLost = true;
    hand.isUp = false;
    this.#byId.delete(hand.id);
    this.hands.splice(this.hands.indexOf(hand), 1);
    if (!this.#isClosed) this.#replace();
    this.#parts.onLost(hand, error);
  }

  #replace(): void {
    const { world } = this.#parts;
    if (++this.#fruitless <= mostFruitless + this.#parts.size) return this.#hire();
    const cancel = world.clock.after(this.#backoff.next(world.clock.now(), world.random), () => {
      this.#vacancies.delete(cancel);
      this.#hire();
    });
    this.#vacancies.add(cancel);
  }
}
