/**
 * What stands in the tree of a node for an actor that runs in a thread or process: a cell with the name, which passes
 * messages on, and an actor in it whose hooks start, restart and stop the one over there. To all others it is that actor: its
 * supervisor decides about its failures, its watchers hear of its end. While it is not running, messages wait here.
 */
import { Actor, hostOf } from '../core/actor.ts';
import { ActorCell } from '../core/actorCell.ts';
import { isAskPath } from '../core/ask.ts';
import type { Life } from '../core/life.ts';
import type { MailCell } from '../core/mailCell.ts';
import { type Errand, type Notice, PoisonPill, type Signal } from '../core/message.ts';
import { Props, type SpawnOptions } from '../core/props.ts';
import { Ref } from '../core/ref.ts';
import type { System } from '../core/system.ts';
import { AwayInlet, type HasWay, type Way } from './away.ts';
import type { House } from './house.ts';
import { type Lodger, Lodging } from './lodging.ts';
import type { Source } from './source.ts';
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
    if (this.#lodging?.way !== undefined) this.#lodging.tell(message, this.sender);
    else this.realm.office('stopped').enqueue(message, this.sender, this.ref);
  }

  /** It is for the actor over there, as all messages are. */
  protected override runErrand(errand: Errand): void {
    this.passOn(errand);
  }

  /** A poison pill is for the actor over there, behind all that was told before. */
  protected override consumeNotice(notice: Notice): void {
    if (notice !== PoisonPill) return super.consumeNotice(notice);
    this.realm.counts.withdrawn++;
    this.#lodging?.tell(notice, undefined);
  }

  override signal(signal: Signal<Ref>): void {
    switch (signal.type) {
      case 'watch':
      case 'unwatch':
        super.signal(signal);
        // An ask is told when its question is lost, though the actor may live on.
        if (isAskPath(signal.watcher.path)) this.#passSignal(signal);
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
    this.failed(error, message);
  }

  /** Its thread or process has ended: there is nothing that could be resumed or would have to be stopped. */
  lost(error: Error): void {
    this.isStarted = false;
    this.failed(error, undefined);
  }
}

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
