/**
 * The part of a cell that handles messages: where they wait, whose turn it is, and what becomes of each. `MailCell` is the
 * lowest rung of the cell; the others are `FailingCell`, `EndingCell`, `Cell` and, for the actor's own eyes, `ActorCell`.
 */
import { asError, TroupeError } from '../base/errors.ts';
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
import type { Operation } from './operation.ts';
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

export abstract class MailCell extends Inlet<Ref> {
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
    this.realm.counts.told++;
    const pushed = (this.mailbox ?? this.openMailbox()).push(message, sender);
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
      const { message, sender } = mailbox.victim;
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
    let left = messages;
    do {
      if (this.life !== 'running' || this.signals !== undefined) this.attend();
      if (this.life !== 'running') break;
      left = this.#handle(left);
    } while (this.signals !== undefined || (left > 0 && this.life === 'running' && this.hasMail));
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
    const { counts } = this.realm;
    if (this.isProcess) return this.#handleAsProcess(left);
    try {
      do {
        left--;
        const message = mailbox.take();
        this.message = message;
        this.sender = mailbox.sender;
        this.countsAsHandled = true;
        counts.handled++;
        const result =
          message instanceof CellMessage
            ? this.#handleForCell(message)
            : this.behaviour.call(this.actor, message as never);
        if (typeof result === 'object' && result !== null) this.awaitReceive(result);
      } while (left > 0 && mailbox.size > 0 && this.life === 'running' && this.signals === undefined);
    } catch (error) {
      this.failed(error, this.message);
    }
    const { extras } = this;
    if (extras !== undefined) {
      extras.taken += messages - left;
      if (extras.receiveTimeout !== undefined) extras.receiveTimeout.since = this.clock.now();
    }
    return left;
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
    try {
      this.message = shared.take();
      this.sender = shared.sender;
      this.countsAsHandled = true;
      this.realm.counts.handled++;
      const { message } = this;
      const result =
        message instanceof CellMessage
          ? this.#handleForCell(message)
          : this.behaviour.call(this.actor, message as never);
      if (typeof result === 'object' && result !== null) this.awaitReceive(result);
    } catch (error) {
      this.failed(error, this.message);
    }
    const { extras } = this;
    if (extras !== undefined) {
      extras.taken++;
      if (extras.receiveTimeout !== undefined) extras.receiveTimeout.since = this.clock.now();
    }
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
