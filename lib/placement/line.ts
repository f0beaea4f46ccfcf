/** The line to one thread or process: how it is started and ended, and what is said past the link. */
import type { LogThreshold } from '../base/log.ts';
import type { RemotingOptions } from '../remoting/options.ts';
import type { Tally } from './tally.ts';

export interface LineHearer {
  /** A report. */
  control(bytes: Uint8Array): void;
  /** It has ended, or could not be started. Told once. */
  exited(error: Error): void;
}

/** Memory that both sides see. */
export interface Lent {
  readonly tally: Tally;
  /** Where it is found over there, unless it was sent there. */
  readonly region: number | undefined;
  /** To be called when nobody over there writes to it any more. */
  readonly giveBack: () => void;
}

export interface Line {
  tell(order: Uint8Array): void;
  /** Memory for the life `id` of an actor, to be lent before that is ordered; undefined when there is none. */
  lend(id: number): Lent | undefined;
  /** Hands buffers over, ahead of what is sent afterwards; undefined where memory can only be copied. */
  readonly move: ((id: string, buffers: readonly ArrayBufferLike[]) => void) | undefined;
  /**
   * Ends it; resolves when it is gone.
   * @param isForced whether it will not do so by itself
   */
  end(isForced: boolean): Promise<void>;
  /** What its JavaScript is doing just now, as far as that can be found out. */
  sample(): Promise<Sample | undefined>;
}

export interface Sample {
  /** The innermost call first. */
  readonly calls: readonly string[];
  /** The path of the actor whose code runs. */
  readonly actor: string | undefined;
}

/** What a thread or process is told at its start. */
export interface Setup {
  /** What it is called on its link, and what tells its asks from those of others. */
  readonly peer: string;
  readonly id: string;
  /** Who waits for its connection. */
  readonly home: string;
  /** The `host:port` of the node that it is a part of, and other names of that. */
  readonly address: string | undefined;
  readonly aliases: readonly string[];
  readonly shutdownTimeout: number;
  /** How often, in ms, it says that it is alive; 0 for never. */
  readonly beatInterval: number;
  /** What of the node's options holds for it, too. */
  readonly remoting: RemotingOptions;
  /** From which level on its node may want to have its log lines. */
  readonly logLevel: LogThreshold;
  /** The module that it will have to load. */
  readonly url: string;
  /** The file descriptor of the file for tallies, where it has one. */
  readonly tallies?: number | undefined;
}
