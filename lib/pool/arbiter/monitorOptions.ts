/** What a monitor can be told, checked once. */
import { show } from '../../base/errors.ts';
import { type Actor, type ActorFunction, propsOf } from '../../core/actor.ts';
import type { Placement, Props } from '../../core/props.ts';
import { childProcess, LocalPlacement } from '../../placement/index.ts';
import { type BackoffOptions, checkBackoff, checkLimits } from '../../restart/index.ts';
import type { UnderstoodBy } from '../pool.ts';
import { checkKnown, checkSize, checkStrategy } from '../poolOptions.ts';
import { roundRobin } from '../roundRobin.ts';
import type { RoutingStrategy } from '../routingStrategy.ts';
import { Scaling, type ScalingOptions } from '../scaling.ts';
import type { SlotOptions } from './slot.ts';

/**
 * What can be a worker: a class of actors, `Class.using(params)`, or `'./file.js#Class'` (from the working directory) or
 * `'package#Class'`; of those that run here, also a function.
 */
// biome-ignore lint/suspicious/noExplicitAny: workers of all kinds
export type Workable = (new () => Actor<any, any>) | Props<any> | ActorFunction<any> | string;

/** The messages that it understands. */
export type WorkFor<W extends Workable> =
  // biome-ignore lint/suspicious/noExplicitAny: nobody knows what a text understands
  W extends string ? any : UnderstoodBy<W>;

/** @typeParam W what the workers are */
export interface MonitorOptions<W extends Workable = Workable> {
  /** What the workers are. */
  readonly actor: W;
  /** How many there are, at first (`min`). */
  readonly workers?: number | undefined;
  /**
   * Where they run: each in a process of its own (`childProcess()`) unless given, `thread()`, `remote(address)`, or `'here'`, in this
   * thread. All but `'here'` need a class that says in which module it is.
   */
  readonly on?: Placement | 'here' | undefined;
  /**
   * After so many ms in which its thread or process has not answered, a worker is ended and replaced: the `maxBusy` of `on` (3000,
   * unless the node's remoting options say otherwise). `Infinity`: it may be busy for as long as it likes.
   */
  readonly timeout?: number | undefined;
  /** The parameters of the worker of a slot, which is a number from 0 up; in the place of those of `actor`, or added to them. */
  readonly params?: ((slot: number) => unknown) | undefined;
  /** Which worker gets what is told to the monitor; `roundRobin()` unless given. */
  readonly strategy?: RoutingStrategy<WorkFor<NoInfer<W>>> | undefined;
  /** The fewest workers that signals and `scaling` leave (1, or `workers` if that is less). */
  readonly min?: number | undefined;
  /** The most (100 000). */
  readonly max?: number | undefined;
  /** The number of workers follows what there is to do, from `min` to `max`, which must be given: as in a pool. */
  readonly scaling?: ScalingOptions | undefined;
  /** At most so many restarts of one worker ... (5) */
  readonly intensity?: number | undefined;
  /** ... within so many ms (10 000); with one more the monitor gives up. */
  readonly period?: number | undefined;
  /**
   * The wait before the restart of a worker that was ready for less than a second, longer each time ({ min: 100, max: 10 000,
   * resetAfter: 30 000 }). Others are restarted at once.
   */
  readonly backoff?: BackoffOptions | undefined;
  /** A worker that has taken about so many messages (a tenth more or less) is replaced by another one (Infinity). */
  readonly maxMessages?: number | undefined;
  /** The same for one that has been there for so many ms (Infinity). */
  readonly maxAge?: number | undefined;
  /** How long, in ms, a worker that is to go may take for what it has been told (the arbiter's, 10 000); then it is killed. */
  readonly exitTimeout?: number | undefined;
}

export interface CompleteMonitorOptions {
  readonly workers: number;
  readonly on: Placement | undefined;
  /** The recipe for the worker of a slot. It may throw what the user's function throws. */
  readonly recipe: (slot: number) => Props;
  readonly accepts: Props['accepts'];
  readonly strategy: RoutingStrategy<never>;
  readonly min: number;
  readonly max: number;
  readonly scaling: Scaling | undefined;
  readonly slot: SlotOptions;
  readonly maxMessages: number;
  readonly maxAge: number;
  readonly exitTimeout: number;
}

const known = [
  ...['actor', 'workers', 'on', 'timeout', 'params', 'strategy', 'min', 'max', 'scaling'],
  ...['intensity', 'period', 'backoff', 'maxMessages', 'maxAge', 'exitTimeout'],
];
const most = 100_000;
const usualBackoff = { min: 100, max: 10_000, resetAfter: 30_000 };

/** @throws TypeError that names the option and what is wrong with it */
export function completeMonitorOptions(
  name: string,
  given: MonitorOptions,
  usualExitTimeout: number,
): CompleteMonitorOptions {
  const what = `monitor ${show(name)}`;
  checkKnown(what, given, known);
  const { workers = given.min ?? 1, strategy = roundRobin(), exitTimeout = usualExitTimeout, params } = given;
  const { maxMessages = Number.POSITIVE_INFINITY, maxAge = Number.POSITIVE_INFINITY } = given;
  checkSize(`${what}: workers`, workers);
  const { min = Math.min(1, workers), max = most } = given;
  checkSize(`${what}: min`, min);
  checkSize(`${what}: max`, max);
  if (min > workers || workers > max)
    throw new TypeError(`${what}: workers must be from min (${min}) to max (${max}), not ${workers}`);
  checkStrategy(what, strategy);
  const on = placementOf(what, given);
  if (strategy.needsWorkers && on !== undefined && !(on instanceof LocalPlacement))
    throw new TypeError(`${what}: strategy ${strategy.name}() needs workers that run on this node`);
  if (params !== undefined && typeof params !== 'function')
    throw new TypeError(`${what}: params must be a function slot => params, not ${show(params)}`);
  checkMs(`${what}: exitTimeout`, exitTimeout, 0);
  checkMs(`${what}: maxAge`, maxAge, 1, true);
  if (!(typeof maxMessages === 'number' && maxMessages >= 1))
    throw new TypeError(`${what}: maxMessages must be a number from 1 up, not ${show(maxMessages)}`);
  const base = recipeOf(what, given.actor, on);
  return {
    ...{
      workers,
      on,
      strategy: strategy as RoutingStrategy<never>,
      min,
      max,
      maxMessages,
      maxAge,
      exitTimeout,
    },
    recipe: params === undefined ? () => base : slot => base.using(params(slot)),
    accepts: base.accepts,
    scaling: scalingOf(what, given),
    slot: slotOptions(what, given),
  };
}

function placementOf(what: string, { on = childProcess(), timeout }: MonitorOptions): Placement | undefined {
  if (on !== 'here' && (typeof on !== 'object' || on === null || typeof on.stand !== 'function'))
    throw new TypeError(
      `${what}: on must be childProcess(), thread(), remote(address) or 'here', not ${show(on)}`,
    );
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0))
    throw new TypeError(`${what}: timeout must be more than 0 milliseconds, not ${show(timeout)}`);
  if (timeout === undefined) return on === 'here' ? undefined : on;
  const limited = on instanceof LocalPlacement ? on.withMaxBusy(timeout) : undefined;
  if (limited === undefined)
    throw new TypeError(
      `${what}: timeout is for workers in threads and processes of this node: leave it out, or give on: childProcess()`,
    );
  return limited;
}

function recipeOf(what: string, actor: unknown, on: Placement | undefined): Props {
  try {
    return on === undefined ? propsOf(actor) : on.recipe(actor);
  } catch (error) {
    const hint = on === undefined ? '' : "; or give on: 'here'";
    throw new TypeError(`${what}: actor: ${(error as Error).message}${hint}`, { cause: error });
  }
}

function scalingOf(what: string, { min, max, scaling }: MonitorOptions): Scaling | undefined {
  if (scaling === undefined) return undefined;
  if (min === undefined || max === undefined)
    throw new TypeError(`${what}: scaling needs the options min and max`);
  checkKnown(`${what}: scaling`, scaling, ['interval', 'high', 'low', 'patience']);
  return new Scaling(min, max, scaling);
}

function slotOptions(what: string, given: MonitorOptions): SlotOptions {
  const { intensity = 5, period = 10_000, backoff = usualBackoff } = given;
  try {
    checkLimits({ max: intensity, within: period });
    checkBackoff(backoff);
  } catch (error) {
    const text = (error as Error).message.replace('max must', 'intensity must').replace('within', 'period');
    throw new TypeError(`${what}: ${text}`);
  }
  return { intensity, period, backoff };
}

/** @throws TypeError */
export function checkMs(what: string, ms: unknown, least: number, mayBeInfinite = false): void {
  const isRight = typeof ms === 'number' && ms >= least && (mayBeInfinite || ms < Number.POSITIVE_INFINITY);
  if (!isRight) throw new TypeError(`${what} must be milliseconds from ${least} up, not ${show(ms)}`);
}
