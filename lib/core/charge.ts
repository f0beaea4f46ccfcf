/**
 * What a supervisor that is an actor itself does with its children, beyond `stop` and `kill`: it follows how far their
 * starts and ends have come, and takes restarts apart, so that several children can end before the first of them begins.
 */
import { Cell } from './cell.ts';
import { stopOf } from './endingCell.ts';
import type { Milestone } from './extras.ts';
import type { Failure, TerminationReason } from './message.ts';
import { limitOf } from './props.ts';
import type { Ref } from './ref.ts';

/** A child, in the eyes of its supervisor. Once the child is gone, nothing that is said to it means anything. */
export class Charge {
  readonly ref: Ref;

  /** @param onStep called in the middle of the child's turn: it must only take note */
  constructor(ref: Ref, onStep: (step: Milestone, reason?: TerminationReason) => void) {
    this.ref = ref;
    const cell = this.#cell;
    if (cell !== undefined) cell.more().onStep = onStep;
  }

  /** What it waits for a decision about. */
  get failure(): Failure | undefined {
    return this.#cell?.failure;
  }

  /** Stops it, as its `shutdown` option says: `gone` follows. */
  stop(): void {
    const cell = this.#cell;
    if (cell !== undefined) cell.signal(stopOf(cell));
  }

  /** Stops it because it has failed: `gone` follows. */
  giveUp(): void {
    const cell = this.#cell;
    if (cell === undefined) return;
    const { shutdown } = cell.options ?? {};
    cell.signal({ type: 'giveUpChild', ...(shutdown !== undefined && { limit: limitOf(shutdown) }) });
  }

  /** Ends its instance, which has `limit` ms for that, and keeps the rest: `ended` follows, or `gone`. */
  endInstance(failure: Failure, limit: number): void {
    this.#cell?.signal({ type: 'endInstance', failure, limit });
  }

  /** Starts the next instance: `started` follows, or a failure, or `gone`. */
  begin(): void {
    this.#cell?.signal({ type: 'begin' });
  }

  /** The supervisor fails because of this child's failure: what is decided about the one holds for the other. */
  handOver(): void {
    const cell = this.#cell;
    if (cell !== undefined) cell.isHandedOver = true;
  }

  get #cell(): Cell | undefined {
    const { inlet } = this.ref;
    return inlet instanceof Cell ? inlet : undefined;
  }
}
