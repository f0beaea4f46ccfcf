/** What remoting needs of the node that it serves. */
import type { World } from '../base/world.ts';
import type { Counts } from '../core/counts.ts';
import type { EventStream } from '../core/events.ts';
import type { Realm } from '../core/inlet.ts';
import type { Monitor } from '../core/monitor.ts';
import type { StandardSchemaV1 } from '../core/props.ts';
import type { Ref } from '../core/ref.ts';

export interface RemotingHost {
  readonly world: World;
  /** A UUID. */
  readonly incarnation: string;
  /** The version of the package. */
  readonly version: string;
  readonly realm: Realm<Ref>;
  readonly counts: Counts;
  readonly events: EventStream;
  /** The live actor, or waiting ask, at a local path. */
  resolve(path: string): Ref | undefined;
  /** A ref to nobody, at a local path. */
  deadRef(path: string): Ref;
  /** The ref for an address that has come from another node. @throws InvalidAddress */
  refAt(address: string): Ref;
  /** What the actor behind a local ref takes from other nodes; undefined for everything. */
  accepts(ref: Ref): StandardSchemaV1 | undefined;
  /** Whether peers are parts of this node, which may do everything. */
  readonly isTrusting?: boolean;
  /** Whether a ref leads to that peer; unless given, its address says it. */
  livesOn?(ref: Ref, peer: string): boolean;
  /**
   * Hears of each message that was taken to be sent. Where this is wanted, what is told to one receiver arrives in the order in
   * which it was taken, whoever has told it.
   * @param baggage what the tracer lets travel with it; undefined for nothing
   */
  onTaken?(message: unknown, sender: Ref | undefined, to: Ref, baggage: unknown): void;
  /** Has what looks at messages, once somebody wants to know. */
  readonly bench: { readonly monitor: Monitor | undefined };
  /** Writes a line into the log. */
  warn(text: string): void;
  /** Tells of an error that belongs to no actor. */
  ignoreError(error: Error, where: string): void;
}
