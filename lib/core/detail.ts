/** One actor, seen closely: what `inspect` gives. */
import type { Limits } from '../restart/intensity.ts';
import type { Life } from './life.ts';
import type { ActorMeter } from './meter.ts';
import type { Ref } from './ref.ts';

/** A message that waits, or is being handled. */
export interface PeekedMessage {
  readonly message: unknown;
  readonly sender: Ref | undefined;
}

/** One actor, seen closely: what `inspect` gives. */
export interface ActorDetail {
  readonly ref: Ref;
  readonly parent: Ref | undefined;
  readonly className: string;
  readonly state: Life;
  readonly restarts: number;
  readonly queued: number;
  readonly stashed: number;
  /** For how many ms it has been there, restarts included. */
  readonly uptime: number;
  /** How many children it has. */
  readonly children: number;
  /** Who hears of its end; those who ask it or wait for its end from outside are among them. */
  readonly watchers: readonly Ref[];
  /** Whose ends it hears of. */
  readonly watching: readonly Ref[];
  /** Whom it shares its fate with. */
  readonly links: readonly Ref[];
  /** Whether it runs in another thread, process or node. */
  readonly isElsewhere: boolean;
  /** What it is handling now. */
  readonly current: PeekedMessage | undefined;
  /** The first messages that wait, in their turn. */
  readonly mailbox: readonly PeekedMessage[];
  /** The restarts that it has left before its supervisor fails; undefined until it has been restarted. */
  readonly restartsLeft: number | undefined;
  /** The same for its children, where it counts them together; a `Supervisor` always does. */
  readonly childRestartsLeft: number | undefined;
  /** What those are left of: at most `max` restarts within any `within` ms. */
  readonly restartLimits: Limits | undefined;
  readonly childRestartLimits: Limits | undefined;
  /** What is measured of it, once the node measures. */
  readonly meter: ActorMeter | undefined;
}
