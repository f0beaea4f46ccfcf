/** Process groups as actors see them. The node makes them, when they are first used. */
import type { Ref } from './ref.ts';

/** The members of a group have changed: here, or on another node. */
export class GroupChanged {
  readonly group: string;
  readonly joined: readonly Ref[];
  readonly left: readonly Ref[];

  constructor(group: string, joined: readonly Ref[], left: readonly Ref[]) {
    this.group = group;
    this.joined = joined;
    this.left = left;
  }
}

/** Named groups of actors on all nodes that are connected. Every change is told as `GroupChanged`. */
export interface GroupsFace {
  /**
   * Makes an actor of this node a member, until it leaves or ends. One that is a member already stays it, once; one that has
   * ended does not become one.
   * @param name a text of 1 to 200 characters
   * @throws TypeError for a bad name, or what is no actor of this node; RangeError when there are too many members
   */
  join(name: string, ref: Ref<never>): void;
  /** Ends a membership; false when there was none. */
  leave(name: string, ref: Ref<never>): boolean;
  /** The members on this node and on all that are connected to it, these first. */
  members<M = unknown>(name: string): Ref<M>[];
  /** The members on this node. */
  localMembers<M = unknown>(name: string): Ref<M>[];
  /** The groups that have members, on any node. */
  names(): string[];
  /**
   * Tells a message to all members.
   * @returns how many these are; with none, the message is told to nobody, and is no dead letter
   */
  broadcast(name: string, message: unknown, sender?: Ref): number;
}
