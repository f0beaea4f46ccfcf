/** What a router looks at itself, and does not pass on as it is. */
import { Notice } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';

export abstract class ForRouter {}

/**
 * Goes to all members of a pool or group, whatever its strategy: `pool.tell(new Broadcast('reload'))`. They get what is in it.
 * To send one from another node, both nodes `register(Broadcast)`.
 */
export class Broadcast<M = unknown> extends ForRouter {
  readonly message: M;

  constructor(message: M) {
    super();
    this.message = message;
  }
}

/** What routers are asked to do by those who run them. */
export type Order =
  | { readonly type: 'routees' }
  | { readonly type: 'resize'; readonly size: number }
  | { readonly type: 'add' | 'remove'; readonly routee: Ref };

/** Instances don't cross to other nodes: a router is run where it lives. */
export class RouterRequest extends ForRouter {
  readonly order: Order;

  constructor(order: Order) {
    super();
    this.order = order;
  }
}

/** It is time to look how much there is to do. */
export class LoadCheck extends ForRouter {}

/** The place of a worker that has ended is to be filled. A notice: when the pool itself ends, nobody misses it. */
export class Vacancy extends Notice {
  readonly slot: object;

  constructor(slot: object) {
    super();
    this.slot = slot;
  }
}
