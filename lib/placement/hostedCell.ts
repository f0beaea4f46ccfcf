/** The cells of an actor that was spawned from elsewhere: its own, and above it one that reports to its supervisor there. */
import { CreateFailed } from '../base/errors.ts';
import { Actor, propsOf } from '../core/actor.ts';
import { ActorCell } from '../core/actorCell.ts';
import { Children } from '../core/children.ts';
import type { Milestone } from '../core/extras.ts';
import { gone } from '../core/handlingCell.ts';
import { defaultHighWaterMark, type Mailbox } from '../core/mailbox.ts';
import type { Failure, Notice, TerminationReason } from '../core/message.ts';
import type { Props } from '../core/props.ts';
import type { Ref } from '../core/ref.ts';
import { NumberedMailbox, noNumber, TakenBack } from './numberedMailbox.ts';
import type { OutpostSystem } from './outpostSystem.ts';
import type { Progress } from './progress.ts';

/** How it does, for whoever had it spawned. */
export interface HostedEvents {
  started(): void;
  startFailed(error: Error): void;
  ended(): void;
  failed(failure: Failure): void;
  gone(reason: TerminationReason): void;
  aside(said: unknown): void;
}

/** Nobody but a supervisor of what is here, and that decides nothing by itself. */
class Head extends Actor {}

class HeadCell extends ActorCell {
  override readonly ref: Ref;

  constructor(system: OutpostSystem, parent: Ref) {
    super(system, undefined, propsOf(Head), undefined, parent.path);
    this.ref = parent;
    system.counts.actors--; // it is furniture
  }

  protected override supervise({ child, failure }: { readonly child: Ref; readonly failure: Failure }): void {
    (child.inlet as HostedCell).onFailure(failure);
  }
}

export class HostedCell extends ActorCell {
  readonly #parentRef: Ref;
  /** Why the life before, in a place that is gone, has ended. */
  #before: Failure | undefined;
  /** Tells whoever decides about it. */
  onFailure: (failure: Failure) => void = () => {};
  /** Says something to whoever had it spawned, past all messages and at once. @throws SerializationError */
  aside: (said: unknown) => void = () => {};
  /** Whom it tells what it has begun, where anybody wants to know. */
  readonly #progress: Progress | undefined;
  /** Hears when it has nothing to do. */
  onIdle: (() => void) | undefined;
  /** The numbers of those of its stashed messages that have one. */
  readonly #stashed = new WeakMap<object, number>();

  constructor(head: ActorCell, parentRef: Ref, { props, name, before, progress }: Recipe) {
    super(head.realm, head, props, undefined, name);
    this.#parentRef = parentRef;
    this.#progress = progress;
    this.#before = before && { error: before, message: undefined };
  }

  override get parentRef(): Ref {
    return this.#parentRef;
  }

  protected override start(failure: Failure | undefined): void {
    const before = this.#before;
    this.#before = undefined;
    super.start(failure ?? before);
  }

  // ---- what it says about its messages ------------------------------------------------------------------------------

  /** A message that the node has handed over. */
  enqueueNumbered(message: unknown, sender: Ref | undefined, number: number): void {
    const mailbox = (this.mailbox ?? this.openMailbox()) as NumberedMailbox;
    mailbox.arriving = number;
    this.enqueue(message, sender);
    mailbox.arriving = noNumber;
  }

  protected override openMailbox(): Mailbox {
    if (this.#progress === undefined) return super.openMailbox();
    const highWaterMark = this.extras?.highWaterMark ?? defaultHighWaterMark;
    this.mailbox = new NumberedMailbox(highWaterMark, this.#progress, this);
    return this.mailbox;
  }

  protected override closeMailbox(): void {
    const { mailbox } = this;
    if (!(mailbox instanceof NumberedMailbox)) super.closeMailbox();
    else if (mailbox.capacity > widestKept) this.mailbox = undefined;
  }

  protected override readNotice(notice: Notice): unknown {
    return notice instanceof TakenBack ? gone : super.readNotice(notice);
  }

  override turn(messages: number): number {
    const handled = super.turn(messages);
    this.#lookIdle();
    return handled;
  }

  protected override settle(): void {
    super.settle();
    this.#lookIdle();
  }

  #lookIdle(): void {
    if (this.#progress === undefined || this.life !== 'running' || this.isBusy || this.hasMail) return;
    this.#progress.doesNothing();
    this.onIdle?.();
  }

  override stash(): void {
    super.stash();
    const { mailbox } = this;
    const entry = this.extras?.stash.at(-1);
    if (!(mailbox instanceof NumberedMailbox) || mailbox.taken === noNumber || entry === undefined) return;
    this.#stashed.set(entry, mailbox.taken);
    this.#progress?.putAside(mailbox.taken);
  }

  protected override unstash(): void {
    const { stash } = this.extras ?? {};
    if (this.#progress !== undefined && stash !== undefined && stash.length > 0) {
      const mailbox = (this.mailbox ?? this.openMailbox()) as NumberedMailbox;
      mailbox.returning = stash.map(entry => this.#stashed.get(entry) ?? noNumber).reverse();
    }
    super.unstash();
  }
}

/** An idle actor holds no larger mailbox than this, in messages. */
const widestKept = 4096;

export interface Recipe {
  readonly props: Props;
  readonly name: string;
  readonly before: Error | undefined;
  readonly progress?: Progress | undefined;
}

/** Makes an actor start below `head`, which is no parent to it: that is elsewhere. @throws NameConflict */
export function adopt(head: ActorCell, parentRef: Ref, recipe: Recipe, tell: HostedEvents): HostedCell {
  head.children ??= new Children();
  head.children.nameFor(recipe.name, '', () => head.ref.path);
  const cell = new HostedCell(head, parentRef, recipe);
  head.children.add(cell);
  const { progress } = recipe;
  let isUp = false;
  cell.more().onStep = (step: Milestone, reason?: TerminationReason) => {
    isUp = step === 'started';
    if (step === 'started') tell.started();
    else if (step === 'ended') tell.ended();
    if (step !== 'started') progress?.doesNothing();
    if (step === 'gone') tell.gone(reason ?? 'stopped');
  };
  cell.aside = said => tell.aside(said);
  cell.onFailure = failure => {
    const { error } = failure;
    progress?.doesNothing();
    if (isUp || !(error instanceof CreateFailed)) return tell.failed(failure);
    // Its supervisor makes another one, or none.
    tell.startFailed(error.cause instanceof Error ? error.cause : error);
    cell.ref.kill();
  };
  return cell;
}

/** Makes an actor start in a thread or process. */
export function host(system: OutpostSystem, parent: string, recipe: Recipe, tell: HostedEvents): HostedCell {
  const head = new HeadCell(system, system.parentAt(parent));
  const { hosted } = system;
  const cell = adopt(head, head.ref, recipe, {
    ...tell,
    gone: reason => {
      if (hosted.get(path) === cell) hosted.delete(path);
      tell.gone(reason);
    },
  });
  const { path } = cell.ref;
  hosted.set(path, cell);
  return cell;
}
