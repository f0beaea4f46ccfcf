/**
 * Where messages of the node come in for one life of an actor in a thread or process. It has a name of its own, so that what was
 * told to one life never arrives at another; whoever watches or links through it means the actor.
 */
import { Inlet } from '../core/inlet.ts';
import type { Signal } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import { NamedRef } from './border.ts';
import type { HostedCell } from './hostedCell.ts';
import type { Progress } from './progress.ts';

export class Door extends Inlet<Ref> {
  readonly realm;
  readonly ref: Ref;
  readonly #actor: Ref;
  /** Undefined when it has ended: the name of the door is known for longer. */
  #inside: { readonly cell: HostedCell; readonly progress: Progress } | undefined;

  constructor(cell: HostedCell, progress: Progress) {
    super();
    this.realm = cell.realm;
    this.#actor = cell.ref;
    this.#inside = { cell, progress };
    this.ref = new NamedRef(this, cell.ref, cell.ref.path);
  }

  override get isDead(): boolean {
    return this.#actor.isStopped;
  }

  enqueue(message: unknown, sender: Ref | undefined): void {
    // When the actor has ended, the node says what becomes of what had not begun.
    if (this.isDead || this.#inside === undefined) return;
    const { cell, progress } = this.#inside;
    cell.enqueueNumbered(message, sender, progress.arrived());
  }

  signal(signal: Signal<Ref>): void {
    this.#actor.inlet.signal(signal, this.#actor);
  }

  /** A message has come that could not be read. */
  missed(): void {
    this.#inside?.progress.missed();
  }

  /** The actor has ended. */
  close(): void {
    this.#inside = undefined;
  }
}
