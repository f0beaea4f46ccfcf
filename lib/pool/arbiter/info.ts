/** What an arbiter knows of itself, its monitors and their workers: plain data, which can cross to other nodes. */
import type { LoopVitals, MemoryVitals, PlaceVitals, Vitals } from '../../placement/index.ts';

/** `stopping`: it ends what it has begun, and gets nothing more. */
export type WorkerState = 'starting' | 'ready' | 'waiting' | 'stopping';

export interface WorkerInfo {
  /** Below the arbiter: `web/0`, with another number behind it while the one before still had that: `web/0.2`. */
  readonly name: string;
  readonly address: string;
  readonly slot: number;
  readonly state: WorkerState;
  /** Undefined until it has said so once. */
  readonly pid: number | undefined;
  /** 0 for the main thread of a process. */
  readonly threadId: number | undefined;
  /** For how many ms it has been ready; 0 while it is not. */
  readonly uptime: number;
  /** The messages that it has taken since then, commands among them. */
  readonly handled: number;
  /** The messages that it is in the middle of, or that wait for it. */
  readonly concurrent: number;
  /** How often a worker of this slot has been replaced because it had come to an end. */
  readonly restarts: number;
  /** Why, the last time. */
  readonly lastCause: string | undefined;
  readonly loop: LoopVitals | undefined;
  readonly memory: MemoryVitals | undefined;
  /** Whether it has answered now; false also for one that is not ready. What it says of itself is as old as `age` says. */
  readonly isAnswering: boolean;
  /** How many ms ago it has said what is here of it; undefined when it never has. */
  readonly age: number | undefined;
}

/** `failed`: it has given up. */
export type MonitorState = 'starting' | 'running' | 'stopping' | 'stopped' | 'failed';

export interface MonitorInfo {
  readonly name: string;
  readonly address: string;
  readonly state: MonitorState;
  /** Why it has given up. */
  readonly lastCause: string | undefined;
  /** How many workers there are to be. */
  readonly wanted: number;
  /** How many of them can be given messages. */
  readonly ready: number;
  /** How often workers have come to an end and been replaced, those among them whose slot is gone. */
  readonly restarts: number;
  /** By slot; those that are stopping behind them. */
  readonly workers: readonly WorkerInfo[];
}

export interface ArbiterInfo extends PlaceVitals {
  readonly name: string;
  /** The version of Troupe. */
  readonly version: string;
  readonly state: 'running' | 'stopping' | 'stopped';
  /** In ms. */
  readonly uptime: number;
  readonly monitors: readonly MonitorInfo[];
}

/** What a monitor has seen of a worker, and when. */
export interface Sighting {
  readonly vitals: Vitals;
  readonly at: number;
}

export const textOf = (error: Error | undefined): string | undefined => error && String(error);
