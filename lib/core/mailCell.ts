/**
 * The part of a cell that handles messages: where they wait, whose turn it is, and what becomes of each. `MailCell` is the
 * lowest rung of the cell; the others are `FailingCell`, `EndingCell`, `Cell` and, for the actor's own eyes, `ActorCell`.
 */
import { asError, TroupeError, Unhandled } from '../base/errors.ts';
import type { Cancel, Clock } from '../base/world.ts';
import type { Actor, Host, Receive } from './actor.ts';
import { enter } from './ambient.ts';
import { Ask } from './ask.ts';
import type { Children } from './children.ts';
import {
  ErrorIgnored,
  HighWaterMarkReached,
  MailboxOverflow,
  SupervisionWarning,
  UnhandledMessage,
} from './events.ts';
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
import {
  CellMessage,
  carryOut,
  Errand,
  Exit,
  type Failure,
  type Notice,
  PoisonPill,
  ReceiveTimeout,
  type Signal,
  Terminated,
  type TerminationReason,
} from './message.ts';
import type { ActorMeter, Delivery, Measured, Monitor, Outcome } from './monitor.ts';
import type { Operation } from './operation.ts';
import { type From, Postmark, senderOf } from './postmark.ts';
import type { Props, SpawnOptions } from './props.ts';
import { Ref } from './ref.ts';
import { Tick } from './timers.ts';
import { Work } from './work.ts';

/** The main activity of an actor that has one beside, or instead of, `receive`: what a `Process` runs on. */
export const main: unique symbol = Symbol('main');

/** Which child is to be stopped next, for an actor that does not stop all of them at once; undefined when none is left. */
export const nextToStop: unique symbol = Symbol('nextToStop');

/** @internal An actor as the cell sees it. */
export type Instance = Actor<unknown, unknown> & { [main]?(): unknown; [nextToStop]?(): Ref | undefined };

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

/** A message that waits, or is being handled. */
export interface PeekedMessage {
  readonly message: unknown;
  readonly sender: Ref | undefined;
}

/** One actor, seen closely: what `inspect` gives. */
export interface ActorDetail {
  readonly ref: Ref;
  readonly parent: Ref | undefined;
  readonly className: string;
  readonly state: Life;
  readonly restarts: number;
  readonly queued: number;
  readonly stashed: number;
  /** For how many ms it has been there, restarts included. */
  readonly uptime: number;
  /** How many children it has. */
  readonly children: number;
  /** Who hears of its end; those who ask it or wait for its end from outside are among them. */
  readonly watchers: readonly Ref[];
  /** Whose ends it hears of. */
  readonly watching: readonly Ref[];
  /** Whom it shares its fate with. */
  readonly links: readonly Ref[];
  /** Whether it runs in another thread, process or node. */
  readonly isElsewhere: boolean;
  /** What it is handling now. */
  readonly current: PeekedMessage | undefined;
  /** The first messages that wait, in their turn. */
  readonly mailbox: readonly PeekedMessage[];
  /** The restarts that it has left before its supervisor fails; undefined until it has been restarted. */
  readonly restartsLeft: number | undefined;
  /** The same for its children, where it counts them together. */
  readonly childRestartsLeft: number | undefined;
  /** What is measured of it, once the node measures. */
  readonly meter: ActorMeter | undefined;
}

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

  /** Starts, if it has not, and obeys the system messages that have come. */
  protected abstract attend(): void;
  abstract override signal(signal: Signal<Ref>): void;
  abstract workEnded(work: Work, error: { thrown: unknown } | undefined, value: unknown): void;
  abstract lateError(work: Work, thrown: unknown): void;
  /** Suspends the actor and leaves the rest to its supervisor. */
  abstract failed(thrown: unknown, message: unknown): void;
  /** @internal The cell itself, as what its actor stands on. */
  protected abstract get host(): Host;

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

  /** A turn, given by the dispatcher: system messages, then at most `messages` messages. */
  turn(messages: number): number {
    enter(this);
    const { monitor } = this.realm;
    monitor?.turnBegins(this);
    let left = messages;
    do {
      if (this.life !== 'running' || this.signals !== undefined) this.attend();
      if (this.life !== 'running') break;
      left = this.#handle(left);
    } while (this.signals !== undefined || (left > 0 && this.life === 'running' && this.hasMail));
    monitor?.turnEnds(this.meter as ActorMeter, messages - left);
    this.isReady = false;
    if (this.signals !== undefined || (this.life === 'running' && this.hasMail)) this.becomeReady();
    else if (!this.restsLater) {
      this.restsLater = true;
      this.realm.dispatcher.restLater(this);
    }
    return messages - left;
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

  #handle(messages: number): number {
    let left = messages;
    const { mailbox } = this;
    if (mailbox === undefined || mailbox.size === 0)
      return this.extras === undefined ? left : this.#handleShared(left);
    if (this.isProcess) return this.#handleAsProcess(left);
    const { counts, monitor } = this.realm;
    if (monitor !== undefined) return this.#handleMonitored(mailbox, left, monitor);
    try {
      do {
        left--;
        const message = mailbox.take();
        this.message = message;
        this.sender = mailbox.sender as Ref | undefined; // postmarks are set by a monitor only
        this.countsAsHandled = true;
        counts.handled++;
        const result =
          message instanceof CellMessage
            ? this.#handleForCell(message)
            : this.behaviour.call(this.actor, message as never);
        if (typeof result === 'object' && result !== null) this.awaitReceive(result);
      } while (left > 0 && mailbox.size > 0 && this.life === 'running' && this.signals === undefined);
    } catch (error) {
      this.receiveFailed(error);
    }
    this.#took(messages - left);
    return left;
  }

  #took(messages: number): void {
    const { extras } = this;
    if (extras === undefined) return;
    extras.taken += messages;
    if (extras.receiveTimeout !== undefined) extras.receiveTimeout.since = this.clock.now();
  }

  /** As `#handle`, where somebody looks: at every message of some actors, at some messages of all. */
  #handleMonitored(mailbox: Mailbox, messages: number, monitor: Monitor): number {
    let left = messages;
    const { counts } = this.realm;
    const { observers } = this.meter as ActorMeter;
    try {
      do {
        left--;
        const message = mailbox.take();
        const from = mailbox.sender;
        this.message = message;
        this.countsAsHandled = true;
        counts.handled++;
        if (observers.length > 0 || (from !== undefined && from instanceof Postmark))
          this.#deliver(message, from, monitor);
        else {
          this.sender = from;
          const result =
            message instanceof CellMessage
              ? this.#handleForCell(message)
              : this.behaviour.call(this.actor, message as never);
          if (typeof result === 'object' && result !== null) this.awaitReceive(result);
        }
      } while (left > 0 && mailbox.size > 0 && this.life === 'running' && this.signals === undefined);
    } catch (error) {
      this.receiveFailed(error);
    }
    this.#took(messages - left);
    return left;
  }

  /** One message at which somebody looks, from its begin to its end. */
  #deliver(message: unknown, from: From, monitor: Monitor): void {
    const delivery = this.beginDelivery(message, from, monitor);
    const { observers } = this.meter as ActorMeter;
    const result =
      observers.length === 0
        ? this.#receive(message)
        : monitor.run(observers, delivery, () => this.#receive(message));
    if (typeof result === 'object' && result !== null) this.awaitReceive(result);
    if (this.work?.step !== 'receive') this.endDelivery();
  }

  #receive(message: unknown): unknown {
    return message instanceof CellMessage
      ? this.#handleForCell(message)
      : this.behaviour.call(this.actor, message as never);
  }

  protected beginDelivery(message: unknown, from: From, monitor: Monitor): Delivery {
    this.sender = senderOf(from);
    const meter = this.meter as ActorMeter;
    const delivery = monitor.begin(this, message, from);
    meter.delivery = delivery;
    return delivery;
  }

  /** The message that is looked at, if one is, has come to its end. */
  protected endDelivery(outcome?: Outcome, error?: Error): void {
    const { meter } = this;
    if (meter === undefined) return;
    meter.busySince = Number.NaN;
    const { delivery } = meter;
    if (delivery === undefined) return;
    meter.delivery = undefined;
    this.realm.monitor?.end(meter, delivery, outcome ?? delivery.outcome ?? 'handled', error);
  }

  /** What has become of the message that is being handled, if it is looked at. */
  protected noteOutcome(outcome: Outcome): void {
    const delivery = this.meter?.delivery;
    if (delivery !== undefined) delivery.outcome = outcome;
  }

  protected receiveFailed(thrown: unknown): void {
    if (thrown instanceof Unhandled) this.endDelivery('unhandled');
    else this.endDelivery('failed', asError(thrown));
    this.failed(thrown, this.message);
  }

  #handleForCell(message: CellMessage): unknown {
    return message instanceof Errand ? this.runErrand(message) : this.#handleNotice(message as Notice);
  }

  protected runErrand(errand: Errand): unknown {
    return errand[carryOut](this.actor as Instance, this.host);
  }

  /** One message from the shelf: after each, it looks whether there are any of its own. */
  #handleShared(left: number): number {
    const shared = this.extras?.shared;
    if (shared === undefined || shared.size === 0) return left;
    if (this.isProcess) return this.#handleAsProcess(left);
    const { counts, monitor } = this.realm;
    try {
      this.message = shared.take();
      this.countsAsHandled = true;
      counts.handled++;
      const { message } = this;
      if (monitor !== undefined) this.#deliver(message, shared.sender, monitor);
      else {
        this.sender = shared.sender as Ref | undefined;
        const result =
          message instanceof CellMessage
            ? this.#handleForCell(message)
            : this.behaviour.call(this.actor, message as never);
        if (typeof result === 'object' && result !== null) this.awaitReceive(result);
      }
    } catch (error) {
      this.receiveFailed(error);
    }
    this.#took(1);
    return left - 1;
  }

  #handleAsProcess(left: number): number {
    const { counts } = this.realm;
    const before = counts.handled;
    this.#callProcess();
    return left - Math.max(1, counts.handled - before);
  }

  #handleNotice(notice: Notice): unknown {
    const message = this.readNotice(notice);
    this.consumeNotice(notice);
    if (message === gone) {
      this.countsAsHandled = false;
      this.realm.counts.handled--;
      if (this.extras !== undefined) this.extras.taken--;
      return undefined;
    }
    this.message = message;
    return this.behaviour.call(this.actor, message as never);
  }

  /** The message that a notice brings to the actor; `gone` when it means nothing any more. */
  protected readNotice(notice: Notice): unknown {
    const { watching, links, receiveTimeout } = this.extras ?? {};
    if (notice instanceof Terminated) return watching?.has(notice.ref as Ref) ? notice : gone;
    if (notice instanceof Exit) return links?.expects(notice) ? notice : gone;
    if (notice instanceof Tick) return notice.timer.isActive ? notice.message : gone;
    if (notice instanceof ReceiveTimeout) return receiveTimeout === undefined ? gone : notice;
    return notice === PoisonPill ? gone : notice;
  }

  /** What follows from a notice that has left the mailbox, besides its message. */
  protected consumeNotice(notice: Notice): void {
    if (this.readNotice(notice) === gone) this.realm.counts.withdrawn++;
    if (notice === PoisonPill) this.ref.stop();
    else if (notice instanceof Terminated) this.extras?.watching?.remove(notice.ref as Ref);
    else if (notice instanceof Exit) this.extras?.links?.taken(notice);
    else if (notice instanceof Tick) this.extras?.timers?.taken(notice);
  }

  protected awaitReceive(result: object): void {
    const work = Work.of('receive', result, this);
    if (work === undefined) return;
    this.life = 'busy';
    this.work = work;
    if (this.meter !== undefined) this.meter.busySince = this.clock.now();
    work.begin();
  }

  #callProcess(): void {
    const onMail = this.extras?.onMail;
    if (onMail === undefined) return;
    try {
      onMail();
    } catch (error) {
      this.failed(error, undefined);
    }
  }

  protected closeMailbox(): void {
    const { mailbox } = this;
    if (!(mailbox instanceof RingMailbox) || this.options?.mailbox !== undefined) return;
    this.mailbox = undefined;
    if (this.extras?.highWaterMark === undefined) returnRing(mailbox);
  }

  // ---- what is told to the world ----

  protected reportUnhandled(message: unknown): void {
    if (message === this.message && this.countsAsHandled) {
      this.countsAsHandled = false;
      this.realm.counts.handled--;
      this.realm.counts.unhandled++;
      this.noteOutcome('unhandled');
    }
    this.realm.events.publish(new UnhandledMessage(this.ref, message, this.sender));
  }

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

  /** @internal */
  detail(peek: number): ActorDetail {
    const { mailbox, extras } = this;
    const now = this.clock.now();
    const waiting: PeekedMessage[] = [];
    for (let i = 0; mailbox !== undefined && i < Math.min(peek, mailbox.size); i++)
      waiting.push({ message: mailbox.at(i), sender: senderOf(mailbox.fromAt(i)) });
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
      current: this.isBusy ? { message: this.message, sender: this.sender } : undefined,
      mailbox: waiting,
      restartsLeft: extras?.budget?.left(now),
      childRestartsLeft: extras?.childrenBudget?.left(now),
      meter: this.meter,
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

/** The answer to what a notice says when it says nothing any more. */
export const gone: unique symbol = Symbol('gone');

/** The behaviour while there is no instance. */
export function notStarted(): never {
  throw new TroupeError('BUG', 'a message was handled before the actor had started: please report this');
}
