/**
 * Supervision: decide (which error means what) × scope (which of the siblings it concerns) × intensity (how often).
 * Values and pure functions; the cell carries out what they say. After OTP's supervisors and Akka's strategies.
 */
import { CreateFailed, show } from '../base/errors.ts';
import type { Random } from '../base/world.ts';
import { Backoff, type BackoffOptions } from '../restart/backoff.ts';
import { Intensity, type Limits } from '../restart/intensity.ts';
import type { Ref } from './ref.ts';

export type Directive = 'resume' | 'restart' | 'stop' | 'escalate';

/** What is to be done about a failed actor. */
export class Decision {
  readonly directive: Directive;
  readonly limits: Limits | undefined;

  /** @internal use `Resume`, `Restart`, `Stop` and `Escalate` */
  constructor(directive: Directive, limits?: Limits) {
    this.directive = directive;
    this.limits = limits;
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Decision &&
      other.directive === this.directive &&
      other.limits?.max === this.limits?.max &&
      other.limits?.within === this.limits?.within
    );
  }

  toString(): string {
    const name = this.directive[0]?.toUpperCase() + this.directive.slice(1);
    if (this.limits === undefined) return name;
    return `${name}({ max: ${this.limits.max}, within: ${this.limits.within} })`;
  }
}

/** Drop the message that failed and go on with the next one, on the same instance. */
export const Resume = Object.freeze(new Decision('resume'));
/** End the failed actor. */
export const Stop = Object.freeze(new Decision('stop'));
/** The supervisor can't decide: it fails itself with the same error. */
export const Escalate = Object.freeze(new Decision('escalate'));

/** @internal The supervisor has heard, and will see to it: until then the child stays suspended. */
export const Later = Object.freeze(new Decision('escalate'));

/** Replace the instance: `Restart`, or `Restart({ max, within })` with limits of its own. */
export interface RestartDecision {
  /**
   * @param limits at most `max` restarts within any `within` ms (for ever unless given)
   * @throws TypeError when there is a `within` but no `max`
   */
  (limits?: { max?: number; within?: number }): Decision | RestartDecision;
  readonly directive: 'restart';
}

const plainRestart = Object.freeze(new Decision('restart'));

export const Restart: RestartDecision = Object.freeze(
  Object.assign(
    (limits?: { max?: number; within?: number }): Decision | RestartDecision => {
      if (limits === undefined || (limits.max === undefined && limits.within === undefined)) return Restart;
      if (limits.max === undefined)
        throw new TypeError('Restart({ max, within }): within means nothing without max');
      return new Decision('restart', { max: limits.max, within: limits.within ?? Number.POSITIVE_INFINITY });
    },
    { directive: 'restart' as const, toString: () => 'Restart' },
  ),
);

export type AnyDecision = Decision | RestartDecision;

/** `value` as a decision; undefined when it is none. */
export function asDecision(value: unknown): Decision | undefined {
  if (value === Restart) return plainRestart;
  return value instanceof Decision ? value : undefined;
}

export type Decide = (error: Error, child: Ref) => AnyDecision | undefined;

export interface StrategyOptions {
  /** What an error means; undefined leaves it to the defaults. */
  decide?: Decide;
  /** At most so many restarts ... (3) */
  max?: number;
  /** ... within so many ms (5000); one more escalates. */
  within?: number;
  /** Wait before each restart, longer each time; without it, restarts are immediate. */
  backoff?: BackoffOptions;
}

export type Scope = 'oneForOne' | 'allForOne' | 'restForOne';

/** How many of the last restarts are remembered, for limits that differ from one decision to the next. */
const mostRemembered = 100;

/** The restarts that are left: of `max` within any `within` ms. */
export interface RestartsLeft extends Limits {
  readonly left: number;
}

/** How many restarts are left, and how long to wait before the next. */
export class Budget {
  #limits: Limits;
  #intensity: Intensity;
  readonly #spent: number[] = [];
  readonly #backoff: Backoff | undefined;

  constructor(limits: Limits, backoff: BackoffOptions | undefined) {
    this.#limits = limits;
    this.#intensity = new Intensity(limits);
    this.#backoff = backoff && new Backoff(backoff);
  }

  /** The ms to wait before a restart, or undefined if the limits leave none. */
  spend(limits: Limits, now: number, random: Random): number | undefined {
    this.#use(limits);
    if (!this.#intensity.admit(now)) return undefined;
    this.#spent.push(now);
    if (this.#spent.length > mostRemembered) this.#spent.shift();
    return this.#backoff?.next(now, random) ?? 0;
  }

  /** How many restarts are left at this time; Infinity where there is no limit. */
  left(now: number): number {
    return this.#intensity.left(now);
  }

  remaining(now: number): RestartsLeft {
    return { left: this.left(now), ...this.#limits };
  }

  /** Other limits than before count the same restarts. */
  #use(limits: Limits): void {
    if (limits.max === this.#limits.max && limits.within === this.#limits.within) return;
    this.#limits = limits;
    this.#intensity = new Intensity(limits);
    for (const at of this.#spent) this.#intensity.admit(at);
  }
}

/** How an actor treats the failures of its children. */
export class Strategy {
  readonly scope: Scope;
  readonly decide: Decide;
  readonly limits: Limits;
  readonly backoff: BackoffOptions | undefined;

  /** @internal use `oneForOne`, `allForOne` and `restForOne` */
  constructor(scope: Scope, options: StrategyOptions = {}) {
    const { decide = () => undefined, max = 3, within = 5000, backoff } = options;
    if (typeof decide !== 'function') {
      throw new TypeError(
        `${scope}: decide must be a function (error, child) => Decision, not ${show(decide)}`,
      );
    }
    this.scope = scope;
    this.decide = decide;
    this.limits = { max, within };
    this.backoff = backoff;
    new Budget(this.limits, backoff); // checks them now, not at the first failure
  }
}

/** A failure concerns the child that failed. Restarts are counted for each child by itself. */
export const oneForOne = (options?: StrategyOptions) => new Strategy('oneForOne', options);
/** A failure concerns all children: they depend on one another. Restarts are counted together. */
export const allForOne = (options?: StrategyOptions) => new Strategy('allForOne', options);
/** A failure concerns the child that failed and those spawned after it. Restarts are counted together. */
export const restForOne = (options?: StrategyOptions) => new Strategy('restForOne', options);

export const defaultStrategy = oneForOne();

/** What an error means unless somebody says otherwise: a failure to start stops, an assertion escalates, all else restarts. */
export function defaultDecision(error: Error): Decision {
  if (error instanceof CreateFailed) return Stop;
  return error.name === 'AssertionError' || (error as { code?: unknown }).code === 'ERR_ASSERTION'
    ? Escalate
    : plainRestart;
}

/** Whom a failure concerns: `failed` is one of `siblings`, which stand in the order of their spawning. */
export function concerned<C>(scope: Scope, failed: C, siblings: Iterable<C>): C[] {
  if (scope === 'oneForOne') return [failed];
  const all = [...siblings];
  return scope === 'allForOne' ? all : all.slice(all.indexOf(failed));
}
