/** How a router chooses who gets a message: what a strategy is given, and what it gives. */
import type { World } from '../base/world.ts';
import type { ActorCell } from '../core/actorCell.ts';
import type { Ref } from '../core/ref.ts';
import type { Members } from './members.ts';

/** What a router lends to its strategy. */
export interface Desk {
  readonly members: Pick<Members, 'refs' | 'keys'>;
  /** Leads to nobody: what is told to it is a dead letter. */
  readonly nobody: Ref;
  /** The router's own cell. */
  readonly cell: ActorCell;
  readonly world: World;
}

/** A strategy at work, in one router. */
export interface Routing {
  /** Passes on the message that the router is handling. */
  route(message: unknown, sender: Ref | undefined): void;
  /** Somebody is new; called before it is a member. */
  joined?(ref: Ref): void;
  /** Whoever has asked does not wait any more; unless it is there, all members are told. */
  abandoned?(asker: Ref): void;
  /** The router ends, or begins anew. */
  close?(): void;
}

/**
 * What `roundRobin()` and the others give.
 * @typeParam M the messages that it can route
 */
export class RoutingStrategy<in M = never> {
  readonly name: string;
  /** @internal */
  readonly begin: (desk: Desk) => Routing;
  /** @internal Whether it works with nobody but workers that the router has spawned. */
  readonly needsWorkers: boolean;
  /** @internal carries M, for the types alone */
  declare readonly messages?: (message: M) => void;

  /** @internal use `roundRobin()` and the others */
  constructor(name: string, begin: (desk: Desk) => Routing, needsWorkers = false) {
    this.name = name;
    this.begin = begin;
    this.needsWorkers = needsWorkers;
  }
}
