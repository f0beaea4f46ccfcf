/**
 * What stands in the tree of a node for an actor that runs in a thread or process: a cell with the name, which passes
 * messages on, and an actor in it whose hooks start, restart and stop the one over there. To all others it is that actor: its
 * supervisor decides about its failures, its watchers hear of its end. While it is not running, messages wait here.
 */
import { NodeDownError } from '../base/errors.ts';
import { Actor, hostOf } from '../core/actor.ts';
import { ActorCell } from '../core/actorCell.ts';
import { Ask, isAskPath } from '../core/ask.ts';
import type { Life } from '../core/life.ts';
import type { MailCell } from '../core/mailCell.ts';
import { type Errand, Notice, PoisonPill, type Signal } from '../core/message.ts';
import { tellOn } from '../core/monitor.ts';
import { senderOf } from '../core/postmark.ts';
import { Props, type SpawnOptions } from '../core/props.ts';
import { Ref } from '../core/ref.ts';
import type { System } from '../core/system.ts';
import { AwayInlet, type HasWay, type Way } from './away.ts';
import { patient } from './border.ts';
import type { House } from './house.ts';
import type { Letter, Outcome } from './ledger.ts';
import { type Lodger, Lodging } from './lodging.ts';
import type { Source } from './source.ts';
import type { Supply } from './supply.ts';
import type { Vitals } from './vitals.ts';

/** Where it is to live, and as what. */
export interface Settlement {
  readonly source: Source;
  readonly find: (system: System) => Promise<House>;
  /** Whether it has there the name that it has here. */
  readonly isPartOfNode: boolean;
}

export class StandInCell extends ActorCell implements HasWay, Lodger {
  readonly source: Source;
  readonly #find: (system: System) => Promise<House>;
  readonly #isPartOfNode: boolean;
  /** Its life over there. */
  #lodging: Lodging | undefined;
  /** What was signalled while there was nobody to hear it. */
  #unheard: Signal<Ref>[] = [];
  readonly #below: AwayInlet;
  /** Hears what the actor says past all messages. */
  onAside: (said: unknown) => void = () => {};
  /** The queue that it shares with others, if it does. */
  #supply: Supply<StandInCell> | undefined;
  /** Whether it is to stop in its turn: then it takes nothing more from there. */
  #isRetired = false;
  /** What is to follow its start. */
  #early: (() => void) | undefined;

  constructor(parent: MailCell, props: Props, options: SpawnOptions, name: string, settlement: Settlement) {
    const create = () => new StandIn();
    const { className, params, accepts, title, origin } = props;
    super(parent.realm, parent, new Props(className, create, params, accepts, title, origin), options, name);
    this.source = settlement.source;
    this.#find = settlement.find;
    this.#isPartOfNode = settlement.isPartOfNode;
    this.#below = new AwayInlet(this.system, () => this.way);
  }

  get system(): System {
    return this.realm as System;
  }

  get way(): Way | undefined {
    return this.#lodging?.way;
  }

  override refBelow(names: readonly string[]): Ref | undefined {
    const known = this.#lodging?.refBelow(names);
    return known ?? new Ref(this.#below, undefined, `${this.ref.path}/${names.join('/')}`);
  }

  // ---- messages and signals -----------------------------------------------------------------------------------------

  override enqueue(message: unknown, sender: Ref | undefined): void {
    const lodging = this.#lodging;
    if (message === PoisonPill) this.#isRetired = true;
    const isNext = this.life === 'running' && (this.mailbox === undefined || this.mailbox.size === 0);
    if (isNext && lodging?.way !== undefined) lodging.tell(message, sender);
    else super.enqueue(message, sender);
  }

  /** The message that is being handled goes there in its turn; what becomes of it is counted over there. */
  passOn(message: unknown): void {
    const { counts } = this.realm;
    this.countsAsHandled = false;
    counts.handled--;
    counts.told--;
    this.noteOutcome('passedOn');
    const lodging = this.#lodging;
    if (lodging?.way !== undefined)
      tellOn(this.realm.monitor, this.markOf(this.sender), sender => lodging.tell(message, sender));
    else this.realm.office('stopped').enqueue(message, this.sender, this.ref);
  }

  /** It is for the actor over there, as all messages are. */
  protected override runErrand(errand: Errand): void {
    this.passOn(errand);
  }

  /** A poison pill is for the actor over there, behind all that was told before. */
  protected override consumeNotice(notice: Notice): void {
    if (notice !== PoisonPill || this.way === undefined) return super.consumeNotice(notice);
    this.realm.counts.withdrawn++;
    this.#lodging?.tell(notice, undefined);
  }

  override signal(signal: Signal<Ref>): void {
    switch (signal.type) {
      case 'watch':
      case 'unwatch':
        super.signal(signal);
        // An ask is told when its question is lost, though the actor may live on.
        if (isAskPath(signal.watcher.path)) this.#passSignal(this.#isPartOfNode ? patiently(signal) : signal);
        return;
      case 'exited':
      case 'link':
      case 'unlink':
        // One with a name of its own is linked under that; here, its stand-in is.
        if (!this.#isPartOfNode) return super.signal(signal);
        return this.#passSignal(signal);
      case 'abandoned':
      case 'terminated':
        return this.#passSignal(signal);
      default:
        return super.signal(signal);
    }
  }

  #passSignal(signal: Signal<Ref>): void {
    if (this.way !== undefined && this.#lodging?.isInhabited) this.#lodging.signal(signal);
    else this.#unheard.push(signal);
  }

  #hearAll(): void {
    for (const signal of this.#unheard.splice(0)) this.#passSignal(signal);
  }

  /** How it does over there, as soon as it says so; undefined when there is nobody who could. */
  measure(): Promise<Vitals | undefined> {
    return this.#lodging?.measure() ?? Promise.resolve(undefined);
  }

  // ---- what becomes of messages that have not begun when a life there ends ------------------------------------------

  returned({ kept, doubtful }: Outcome): void {
    const { realm } = this;
    realm.counts.transmitted -= kept.length + doubtful.length;
    // To be told twice to stop is no more than once.
    const notices = doubtful.filter(({ message }) => message instanceof Notice);
    this.#keep([...notices, ...kept]);
    for (const { message, from } of doubtful) {
      if (message instanceof Notice) continue;
      const sender = senderOf(from);
      realm.deadLetter(message, sender, this.ref, 'inDoubt');
      if (sender?.inlet instanceof Ask) sender.inlet.fail(this.#lostError());
    }
  }

  /** They come before all others again. */
  #keep(letters: readonly Letter[]): void {
    const { realm, ref } = this;
    const supply = this.#supply;
    const buried: Letter[] = [];
    for (const letter of [...letters].reverse()) {
      const { message, from, isShared } = letter;
      if (isShared && supply?.isOpen) supply.shelf.unshift(message, from);
      else if (this.life !== 'stopped') (this.mailbox ?? this.openMailbox()).unshift(message, from);
      else if (message instanceof Notice) realm.counts.withdrawn++;
      else buried.push(letter);
    }
    for (const { message, from } of buried.reverse())
      realm.deadLetter(message, senderOf(from), ref, 'stopped');
    if (!this.isReady && this.life === 'running' && this.hasMail) this.becomeReady();
    if (letters.some(({ isShared }) => isShared)) supply?.returned();
  }

  #lostError(): NodeDownError {
    return new NodeDownError(
      `the thread or process of ${this.ref.address} has ended, and with it what was being done there: ask again`,
    );
  }

  /** Those who wait for an answer that will not come hear so; the others wait on, until their question is handled. */
  #tellAskers(): void {
    const { watchers, mailbox } = this;
    const askers = [...(watchers ?? [])].filter(({ path }) => isAskPath(path));
    if (askers.length === 0) return;
    const senders = new Set<string>();
    for (let left = mailbox?.size ?? 0; mailbox !== undefined && left > 0; left--) {
      const message = mailbox.take();
      const from = mailbox.sender;
      const sender = senderOf(from);
      if (sender !== undefined) senders.add(sender.address);
      mailbox.push(message, from);
    }
    for (const watcher of askers) {
      if (senders.has(watcher.address)) this.#unheard.push(patiently({ type: 'watch', watcher }));
      else {
        watchers?.delete(watcher);
        watcher.inlet.signal({ type: 'terminated', ref: this.ref, reason: 'nodeDown' }, watcher);
      }
    }
  }

  // ---- what it takes from a queue that it shares --------------------------------------------------------------------

  /** From now on it takes messages from there whenever it has none of its own. */
  feedFrom(supply: Supply<StandInCell>): void {
    this.#supply = supply;
  }

  get isFed(): boolean {
    return this.#supply !== undefined;
  }

  /** Whether it runs on this node, so that what it has begun is known. */
  get isOnThisNode(): boolean {
    return this.#isPartOfNode;
  }

  /** Hands over some of what waits in the queue. @returns how many */
  feed(most: number): number {
    const lodging = this.#lodging;
    const supply = this.#supply;
    const mayTake = this.life === 'running' && !this.#isRetired && (this.mailbox?.size ?? 0) === 0;
    if (!mayTake || supply === undefined || lodging?.way === undefined) return 0;
    const { shelf } = supply;
    let given = 0;
    for (const room = Math.min(most, lodging.room); given < room && shelf.size > 0; given++) {
      const message = shelf.take();
      // It is told anew, by who takes it over.
      this.realm.counts.told--;
      tellOn(this.realm.monitor, shelf.sender, sender => lodging.give(message, sender));
    }
    return given;
  }

  /** Takes back what has not begun there: from the queue, for others; what it was told itself, for itself. */
  takeBack(): void {
    const letters = this.#lodging?.takeBack() ?? [];
    this.realm.counts.transmitted -= letters.length;
    this.#keep(letters);
  }

  /** How many messages wait over there; undefined when that is not known. */
  get waitingThere(): number | undefined {
    return this.#lodging === undefined && this.#isPartOfNode ? 0 : this.#lodging?.waiting;
  }

  /** Changes whenever one of them has begun. */
  get reached(): number {
    return this.#lodging?.reached ?? 0;
  }

  idle(): void {
    this.#supply?.free(this);
  }

  protected override settle(): void {
    super.settle();
    const early = this.#early;
    this.#early = undefined;
    if (early !== undefined) this.world.scheduler.soon(early);
    if (this.life === 'running' && this.#lodging?.way !== undefined) this.#supply?.free(this);
  }

  override get load(): number {
    return super.load + (this.#lodging?.waiting ?? 0);
  }

  override get isBusy(): boolean {
    return super.isBusy || (this.#lodging?.isBusy ?? false);
  }

  /** What was handed over is in the books as transmitted. */
  override get waiting(): { queued: number; stashed: number } {
    return { queued: super.load, stashed: 0 };
  }

  // ---- what the supervisor decides ----------------------------------------------------------------------------------

  protected override hold(): void {
    super.hold();
    this.#lodging?.order('hold');
  }

  protected override release(): void {
    super.release();
    this.#lodging?.order('release');
  }

  protected override resume(): void {
    const isForgiven = this.failure !== undefined && this.isStarted;
    super.resume();
    if (isForgiven) this.#lodging?.order('resume');
  }

  protected override kill(isBrutal?: boolean): void {
    super.kill(isBrutal);
    // Then there was no hook that would have ended it over there.
    if ((this.life as Life) === 'stopped') void this.#lodging?.leave();
  }

  // ---- its life over there ------------------------------------------------------------------------------------------

  findHouse(): Promise<House> {
    return this.#find(this.system);
  }

  /** Makes it start there, the first time or anew. */
  async moveIn(failure: Error | undefined): Promise<void> {
    this.#early = undefined;
    if (failure !== undefined && this.#lodging?.way !== undefined) {
      await this.#lodging.begin(failure);
    } else {
      this.#lodging = new Lodging(this);
      await this.#lodging.open(failure);
    }
    if (this.isHeld) this.#lodging.order('hold');
  }

  /** It runs there, and can hear. */
  settled(): void {
    this.#hearAll();
  }

  async endLife(failure: Error, message: unknown): Promise<void> {
    await this.#lodging?.endInstance(failure, message, Number.POSITIVE_INFINITY);
  }

  async moveOut(): Promise<void> {
    const { ending } = this;
    const reason = ending?.to === 'stop' ? ending.reason : 'stopped';
    await this.#lodging?.stop(reason, ending?.limit);
  }

  aside(said: unknown): void {
    this.onAside(said);
  }

  /** It has ended by itself, or somebody else has ended it. */
  gone(reason: string): void {
    if (reason === 'killed') super.signal({ type: 'kill' });
    else super.signal({ type: reason === 'failed' ? 'giveUpChild' : 'stop' });
  }

  hasFailed(error: Error, message: unknown): void {
    this.#onceStarted(() => this.failed(error, message));
  }

  /** Its thread or process has ended: there is nothing that could be resumed or would have to be stopped. */
  lost(error: Error, message: unknown): void {
    this.#tellAskers();
    this.#onceStarted(() => {
      this.isStarted = false;
      this.failed(error, message);
    });
  }

  /** It may fail over there before it is known here to have started. */
  #onceStarted(fail: () => void): void {
    if (this.life === 'starting' || this.life === 'restarting') this.#early = fail;
    else fail();
  }
}

/** The end of the thread or process does not end the waiting by itself: that is judged by what has become of the question. */
const patiently = (signal: Signal<Ref> & { type: 'watch' | 'unwatch' }): Signal<Ref> =>
  signal.type === 'watch' ? { ...signal, watcher: patient(signal.watcher) } : signal;

class StandIn extends Actor {
  get #cell(): StandInCell {
    return hostOf(this, 'ref') as unknown as StandInCell;
  }

  override async preStart() {
    await this.#cell.moveIn(undefined);
  }

  override receive(message: unknown) {
    this.#cell.passOn(message);
  }

  override preRestart(error: Error, message: unknown) {
    return this.#cell.endLife(error, message);
  }

  override async postRestart(error: Error) {
    await this.#cell.moveIn(error);
  }

  override postStop() {
    return this.#cell.moveOut();
  }
}
