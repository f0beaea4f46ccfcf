/**
 * The part of a cell that deals with failure: its own, which suspends it until its supervisor has decided, and those of its
 * children, about which it decides.
 */
import { asError, BadSupervision, show, Unhandled } from '../base/errors.ts';
import type { Limits } from '../restart/intensity.ts';
import { ActorError, ErrorIgnored } from './events.ts';
import { HandlingCell } from './handlingCell.ts';
import type { MailCell } from './mailCell.ts';
import { type Failure, PrivateNotice, type Signal } from './message.ts';
import type { Ref } from './ref.ts';
import {
  asDecision,
  Budget,
  concerned,
  type Decision,
  defaultDecision,
  Later,
  type Strategy,
} from './supervision.ts';

export abstract class FailingCell extends HandlingCell {
  /** Obeys the system messages that have come. */
  protected abstract obeyAll(): void;
  protected abstract beginMain(): void;
  protected abstract beginRestart(restart: { failure: Failure; delay: number }): void;
  protected abstract proceed(): void;

  /** Suspends the actor and its children, and leaves the rest to the supervisor. */
  failed(thrown: unknown, handled: unknown): void {
    const message = handled instanceof PrivateNotice ? undefined : handled;
    // A stop that came before the error wins: then nobody needs to decide anything.
    if (this.signals !== undefined) this.obeyAll();
    if (thrown instanceof Unhandled && message !== undefined) return this.#leaveUnhandled(message);
    const error = asError(thrown);
    if (this.ending !== undefined || this.failure !== undefined || this.life === 'stopped') {
      this.ignoreError(error, 'an actor that had already failed or was stopping');
      if (this.ending !== undefined) this.proceed();
      return;
    }
    this.failure = { error, message };
    this.#suspend();
    const { events, monitor } = this.realm;
    if (monitor?.isMeasuring) monitor.meet(this).kind.failed++;
    events.publish(new ActorError(this.ref, error, message));
    if (this.parent === undefined) this.realm.guardianFailed(this.failure);
    else this.parent.signal({ type: 'childFailed', child: this.ref, failure: this.failure });
  }

  /** `throw new Unhandled()` says the same as `this.unhandled(message)`. */
  #leaveUnhandled(message: unknown): void {
    this.reportUnhandled(message);
    if (this.ending === undefined) this.settle();
  }

  #suspend(): void {
    this.life = 'suspended';
    this.work?.pause();
    this.mainWork?.pause();
    this.#tellChildren(hold);
  }

  protected hold(): void {
    this.isHeld = true;
    if (this.life === 'running' || this.life === 'busy') this.#suspend();
    else if (this.work?.step === 'start') this.work.pause();
  }

  protected release(): void {
    this.isHeld = false;
    if (this.work?.step === 'start') this.work.unpause();
    if (this.life !== 'suspended') return;
    if (this.failure === undefined) this.#goOn();
    // Its supervisor had failed because of it, and was forgiven: so it is.
    else if (this.isHandedOver) this.resume();
  }

  /** Whether its supervisor failed itself because of this actor's failure, so that both share one fate. */
  isHandedOver = false;

  protected resume(): void {
    const { failure } = this;
    if (failure === undefined) return;
    if (!this.isStarted || (this.isProcess && this.mainWork === undefined)) {
      this.warn(
        'it has failed to start, or its run has ended with an error: it cannot be resumed, so it is restarted',
      );
      if (this.parent instanceof FailingCell) this.parent.#restart([this], this, failure, resumeByRestart);
      return;
    }
    this.failure = undefined;
    this.isHandedOver = false;
    if (!this.isHeld) this.#goOn();
  }

  #goOn(): void {
    this.settle();
    this.work?.unpause();
    // It waits for an errand that takes time.
    if (this.work === undefined) this.mainWork?.unpause();
    this.#tellChildren(release);
    const { extras } = this;
    if (extras?.onResumed !== undefined) extras.onResumed();
    // It had started while an ancestor waited for a decision.
    if (this.isProcess && this.isStarted && this.mainWork === undefined) this.beginMain();
  }

  #tellChildren(signal: Signal<Ref>): void {
    if (this.children !== undefined) for (const child of [...this.children]) child.signal(signal);
  }

  // ---- supervision of children ----

  protected supervise({ child: ref, failure }: Signal<Ref> & { type: 'childFailed' }): void {
    const child = ref.inlet;
    if (!(child instanceof FailingCell) || child.parent !== this || child.failure !== failure) {
      return this.ignoreFailure({ child: ref, failure });
    }
    const decision = this.#decide(child, failure);
    if (decision === undefined || decision === Later) return;
    if (decision.directive === 'resume') child.signal(resume);
    else if (decision.directive === 'stop') this.#stopConcerned(child);
    else if (decision.directive === 'restart') this.#restartConcerned(child, failure, decision);
    else this.#escalate(child, failure.error);
  }

  protected ignoreFailure({ child, failure }: { child: Ref; failure: Failure }): void {
    const cell = child.inlet;
    // A child that lives on over this actor's restart goes on with it: nobody else would decide about it any more.
    if (this.ending?.to === 'restart' && cell instanceof FailingCell && cell.parent === this)
      cell.isHandedOver = true;
    this.realm.events.publish(
      new ErrorIgnored(child, failure.error, 'an actor whose supervisor had moved on'),
    );
  }

  #decide(child: FailingCell, { error }: Failure): Decision | undefined {
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
  #escalate(child: FailingCell, thrown: unknown): void {
    child.isHandedOver = true;
    this.failed(thrown, undefined);
  }

  #stopConcerned(failed: FailingCell): void {
    const cells = concerned(this.strategy.scope, failed, this.children ?? []);
    for (const cell of cells.reverse()) cell.signal(cell === failed ? giveUp : stop);
  }

  #restartConcerned(failed: FailingCell, failure: Failure, decision: Decision): void {
    this.#restart(concerned(this.strategy.scope, failed, this.children ?? []), failed, failure, decision);
  }

  #restart(cells: readonly MailCell[], failed: FailingCell, failure: Failure, decision: Decision): void {
    const { world } = this.realm;
    const limits = this.#limitsFor(failed, decision);
    const delay = this.#budgetFor(failed, limits).spend(limits, world.clock.now(), world.random);
    if (delay === undefined) {
      failed.warn(`it has used up its restarts, so its supervisor ${this.ref.address} fails`);
      return this.#escalate(failed, failure.error);
    }
    for (const cell of cells) cell.signal({ type: 'restart', failure, delay });
  }

  #limitsFor({ options }: FailingCell, { limits }: Decision): Limits {
    const { max, within } = this.strategy.limits;
    return limits ?? { max: options?.restart?.max ?? max, within: options?.restart?.within ?? within };
  }

  #budgetFor(child: FailingCell, limits: Limits): Budget {
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
}

/** A resume that had to be a restart spends one as any other does. */
const resumeByRestart = defaultDecision(new Error('resumed'));

const hold: Signal<Ref> = { type: 'hold' };
const release: Signal<Ref> = { type: 'release' };
const resume: Signal<Ref> = { type: 'resume' };
const stop: Signal<Ref> = { type: 'stop' };
const giveUp: Signal<Ref> = { type: 'giveUpChild' };
