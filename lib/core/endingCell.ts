/**
 * The part of a cell that ends instances: for a restart, which then starts a new one, and for good. What must not be
 * confused is the order: what is under way comes to its end, then the children, then the hook, then the rest.
 */
import { TimeoutError } from '../base/errors.ts';
import type { Cancel } from '../base/world.ts';
import { enter } from './ambient.ts';
import { FailingCell } from './failingCell.ts';
import type { Mailbox } from './mailbox.ts';
import { type Ending, type Instance, type MailCell, nextToStop, notStarted } from './mailCell.ts';
import { type Failure, Notice, type Signal, type TerminationReason } from './message.ts';
import type { Operation } from './operation.ts';
import { senderOf } from './postmark.ts';
import { limitOf } from './props.ts';
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

  /** A restart in two steps: the supervisor says when the second one, `begin`, is to be taken. */
  protected endInstance({ failure, limit }: { failure: Failure; limit: number }): void {
    this.failure = undefined;
    this.isHandedOver = false;
    this.life = 'restarting';
    this.ending = { to: 'restart', failure, delay: undefined, step: 'hook', limit };
    this.#beginEnd('restarted');
    if (limit === 0) return this.#abandonInstance();
    this.#limitAll(() => this.#abandonInstance());
    this.proceed();
  }

  /** Starts the new instance after `endInstance`. */
  protected begin(): void {
    const { ending } = this;
    if (ending?.to !== 'restart' || ending.step !== 'wait' || ending.delay !== undefined) return;
    if (this.actor === undefined) this.start(ending.failure);
  }

  protected beginStop(reason: TerminationReason, limit?: number): void {
    this.ending?.cancelLimit?.();
    this.failure = undefined;
    this.life = 'stopping';
    this.ending = { to: 'stop', reason, step: 'children', limit };
    this.#beginEnd(reason);
    this.#limitAll(() => this.kill(true));
    this.proceed();
  }

  /** Somebody had it stopped without a limit, or before: now there is one. */
  protected hurry(limit: number | undefined): void {
    const { ending } = this;
    if (ending === undefined || ending.limit !== undefined || limit === undefined) return;
    ending.limit = limit;
    this.#limitAll(() => this.kill(true));
  }

  /** What has not ended by itself within its limit is ended. */
  #limitAll(end: () => void): void {
    const { ending, ref } = this;
    const limit = ending?.limit ?? Number.POSITIVE_INFINITY;
    if (ending === undefined || limit === Number.POSITIVE_INFINITY) return;
    ending.cancelLimit = this.clock.after(limit, () => {
      this.ignoreError(
        new TimeoutError(`${ref.address} took longer than ${limit} ms to end and was cut short`),
        'the end of an actor',
      );
      end();
    });
  }

  /** The instance is left behind as it is: no hook, and its children are killed. */
  #abandonInstance(): void {
    const { ending } = this;
    if (ending === undefined || ending.step === 'wait') return;
    this.#leaveWork();
    this.isStarted = false;
    ending.step = 'children';
    this.#endChildren(kill);
    this.proceed();
  }

  /** The old instance has had its `preRestart`, or will have: no `postStop` on top of it. */
  protected stopInstead(reason: TerminationReason, limit: number | undefined): void {
    const isHookDone = this.ending?.step !== 'hook';
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (isHookDone && this.work?.step !== 'start') this.isStarted = false;
    // Its supervisor may wait for it: whoever stops it without a limit takes away none.
    this.beginStop(reason, limit ?? this.ending?.limit);
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
    // Then the whole end has one limit.
    if (this.ending?.limit !== undefined) return;
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
    ending.cancelLimit?.();
    this.#leaveInstance();
    if (ending.delay === undefined) this.extras?.onStep?.('ended');
    else if (ending.delay === 0) this.start(ending.failure);
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
    if (signal.type === 'kill') for (const child of this.children) child.signal(kill);
    else {
      const next = this.actor?.[nextToStop]?.();
      const concerned = next === undefined ? [...this.children].reverse() : [next.inlet as MailCell];
      for (const child of concerned) child.signal(stopOf(child));
    }
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

  /** Waits no longer for what is under way. */
  #leaveWork(): void {
    this.work?.letGo();
    this.work?.cancel();
    this.mainWork?.letGo();
    this.mainWork?.cancel();
    this.#cancelAll(this.extras?.pending, 'killed');
    this.endDelivery('cut');
    this.work = undefined;
    this.mainWork = undefined;
  }

  /** @param isBrutal without `postStop` */
  protected kill(isBrutal = false): void {
    this.#leaveWork();
    const isHookDone =
      this.ending?.to === 'stop' ? this.ending.step !== 'children' : this.ending !== undefined;
    if (isHookDone || isBrutal) this.isStarted = false;
    this.#cancelTimer?.();
    this.beginStop('killed');
  }

  /** All that belonged to the old instance and not to the actor. */
  #leaveInstance(): void {
    const { extras, ending } = this;
    this.endDelivery('cut'); // nothing will come of what was left behind
    if (ending?.to === 'restart') ending.trapsExits = this.actor?.trapExit === true;
    this.actor = undefined;
    this.isStarted = false;
    this.behaviour = notStarted;
    if (extras === undefined) return;
    extras.timers?.cancelAll();
    extras.receiveTimeout?.cancel();
    extras.receiveTimeout = undefined;
    extras.behavioursBelow = [];
    extras.onMail = undefined;
    extras.interrupted = undefined;
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

  /** The order is a contract: dead letters, then the parent, which frees the name, then the watchers, then the links. */
  #finish(reason: TerminationReason): void {
    const { ref, realm, parent, watchers } = this;
    this.ending?.cancelLimit?.();
    const linked = this.extras?.links?.takeAll() ?? [];
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
    this.extras?.onStep?.('gone', reason);
    for (const peer of linked) peer.inlet.signal({ type: 'exited', ref, reason }, peer);
    this.watchers = undefined;
    this.signals = undefined;
    this.extras = undefined;
    if (parent !== undefined && realm.events.hears(ActorStopped))
      realm.events.publish(new ActorStopped(ref, reason));
    if (parent === undefined) realm.guardianStopped();
  }

  #drain(): void {
    const { mailbox } = this;
    const shelf = this.extras?.shelf;
    if (shelf !== undefined) this.#bury(shelf);
    if (mailbox === undefined) return;
    this.#bury(mailbox);
    this.closeMailbox();
    this.mailbox = undefined;
  }

  #bury(mailbox: Mailbox): void {
    while (mailbox.size > 0) {
      const message = mailbox.take();
      if (message instanceof Notice) this.realm.counts.withdrawn++;
      else this.realm.deadLetter(message, senderOf(mailbox.sender), this.ref, 'stopped');
    }
  }
}

const stop: Signal<Ref> = { type: 'stop' };
const kill: Signal<Ref> = { type: 'kill' };
const brutalKill: Signal<Ref> = { type: 'kill', isBrutal: true };

/** How a parent tells that child to stop. */
export function stopOf({ options }: MailCell): Signal<Ref> {
  const { shutdown } = options ?? {};
  if (shutdown === undefined) return stop;
  return shutdown === 'brutal_kill' ? brutalKill : { type: 'stop', limit: limitOf(shutdown) };
}
