/**
 * The part of a cell that ends instances: for a restart, which then starts a new one, and for good. What must not be
 * confused is the order: what is under way comes to its end, then the children, then the hook, then the rest.
 */
import { TimeoutError } from '../base/errors.ts';
import type { Cancel } from '../base/world.ts';
import { enter } from './ambient.ts';
import { FailingCell } from './failingCell.ts';
import { type Ending, type Instance, notStarted } from './mailCell.ts';
import { type Failure, Notice, type Signal, type TerminationReason } from './message.ts';
import type { Operation } from './operation.ts';
import { ActorStopped, type Ref } from './ref.ts';
import { Work } from './work.ts';

export abstract class EndingCell extends FailingCell {
  /** Makes an instance and starts it: the first one, or after `failure` the next. */
  protected abstract start(failure: Failure | undefined): void;

  protected beginRestart({ failure, delay }: { failure: Failure; delay: number }): void {
    this.failure = undefined;
    this.isHandedOver = false;
    this.life = 'restarting';
    this.ending = { to: 'restart', failure, delay, step: 'hook' };
    this.#beginEnd('restarted');
    this.proceed();
  }

  protected beginStop(reason: TerminationReason): void {
    this.failure = undefined;
    this.life = 'stopping';
    this.ending = { to: 'stop', reason, step: 'children' };
    this.#beginEnd(reason);
    this.proceed();
  }

  /** The old instance has had its `preRestart`, or will have: no `postStop` on top of it. */
  protected stopInstead(reason: TerminationReason): void {
    const isHookDone = this.ending?.step !== 'hook';
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (isHookDone && this.work?.step !== 'start') this.isStarted = false;
    this.beginStop(reason);
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
      this.proceed();
    });
  }

  /** Goes on with a restart or a stop, as far as it can without waiting. Called again whenever something has ended. */
  protected proceed(): void {
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
    if (ending.delay === 0) this.start(ending.failure);
    else this.#cancelTimer = this.clock.after(ending.delay, () => this.start(ending.failure));
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

  protected kill(): void {
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
    this.beginStop('killed');
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
    this.closeMailbox();
    this.mailbox = undefined;
  }
}

const stop: Signal<Ref> = { type: 'stop' };
const kill: Signal<Ref> = { type: 'kill' };
