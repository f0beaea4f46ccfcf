/** What few actors have and an idle one should not pay for: made when it is first used. */
import type { Log } from '../base/log.ts';
import type { Cancel } from '../base/world.ts';
import type { Receive } from './actor.ts';
import type { Links } from './links.ts';
import type { Mailbox } from './mailbox.ts';
import type { TerminationReason } from './message.ts';
import type { Operation } from './operation.ts';
import type { From } from './postmark.ts';
import type { Ref } from './ref.ts';
import type { Budget } from './supervision.ts';
import type { Timers } from './timers.ts';
import type { Watching } from './watching.ts';

/** `ended`: the instance is gone, and the next one waits for `begin`; `gone`: so is the actor. */
export type Milestone = 'started' | 'ended' | 'gone';

export class Extras {
  /** How often a new instance has taken the place of one that failed. */
  restarts = 0;
  /** The messages that the present instance has taken, counted from the moment on that it had extras. */
  taken = 0;
  watching: Watching | undefined;
  links: Links | undefined;
  timers: Timers | undefined;
  /** Behind `this.log`. */
  log: Log | undefined;
  /** Messages put aside, oldest first. */
  stash: { message: unknown; sender: From }[] = [];
  /** Behaviours below the present one, for `unbecome`. */
  behavioursBelow: Receive[] = [];
  /** Behind `this.signal`. */
  abort: AbortController | undefined;
  /** Behind `this.messageSignal`, and whose question it belongs to. */
  messageAbort: { asker: Ref | undefined; controller: AbortController } | undefined;
  /** Addresses of remote askers that gave up before their message was handled; the oldest are forgotten. */
  abandonedBy: Set<string> | undefined;
  receiveTimeout: { ms: number; since: number; cancel: Cancel } | undefined;
  /** Who is told how far a start or an end has come, and at the very end how it ended. */
  onStep: ((step: Milestone, reason?: TerminationReason) => void) | undefined;
  /** The restarts that are left to this actor, where its supervisor counts those of each child by itself. */
  budget: Budget | undefined;
  /** The restarts that are left to its children, where it counts them together. */
  childrenBudget: Budget | undefined;
  /** Unless it is the usual one. */
  highWaterMark: number | undefined;
  /** For a process: who is called when there is mail. */
  onMail: (() => void) | undefined;
  /** For a process that carries out an errand in a `get`: the message that it had taken before. */
  interrupted: { message: unknown; sender: Ref | undefined; countsAsHandled: boolean } | undefined;
  /** How many of the messages that wait are of no interest to `onMail`. */
  looked = 0;
  /** For a pool: the messages that it leaves to whichever of its workers comes first. */
  shelf: Mailbox | undefined;
  /** For such a worker: the shelf of its pool, from which it takes messages when it has none of its own. */
  shared: Mailbox | undefined;
  /** For such a worker that is a process: whether nothing on the shelf is of interest to `onMail`. */
  isShelfSeen = false;
  /** For an actor that passes questions on: who is told that their asker gave up. */
  onAbandoned: ((asker: Ref) => void) | undefined;
  /** For a process that escalated an error: who waits for it to be forgiven. */
  onResumed: (() => void) | undefined;
  /** For a process: its operations that wait. */
  pending: Set<Operation<unknown>> | undefined;
}
