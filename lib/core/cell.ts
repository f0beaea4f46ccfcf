/**
 * The cell runs one actor: it obeys system messages as the table in `life.ts` says, starts the actor, and goes on when
 * something that took time has ended. What a cell does with messages, failures and endings is in the classes below it.
 */
import { asError, CreateFailed, show } from '../base/errors.ts';
import { bind, type Receive } from './actor.ts';
import { enter } from './ambient.ts';
import { EndingCell } from './endingCell.ts';
import { ActorRestarted, ActorStarted } from './events.ts';
import { table } from './life.ts';
import { Links } from './links.ts';
import { type Instance, main } from './mailCell.ts';
import { Exit, type Failure, type Signal, Terminated } from './message.ts';
import { ActorStopped, type Ref } from './ref.ts';
import { type Step, Work } from './work.ts';

export abstract class Cell extends EndingCell {
  protected override attend(): void {
    if (this.life === 'starting' && this.actor === undefined && this.work === undefined)
      this.start(undefined);
    if (this.signals !== undefined) this.obeyAll();
  }

  // ---- system messages ----

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
      case 'addLink':
        return this.#addLink((signal as Signal<Ref> & { type: 'link' }).peer);
      case 'removeLink':
        this.extras?.links?.remove((signal as Signal<Ref> & { type: 'unlink' }).peer);
        return;
      case 'abandon':
        return this.#abandon((signal as Signal<Ref> & { type: 'abandoned' }).asker);
      default:
        if (this.signals === undefined) this.signals = [signal];
        else this.signals.push(signal);
        if (!this.isReady && this.life !== 'stopped') this.becomeReady();
    }
  }

  protected obeyAll(): void {
    while (this.signals !== undefined) {
      const signals = this.signals;
      this.signals = undefined;
      for (const signal of signals) this.#obey(signal);
    }
  }

  #obey(signal: Signal<Ref>): void {
    switch (table[this.life][signal.type]) {
      case 'hold':
        return this.hold();
      case 'release':
        return this.release();
      case 'resume':
        return this.resume();
      case 'restart':
        return this.beginRestart(signal as Signal<Ref> & { type: 'restart' });
      case 'endInstance':
        return this.endInstance(signal as Signal<Ref> & { type: 'endInstance' });
      case 'begin':
        return this.begin();
      case 'stop':
        return this.beginStop(endOf(signal), limitIn(signal));
      case 'stopInstead':
        return this.stopInstead(endOf(signal), limitIn(signal));
      case 'hurry':
        return this.hurry(limitIn(signal));
      case 'kill':
        return this.kill((signal as Signal<Ref> & { type: 'kill' }).isBrutal);
      case 'exit':
        return this.#exit(signal as Signal<Ref> & { type: 'exited' });
      case 'supervise':
        return this.supervise(signal as Signal<Ref> & { type: 'childFailed' });
      case 'ignoreFailure':
        // The next instance has children of its own, which can fail before it has started.
        if (this.#isBeginningAnew) return this.supervise(signal as Signal<Ref> & { type: 'childFailed' });
        return this.ignoreFailure(signal as Signal<Ref> & { type: 'childFailed' });
      case 'bury':
        return this.proceed();
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

  #addLink(peer: Ref): void {
    if (this.life === 'stopped') return this.ref.inlet.signal({ type: 'link', peer }, this.ref);
    this.links.add(peer);
  }

  protected get links(): Links {
    const extras = this.more();
    extras.links ??= new Links();
    return extras.links;
  }

  /** Waits its turn among the other signals: only an instance can say whether it traps exits. */
  #exit({ ref, reason }: Signal<Ref> & { type: 'exited' }): void {
    const { links } = this.extras ?? {};
    if (links === undefined || !links.has(ref)) return;
    const peer = links.get(ref);
    links.remove(ref);
    if (this.#trapsExits) {
      const exit = new Exit(peer, reason);
      links.expect(exit);
      this.notice(exit, ref);
    } else if (reason !== 'stopped') {
      if (this.ending?.to !== 'stop')
        this.warn(`it is stopped, because it is linked to ${ref.address}, which has ended (${reason})`);
      this.signal(endWithPeer);
    }
  }

  get #trapsExits(): boolean {
    const { actor, ending } = this;
    return actor === undefined
      ? ending?.to === 'restart' && ending.trapsExits === true
      : actor.trapExit === true;
  }

  #abandon(asker: Ref): void {
    this.extras?.onAbandoned?.(asker);
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

  /** Whether it is being restarted, and the new instance is there and not done with its start. */
  get #isBeginningAnew(): boolean {
    return this.ending?.to === 'restart' && this.ending.step === 'wait' && this.work?.step === 'start';
  }

  // ---- start ----

  /** The behaviour that the class has. */
  protected get ownReceive(): Receive {
    return (this.actor?.receive as Receive | undefined) ?? (message => this.host.unhandled(message));
  }

  protected start(failure: Failure | undefined): void {
    const before = enter(this);
    try {
      const actor = this.props.create() as Instance;
      bind(actor, this.host);
      this.actor = actor;
      if (this.extras !== undefined) this.extras.taken = 0;
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
    this.extras?.onStep?.('started');
    if (ending !== undefined && ending.step !== 'wait') return this.proceed();
    this.ending = undefined;
    this.settle();
    if (ending === undefined) {
      if (this.parent !== undefined && realm.events.hears(ActorStarted))
        realm.events.publish(new ActorStarted(this.ref));
    } else if (ending.to === 'restart') {
      realm.counts.restarts++;
      if (realm.monitor?.isMeasuring) realm.monitor.meet(this).kind.restarts++;
      this.more().restarts++;
      realm.events.publish(new ActorRestarted(this.ref, ending.failure.error));
    }
    if (this.children !== undefined)
      for (const child of this.children) child.signal(this.isHeld ? hold : release);
    if (this.isProcess && !this.isHeld) this.beginMain();
  }

  #startFailed(thrown: unknown): void {
    const cause = asError(thrown);
    const name = this.props.title;
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

  protected beginMain(): void {
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

  // ---- what took time has ended ----

  workEnded(
    work: Work | undefined,
    error: { thrown: unknown } | undefined,
    value: unknown,
    step = work?.step,
  ): void {
    if (step !== 'main') this.work = undefined;
    else this.mainWork = undefined;
    const isEnding =
      this.ending !== undefined && !(this.ending.to === 'restart' && this.ending.step === 'wait');
    if (step === 'main') {
      if (isEnding) this.endDelivery('cut');
      else this.endDelivery(error && 'failed', error && asError(error.thrown));
    }
    const before = enter(this);
    if (step === 'start') {
      if (error === undefined) this.#started();
      else this.#startFailed(error.thrown);
    } else if (error !== undefined) {
      if (step === 'receive') this.receiveFailed(error.thrown);
      else if (step === 'main' && !isEnding) this.failed(error.thrown, undefined);
      else if (!(error.thrown instanceof ActorStopped && isEnding))
        this.ignoreError(error.thrown, nameOf(step));
    } else if (step === 'main' && !isEnding) {
      this.#mainEnded(value);
    } else if (!isEnding) {
      this.settle();
    }
    if (step === 'receive') {
      this.endDelivery();
      this.forgetMessage();
      if (this.life === 'running') this.mainWork?.unpause();
      if (this.extras?.receiveTimeout !== undefined) this.extras.receiveTimeout.since = this.clock.now();
    }
    if (this.ending !== undefined) this.proceed();
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
    this.beginStop('stopped');
  }
}

const endOf = ({ type }: Signal<Ref>) => (type === 'giveUpChild' ? 'failed' : 'stopped');
const limitIn = (signal: Signal<Ref>) => ('limit' in signal ? signal.limit : undefined);

const hold: Signal<Ref> = { type: 'hold' };
const release: Signal<Ref> = { type: 'release' };
/** It ends as who is given up by its supervisor does: by a failure. */
const endWithPeer: Signal<Ref> = { type: 'giveUpChild' };

/** How many askers that gave up are remembered, in case their message is still to come. */
const mostAbandoned = 1000;

const nameOf = (step: Step | undefined) => (step === 'main' ? 'the cleanup of run' : (step ?? 'a hook'));
