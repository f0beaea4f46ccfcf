/**
 * The part of a cell in which messages wait, and all that the cell keeps. `MailCell` is the lowest rung of the cell; the others
 * are `HandlingCell`, `FailingCell`, `EndingCell`, `Cell` and, for the actor's own eyes, `ActorCell`.
 */
import { asError, TroupeError } from '../base/errors.ts';
import type { Cancel, Clock } from '../base/world.ts';
import type { Actor, Receive } from './actor.ts';
import { Ask } from './ask.ts';
import type { Children } from './children.ts';
import type { ActorDetail, PeekedMessage } from './detail.ts';
import { ErrorIgnored, HighWaterMarkReached, MailboxOverflow, SupervisionWarning } from './events.ts';
import { Extras } from './extras.ts';
import type { Home } from './home.ts';
import { Inlet } from './inlet.ts';
import type { Life } from './life.ts';
import {
  borrowRing,
  defaultHighWaterMark,
  type Mailbox,
  Pushed,
  RingMailbox,
  returnRing,
} from './mailbox.ts';
import type { Failure, Notice, Signal, TerminationReason } from './message.ts';
import type { ActorMeter, Measured } from './meter.ts';
import type { Operation } from './operation.ts';
import { senderOf } from './postmark.ts';
import type { Props, SpawnOptions } from './props.ts';
import { Ref } from './ref.ts';
import type { RestartsLeft } from './supervision.ts';
import type { Step, Work } from './work.ts';

/** The main activity of an actor that has one beside, or instead of, `receive`: what a `Process` runs on. */
export const main: unique symbol = Symbol('main');

/** Which child is to be stopped next, for an actor that does not stop all of them at once; undefined when none is left. */
export const nextToStop: unique symbol = Symbol('nextToStop');

/** The restarts that are left to its children, for an actor that counts them itself; undefined before it has any to give. */
export const restartsLeft: unique symbol = Symbol('restartsLeft');

/** @internal An actor as the cell sees it. */
export type Instance = Actor<unknown, unknown> & {
  [main]?(): unknown;
  [nextToStop]?(): Ref | undefined;
  [restartsLeft]?(): RestartsLeft | undefined;
};

/** What the cell is on its way to, and how far it has got. */
export type Ending = { limit?: number | undefined; cancelLimit?: Cancel } & (
  | {
      readonly to: 'restart';
      readonly failure: Failure;
      /** How long to wait before the new instance starts; undefined: until it is told to begin. */
      readonly delay: number | undefined;
      step: 'hook' | 'children' | 'wait';
      /** Whether the old instance trapped exits: that holds until there is a new one. */
      trapsExits?: boolean;
    }
  | { readonly to: 'stop'; readonly reason: TerminationReason; step: 'children' | 'hook' | 'end' }
);

export abstract class MailCell extends Inlet<Ref> implements Measured {
  readonly realm: Home;
  readonly ref: Ref;
  readonly parent: MailCell | undefined;
  readonly props: Props;
  readonly options: SpawnOptions | undefined;
  life: Life = 'starting';
  /** Whether it stands in the dispatcher's queue, or has its turn. */
  protected isReady = true;
  /** Whether it will be told when all is quiet. */
  protected restsLater = false;
  /** Whether an ancestor has failed and waits for a decision. */
  protected isHeld = false;
  /** Whether the instance has got through its start. */
  protected isStarted = false;
  /** Whether the actor has a main activity, which takes the messages itself. */
  protected isProcess = false;
  protected actor: Instance | undefined = undefined;
  protected behaviour: Receive = notStarted;
  protected mailbox: Mailbox | undefined = undefined;
  protected signals: Signal<Ref>[] | undefined = undefined;
  /** The message that is being handled, and who sent it. */
  protected message: unknown = undefined;
  /** Whether the books have that message as handled: not any more once it is stashed or said to be unhandled. */
  protected countsAsHandled = false;
  sender: Ref | undefined = undefined;
  /** What `receive` or a hook has begun and not ended. */
  protected work: Work | undefined = undefined;
  /** The main activity of a process. */
  protected mainWork: Work | undefined = undefined;
  /** What its supervisor has not decided about yet. */
  failure: Failure | undefined = undefined;
  /** @internal */
  ending: Ending | undefined = undefined;
  children: Children<MailCell> | undefined = undefined;
  protected watchers: Set<Ref> | undefined = undefined;
  protected extras: Extras | undefined = undefined;
  /** What is measured of it, once the node measures. */
  meter: ActorMeter | undefined = undefined;

  /** When it was spawned, in whole ms of the clock: those take no memory of their own. */
  readonly #spawnedAt: number;

  constructor(
    realm: Home,
    parent: MailCell | undefined,
    props: Props,
    options: SpawnOptions | undefined,
    name: string,
  ) {
    super();
    this.realm = realm;
    this.#spawnedAt = Math.floor(realm.world.clock.now());
    this.parent = parent;
    this.props = props;
    this.options = options;
    this.ref = new Ref(this, parent?.ref, name);
    realm.counts.actors++;
    realm.dispatcher.ready(this);
  }

  abstract override signal(signal: Signal<Ref>): void;
  /** A turn, given by the dispatcher: handles at most `messages` messages and returns how many it did. */
  abstract turn(messages: number): number;
  abstract lookAnew(): void;

  // ---- messages ----

  enqueue(message: unknown, sender: Ref | undefined): void {
    const { realm } = this;
    realm.counts.told++;
    const from = realm.monitor === undefined ? sender : realm.monitor.told(message, sender, this.ref);
    const pushed = (this.mailbox ?? this.openMailbox()).push(message, from);
    if (pushed !== Pushed.kept) this.pushedAndMore(pushed, this.mailbox as Mailbox);
    if (!this.isReady && this.life === 'running') this.becomeReady();
  }

  /** Puts a notice of the runtime in its turn among the messages. */
  notice(notice: Notice, sender?: Ref): void {
    if (this.life === 'stopped') return;
    this.realm.counts.told++;
    (this.mailbox ?? this.openMailbox()).pushNotice(notice, sender);
    if (!this.isReady && this.life === 'running') this.becomeReady();
  }

  protected becomeReady(): void {
    this.isReady = true;
    this.realm.dispatcher.ready(this);
  }

  protected openMailbox(): Mailbox {
    const kind = this.options?.mailbox;
    const mark = this.extras?.highWaterMark;
    this.mailbox = kind === undefined ? borrowRing() : kind(mark ?? defaultHighWaterMark);
    if (mark !== undefined) this.mailbox.highWaterMark = mark;
    return this.mailbox;
  }

  protected pushedAndMore(pushed: Pushed, mailbox: Mailbox): void {
    const { realm, ref } = this;
    if (pushed === Pushed.highWater) {
      realm.events.publish(new HighWaterMarkReached(ref, mailbox.size));
    } else if (pushed === Pushed.faulty) {
      this.ignoreError(mailbox.fault, 'compare of the priority mailbox');
    } else if (mailbox.victim !== undefined) {
      const { message } = mailbox.victim;
      const sender = senderOf(mailbox.victim.sender);
      mailbox.victim = undefined;
      if (this.extras !== undefined) this.extras.looked = 0; // the places of the others have changed
      realm.deadLetter(message, sender, ref, 'overflow');
      realm.events.publish(new MailboxOverflow(ref, message, mailbox.size));
      if (pushed === Pushed.refused && sender?.inlet instanceof Ask) sender.inlet.questionLost('overflow');
    }
  }

  /** All is quiet: an idle actor holds neither its last message nor a ring. */
  rest(): void {
    this.restsLater = false;
    if (this.work?.step !== 'receive' && this.mainWork === undefined) this.forgetMessage();
    if (this.mailbox?.size === 0) this.closeMailbox();
  }

  protected forgetMessage(): void {
    this.message = undefined;
    this.sender = undefined;
    this.countsAsHandled = false;
  }

  /** Whether there is a message that it could handle now. */
  protected get hasMail(): boolean {
    if (this.mailbox === undefined || this.mailbox.size === 0)
      return this.extras !== undefined && this.hasSharedMail;
    if (!this.isProcess) return true;
    const { extras } = this;
    return extras?.onMail !== undefined && (this.mailbox.size > extras.looked || this.hasSharedMail);
  }

  /** Whether there is a message on the shelf from which it draws, and it could handle that now. */
  protected get hasSharedMail(): boolean {
    const { shared, onMail, isShelfSeen } = this.extras as Extras;
    if (shared === undefined || shared.size === 0) return false;
    return !this.isProcess || (onMail !== undefined && !isShelfSeen);
  }

  /** There is something on the shelf from which it draws: true if it is idle, and so comes to take it. */
  wake(): boolean {
    if (this.isReady || this.life !== 'running' || this.extras === undefined) return false;
    if (this.isProcess && this.extras.onMail === undefined) return false;
    this.extras.isShelfSeen = false;
    this.becomeReady();
    return !this.isProcess; // a process may want another message
  }

  protected closeMailbox(): void {
    const { mailbox } = this;
    if (!(mailbox instanceof RingMailbox) || this.options?.mailbox !== undefined) return;
    this.mailbox = undefined;
    if (this.extras?.highWaterMark === undefined) returnRing(mailbox);
  }

  // ---- what is told to the world ----

  ignoreError(thrown: unknown, where: string): void {
    const error = asError(thrown);
    this.realm.events.publish(new ErrorIgnored(this.ref, error, where));
  }

  protected warn(text: string): void {
    this.realm.events.publish(new SupervisionWarning(this.ref, text));
  }

  /** What it is when nothing special goes on. */
  protected settle(): void {
    const isSuspended = this.failure !== undefined || this.isHeld;
    this.life = isSuspended ? 'suspended' : this.work !== undefined ? 'busy' : 'running';
    if (this.life === 'running' && !this.isReady && this.hasMail) this.becomeReady();
  }

  // ---- the rest ----

  /** @internal The name of its class or function. */
  get className(): string {
    return this.props.title;
  }

  get clock(): Clock {
    return this.realm.world.clock;
  }

  /** For a process: its operations that wait, to be cut short when it ends. */
  get pending(): Set<Operation<unknown>> | undefined {
    return this.extras?.pending;
  }

  more(): Extras {
    this.extras ??= new Extras();
    return this.extras;
  }

  /** @internal The messages that wait here: in the mailbox, and put aside. */
  get waiting(): { queued: number; stashed: number } {
    return { queued: this.load, stashed: this.extras?.stash.length ?? 0 };
  }

  /** @internal Whether it is in the middle of something. */
  get isBusy(): boolean {
    if (!this.isProcess) return this.life === 'busy';
    return this.life === 'running' && this.extras?.onMail === undefined;
  }

  /** @internal What it does that takes time. */
  get step(): Step | undefined {
    return (this.work ?? this.mainWork)?.step;
  }

  /** @internal */
  detail(peek: number): ActorDetail {
    const { mailbox, extras } = this;
    const { budget, childrenBudget } = this;
    const waiting: PeekedMessage[] = (mailbox?.first(peek) ?? []).map(({ message, sender }) => ({
      message,
      sender: senderOf(sender),
    }));
    return {
      ref: this.ref,
      parent: this.parent?.ref,
      className: this.className,
      state: this.life,
      restarts: this.restarts,
      ...this.waiting,
      uptime: this.uptime,
      children: this.children?.size ?? 0,
      watchers: [...(this.watchers ?? [])],
      watching: [...(extras?.watching ?? [])],
      links: [...(extras?.links ?? [])],
      isElsewhere: this.options?.on !== undefined,
      // A process is busy before it has taken its first message.
      current:
        this.isBusy && (!this.isProcess || this.message !== undefined)
          ? { message: this.message, sender: this.sender }
          : undefined,
      mailbox: waiting,
      restartsLeft: budget?.left,
      childRestartsLeft: childrenBudget?.left,
      restartLimits: budget && limitsOf(budget),
      childRestartLimits: childrenBudget && limitsOf(childrenBudget),
      meter: this.meter,
    };
  }

  /** @internal The restarts that are left to it, where its supervisor counts those of each child by itself. */
  get budget(): RestartsLeft | undefined {
    return this.extras?.budget?.remaining(this.clock.now());
  }

  /** @internal The restarts that are left to its children, where it counts them together. */
  get childrenBudget(): RestartsLeft | undefined {
    return this.extras?.childrenBudget?.remaining(this.clock.now()) ?? this.actor?.[restartsLeft]?.();
  }

  /** @internal How many messages its mailbox may hold, and how many it should; and whether they wait on a shelf instead. */
  get mailboxLimits(): { capacity: number; highWaterMark: number; isShelf: boolean } {
    return {
      isShelf: this.extras?.shelf !== undefined,
      capacity: (this.extras?.shelf ?? this.mailbox)?.limit ?? Number.POSITIVE_INFINITY,
      highWaterMark: this.extras?.highWaterMark ?? defaultHighWaterMark,
    };
  }

  /** @internal The messages that wait in the mailbox, and on the shelf. */
  get load(): number {
    return (this.mailbox?.size ?? 0) + (this.extras?.shelf?.size ?? 0);
  }

  /** @internal For how many ms it has been there, restarts included. */
  get uptime(): number {
    return Math.floor(this.clock.now()) - this.#spawnedAt;
  }

  /** @internal Who lives below, at those names, where `children` does not say it: elsewhere. */
  refBelow(_names: readonly string[]): Ref | undefined {
    return undefined;
  }

  /** @internal The messages that its present instance has taken. Counted only in a cell that has extras: see `more`. */
  get taken(): number {
    return this.extras?.taken ?? 0;
  }

  /** @internal How often it has been restarted. */
  get restarts(): number {
    return this.extras?.restarts ?? 0;
  }
}

/** The behaviour while there is no instance. */
export function notStarted(): never {
  throw new TroupeError('BUG', 'a message was handled before the actor had started: please report this');
}

const limitsOf = ({ max, within }: RestartsLeft) => ({ max, within });
