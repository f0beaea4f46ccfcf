/** One queue for all, from which a worker that becomes free takes the next message. */
import { show } from '../base/errors.ts';
import { ActorCell } from '../core/actorCell.ts';
import { type Mailbox, type MailboxKind, unbounded } from '../core/mailbox.ts';
import type { Ref } from '../core/ref.ts';
import { StandInCell } from '../placement/standIn.ts';
import { Feeding } from './feeding.ts';
import { type Desk, type Routing, RoutingStrategy } from './routingStrategy.ts';

export interface BalancingOptions {
  /** The kind of the queue: `unbounded()` unless given, or `bounded({ ... })`, `priority(compare)`. */
  queue?: MailboxKind | undefined;
}

class Balancing implements Routing {
  readonly #desk: Desk;
  readonly #shelf: Mailbox;
  #next = 0;
  /** Made for the first worker that runs in a thread or process. */
  #feeding: Feeding | undefined;

  constructor(desk: Desk, queue: MailboxKind) {
    this.#desk = desk;
    this.#shelf = desk.cell.openShelf(queue);
  }

  route(): void {
    this.#desk.cell.shelve(this.#shelf);
    if (this.#feeding !== undefined) this.#feeding.arrived();
    else this.#wakeOne();
  }

  joined(ref: Ref): void {
    const { inlet } = ref;
    if (inlet instanceof StandInCell && inlet.isOnThisNode) {
      this.#feeding ??= new Feeding(this.#desk, this.#shelf);
      inlet.feedFrom(this.#feeding);
    } else if (inlet instanceof ActorCell && !(inlet instanceof StandInCell)) inlet.drawFrom(this.#shelf);
    else
      throw new TypeError(
        `balancing() needs workers that run on this node, and ${ref.address} does not: use another strategy`,
      );
  }

  close(): void {
    this.#feeding?.close();
  }

  /** Those who are busy look for themselves when they are done. */
  #wakeOne(): void {
    const { refs } = this.#desk.members;
    for (let i = refs.length; i > 0; i--) {
      if (this.#next >= refs.length) this.#next = 0;
      const { inlet } = refs[this.#next++] as Ref;
      if (inlet instanceof ActorCell && inlet.wake()) return;
    }
  }
}

/**
 * Messages wait in one queue, and a worker that becomes free takes the next. Only for the workers of a pool, on this node: also
 * in threads and processes.
 * @throws TypeError when `queue` is no kind of mailbox
 */
export function balancing({ queue = unbounded() }: BalancingOptions = {}): RoutingStrategy<unknown> {
  if (typeof queue !== 'function') {
    throw new TypeError(
      `balancing: queue must be unbounded(), bounded({ capacity }) or priority(compare), not ${show(queue)}`,
    );
  }
  return new RoutingStrategy('balancing', desk => new Balancing(desk, queue), true);
}
