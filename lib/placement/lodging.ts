/** One life of an actor in a thread or process, as its stand-in sees it: what it was told to do, and whether it has done so. */
import { TroupeError } from '../base/errors.ts';
import type { Clock } from '../base/world.ts';
import type { Inlet } from '../core/inlet.ts';
import type { Signal, TerminationReason } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import type { System } from '../core/system.ts';
import type { Way } from './away.ts';
import type { EndWatch } from './endWatch.ts';
import type { HandOver } from './handOver.ts';
import type { House, Tenant } from './house.ts';
import type { Letter, Outcome } from './ledger.ts';
import { Pace } from './pace.ts';
import type { Source } from './source.ts';
import type { Vitals } from './vitals.ts';

/** What a life there needs of who stands here for it. */
export interface Lodger {
  readonly system: System;
  readonly source: Source;
  readonly ref: Ref;
  readonly parentRef: Ref;
  readonly params: unknown;
  /** Whether it is given more whenever it has nothing to do. */
  readonly isFed: boolean;
  /** Finds or starts the place where it is to live. */
  findHouse(): Promise<House>;
  /** It has started: what is signalled from now on is heard. */
  settled(): void;
  hasFailed(error: Error, message: unknown): void;
  /** It has said something past all messages. */
  aside(said: unknown): void;
  /** It has nothing to do. */
  idle(): void;
  /** The end of a life: what has become of the messages that had not begun. */
  returned(outcome: Outcome): void;
  /** Its thread or process has ended, while it handled that message. */
  lost(error: Error, message: unknown): void;
  /** It has ended without having been told to. */
  gone(reason: TerminationReason): void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Lodging implements Tenant {
  readonly #lodger: Lodger;
  #house: House | undefined;
  #id = 0;
  #inlet: Inlet<Ref> | undefined;
  #named: Ref | undefined;
  #handOver: HandOver | undefined;
  readonly #pace: Pace;
  /** Whether it has been given something that it has not said to have done: for one of which nothing else is known. */
  #isGiven = false;
  #state: 'coming' | 'running' | 'ended' | 'gone' = 'coming';
  #waiter: Waiter | undefined;
  /** Who waits to hear how it does, the first one first. */
  readonly #asking: ((vitals: Vitals | undefined) => void)[] = [];
  /** Hears of its end through the link, and so behind its last words. */
  #endWatch: EndWatch | undefined;
  #goneReason: TerminationReason | undefined;
  #hasStarted = false;
  #hasLeft = false;
  #isStopping = false;

  constructor(lodger: Lodger) {
    this.#lodger = lodger;
    this.#pace = new Pace(lodger.system.clock satisfies Clock);
  }

  get ref(): Ref {
    return this.#lodger.ref;
  }

  get parentRef(): Ref {
    return this.#lodger.parentRef;
  }

  /** The way there, as long as it lives. */
  get way(): Way | undefined {
    return this.#state === 'gone' || this.#house?.isOver ? undefined : this.#house;
  }

  /** Whether there is somebody to hear a signal. */
  get isInhabited(): boolean {
    return this.#state === 'running' || this.#state === 'ended';
  }

  tell(message: unknown, sender: Ref | undefined): void {
    this.#inlet?.enqueue(message, sender, this.#handOver?.ref ?? (this.#named as Ref));
  }

  // ---- what it is handed from a queue that it shares ----------------------------------------------------------------

  give(message: unknown, sender: Ref | undefined): void {
    const { ledger } = this.#handOver?.ref ?? {};
    this.#isGiven = true;
    if (ledger === undefined) return this.tell(message, sender);
    ledger.isSharing = true;
    this.tell(message, sender);
    ledger.isSharing = false;
  }

  /** How many more it may be given. */
  get room(): number {
    const { ledger } = this.#handOver?.ref ?? {};
    if (ledger === undefined) return this.#isGiven ? 0 : 1;
    // What can't be taken back should not wait there.
    const most = ledger.canTakeBack ? this.#pace.look(ledger.reached) : 1;
    return most - ledger.waiting - (ledger.isBusy ? 1 : 0);
  }

  /** Takes back what has not begun. */
  takeBack(): readonly Letter[] {
    const { ledger } = this.#handOver?.ref ?? {};
    if (ledger === undefined) return [];
    const letters = ledger.takeBack();
    this.#pace.begin(ledger.reached);
    return letters;
  }

  /** How many messages wait over there; undefined when that is not known. */
  get waiting(): number | undefined {
    return this.#handOver?.ref.ledger.waiting;
  }

  get isBusy(): boolean {
    return this.#handOver?.ref.ledger.isBusy ?? false;
  }

  /** Changes whenever a message has begun. */
  get reached(): number {
    return this.#handOver?.ref.ledger.reached ?? 0;
  }

  idle(): void {
    this.#isGiven = false;
    this.#lodger.idle();
  }

  // ---- its life -----------------------------------------------------------------------------------------------------

  signal(signal: Signal<Ref>): void {
    const house = this.#house;
    const crossing = house?.crossing(signal);
    if (crossing !== undefined) house?.inlet.signal(crossing, house.signalledAs(this, this.#id));
  }

  refBelow(names: readonly string[]): Ref | undefined {
    return this.#house?.refBelow(this.#id, names);
  }

  order(op: 'hold' | 'release' | 'resume'): void {
    if (this.#id !== 0 && this.#state !== 'gone') this.#house?.order({ op, id: this.#id });
  }

  /**
   * Finds or starts the thread or process, and starts the actor there.
   * @param failure why the life before has ended, if there was one
   */
  async open(failure: Error | undefined): Promise<void> {
    const { system, source, ref, parentRef, params, isFed } = this.#lodger;
    const [house, { EndWatch }] = await Promise.all([this.#lodger.findHouse(), import('./endWatch.ts')]);
    if (this.#hasLeft) return house.unexpect();
    this.#house = house;
    this.#inlet = house.inlet;
    this.#id = house.moveIn(this);
    const named = house.refOf(this, this.#id);
    this.#named = named;
    this.#handOver = house.handOver(this, this.#id);
    const { url, className } = source;
    try {
      house.order({
        op: 'spawn',
        id: this.#id,
        parent: parentRef.path,
        name: ref.step,
        url,
        className,
        params,
        failure,
        region: this.#handOver?.lent.region,
        isFed,
      });
    } catch (error) {
      await this.leave();
      throw error;
    }
    await this.#answer();
    if (this.#hasLeft) return;
    this.#endWatch = new EndWatch(system, house.inlet, named, () => this.#end());
  }

  /** How it does, as soon as it says so; undefined when it does not live, or ends before that. */
  measure(): Promise<Vitals | undefined> {
    if (this.way === undefined || !this.isInhabited) return Promise.resolve(undefined);
    return new Promise(resolve => {
      this.#asking.push(resolve);
      this.#house?.order({ op: 'measure', id: this.#id });
    });
  }

  /** Ends the instance, for another one to take its place. */
  async endInstance(failure: Error, message: unknown, limit: number): Promise<void> {
    if (this.way === undefined || this.#state !== 'running') return;
    const order = { op: 'endInstance', id: this.#id, failure, message, limit } as const;
    try {
      this.#house?.order(order);
    } catch {
      this.#house?.order({
        ...order,
        failure: new TroupeError('THROWN', failure.message),
        message: undefined,
      });
    }
    await this.#answer().catch(() => {}); // there will be another thread, then
  }

  async begin(failure: Error): Promise<void> {
    await this.endInstance(failure, undefined, 0);
    if (this.way === undefined) return this.open(failure);
    this.#house?.order({ op: 'begin', id: this.#id });
    await this.#answer();
  }

  /** Resolves when the actor has ended and, if it was the last one there, the thread or process as well. */
  async stop(reason: TerminationReason, limit: number | undefined): Promise<void> {
    this.#isStopping = true;
    if (this.way !== undefined) {
      const id = this.#id;
      if (reason === 'stopped') this.#house?.order({ op: 'stop', id, limit });
      else this.#house?.order({ op: reason === 'killed' ? 'kill' : 'giveUp', id });
      const { clock, shutdownTimeout } = this.#lodger.system;
      const cancel = limit === undefined ? clock.after(shutdownTimeout, () => void this.leave()) : () => {};
      await this.#answer().catch(() => {});
      cancel();
    }
    await this.leave();
  }

  /** Nothing of it concerns anybody any more. */
  async leave(): Promise<void> {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    const house = this.#house;
    if (house === undefined) return;
    // Its time is over, or its hooks have been passed over here as well.
    const isForced = this.#state !== 'gone' && !house.isOver;
    if (isForced) house.order({ op: 'killBrutally', id: this.#id });
    this.#toGone();
    this.#endWatch?.close();
    this.#takeWaiter()?.resolve();
    house.moveOut(this.#id, isForced);
    if (house.isOver) await house.end();
    this.#closeLedger(house.isOver);
  }

  /** @param isLost whether the place is gone, or about to be. @returns the message that was being handled */
  #closeLedger(isLost: boolean): unknown {
    const handOver = this.#handOver;
    if (handOver === undefined) return undefined;
    this.#handOver = undefined;
    if (this.#goneReason !== undefined || !this.#hasStarted) handOver.lent.giveBack();
    const outcome = handOver.ref.ledger.close(isLost);
    this.#lodger.returned(outcome);
    return outcome.current?.message;
  }

  #answer(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  #takeWaiter(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    return waiter;
  }

  #toGone(): void {
    this.#state = 'gone';
    for (const resolve of this.#asking.splice(0)) resolve(undefined);
  }

  // ---- what is heard from there -------------------------------------------------------------------------------------

  started(): void {
    this.#state = 'running';
    this.#hasStarted = true;
    this.#lodger.settled();
    this.#takeWaiter()?.resolve();
  }

  startFailed(error: Error): void {
    const waiter = this.#takeWaiter();
    this.#toGone();
    void this.leave();
    waiter?.reject(error);
  }

  ended(): void {
    this.#state = 'ended';
    this.#takeWaiter()?.resolve();
  }

  measured(vitals: Vitals): void {
    this.#asking.shift()?.(vitals);
  }

  aside(said: unknown): void {
    this.#lodger.aside(said);
  }

  failed(error: Error, message: unknown): void {
    this.#lodger.hasFailed(error, message);
  }

  gone(reason: TerminationReason): void {
    this.#goneReason = reason;
    if (this.#endWatch === undefined || this.#endWatch.hasEnded) this.#end();
  }

  /** Both have been heard: how it has ended, and that its last words have come. */
  #end(): void {
    if (this.#goneReason === undefined || this.#state === 'gone') return;
    this.#toGone();
    if (this.#waiter !== undefined) this.#takeWaiter()?.resolve();
    else if (!this.#isStopping) this.#lodger.gone(this.#goneReason);
  }

  lost(error: Error): void {
    if (this.#state === 'gone') return;
    this.#toGone();
    const message = this.#closeLedger(true);
    const waiter = this.#takeWaiter();
    if (waiter !== undefined) waiter.reject(error);
    else if (!this.#isStopping) this.#lodger.lost(error, message);
  }
}
