/** All that is measured of a node and its process, as it is at one moment: what every way of export reads. */

import type { LoopFigures } from '../../base/eventLoop.ts';
import type { Stats } from '../../core/counts.ts';
import type { Histogram } from '../../core/histogram.ts';
import type { PeerView } from '../../core/peers.ts';
import type { ProcessFigures } from './processFigures.ts';

/** The actors of one class, or of all classes above the limit. */
export interface ClassFigures {
  handled: number;
  failures: number;
  restarts: number;
  /** In ms. */
  busyTime: number;
  wait: Histogram;
  handling: Histogram;
  actors: number;
  /** Messages that wait in mailboxes: in all, and in the longest. */
  waiting: number;
  longest: number;
  stashed: number;
}

export interface Figures {
  /** By the name of the class. */
  readonly classes: ReadonlyMap<string, ClassFigures>;
  readonly stats: Stats;
  readonly peers: readonly PeerView[];
  readonly loop: LoopFigures;
  readonly process: ProcessFigures;
  readonly node: { readonly address: string | undefined; readonly incarnation: string };
}
