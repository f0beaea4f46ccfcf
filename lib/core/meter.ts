/** What is measured: of a class of actors, and of one actor. Numbers that others read. */
import type { Delivery, Observer } from './delivery.ts';
import { Histogram } from './histogram.ts';
import type { Ref } from './ref.ts';

/** The sums over all actors of one class. */
export class ClassMeter {
  readonly className: string;
  /** Messages taken. */
  handled = 0;
  /** How often its actors have failed: at a message, or without one. */
  failed = 0;
  /** How often its actors have been restarted. */
  restarts = 0;
  /** For how many ms these actors have had the event loop to themselves. */
  busyTime = 0;
  /** From the tell to the begin of the handling, in ms. */
  readonly wait = new Histogram();
  /** From the begin of the handling to its end, waiting included, in ms. */
  readonly handling = new Histogram();

  constructor(className: string) {
    this.className = className;
  }
}

/** What is measured of one actor. */
export class ActorMeter {
  readonly kind: ClassMeter;
  /** Messages taken. */
  handled = 0;
  /** For how many ms it has had the event loop to itself. */
  busyTime = 0;
  /** The longest it has had it at once, in ms: over several turns, when nobody else had one in between. */
  longestTurn = 0;
  /** When the present async work began; NaN while there is none. */
  busySince = Number.NaN;
  /** What a sampler found out when it looked last: messages per second, and which share of the time it had the event loop. */
  rate = 0;
  share = 0;
  /** @internal The sums at that time. */
  sampledHandled = 0;
  sampledBusyTime = 0;
  /** @internal The delivery that is under way, if it is looked at. */
  delivery: Delivery | undefined = undefined;
  /** @internal Those who want to see its deliveries. */
  observers: readonly Observer[] = nobody;
  /** @internal As of which change of the observers that is. */
  version = 0;

  constructor(kind: ClassMeter) {
    this.kind = kind;
  }
}

/** No observers: one list for all who have none. */
export const nobody: readonly Observer[] = [];

/** An actor as it is measured. */
export interface Measured {
  readonly ref: Ref;
  readonly className: string;
  meter: ActorMeter | undefined;
}
