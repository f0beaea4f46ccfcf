/**
 * Spawns actors for other nodes, of classes that this node knows by name, and reports how they do. It lives at `/remote`, once
 * there is such a class; who may tell it anything is said by the operation `spawn` of `remoting.allow`.
 */
import { RemotingError, show } from '../base/errors.ts';
import { Actor, hostOf, propsOf } from '../core/actor.ts';
import type { ActorCell } from '../core/actorCell.ts';
import { checkName } from '../core/children.ts';
import { type Failure, Terminated } from '../core/message.ts';
import { Props } from '../core/props.ts';
import { Ref } from '../core/ref.ts';
import { type AnyDecision, Later, Stop } from '../core/supervision.ts';
import type { System } from '../core/system.ts';
import { spawnerName } from '../remoting/policy.ts';
import type { Order, Report } from './control.ts';
import { adopt, type HostedCell } from './hostedCell.ts';
import { obey } from './orders.ts';

type AnyClass = new () => Actor<unknown, unknown>;

/** An order from another node says besides who stands there for the actor, and whom it has as its parent. */
export type FarOrder = Order & { readonly standIn?: Ref; readonly parentRef?: Ref };

interface Lodger {
  readonly cell: HostedCell;
  /** Who is told how it does. */
  readonly agent: Ref;
  readonly id: number;
  readonly standIn: Ref;
}

class Landlord extends Actor<
  FarOrder | Terminated<Ref>,
  { readonly classes: ReadonlyMap<string, AnyClass> }
> {
  readonly #lodgers = new Map<string, Lodger>();

  override receive(order: FarOrder | Terminated<Ref>): void {
    // Who had it spawned is gone, and nobody else would stop it.
    if (order instanceof Terminated) return this.#evict(order.ref);
    const agent = this.sender;
    if (agent === undefined || typeof order !== 'object' || order === null || !Number.isInteger(order.id))
      return this.unhandled(order);
    if (order.op === 'spawn') return this.#spawn(order, agent);
    const lodger = this.#lodgers.get(keyOf(agent, order.id));
    if (lodger !== undefined) obey(lodger.cell, order, report => void agent.tell(report));
  }

  #spawn(order: FarOrder & { op: 'spawn' }, agent: Ref): void {
    const { id, standIn } = order;
    const report = (said: Report) => void agent.tell(said);
    try {
      const cell = this.#adopt(order, {
        started: () => report({ report: 'started', id }),
        startFailed: error => report({ report: 'startFailed', id, error }),
        ended: () => report({ report: 'ended', id }),
        failed: ({ error, message }) => report({ report: 'failed', id, error, message }),
        aside: said => report({ report: 'aside', id, said }),
        gone: reason => {
          this.#lodgers.delete(keyOf(agent, id));
          // When this node stops, that is for whoever had it spawned as if it were down.
          if (!this.signal.aborted) report({ report: 'gone', id, reason });
        },
      });
      if (standIn === undefined) return;
      this.#lodgers.set(keyOf(agent, id), { cell, agent, id, standIn });
      this.watch(standIn);
    } catch (error) {
      report({ report: 'startFailed', id, error: error as Error });
    }
  }

  /** @throws Error that says why not */
  #adopt(order: FarOrder & { op: 'spawn' }, tell: Parameters<typeof adopt>[3]): HostedCell {
    const { className, name, params, failure, standIn, parentRef } = order;
    const actorClass = this.params.classes.get(className);
    if (actorClass === undefined)
      throw new RemotingError(`no class of actors is registered as ${show(className)} on this node`);
    if (!(standIn instanceof Ref && parentRef instanceof Ref) || standIn.isLocal)
      throw new RemotingError('an order to spawn says who orders it');
    checkName(name);
    const { accepts } = propsOf(actorClass);
    const props = new Props(className, () => new actorClass(), params, accepts, undefined, actorClass);
    const landlord = hostOf(this, 'ref') as unknown as ActorCell;
    return adopt(landlord, parentRef, { props, name, before: failure }, tell);
  }

  #evict(standIn: Ref): void {
    for (const { cell, standIn: other } of this.#lodgers.values()) if (other.equals(standIn)) cell.ref.stop();
  }

  /** Decided where it was ordered. */
  override supervise(_: Error, child: Ref): AnyDecision {
    const cell = child.inlet as HostedCell;
    if (cell.failure === undefined) return Stop;
    cell.onFailure(cell.failure satisfies Failure);
    return Later;
  }
}

const keyOf = (agent: Ref, id: number) => `${agent.address} ${id}`;

const known = new WeakMap<System, Map<string, AnyClass>>();

/** Lets other nodes spawn that class here, if `remoting.allow` lets them. @throws TypeError when another one has its name */
export function admit(system: System, actorClass: AnyClass): void {
  let classes = known.get(system);
  if (classes === undefined) {
    classes = new Map();
    known.set(system, classes);
    system.spawn(Landlord.using({ classes }), { name: spawnerName });
  }
  const before = classes.get(actorClass.name);
  if (before !== undefined && before !== actorClass)
    throw new TypeError(`register: another class of actors is registered as ${actorClass.name}`);
  classes.set(actorClass.name, actorClass);
}
