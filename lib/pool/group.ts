/** A router for actors that others have spawned, here or on other nodes. One that has ended leaves it. */
import { show } from '../base/errors.ts';
import type { Props } from '../core/props.ts';
import { Ref } from '../core/ref.ts';
import type { Broadcast, Order } from './messages.ts';
import { checkKnown, checkStrategy } from './poolOptions.ts';
import { roundRobin } from './roundRobin.ts';
import { Router, RouterProps } from './router.ts';
import type { RoutingStrategy } from './routingStrategy.ts';

/** @typeParam M the messages of the members */
export interface GroupOptions<M = never> {
  /** Who gets a message; `roundRobin()` unless given. */
  strategy?: RoutingStrategy<M> | undefined;
}

class Group extends Router {
  readonly #refs: readonly Ref[];

  constructor(refs: readonly Ref[], strategy: RoutingStrategy<never>) {
    super(strategy);
    this.#refs = refs;
  }

  protected override open(): void {
    for (const ref of this.#refs) this.#add(ref);
  }

  protected override obey(order: Order): unknown {
    if (order.type === 'routees') return this.members.all;
    if (order.type === 'resize')
      throw new TypeError(`${this.ref.address} is a group: add members, or remove them, instead`);
    checkRef(order.type === 'add' ? 'addRoutee' : 'removeRoutee', order.routee);
    return order.type === 'add' ? this.#add(order.routee) : this.#remove(order.routee);
  }

  protected override ended(ref: Ref): void {
    if (this.members.get(ref.address) === ref) this.members.delete(ref.address);
  }

  protected override ownMessage(message: object): void {
    this.cell.unhandled(message);
  }

  #add(ref: Ref): boolean {
    const { address } = ref;
    const known = this.members.get(address);
    if (known !== undefined && !known.isStopped) return false;
    if (ref.isStopped) return false;
    this.join(address, ref);
    return true;
  }

  #remove(ref: Ref): boolean {
    const known = this.members.get(ref.address);
    if (known === undefined) return false;
    this.leave(ref.address, known);
    return true;
  }
}

/**
 * A recipe for a group of actors that live already, to be spawned: what is told to it goes to one of them, or to several, as the
 * strategy says. They see the original sender. Members may live on other nodes; those whose node does not respond get nothing
 * until it does again.
 * @throws TypeError that names the option and what is wrong with it
 */
export function group<M>(
  refs: Iterable<Ref<M>>,
  options: GroupOptions<NoInfer<M>> = {},
): Props<M | Broadcast<M>> {
  checkKnown('group', options, ['strategy']);
  const { strategy = roundRobin() } = options;
  checkStrategy('group', strategy);
  if (strategy.needsWorkers)
    throw new TypeError(`group: strategy ${strategy.name}() needs workers of its own: use a pool`);
  if (typeof (refs as Iterable<Ref> | undefined)?.[Symbol.iterator] !== 'function')
    throw new TypeError(`group: the first argument must be a list of refs, not ${show(refs)}`);
  const members = [...refs] as Ref[];
  for (const ref of members) checkRef('group', ref);
  return new RouterProps('Group', () => new Group(members, strategy));
}

function checkRef(method: string, ref: unknown): void {
  if (!(ref instanceof Ref)) throw new TypeError(`${method}: expected the ref of an actor, not ${show(ref)}`);
}
