/**
 * The cell runs one actor: it gives messages to `receive`, obeys system messages as the table in `life.ts` says, and
 * carries the actor through start, failure, restart and stop. What can be told apart from that has a file of its own;
 * what is left here is the order in which things happen.
 */
import {
  asError,
  BadSupervision,
  CreateFailed,
  show,
  TimeoutError,
  TroupeError,
  Unhandled,
  UnhandledTermination,
} from '../base/errors.ts';
import type { Cancel, Clock } from '../base/world.ts';
import type { Limits } from '../restart/intensity.ts';
import { type Actor, bind, type Host, type Receive } from './actor.ts';
import { enter } from './ambient.ts';
import { Ask } from './ask.ts';
import type { Children } from './children.ts';
import {
  ActorError,
  ActorRestarted,
  ActorStarted,
  ErrorIgnored,
  HighWaterMarkReached,
  MailboxOverflow,
  SupervisionWarning,
  UnhandledMessage,
} from './events.ts';
import { Extras } from './extras.ts';
import type { Home } from './home.ts';
import { Inlet } from './inlet.ts';
import { type Life, table } from './life.ts';
import {
  borrowRing,
  defaultHighWaterMark,
  type Mailbox,
  Pushed,
  RingMailbox,
  returnRing,
} from './mailbox.ts';
import {
  type Failure,
  Notice,
  PoisonPill,
  ReceiveTimeout,
  type Signal,
  Terminated,
  type TerminationReason,
} from './message.ts';
import type { Operation } from './operation.ts';
import type { Props, SpawnOptions } from './props.ts';
import { ActorStopped, Ref } from './ref.ts';
import {
  asDecision,
  Budget,
  concerned,
  type Decision,
  defaultDecision,
  type Strategy,
} from './supervision.ts';
import { Tick } from './timers.ts';
import { type Step, Work } from './work.ts';

/** The main activity of an actor that has one beside, or instead of, `receive`: what a `Process` runs on. */
export const main: unique symbol = Symbol('main');

/** @internal An actor as the cell sees it. */
export type Instance = Actor<unknown, unknown> & { [main]?(): unknown };

/** What the cell is on its way to, and how far it has got. */
type Ending =
  | {
      readonly to: 'restart';
      readonly failure: Failure;
      readonly delay: number;
      step: 'hook' | 'children' | 'wait';
    }
  | { readonly to: 'stop'; readonly reason: TerminationReason; step: 'children' | 'hook' | 'end' };

export abstract class Cell extends Inlet<Ref> {
  readonly realm: Home;
  readonly ref: Ref;
  readonly parent: Cell | undefined;
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
  protected ending: Ending | undefined = undefined;
  children: Children<Cell> | undefined = undefined;
  protected watchers: Set<Ref> | undefined = undefined;
  protected extras: Extras | undefined = undefined;

  constructor(
    realm: Home,
    parent: Cell | undefined,
    props: Props,
    options: SpawnOptions | undefined,
    name: string,
  ) {
    super();
    this.realm = realm;
    this.parent = parent;
    this.props = props;
    this.options = options;
    this.ref = new Ref(this, parent?.ref, name);
    realm.counts.actors++;
    realm.dispatcher.ready(this);
  }

  /** @internal The cell itself, as what its actor stands on. */
  protected abstract get host(): Host;

  // ---- messages -----------------------------------------------------------------------------------------------------

  enqueue(message: unknown, sender: Ref | undefined): void {
    this.realm.counts.told++;
    const pushed = (this.mailbox ?? this.openMailbox()).push(message, sender);
    if (pushed !== Pushed.kept) this.#pushedAndMore(pushed);
    if (!this.isReady && this.life === 'running') this.becomeReady();
  }

  /** Puts a notice of the runtime in its turn among the messages. */
  protected notice(notice: Notice, sender?: Ref): void {
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

  #pushedAndMore(pushed: Pushed): void {
    const { mailbox, realm, ref } = this as this & { mailbox: Mailbox };
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
      if (this.life === 'starting' && this.actor === undefined && this.work === undefined)
        this.#start(undefined);
      if (this.signals !== undefined) this.#obeyAll();
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
    if (this.work?.step !== 'receive' && this.mainWork === undefined) this.#forgetMessage();
    if (this.mailbox?.size === 0) this.#closeMailbox();
  }

  #forgetMessage(): void {
    this.message = undefined;
    this.sender = undefined;
    this.countsAsHandled = false;
  }

  /** Whether there is a message that it could handle now. */
  protected get hasMail(): boolean {
    if (this.mailbox === undefined || this.mailbox.size === 0) return false;
    if (!this.isProcess) return true;
    const { extras } = this;
    return extras?.onMail !== undefined && this.mailbox.size > extras.looked;
  }

  #handle(messages: number): number {
    let left = messages;
    const { mailbox } = this;
    if (mailbox === undefined || mailbox.size === 0) return left;
    const { counts } = this.realm;
    if (this.isProcess) {
      const before = counts.handled;
      this.#callProcess();
      return left - Math.max(1, counts.handled - before);
    }
    try {
      do {
        left--;
        const message = mailbox.take();
        this.message = message;
        this.sender = mailbox.sender;
        this.countsAsHandled = true;
        counts.handled++;
        const result =
          message instanceof Notice
            ? this.#handleNotice(message)
            : this.behaviour.call(this.actor, message as never);
        if (typeof result === 'object' && result !== null) this.#awaitReceive(result);
      } while (left > 0 && mailbox.size > 0 && this.life === 'running' && this.signals === undefined);
    } catch (error) {
      this.failed(error, this.message);
    }
    if (this.extras?.receiveTimeout !== undefined) this.extras.receiveTimeout.since = this.clock.now();
    return left;
  }

  #handleNotice(notice: Notice): unknown {
    const message = this.readNotice(notice);
    this.consumeNotice(notice);
    if (message === gone) {
      this.countsAsHandled = false;
      this.realm.counts.handled--;
      return undefined;
    }
    this.message = message;
    return this.behaviour.call(this.actor, message as never);
  }

  /** The message that a notice brings to the actor; `gone` when it means nothing any more. */
  protected readNotice(notice: Notice): unknown {
    const { watching, receiveTimeout } = this.extras ?? {};
    if (notice instanceof Terminated) return watching?.has(notice.ref as Ref) ? notice : gone;
    if (notice instanceof Tick) return notice.timer.isActive ? notice.message : gone;
    if (notice instanceof ReceiveTimeout) return receiveTimeout === undefined ? gone : notice;
    return notice === PoisonPill ? gone : notice;
  }

  /** What follows from a notice that has left the mailbox, besides its message. */
  protected consumeNotice(notice: Notice): void {
    if (this.readNotice(notice) === gone) this.realm.counts.withdrawn++;
    if (notice === PoisonPill) this.ref.stop();
    else if (notice instanceof Terminated) this.extras?.watching?.remove(notice.ref as Ref);
    else if (notice instanceof Tick) this.extras?.timers?.taken(notice);
  }

  #awaitReceive(result: object): void {
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

  #closeMailbox(): void {
    const { mailbox } = this;
    if (!(mailbox instanceof RingMailbox) || this.options?.mailbox !== undefined) return;
    this.mailbox = undefined;
    if (this.extras?.highWaterMark === undefined) returnRing(mailbox);
  }

  // ---- system messages ----------------------------------------------------------------------------------------------

  signal(signal: Signal<Ref>): void {
    switch (table[this.life][signal.type]) {
      // These touch no state that a running `receive` could see, so they need not wait for its end.
      case 'addWatcher':
        return this.#addWatcher((signal as Signal<Ref> & { type: 'watch' }).watcher);
      case 'removeWatcher':
        this.watchers?.delete((signal as Signal<Ref> & { type: 'unwatch' }).watcher);
        return;
      case 'notify':
        return this.#notify(signal as Signal<Ref> & { type: 'terminated' });
      case 'abandon':
        return this.#abandon((signal as Signal<Ref> & { type: 'abandoned' }).asker);
      default:
        if (this.signals === undefined) this.signals = [signal];
        else this.signals.push(signal);
        if (!this.isReady && this.life !== 'stopped') this.becomeReady();
    }
  }

  #obeyAll(): void {
    while (this.signals !== undefined) {
      const signals = this.signals;
      this.signals = undefined;
      for (const signal of signals) this.#obey(signal);
    }
  }

  #obey(signal: Signal<Ref>): void {
    switch (table[this.life][signal.type]) {
      case 'hold':
        return this.#hold();
      case 'release':
        return this.#release();
      case 'resume':
        return this.#resume();
      case 'restart':
        return this.#beginRestart(signal as Signal<Ref> & { type: 'restart' });
      case 'stop':
        return this.#beginStop(signal.type === 'giveUpChild' ? 'failed' : 'stopped');
      case 'stopInstead':
        return this.#stopInstead(signal.type === 'giveUpChild' ? 'failed' : 'stopped');
      case 'kill':
        return this.#kill();
      case 'supervise':
        return this.#supervise(signal as Signal<Ref> & { type: 'childFailed' });
      case 'ignoreFailure':
        return this.#ignoreFailure(signal as Signal<Ref> & { type: 'childFailed' });
      case 'bury':
        return this.#proceed();
      default:
        return undefined;
    }
  }

  #addWatcher(watcher: Ref): void {
    if (this.life === 'stopped') {
      this.ref.inlet.signal({ type: 'watch', watcher }, this.ref);
      return;
    }
    if (this.watchers === undefined) this.watchers = new Set();
    this.watchers.add(watcher);
  }

  #notify({ ref, reason }: Signal<Ref> & { type: 'terminated' }): void {
    const { watching } = this.extras ?? {};
    if (watching?.has(ref)) this.notice(new Terminated(watching.get(ref), reason), ref);
  }

  #abandon(asker: Ref): void {
    if (asker.isLocal) {
      const { messageAbort } = this.extras ?? {};
      if (messageAbort?.asker === asker) messageAbort.controller.abort();
      return;
    }
    const extras = this.more();
    if (extras.messageAbort?.asker?.equals(asker)) extras.messageAbort.controller.abort();
    extras.abandonedBy ??= new Set();
    extras.abandonedBy.add(asker.address);
    if (extras.abandonedBy.size > mostAbandoned) {
      for (const oldest of extras.abandonedBy) {
        extras.abandonedBy.delete(oldest);
        break;
      }
    }
  }

  // ---- start --------------------------------------------------------------------------------------------------------

  #start(failure: Failure | undefined): void {
    const before = enter(this);
    try {
      const actor = this.props.create() as Instance;
      bind(actor, this.host);
      this.actor = actor;
      this.isProcess = actor[main] !== undefined;
      this.behaviour = this.ownReceive;
      if (actor.highWaterMark !== undefined) this.#setHighWaterMark(actor.highWaterMark);
      const result = failure === undefined ? actor.preStart() : actor.postRestart(failure.error);
      if (!this.#waitsFor('start', result)) this.#started();
    } catch (thrown) {
      this.#startFailed(thrown);
    } finally {
      enter(before);
    }
  }

  #setHighWaterMark(mark: number): void {
    if (!Number.isInteger(mark) || mark < 1)
      throw new TypeError(`highWaterMark must be a whole number from 1 up, not ${show(mark)}`);
    this.more().highWaterMark = mark;
    if (this.mailbox !== undefined) this.mailbox.highWaterMark = mark;
  }

  /** The behaviour that the class has. */
  protected get ownReceive(): Receive {
    return (this.actor?.receive as Receive | undefined) ?? (message => this.host.unhandled(message));
  }

  #waitsFor(step: Step, result: unknown): boolean {
    const work = Work.of(step, result, this);
    if (work === undefined) return false;
    this.work = work;
    work.begin();
    return true;
  }

  #started(): void {
    this.isStarted = true;
    const { ending, realm } = this;
    if (ending !== undefined && ending.step !== 'wait') return this.#proceed();
    this.ending = undefined;
    this.settle();
    if (ending === undefined) {
      if (this.parent !== undefined && realm.events.hears(ActorStarted))
        realm.events.publish(new ActorStarted(this.ref));
    } else if (ending.to === 'restart') {
      realm.counts.restarts++;
      realm.events.publish(new ActorRestarted(this.ref, ending.failure.error));
    }
    if (this.children !== undefined)
      for (const child of this.children) child.signal(this.isHeld ? hold : release);
    if (this.isProcess && !this.isHeld) this.#beginMain();
  }

  #startFailed(thrown: unknown): void {
    const cause = asError(thrown);
    const name = this.actor?.constructor.name ?? this.props.className;
    const created = new CreateFailed(`${this.ref.address} (${name}) failed to start: ${cause.message}`, {
      cause,
    });
    // The restart is over, if this was one: what follows is a failure like any other.
    if (this.ending?.to === 'restart' && this.ending.step === 'wait') {
      this.ending = undefined;
      this.life = 'starting';
    }
    this.failed(created, undefined);
  }

  #beginMain(): void {
    this.more().pending ??= new Set();
    try {
      const run = (this.actor as Instance)[main]?.();
      this.mainWork = Work.of('main', run, this);
      if (this.mainWork === undefined) this.workEnded(undefined, undefined, run, 'main');
      else this.mainWork.begin();
    } catch (thrown) {
      this.failed(thrown, undefined);
    }
  }

  /** What it is when nothing special goes on. */
  protected settle(): void {
    const isSuspended = this.failure !== undefined || this.isHeld;
    this.life = isSuspended ? 'suspended' : this.work !== undefined ? 'busy' : 'running';
    if (this.life === 'running' && !this.isReady && this.hasMail) this.becomeReady();
  }

  // ---- what took time has ended -------------------------------------------------------------------------------------

  workEnded(
    work: Work | undefined,
    error: { thrown: unknown } | undefined,
    value: unknown,
    step = work?.step,
  ): void {
    if (step === 'main') this.mainWork = undefined;
    else this.work = undefined;
    const isEnding =
      this.ending !== undefined && !(this.ending.to === 'restart' && this.ending.step === 'wait');
    const before = enter(this);
    if (step === 'start') {
      if (error === undefined) this.#started();
      else this.#startFailed(error.thrown);
    } else if (error !== undefined) {
      if (step === 'receive') this.failed(error.thrown, this.message);
      else if (step === 'main' && !isEnding) this.failed(error.thrown, undefined);
      else if (!(error.thrown instanceof ActorStopped && isEnding))
        this.ignoreError(error.thrown, nameOf(step));
    } else if (step === 'main' && !isEnding) {
      this.#mainEnded(value);
    } else if (!isEnding) {
      this.settle();
    }
    if (step === 'receive') {
      this.#forgetMessage();
      if (this.extras?.receiveTimeout !== undefined) this.extras.receiveTimeout.since = this.clock.now();
    }
    if (this.ending !== undefined) this.#proceed();
    enter(before);
  }

  /** What was left behind has failed after all. */
  lateError(work: Work, thrown: unknown): void {
    if (!(thrown instanceof ActorStopped)) this.ignoreError(thrown, nameOf(work.step));
  }

  #mainEnded(value: unknown): void {
    if (value !== undefined && value !== null) {
      this.warn(`run returned ${show(value)}, which nobody gets; tell it to somebody instead`);
    }
    this.#beginStop('stopped');
  }

  // ---- failure ------------------------------------------------------------------------------------------------------

  /** Suspends the actor and its children, and leaves the rest to the supervisor. */
  failed(thrown: unknown, message: unknown): void {
    // A stop that came before the error wins: then nobody needs to decide anything.
    if (this.signals !== undefined) this.#obeyAll();
    if (thrown instanceof Unhandled && message !== undefined && this.#isUnhandled(message)) return;
    const error =
      thrown instanceof Unhandled && message instanceof Terminated
        ? unhandledTermination(this.ref, message)
        : asError(thrown);
    if (this.ending !== undefined || this.failure !== undefined || this.life === 'stopped') {
      this.ignoreError(error, 'an actor that had already failed or was stopping');
      if (this.ending !== undefined) this.#proceed();
      return;
    }
    this.failure = { error, message };
    this.#suspend();
    this.realm.events.publish(new ActorError(this.ref, error, message));
    if (this.parent === undefined) this.realm.guardianFailed(this.failure);
    else this.parent.signal({ type: 'childFailed', child: this.ref, failure: this.failure });
  }

  /** `throw new Unhandled()` says the same as `this.unhandled(message)`. */
  #isUnhandled(message: unknown): boolean {
    if (message instanceof Terminated) return false;
    this.reportUnhandled(message);
    if (this.ending === undefined) this.settle();
    return true;
  }

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

  #suspend(): void {
    this.life = 'suspended';
    this.work?.pause();
    this.mainWork?.pause();
    this.#tellChildren(hold);
  }

  #hold(): void {
    this.isHeld = true;
    if (this.life === 'running' || this.life === 'busy') this.#suspend();
    else if (this.work?.step === 'start') this.work.pause();
  }

  #release(): void {
    this.isHeld = false;
    if (this.work?.step === 'start') this.work.unpause();
    if (this.life !== 'suspended') return;
    if (this.failure === undefined) this.#goOn();
    // Its supervisor had failed because of it, and was forgiven: so it is.
    else if (this.isHandedOver) this.#resume();
  }

  /** Whether its supervisor failed itself because of this actor's failure, so that both share one fate. */
  protected isHandedOver = false;

  #resume(): void {
    const { failure } = this;
    if (failure === undefined) return;
    if (!this.isStarted || (this.isProcess && this.mainWork === undefined)) {
      this.warn(
        'it has failed to start, or its run has ended with an error: it cannot be resumed, so it is restarted',
      );
      if (this.parent !== undefined) this.parent.#restart([this], this, failure, resumeByRestart);
      return;
    }
    this.failure = undefined;
    this.isHandedOver = false;
    if (!this.isHeld) this.#goOn();
  }

  #goOn(): void {
    this.settle();
    this.work?.unpause();
    this.mainWork?.unpause();
    this.#tellChildren(release);
    const { extras } = this;
    if (extras?.onResumed !== undefined) extras.onResumed();
    // It had started while an ancestor waited for a decision.
    if (this.isProcess && this.isStarted && this.mainWork === undefined) this.#beginMain();
  }

  #tellChildren(signal: Signal<Ref>): void {
    if (this.children !== undefined) for (const child of [...this.children]) child.signal(signal);
  }

  // ---- supervision of children --------------------------------------------------------------------------------------

  #supervise({ child: ref, failure }: Signal<Ref> & { type: 'childFailed' }): void {
    const child = ref.inlet;
    if (!(child instanceof Cell) || child.parent !== this || child.failure !== failure) {
      return this.#ignoreFailure({ child: ref, failure });
    }
    const decision = this.#decide(child, failure);
    if (decision === undefined) return;
    if (decision.directive === 'resume') child.signal(resume);
    else if (decision.directive === 'stop') this.#stopConcerned(child);
    else if (decision.directive === 'restart') this.#restartConcerned(child, failure, decision);
    else this.#escalate(child, failure.error);
  }

  #ignoreFailure({ child, failure }: { child: Ref; failure: Failure }): void {
    const cell = child.inlet;
    // A child that lives on over this actor's restart goes on with it: nobody else would decide about it any more.
    if (this.ending?.to === 'restart' && cell instanceof Cell && cell.parent === this)
      cell.isHandedOver = true;
    this.realm.events.publish(
      new ErrorIgnored(child, failure.error, 'an actor whose supervisor had moved on'),
    );
  }

  #decide(child: Cell, { error }: Failure): Decision | undefined {
    let said: unknown;
    try {
      said =
        this.isStarted || this.work?.step === 'start' ? this.actor?.supervise?.(error, child.ref) : undefined;
      if (said === undefined) said = this.strategy.decide(error, child.ref);
      if (said === undefined) said = defaultDecision(error);
    } catch (thrown) {
      this.#escalate(child, thrown);
      return undefined;
    }
    const decision = asDecision(said);
    if (decision !== undefined) return decision;
    if (said instanceof Promise) said.catch(late => this.ignoreError(late, 'supervise'));
    const text = `supervise and decide must give Resume, Restart, Stop, Escalate or undefined, not ${show(said)}`;
    this.#escalate(child, new BadSupervision(`${this.ref.address}: ${text}`, { cause: error }));
    return undefined;
  }

  protected get strategy(): Strategy {
    return this.options?.supervision ?? this.actor?.supervision ?? this.realm.strategy;
  }

  /** The supervisor can't decide, or has failed to: it fails itself, and the child shares its fate. */
  #escalate(child: Cell, thrown: unknown): void {
    child.isHandedOver = true;
    this.failed(thrown, undefined);
  }

  #stopConcerned(failed: Cell): void {
    const cells = concerned(this.strategy.scope, failed, this.children ?? []);
    for (const cell of cells.reverse()) cell.signal(cell === failed ? giveUp : stop);
  }

  #restartConcerned(failed: Cell, failure: Failure, decision: Decision): void {
    this.#restart(concerned(this.strategy.scope, failed, this.children ?? []), failed, failure, decision);
  }

  #restart(cells: readonly Cell[], failed: Cell, failure: Failure, decision: Decision): void {
    const { world } = this.realm;
    const limits = this.#limitsFor(failed, decision);
    const delay = this.#budgetFor(failed, limits).spend(limits, world.clock.now(), world.random);
    if (delay === undefined) {
      failed.warn(`it has used up its restarts, so its supervisor ${this.ref.address} fails`);
      return this.#escalate(failed, failure.error);
    }
    for (const cell of cells) cell.signal({ type: 'restart', failure, delay });
  }

  #limitsFor({ options }: Cell, { limits }: Decision): Limits {
    const { max, within } = this.strategy.limits;
    return limits ?? { max: options?.restart?.max ?? max, within: options?.restart?.within ?? within };
  }

  #budgetFor(child: Cell, limits: Limits): Budget {
    const { scope, backoff } = this.strategy;
    const make = () => new Budget(limits, child.options?.restart?.backoff ?? backoff);
    if (scope === 'oneForOne') {
      const extras = child.more();
      extras.budget ??= make();
      return extras.budget;
    }
    const extras = this.more();
    extras.childrenBudget ??= make();
    return extras.childrenBudget;
  }

  // ---- restart and stop ---------------------------------------------------------------------------------------------

  #beginRestart({ failure, delay }: { failure: Failure; delay: number }): void {
    this.failure = undefined;
    this.isHandedOver = false;
    this.life = 'restarting';
    this.ending = { to: 'restart', failure, delay, step: 'hook' };
    this.#beginEnd('restarted');
    this.#proceed();
  }

  #beginStop(reason: TerminationReason): void {
    this.failure = undefined;
    this.life = 'stopping';
    this.ending = { to: 'stop', reason, step: 'children' };
    this.#beginEnd(reason);
    this.#proceed();
  }

  /** The old instance has had its `preRestart`, or will have: no `postStop` on top of it. */
  #stopInstead(reason: TerminationReason): void {
    const isHookDone = this.ending?.step !== 'hook';
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (isHookDone && this.work?.step !== 'start') this.isStarted = false;
    this.#beginStop(reason);
  }

  /** Tells all that takes time that it should come to its end. */
  #beginEnd(reason: string): void {
    const { extras } = this;
    extras?.abort?.abort(new ActorStopped(this.ref, reason));
    if (extras !== undefined) extras.abort = undefined;
    this.work?.unpause();
    this.#endMain(reason);
  }

  #endMain(reason: string): void {
    const { mainWork } = this;
    if (mainWork === undefined) return;
    this.#limit('the cleanup of run', () => {
      if (!this.mainWork?.letGo()) return;
      this.mainWork = undefined;
      this.#cancelAll(this.extras?.pending, reason);
    });
    // Not those that a `finally` block begins.
    const pending = [...(this.extras?.pending ?? [])];
    mainWork.cancel();
    this.#cancelAll(pending, reason);
  }

  #cancelAll(operations: Iterable<Operation<unknown>> | undefined, reason: string): void {
    for (const operation of [...(operations ?? [])]) {
      operation.cancel(
        new ActorStopped(this.ref, reason, `${this.ref.address} was ${reason} while it waited`),
      );
    }
  }

  #cancelTimer: Cancel | undefined = undefined;

  /** What takes longer than the shutdown timeout from now on is left behind. */
  #limit(what: string, letGo: () => void): void {
    const { shutdownTimeout } = this.realm;
    this.#cancelTimer?.();
    this.#cancelTimer = this.clock.after(shutdownTimeout, () => {
      this.ignoreError(
        new TimeoutError(
          `${what} of ${this.ref.address} took longer than ${shutdownTimeout} ms and was left behind`,
        ),
        what,
      );
      letGo();
      this.#proceed();
    });
  }

  /** Goes on with a restart or a stop, as far as it can without waiting. Called again whenever something has ended. */
  #proceed(): void {
    const { ending } = this;
    if (ending === undefined || this.work !== undefined || this.mainWork !== undefined) return;
    if (ending.to === 'restart' && ending.step === 'wait') return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (ending.to === 'restart') this.#proceedToRestart(ending);
    else this.#proceedToStop(ending);
  }

  #proceedToRestart(ending: Ending & { to: 'restart' }): void {
    if (ending.step === 'hook') {
      ending.step = 'children';
      if (this.isStarted) {
        const { failure } = ending;
        if (this.#hookTakesTime('preRestart', actor => actor.preRestart(failure.error, failure.message)))
          return;
      } else if (this.#endChildren(stop)) return;
    }
    if (ending.step !== 'children') return;
    if (!this.isStarted && this.#endChildren(stop)) return;
    ending.step = 'wait';
    this.#leaveInstance();
    if (ending.delay === 0) this.#start(ending.failure);
    else this.#cancelTimer = this.clock.after(ending.delay, () => this.#start(ending.failure));
  }

  #proceedToStop(ending: Ending & { to: 'stop' }): void {
    if (ending.step === 'children') {
      if (this.#endChildren(ending.reason === 'killed' ? kill : stop)) return;
      ending.step = 'hook';
      if (this.isStarted && this.#hookTakesTime('postStop', actor => actor.postStop())) return;
    }
    if (ending.step === 'end') return;
    // A hook that spawned children leaves them to be ended too.
    if (this.#endChildren(kill)) return;
    ending.step = 'end';
    this.#finish(ending.reason);
  }

  /** Tells the children to end; whether there are any to wait for. */
  #endChildren(signal: Signal<Ref>): boolean {
    if (this.children === undefined || this.children.size === 0) return false;
    for (const child of [...this.children].reverse()) child.signal(signal);
    return true;
  }

  /** Calls a hook of the instance that ends; an error in it changes nothing. */
  #hookTakesTime(step: 'preRestart' | 'postStop', call: (actor: Instance) => unknown): boolean {
    const before = enter(this);
    try {
      const result = call(this.actor as Instance);
      const work = Work.of(step, result, this);
      if (work === undefined) return false;
      this.work = work;
      if (step === 'postStop') this.#limit(step, () => this.work?.letGo() && this.#dropWork());
      work.begin();
      return true;
    } catch (error) {
      this.ignoreError(error, step);
      return false;
    } finally {
      enter(before);
    }
  }

  #dropWork(): void {
    this.work = undefined;
  }

  #kill(): void {
    this.work?.letGo();
    this.work?.cancel();
    this.mainWork?.letGo();
    this.mainWork?.cancel();
    this.#cancelAll(this.extras?.pending, 'killed');
    this.work = undefined;
    this.mainWork = undefined;
    const isHookDone =
      this.ending?.to === 'stop' ? this.ending.step !== 'children' : this.ending !== undefined;
    if (isHookDone) this.isStarted = false;
    this.#cancelTimer?.();
    this.#beginStop('killed');
  }

  /** All that belonged to the old instance and not to the actor. */
  #leaveInstance(): void {
    const { extras } = this;
    this.actor = undefined;
    this.isStarted = false;
    this.behaviour = notStarted;
    if (extras === undefined) return;
    extras.timers?.cancelAll();
    extras.receiveTimeout?.cancel();
    extras.receiveTimeout = undefined;
    extras.behavioursBelow = [];
    extras.onMail = undefined;
    extras.looked = 0;
    extras.messageAbort = undefined;
    for (const ref of extras.watching?.takeAll() ?? [])
      ref.inlet.signal({ type: 'unwatch', watcher: this.ref }, ref);
    this.unstash();
  }

  /** Puts the stash in front of the mailbox. */
  protected unstash(): void {
    const { extras } = this;
    if (extras === undefined || extras.stash.length === 0) return;
    const mailbox = this.mailbox ?? this.openMailbox();
    for (const { message, sender } of extras.stash.reverse()) mailbox.unshift(message, sender);
    extras.stash = [];
    extras.looked = 0;
  }

  /** The order is a contract: dead letters, then the parent, which frees the name, then the watchers. */
  #finish(reason: TerminationReason): void {
    const { ref, realm, parent, watchers } = this;
    this.#leaveInstance();
    this.life = 'stopped';
    ref.inlet = realm.office(reason);
    this.#drain();
    realm.counts.actors--;
    parent?.children?.remove(this);
    if (parent?.ending !== undefined) parent.signal({ type: 'childStopped', child: ref });
    if (watchers !== undefined) {
      for (const watcher of watchers) watcher.inlet.signal({ type: 'terminated', ref, reason }, watcher);
    }
    this.watchers = undefined;
    this.signals = undefined;
    this.extras = undefined;
    if (parent !== undefined && realm.events.hears(ActorStopped))
      realm.events.publish(new ActorStopped(ref, reason));
    if (parent === undefined) realm.guardianStopped();
  }

  #drain(): void {
    const { mailbox } = this;
    if (mailbox === undefined) return;
    while (mailbox.size > 0) {
      const message = mailbox.take();
      if (message instanceof Notice) this.realm.counts.withdrawn++;
      else this.realm.deadLetter(message, mailbox.sender, this.ref, 'stopped');
    }
    this.#closeMailbox();
    this.mailbox = undefined;
  }

  // ---- the rest -----------------------------------------------------------------------------------------------------

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
    return { queued: this.mailbox?.size ?? 0, stashed: this.extras?.stash.length ?? 0 };
  }
}

/** The answer to what a notice says when it says nothing any more. */
export const gone: unique symbol = Symbol('gone');

/** A resume that had to be a restart spends one as any other does. */
const resumeByRestart = defaultDecision(new Error('resumed'));

const hold: Signal<Ref> = { type: 'hold' };
const release: Signal<Ref> = { type: 'release' };
const resume: Signal<Ref> = { type: 'resume' };
const stop: Signal<Ref> = { type: 'stop' };
const giveUp: Signal<Ref> = { type: 'giveUpChild' };
const kill: Signal<Ref> = { type: 'kill' };

/** How many askers that gave up are remembered, in case their message is still to come. */
const mostAbandoned = 1000;

function notStarted(): never {
  throw new TroupeError('BUG', 'a message was handled before the actor had started: please report this');
}

const nameOf = (step: Step | undefined) => (step === 'main' ? 'the cleanup of run' : (step ?? 'a hook'));

export const unhandledTermination = (watcher: Ref, { ref, reason }: Terminated) =>
  new UnhandledTermination(
    `${watcher.address} watches ${String(ref)}, which ended (${reason}), and did not handle its Terminated message`,
  );
