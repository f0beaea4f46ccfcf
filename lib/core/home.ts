/** What a cell needs of the node that it lives on. */
import type { Log } from '../base/log.ts';
import type { World } from '../base/world.ts';
import type { NodeFace } from './actor.ts';
import type { Uri } from './address.ts';
import type { AskDesk } from './ask.ts';
import type { DeadInlet } from './deadLetters.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { EventStream } from './events.ts';
import type { Failure, TerminationReason } from './message.ts';
import type { Ref } from './ref.ts';
import type { Strategy } from './supervision.ts';

export interface Home extends AskDesk {
  readonly world: World;
  readonly dispatcher: Dispatcher;
  readonly events: EventStream;
  readonly logger: Log;
  readonly node: NodeFace;
  /** The strategy of actors that have none of their own. */
  readonly strategy: Strategy;
  /** How long, in ms, a `postStop` or the cleanup of a process may take. */
  readonly shutdownTimeout: number;
  /** A ref that leads to nobody: where a reply without a sender goes. */
  readonly nobody: Ref;
  /** Where the ref of an ended actor leads. */
  office(reason: TerminationReason): DeadInlet;
  /** The actor at an address, as it is read by the actor at `path`. */
  lookup(address: string | Uri, path: string): Ref;
  /** The root of the tree could not go on. */
  guardianFailed(failure: Failure): void;
  /** The guardian has stopped, and with it everything. */
  guardianStopped(): void;
}
