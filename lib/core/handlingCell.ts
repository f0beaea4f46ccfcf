/** The part of a cell that handles messages: what a turn is, and what becomes of each message. */
import { asError, Unhandled, UnhandledTermination } from '../base/errors.ts';
import type { Host } from './actor.ts';
import { enter } from './ambient.ts';
import type { Delivery, Outcome } from './delivery.ts';
import { UnhandledMessage } from './events.ts';
import type { Mailbox } from './mailbox.ts';
import { type Instance, MailCell } from './mailCell.ts';
import {
  CellMessage,
  carryOut,
  Errand,
  Exit,
  Notice,
  PoisonPill,
  PrivateNotice,
  ReceiveTimeout,
  Terminated,
} from './message.ts';
import type { ActorMeter } from './meter.ts';
import type { Monitor } from './monitor.ts';
import { type From, Postmark, senderOf } from './postmark.ts';
import type { Ref } from './ref.ts';
import { Tick } from './timers.ts';
import { Work } from './work.ts';

export abstract class HandlingCell extends MailCell {
  /** Starts, if it has not, and obeys the system messages that have come. */
  protected abstract attend(): void;
  abstract workEnded(work: Work, error: { thrown: unknown } | undefined, value: unknown): void;
  abstract lateError(work: Work, thrown: unknown): void;
  /** Suspends the actor and leaves the rest to its supervisor. */
  abstract failed(thrown: unknown, message: unknown): void;
  /** @internal The cell itself, as what its actor stands on. */
  protected abstract get host(): Host;

  /** A turn, given by the dispatcher: system messages, then at most `messages` messages. */
  turn(messages: number): number {
    enter(this);
    const { realm } = this;
    let { monitor } = realm;
    monitor?.turnBegins(this);
    let left = messages;
    do {
      if (this.life !== 'running' || this.signals !== undefined) this.attend();
      if (this.life !== 'running') break;
      if (monitor !== realm.monitor || (monitor !== undefined && monitor.version !== this.meter?.version)) {
        monitor = realm.monitor;
        monitor?.turnBegins(this);
      }
      left = this.#handle(left, monitor);
    } while (this.signals !== undefined || (left > 0 && this.life === 'running' && this.hasMail));
    // A process counts what it takes.
    if (!this.isProcess) monitor?.took(this.meter as ActorMeter, messages - left);
    this.isReady = false;
    if (this.signals !== undefined || (this.life === 'running' && this.hasMail)) this.becomeReady();
    else if (!this.restsLater) {
      this.restsLater = true;
      this.realm.dispatcher.restLater(this);
    }
    return messages - left;
  }

  /** Lets a turn that goes on begin anew after the present message: something has changed that it looks at in the beginning. */
  lookAnew(): void {
    this.signals ??= [];
  }

  #handle(messages: number, monitor: Monitor | undefined): number {
    let left = messages;
    const { mailbox } = this;
    if (mailbox === undefined || mailbox.size === 0)
      return this.extras === undefined ? left : this.#handleShared(left, monitor);
    if (this.isProcess) return this.#handleAsProcess(left);
    if (monitor !== undefined) return this.#handleMonitored(mailbox, left, monitor);
    const { counts } = this.realm;
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
          const result = this.#receive(message);
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
    const seen = message instanceof Notice ? this.readNotice(message) : message;
    if (seen === gone || seen instanceof PrivateNotice) {
      this.sender = senderOf(from);
      return void this.#handleForCell(message as Notice);
    }
    const delivery = this.beginDelivery(seen, message, from, monitor);
    const result =
      delivery.observers.length === 0
        ? this.#receive(message)
        : monitor.run(delivery, () => this.#receive(message));
    if (typeof result === 'object' && result !== null) this.awaitReceive(result);
    if (this.work?.step !== 'receive') this.endDelivery();
  }

  #receive(message: unknown): unknown {
    return message instanceof CellMessage
      ? this.#handleForCell(message)
      : this.behaviour.call(this.actor, message as never);
  }

  protected beginDelivery(message: unknown, letter: unknown, from: From, monitor: Monitor): Delivery {
    this.sender = senderOf(from);
    const meter = this.meter as ActorMeter;
    const delivery = monitor.begin(this, message, letter, from);
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

  /** What the steps of a generator are run within while somebody looks at the message that it handles. */
  get surrounding(): ((step: () => unknown) => unknown) | undefined {
    const delivery = this.meter?.delivery;
    const { monitor } = this.realm;
    if (delivery === undefined || monitor === undefined || delivery.observers.length === 0) return undefined;
    return step => monitor.step(this, delivery, step);
  }

  /** What has become of the message that is being handled, if it is looked at. */
  protected noteOutcome(outcome: Outcome): void {
    const delivery = this.meter?.delivery;
    if (delivery !== undefined) delivery.outcome = outcome;
  }

  protected receiveFailed(thrown: unknown): void {
    const { message } = this;
    const isUnhandled = thrown instanceof Unhandled;
    // To leave the end of a watched actor to nobody is a failure.
    const error =
      isUnhandled && message instanceof Terminated ? unhandledTermination(this.ref, message) : thrown;
    if (isUnhandled && error === thrown) this.endDelivery('unhandled');
    else this.endDelivery('failed', asError(error));
    this.failed(error, message);
  }

  #handleForCell(message: CellMessage): unknown {
    return message instanceof Errand ? this.runErrand(message) : this.#handleNotice(message as Notice);
  }

  protected runErrand(errand: Errand): unknown {
    return errand[carryOut](this.actor as Instance, this.host);
  }

  /** One message from the shelf: after each, it looks whether there are any of its own. */
  #handleShared(left: number, monitor: Monitor | undefined): number {
    const shared = this.extras?.shared;
    if (shared === undefined || shared.size === 0) return left;
    if (this.isProcess) return this.#handleAsProcess(left);
    const { counts } = this.realm;
    try {
      this.message = shared.take();
      this.countsAsHandled = true;
      counts.handled++;
      const { message } = this;
      if (monitor !== undefined) this.#deliver(message, shared.sender, monitor);
      else {
        this.sender = shared.sender as Ref | undefined;
        const result = this.#receive(message);
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
      if (this.meter !== undefined) this.realm.monitor?.took(this.meter, -1);
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
      this.endDelivery('failed', asError(error));
      this.failed(error, undefined);
    }
  }

  protected reportUnhandled(message: unknown): void {
    if (message === this.message && this.countsAsHandled) {
      this.countsAsHandled = false;
      this.realm.counts.handled--;
      this.realm.counts.unhandled++;
      this.noteOutcome('unhandled');
    }
    this.realm.events.publish(new UnhandledMessage(this.ref, message, this.sender));
  }
}

/** The answer to what a notice says when it says nothing any more. */
export const gone: unique symbol = Symbol('gone');

export const unhandledTermination = (watcher: Ref, { ref, reason }: Terminated) =>
  new UnhandledTermination(
    `${watcher.address} watches ${String(ref)}, which ended (${reason}), and did not handle its Terminated message`,
  );
