/** A cell as its actor sees it: what stands behind the members of `Actor`. The mechanism is in `cell.ts`. */
import { show } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { World } from '../base/world.ts';
import { type Host, type NodeFace, propsOf, type Receive, type Spawnable } from './actor.ts';
import type { Uri } from './address.ts';
import { Cell } from './cell.ts';
import { Children } from './children.ts';
import { stopOf } from './endingCell.ts';
import { gone, unhandledTermination } from './handlingCell.ts';
import { defaultHighWaterMark, type Mailbox, type MailboxKind, Pushed } from './mailbox.ts';
import type { Instance } from './mailCell.ts';
import { carryOut, Errand, Exit, Notice, PoisonPill, ReceiveTimeout, Terminated } from './message.ts';
import { type From, Postmark, senderOf } from './postmark.ts';
import { checkSpawnOptions, type Props, type SpawnOptions } from './props.ts';
import { ActorStopped, Ref } from './ref.ts';
import { Timers } from './timers.ts';
import { Watching } from './watching.ts';

/** For messages that nobody waits for. */
const neverAborted = new AbortController().signal;

export class ActorCell extends Cell implements Host {
  protected get host(): Host {
    return this;
  }

  get params(): unknown {
    return this.props.params;
  }

  get parentRef(): Ref {
    return (this.parent ?? this).ref;
  }

  get childRefs(): Ref[] {
    return this.children === undefined ? [] : [...this.children].map(child => child.ref);
  }

  get world(): World {
    return this.realm.world;
  }

  get node(): NodeFace {
    return this.realm.node;
  }

  get log(): Log {
    const extras = this.more();
    extras.log ??= this.realm.logger.child({ actor: this.ref.address, class: this.className });
    return extras.log;
  }

  get abortSignal(): AbortSignal {
    const extras = this.more();
    extras.abort ??= new AbortController();
    if (this.ending !== undefined && this.ending.step !== 'wait') extras.abort.abort();
    return extras.abort.signal;
  }

  get messageSignal(): AbortSignal {
    const { sender } = this;
    if (sender === undefined) return neverAborted;
    const extras = this.more();
    if (extras.messageAbort?.asker !== sender) {
      extras.messageAbort = { asker: sender, controller: new AbortController() };
      if (this.#gaveUp(sender)) extras.messageAbort.controller.abort();
    }
    return extras.messageAbort.controller.signal;
  }

  #gaveUp(asker: Ref): boolean {
    if (asker.isLocal) return asker.inlet === this.realm.abandoned;
    return this.extras?.abandonedBy?.has(asker.address) ?? false;
  }

  get timers(): Timers {
    const extras = this.more();
    extras.timers ??= new Timers(this.clock, tick => this.notice(tick));
    return extras.timers;
  }

  spawn(what: Spawnable, options?: SpawnOptions): Ref {
    if (options !== undefined) checkSpawnOptions(options);
    const props = options?.on === undefined ? propsOf(what) : options.on.recipe(what);
    if (this.life === 'stopped' || (this.life === 'stopping' && this.ending?.step !== 'children')) {
      const text = `${this.ref.address} has stopped or is stopping: it can't spawn ${show(props.className)} any more`;
      throw new ActorStopped(this.ref, 'stopped', text);
    }
    return spawnChild(this, props, options).ref;
  }

  lookup(address: string | Uri): Ref {
    return this.realm.lookup(address, this.ref.path);
  }

  watch(ref: Ref): void {
    if (!(ref instanceof Ref))
      throw new TypeError(`watch: expected a ref, a class or Props, not ${show(ref)}`);
    if (ref === this.ref) return;
    const extras = this.more();
    extras.watching ??= new Watching();
    if (extras.watching.add(ref)) ref.inlet.signal({ type: 'watch', watcher: this.ref }, ref);
  }

  unwatch(ref: Ref): void {
    if (this.extras?.watching?.remove(ref)) ref.inlet.signal({ type: 'unwatch', watcher: this.ref }, ref);
  }

  link(ref: Ref): void {
    if (!(ref instanceof Ref))
      throw new TypeError(`link: expected a ref, a class or Props, not ${show(ref)}`);
    if (ref.isLocal && ref.inlet.abroad(ref) !== ref)
      throw new TypeError(`link: ${ref.address} is only a name; link the actor that has it`);
    if (ref === this.node.guardian)
      throw new TypeError('link: the guardian ends with its node only; to end both, stop the node');
    // One that has ended would never hear of the end of the other.
    if (ref === this.ref || this.life === 'stopped') return;
    if (this.links.add(ref)) ref.inlet.signal({ type: 'link', peer: this.ref }, ref);
  }

  unlink(ref: Ref): void {
    const { links } = this.extras ?? {};
    links?.withdraw(ref);
    if (links?.remove(ref)) ref.inlet.signal({ type: 'unlink', peer: this.ref }, ref);
  }

  reply(message: unknown): void {
    (this.sender ?? this.realm.nobody).tell(message, this.ref);
  }

  forward(ref: Ref): void {
    ref.tell(this.message, this.sender);
  }

  unhandled(message: unknown): void {
    if (message instanceof Terminated) throw unhandledTermination(this.ref, message);
    this.reportUnhandled(message);
  }

  become(receive: Receive, discardOld: boolean): void {
    if (!discardOld) this.more().behavioursBelow.push(this.behaviour);
    this.behaviour = receive;
  }

  unbecome(): void {
    this.behaviour = this.extras?.behavioursBelow.pop() ?? this.ownReceive;
  }

  stash(): void {
    const { message, sender } = this;
    if (!this.countsAsHandled)
      throw new TypeError('stash: no message is being handled that is not stashed already');
    this.countsAsHandled = false;
    const extras = this.more();
    this.noteOutcome('stashed');
    extras.stash.push({ message, sender: this.markOf(sender) });
    this.realm.counts.handled--;
    // It is still to come, so it counts as watched again: a Terminated of one that is not watched never arrives.
    if (message instanceof Terminated) extras.watching?.add(message.ref as Ref);
    else if (message instanceof Exit) extras.links?.expect(message);
  }

  isPutAside(message: unknown): boolean {
    return this.message === message && !this.countsAsHandled;
  }

  unstashAll(): void {
    this.unstash();
  }

  setReceiveTimeout(ms: number | undefined): void {
    if (ms !== undefined && !(typeof ms === 'number' && ms > 0)) {
      throw new TypeError(
        `setReceiveTimeout: expected more than 0 milliseconds, or undefined, not ${show(ms)}`,
      );
    }
    const extras = this.more();
    extras.receiveTimeout?.cancel();
    extras.receiveTimeout = ms === undefined ? undefined : { ms, since: this.clock.now(), cancel: () => {} };
    if (ms !== undefined) this.#armReceiveTimeout(ms);
  }

  /** One timer for all messages: it looks when the last one was, rather than being set anew by each. */
  #armReceiveTimeout(delay: number): void {
    const { receiveTimeout } = this.extras ?? {};
    if (receiveTimeout === undefined) return;
    receiveTimeout.cancel = this.clock.after(delay, () => {
      const left = receiveTimeout.since + receiveTimeout.ms - this.clock.now();
      const isIdle = left <= 0 && this.life === 'running' && !this.hasMail;
      if (isIdle) {
        receiveTimeout.since = this.clock.now();
        this.notice(new ReceiveTimeout());
      }
      this.#armReceiveTimeout(left > 0 ? left : receiveTimeout.ms);
    });
  }

  pipeToSelf(
    promise: PromiseLike<unknown>,
    map: ((value: never) => unknown) | undefined,
    mapError: ((error: unknown) => unknown) | undefined,
  ): void {
    const instance = this.actor;
    const tell = (value: unknown, make: ((value: never) => unknown) | undefined) => {
      try {
        this.ref.tell(make === undefined ? value : make(value as never));
      } catch (error) {
        fail(error);
      }
    };
    const fail = (error: unknown) => {
      if (this.actor === instance) this.failed(error, undefined);
      else this.ignoreError(error, 'pipeToSelf of an instance that is gone');
    };
    promise.then(
      value => tell(value, map),
      error => (mapError === undefined ? fail(error) : tell(error, mapError)),
    );
  }

  endChildren(then: () => unknown): unknown {
    const { children } = this;
    if (children === undefined || children.size === 0) return then();
    return new Promise((resolve, reject) => {
      children.whenGone(() => {
        try {
          resolve(then());
        } catch (error) {
          reject(error);
        }
      });
      for (const child of [...children].reverse()) child.signal(stopOf(child));
    });
  }

  // ---- what a process stands on -------------------------------------------------------------------------------------

  /**
   * Takes the first message, in turn, for which `matches` holds, and makes it the one that is being handled; undefined
   * when there is none, or when the cell may handle none now.
   */
  take(matches: (message: unknown) => boolean): { message: unknown } | undefined {
    return this.#takeFrom(0, matches, false).taken;
  }

  /** As `take`, for who waits with `onMail`: looks only at what it has not looked at since that was set. */
  takeAwaited(matches: (message: unknown) => boolean): { message: unknown } | undefined {
    // A mailbox of another kind may give out of order of arrival.
    const from = this.options?.mailbox === undefined ? this.more().looked : 0;
    const { taken, index } = this.#takeFrom(from, matches, true);
    if (taken === undefined && index !== undefined) this.more().looked = index;
    return taken;
  }

  #takeFrom(from: number, matches: (message: unknown) => boolean, doesErrands: boolean): Taken {
    // Code that is not in its turn, as an async `run` can be, must not take what the cell may not handle now.
    if (this.life === 'suspended' || this.signals !== undefined || this.work?.step === 'receive') return {};
    const { mailbox } = this;
    let index = Math.min(from, mailbox?.size ?? 0);
    while (mailbox !== undefined && index < mailbox.size) {
      const waiting = mailbox.at(index);
      if (waiting === PoisonPill) {
        this.ref.stop();
        return { index };
      }
      if (doesErrands && waiting instanceof Errand && this.life === 'running') {
        // Only in a turn of its own: not in the middle of what `run` is doing.
        if (this.extras?.onMail === undefined) return { index };
        this.#carryOut(waiting, index);
        return {};
      }
      const message = waiting instanceof Notice ? this.readNotice(waiting) : waiting;
      if (message !== gone && (waiting instanceof Errand || !matches(message))) {
        index++;
        continue;
      }
      const taken = mailbox.takeAt(index);
      if (this.extras !== undefined && index < this.extras.looked) this.extras.looked--;
      if (taken !== waiting) {
        // Only now is it known that it is to be handled by somebody else.
        this.consumeNotice(taken as Notice);
        continue;
      }
      if (waiting instanceof Notice) this.consumeNotice(waiting);
      if (message === gone) continue;
      this.#arrived(message, waiting, mailbox.sender);
      this.more().taken++;
      return { taken: { message } };
    }
    return { taken: this.#takeShared(matches), index };
  }

  #takeShared(matches: (message: unknown) => boolean): { message: unknown } | undefined {
    const { extras } = this;
    const shared = extras?.shared;
    if (extras === undefined || shared === undefined) return undefined;
    for (let index = 0; index < shared.size; index++) {
      if (!matches(shared.at(index))) continue;
      const message = shared.takeAt(index);
      this.#arrived(message, message, shared.sender);
      extras.taken++;
      return { message };
    }
    extras.isShelfSeen = true;
    return undefined;
  }

  /** A process has taken a message. */
  #arrived(message: unknown, letter: unknown, from: From): void {
    const { monitor, counts } = this.realm;
    this.sender = senderOf(from);
    this.message = message;
    this.countsAsHandled = true;
    counts.handled++;
    if (monitor === undefined) return;
    this.endDelivery();
    const meter = monitor.meet(this);
    monitor.took(meter, 1);
    meter.busySince = this.clock.now();
    if (from instanceof Postmark || meter.observers.length > 0)
      this.beginDelivery(message, letter, from, monitor);
  }

  /** What stood beside the message that is being handled, to stand there again. */
  protected markOf(sender: Ref | undefined): From {
    const delivery = this.meter?.delivery;
    return delivery?.baggage === undefined
      ? sender
      : new Postmark(sender, delivery.toldAt, 0, delivery.baggage);
  }

  /** Between two messages of a process that waits in a `get`; `run` pauses until it is done. */
  #carryOut(errand: Errand, index: number): void {
    const { message, sender, countsAsHandled, mailbox } = this;
    const extras = this.more();
    extras.looked = index;
    const taken = mailbox?.takeAt(index);
    if (taken !== errand) return this.consumeNotice(taken as Notice);
    extras.interrupted = { message, sender, countsAsHandled };
    this.#arrived(errand, errand, mailbox?.sender);
    extras.taken++;
    const { monitor } = this.realm;
    const delivery = this.meter?.delivery;
    const carry = () => errand[carryOut](this.actor as Instance, this);
    const result = monitor === undefined || delivery === undefined ? carry() : monitor.run(delivery, carry);
    if (typeof result !== 'object' || result === null) {
      this.endDelivery();
      return this.forgetMessage();
    }
    this.mainWork?.pause();
    this.awaitReceive(result);
  }

  protected override forgetMessage(): void {
    const { extras } = this;
    if (extras?.interrupted === undefined) return super.forgetMessage();
    const { message, sender, countsAsHandled } = extras.interrupted;
    extras.interrupted = undefined;
    this.message = message;
    this.sender = sender;
    this.countsAsHandled = countsAsHandled;
  }

  /** Calls `then` once this actor's failure has been forgiven; gives what calls that off. */
  whenResumed(then: () => void): () => void {
    const extras = this.more();
    const forget = () => {
      extras.onResumed = undefined;
    };
    extras.onResumed = () => {
      forget();
      then();
    };
    return forget;
  }

  /** Calls `onMail` in a turn of its own whenever there is mail, until it is called with undefined. */
  set onMail(onMail: (() => void) | undefined) {
    const extras = this.more();
    extras.onMail = onMail;
    if (onMail !== undefined) this.endDelivery();
    // It goes on without a message when its `get` took too long.
    else if (this.meter !== undefined && Number.isNaN(this.meter.busySince))
      this.meter.busySince = this.clock.now();
    if (onMail === undefined) {
      extras.looked = 0;
      extras.isShelfSeen = false;
    }
    if (onMail !== undefined && !this.isReady && this.life === 'running' && this.hasMail) this.becomeReady();
  }

  // ---- what a pool stands on ------------------------------------------------------------------------------------------

  /** The shelf of this actor, which it keeps over restarts. What is left there in the end becomes dead letters. */
  openShelf(kind: MailboxKind): Mailbox {
    const extras = this.more();
    extras.shelf ??= kind(defaultHighWaterMark);
    return extras.shelf;
  }

  /** Puts the message that is being handled on a shelf of this actor: it is not handled yet, but waits. */
  shelve(shelf: Mailbox): void {
    this.countsAsHandled = false;
    this.realm.counts.handled--;
    this.noteOutcome('passedOn');
    const pushed = shelf.push(this.message, this.markOf(this.sender));
    if (pushed !== Pushed.kept) this.pushedAndMore(pushed, shelf);
  }

  /** From now on, it takes messages from the shelf of another actor whenever it has none of its own. */
  drawFrom(shelf: Mailbox): void {
    this.more().shared = shelf;
  }

  /** Calls `pass` when somebody who has asked this actor has given up, beside what the actor itself sees of it. */
  set onAbandoned(pass: (asker: Ref) => void) {
    this.more().onAbandoned = pass;
  }
}

/** The message that was taken, or else how many do not match; neither when it was not the time to look. */
interface Taken {
  readonly taken?: { message: unknown } | undefined;
  readonly index?: number;
}

/** Makes a child of `parent`, which is taken to be able to have one. */
export function spawnChild(parent: Cell, props: Props, options: SpawnOptions | undefined): ActorCell {
  parent.children ??= new Children();
  const name = parent.children.nameFor(options?.name, props.className, () => parent.ref.path);
  const child =
    options?.on === undefined
      ? new ActorCell(parent.realm, parent, props, options, name)
      : (options.on.stand(parent, props, options, name) as ActorCell);
  parent.children.add(child);
  return child;
}
