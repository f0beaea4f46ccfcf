/** What all parts of one flow share. */
import type { Acks } from './acks.ts';
import type { Event } from './events/event.ts';
import type { Trails } from './trails.ts';

/** Why an event went no further. */
export type DropReason = 'overflow' | 'unroutable' | 'stopped';

export interface Scope {
  /** Whether every queue gets a copy of its own. */
  readonly copies: boolean;
  readonly acks: Acks | undefined;
  /** Whether there are any, also before the start. */
  readonly hasAcks: boolean;
  /** Undefined as long as no actor has waited for an event. */
  readonly trails: Trails | undefined;
  readonly isDraining: boolean;
  /** Hears, while it wants to, that an actor has nothing to do. */
  readonly onQuiet: (() => void) | undefined;
  /** Calls a function in a turn of its own. */
  later(run: () => void): void;
  /** As of `Trails`. */
  follow(event: Event, owner: object, ended: (error: Error | undefined) => void): () => void;
  /** Counts and reports an event that nobody will handle. */
  lost(event: Event, place: string, reason: DropReason, error: Error | undefined): void;
  /** Tells that an actor failed at an event, or that its queue had no room for it, and that nothing in the wiring deals with that. */
  failed(event: Event, actor: string, error: Error): void;
}
