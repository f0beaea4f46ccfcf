/** The figures that both ends of a conversation should agree on, and how options are checked. */
import { show } from '../../base/errors.ts';
import { SetupError } from '../events/errors.ts';

export interface HeartbeatOptions {
  /** How often each end lets the other hear from it, in ms (2500). The same on all: RFC 7 has no way to agree on it. */
  heartbeatInterval?: number;
  /** After so many intervals without a sign of life the other end is taken for dead (3). */
  liveness?: number;
}

export const heartbeatDefaults = { heartbeatInterval: 2500, liveness: 3 } as const;

/** How often a machine looks at the time, in ms, when it keeps such intervals. */
export const tickFor = (...intervals: number[]): number =>
  Math.max(1, Math.min(1000, ...intervals.map(interval => interval / 4)));

/**
 * The options that are given, and the defaults of the others.
 * @param of whose they are, for the error
 * @throws SetupError that names the option and what is wrong with it
 */
export function complete<T extends object>(
  of: string,
  given: { readonly [K in keyof T]?: T[K] | undefined },
  defaults: T,
  checks: { readonly [K in keyof T]?: readonly [expected: string, holds: (value: T[K]) => boolean] },
): T {
  const all = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof T & string)[]) {
    const value = given[name];
    if (value !== undefined) all[name] = value as T[typeof name];
    const check = checks[name];
    if (check === undefined || (typeof all[name] === typeof defaults[name] && check[1](all[name]))) continue;
    throw new SetupError(`${of}: ${name} must be ${check[0]}, not ${show(all[name])}`);
  }
  return Object.freeze(all);
}

export const positiveMs: readonly [string, (value: number) => boolean] = [
  'milliseconds, more than 0',
  value => value > 0 && value <= 2 ** 31,
];
export const wholeFrom = (least: number): readonly [string, (value: number) => boolean] => [
  `a whole number from ${least} up`,
  value => Number.isInteger(value) && value >= least,
];
export const yesOrNo: readonly [string, (value: boolean) => boolean] = [
  'true or false',
  value => typeof value === 'boolean',
];

export const heartbeatChecks = { heartbeatInterval: positiveMs, liveness: wholeFrom(1) };
