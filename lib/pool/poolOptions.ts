/** What a pool can be told, checked once. */
import { show } from '../base/errors.ts';
import { checkNames } from '../base/options.ts';
import { checkSpawnOptions, type SpawnOptions } from '../core/props.ts';
import { roundRobin } from './roundRobin.ts';
import { RoutingStrategy } from './routingStrategy.ts';
import { Scaling, type ScalingOptions } from './scaling.ts';

/** @typeParam M the messages of the workers */
export interface PoolOptions<M = never> {
  /** How many workers there are, at first where `min` and `max` are given; `min` unless given. */
  size?: number | undefined;
  /** Who gets a message; `roundRobin()` unless given. */
  strategy?: RoutingStrategy<M> | undefined;
  /** Where they run, in the short form of `options: { on }`: `thread()`, `childProcess()`, `remote(address)`. */
  on?: SpawnOptions['on'];
  /** How workers are spawned: all that `spawn` takes, except a name. */
  options?: Omit<SpawnOptions, 'name'> | undefined;
  /** With `max`: the number of workers follows what there is to do. At least so many ... */
  min?: number | undefined;
  /** ... and at most so many. */
  max?: number | undefined;
  /** When a pool with `min` and `max` grows and shrinks. */
  scaling?: ScalingOptions | undefined;
}

export interface CompletePoolOptions {
  readonly size: number;
  readonly strategy: RoutingStrategy<never>;
  readonly options: SpawnOptions | undefined;
  /** Makes what judges the number of workers: one for each pool that is spawned. */
  readonly scaling: (() => Scaling) | undefined;
}

const known = ['size', 'strategy', 'on', 'options', 'min', 'max', 'scaling'];
const mostWorkers = 100_000;

/** @throws TypeError that names the option and what is wrong with it */
export function completePoolOptions(given: PoolOptions<never>): CompletePoolOptions {
  checkKnown('pool', given, known);
  const { size = given.min, strategy = roundRobin(), on } = given;
  const options = on === undefined ? given.options : { ...given.options, on };
  checkStrategy('pool', strategy);
  checkWorkerOptions(options);
  checkSize('pool: size', size);
  const scaling = scalingOf(given, size);
  return { size, strategy, options, scaling };
}

/** @throws TypeError */
export function checkKnown(what: string, options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${what}: options must be an object, not ${show(options)}`);
  checkNames(what, options, names);
}

/** @throws TypeError */
export function checkStrategy(what: string, strategy: unknown): asserts strategy is RoutingStrategy<never> {
  if (strategy instanceof RoutingStrategy) return;
  throw new TypeError(
    `${what}: strategy must be roundRobin(), random(), smallestMailbox(), broadcast(), consistentHash(key), ` +
      `scatterGather({ within }) or balancing(), not ${show(strategy)}`,
  );
}

/** @throws TypeError */
export function checkSize(what: string, size: unknown, least = 0): asserts size is number {
  if (Number.isInteger(size) && (size as number) >= least && (size as number) <= mostWorkers) return;
  throw new TypeError(`${what} must be a whole number from ${least} to ${mostWorkers}, not ${show(size)}`);
}

function checkWorkerOptions(options: SpawnOptions | undefined): void {
  if (options === undefined) return;
  checkSpawnOptions(options);
  if (options.name !== undefined)
    throw new TypeError('pool: options.name can not be given, since workers have names of their own');
}

function scalingOf({ min, max, scaling }: PoolOptions<never>, size: number): (() => Scaling) | undefined {
  if (min === undefined && max === undefined) {
    if (scaling !== undefined) throw new TypeError('pool: scaling needs the options min and max');
    return undefined;
  }
  checkSize('pool: min', min, 1);
  checkSize('pool: max', max, 1);
  if (min > max) throw new TypeError(`pool: min (${min}) must not be more than max (${max})`);
  if (size < min || size > max)
    throw new TypeError(`pool: size must be from min (${min}) to max (${max}), not ${size}`);
  if (scaling !== undefined) checkKnown('pool: scaling', scaling, ['interval', 'high', 'low', 'patience']);
  const make = () => new Scaling(min, max, scaling ?? {});
  make(); // checks it now, not when the pool starts
  return make;
}
