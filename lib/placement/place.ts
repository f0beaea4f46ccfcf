/** Where an actor is to run, as `thread()` and `childProcess()` say it. */
import type { ResourceLimits } from 'node:worker_threads';
import { show } from '../base/errors.ts';
import { checkNames } from '../base/options.ts';
import type { RemotingOptions } from '../remoting/options.ts';

export interface Place {
  readonly kind: 'thread' | 'process';
  /** The name by which several actors share one; undefined for one of its own. */
  readonly shared: string | undefined;
  /** How long, in ms, it may not answer; as long as another node unless given. */
  readonly maxBusy: number | undefined;
  readonly resourceLimits: ResourceLimits | undefined;
  readonly env: NodeJS.ProcessEnv | undefined;
  readonly execArgv: readonly string[];
}

export interface PlaceOptions {
  /** Actors with the same name here share one; each has one of its own unless given. The first one says how it is. */
  shared?: string | undefined;
  /**
   * After so many ms in which it has not answered, because its JavaScript runs on without a pause, it is ended, and its actors
   * fail with an `Overrun` (the `maxSilence` of the node's remoting options, 3000). `Infinity` lets it be busy for as long as it likes.
   */
  maxBusy?: number | undefined;
}

/** How many times a sign of life is looked for before it counts as missing. */
export const looks = 4;

/** How often, in ms, it gives one; 0 for never. */
export const beatIntervalOf = (maxBusy: number) => (maxBusy < Number.POSITIVE_INFINITY ? maxBusy / 10 : 0);

/** How often, in ms, one is looked for: so that none is missed by one who answers in time. */
export const lookIntervalOf = (maxBusy: number) => (maxBusy + beatIntervalOf(maxBusy)) / looks;

const usualMaxSilence = 3000;

/** How long, in ms, one of that node may not answer. */
export const maxBusyOf = ({ maxBusy }: Place, { maxSilence = usualMaxSilence }: RemotingOptions): number =>
  maxBusy ?? maxSilence;

/** @throws TypeError that names the option and what is wrong with it */
export function checkPlace(call: string, options: PlaceOptions, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${call}: options must be an object such as { maxBusy: 1000 }, not ${show(options)}`);
  checkNames(call, options, known);
  const { shared, maxBusy } = options;
  if (shared !== undefined && (typeof shared !== 'string' || shared === ''))
    throw new TypeError(`${call}: shared must be a text that is not empty, not ${show(shared)}`);
  if (maxBusy !== undefined && !(typeof maxBusy === 'number' && maxBusy > 0))
    throw new TypeError(`${call}: maxBusy must be more than 0 milliseconds, not ${show(maxBusy)}`);
}

/** @throws TypeError */
export function checkSettings(call: string, name: string, value: unknown): void {
  if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value)))
    throw new TypeError(`${call}: ${name} must be an object, not ${show(value)}`);
}
