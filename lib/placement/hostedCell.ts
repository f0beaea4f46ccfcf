/** The cells of an actor that was spawned from elsewhere: its own, and above it one that reports to its supervisor there. */
import { CreateFailed } from '../base/errors.ts';
import { Actor, propsOf } from '../core/actor.ts';
import { ActorCell } from '../core/actorCell.ts';
import { Children } from '../core/children.ts';
import type { Milestone } from '../core/extras.ts';
import type { Failure, TerminationReason } from '../core/message.ts';
import type { Props } from '../core/props.ts';
import type { Ref } from '../core/ref.ts';
import type { OutpostSystem } from './outpostSystem.ts';

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

  constructor(head: ActorCell, parentRef: Ref, { props, name, before }: Recipe) {
    super(head.realm, head, props, undefined, name);
    this.#parentRef = parentRef;
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
}

export interface Recipe {
  readonly props: Props;
  readonly name: string;
  readonly before: Error | undefined;
}

/** Makes an actor start below `head`, which is no parent to it: that is elsewhere. @throws NameConflict */
export function adopt(head: ActorCell, parentRef: Ref, recipe: Recipe, tell: HostedEvents): HostedCell {
  head.children ??= new Children();
  head.children.nameFor(recipe.name, '', () => head.ref.path);
  const cell = new HostedCell(head, parentRef, recipe);
  head.children.add(cell);
  let isUp = false;
  cell.more().onStep = (step: Milestone, reason?: TerminationReason) => {
    isUp = step === 'started';
    if (step === 'started') tell.started();
    else if (step === 'ended') tell.ended();
    else tell.gone(reason ?? 'stopped');
  };
  cell.aside = said => tell.aside(said);
  cell.onFailure = failure => {
    const { error } = failure;
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
