/** What supervisors are asked to do. Instances of classes, which don't cross to other nodes: a supervisor is run where it lives. */
import { show } from '../base/errors.ts';
import { Cell } from '../core/cell.ts';
import { Ref } from '../core/ref.ts';
import { type GivenSpec, isSupervisor } from './childSpec.ts';

export type Order =
  | { readonly type: 'start'; readonly spec: GivenSpec }
  | { readonly type: 'terminate' | 'restart' | 'delete'; readonly child: string | Ref }
  | { readonly type: 'which' | 'count' }
  | { readonly type: 'partition'; readonly key: unknown };

export class Request {
  readonly order: Order;

  constructor(order: Order) {
    this.order = order;
  }
}

/** Asks a supervisor, however long it takes. */
export async function request<R>(method: string, supervisor: Ref, order: Order): Promise<R> {
  if (!(supervisor instanceof Ref))
    throw new TypeError(`${method}: expected the ref of a supervisor, not ${show(supervisor)}`);
  const { inlet } = supervisor;
  // Nobody else answers, and this would wait for ever.
  if (inlet instanceof Cell && !isSupervisor(inlet.props))
    throw new TypeError(
      `${method}: ${supervisor.address} is no supervisor, or was not spawned with using(...)`,
    );
  return supervisor.ask<R>(new Request(order), { timeout: Number.POSITIVE_INFINITY });
}
