/** What apps need of an arbiter. */
import type { Node } from '../../node/node.ts';
import type { NodeOptions } from '../../node/options.ts';

/** The owner of a process: its node, its signals, its end. */
export interface ArbiterFace {
  readonly node: Node;
  /** Resolves when it has stopped, whoever stopped it. */
  readonly stopped: Promise<void>;
  stop(): Promise<void>;
}

/** How the arbiter is started that `runApps` and `app.start` make. */
export interface ArbiterOptions {
  /** The options of its node, or a node that is there already. */
  readonly node?: NodeOptions | Node | undefined;
  /** Whether SIGINT and SIGTERM stop it. */
  readonly signals?: boolean | undefined;
  /** A file that holds the process id while it runs. */
  readonly pidfile?: string | undefined;
  /** How long, in ms, stopping may take. */
  readonly exitTimeout?: number | undefined;
}
