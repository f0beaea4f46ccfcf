/** What is told of a node and its actors: plain data, which crosses to other nodes and to a browser as it is. */
import type { Stats } from '../../core/counts.ts';
import type { Life } from '../../core/life.ts';

/** A node at one moment. */
export interface NodeView {
  readonly address: string | undefined;
  readonly incarnation: string;
  readonly pid: number;
  readonly versions: { readonly troupe: string; readonly node: string };
  /** When this was found, in ms since the Unix epoch. */
  readonly at: number;
  /** For how many ms the node has been observed. */
  readonly observedFor: number;
  readonly stats: Stats;
  /** Per second, over the last sample. */
  readonly rates: NodeRates;
  readonly eventLoop: {
    /** How late it came to what was due, in ms, over the last sample. */
    readonly delay: { readonly mean: number; readonly p99: number; readonly max: number };
    /** The share of the time that it was busy, from 0 to 1. */
    readonly utilization: number;
  };
  /** In bytes. */
  readonly memory: { readonly rss: number; readonly heapUsed: number; readonly heapTotal: number };
}

export interface NodeRates {
  readonly sent: number;
  readonly handled: number;
  readonly deadLetters: number;
  readonly restarts: number;
}

/** One actor, in a list. */
export interface ActorRow {
  readonly path: string;
  readonly name: string;
  readonly className: string;
  readonly state: Life;
  readonly queued: number;
  readonly stashed: number;
  /** Messages that it has taken since the node is observed. */
  readonly handled: number;
  /** Messages that it takes per second. */
  readonly rate: number;
  /** The share of the time that it has the event loop to itself, from 0 to 1. */
  readonly share: number;
  /** For how many ms it has been in its present async work; undefined when in none. */
  readonly busyFor: number | undefined;
  readonly restarts: number;
  readonly children: number;
  /** In ms, restarts included. */
  readonly uptime: number;
  /** Its last failure since the node is observed. */
  readonly lastError: ErrorView | undefined;
}

export interface ErrorView {
  /** In ms since the Unix epoch. */
  readonly at: number;
  readonly text: string;
  readonly stack: string | undefined;
  /** How often it has failed since the node is observed. */
  readonly count: number;
}

export interface Page<T> {
  /** How many there are in all. */
  readonly total: number;
  readonly rows: readonly T[];
}

export interface MessageView {
  readonly text: string;
  /** The address of who sent it. */
  readonly sender: string | undefined;
}

/** One actor, seen closely. */
export interface ActorView extends ActorRow {
  readonly address: string;
  readonly parent: string | undefined;
  readonly isElsewhere: boolean;
  readonly watchers: readonly string[];
  readonly watching: readonly string[];
  readonly links: readonly string[];
  readonly current: MessageView | undefined;
  readonly mailbox: readonly MessageView[];
  readonly restartsLeft: number | undefined;
  readonly childRestartsLeft: number | undefined;
  /** The longest that it has had the event loop at once, in ms. */
  readonly longestTurn: number;
  /** What happened to it, the newest first. */
  readonly history: readonly EventView[];
}

export type Level = 'info' | 'warn' | 'error';

/** Something that happened. */
export interface EventView {
  /** Rises by one with each event of the node. */
  readonly number: number;
  /** In ms since the Unix epoch. */
  readonly at: number;
  /** The name of the event's class. */
  readonly kind: string;
  readonly level: Level;
  /** The path of the actor, or the address of the node, that it is about. */
  readonly subject: string | undefined;
  readonly text: string;
  readonly stack: string | undefined;
}

export interface DeadLetterView {
  readonly number: number;
  readonly at: number;
  readonly recipient: string;
  readonly sender: string | undefined;
  readonly reason: string;
  readonly message: string;
}

export interface ExhibitView {
  readonly kind: string;
  readonly name: string;
  readonly view: unknown;
}
