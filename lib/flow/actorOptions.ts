/** The options that every actor of a flow takes: what is wrong with them. */
import { show } from '../base/errors.ts';
import { checkBackoff } from '../restart/backoff.ts';
import { checkLimits } from '../restart/intensity.ts';
import type { FlowActorOptions } from './flowActor.ts';
import { isCount } from './setup.ts';

export function faultsOfOptions(name: string, params: unknown): string[] {
  if (typeof params !== 'object' || params === null)
    return [`${name}: the parameters must be an object, not ${show(params)}`];
  const { concurrency, timeout, rescue, maxRescue, restart } = params as FlowActorOptions;
  const faults: string[] = [];
  const check = (isRight: boolean, what: string, expected: string, value: unknown) => {
    if (!isRight) faults.push(`${name}: ${what} must be ${expected}, not ${show(value)}`);
  };
  check(
    concurrency === undefined || concurrency === Number.POSITIVE_INFINITY || isCount(concurrency),
    'concurrency',
    'a whole number from 1 up',
    concurrency,
  );
  check(timeout === undefined || (isNumber(timeout) && timeout > 0), 'timeout', 'more than 0 ms', timeout);
  check(maxRescue === undefined || isCount(maxRescue, 0), 'maxRescue', 'a whole number from 0 up', maxRescue);
  if (rescue !== undefined && typeof rescue !== 'boolean') {
    check(typeof rescue === 'object' && rescue !== null, 'rescue', 'true or { max, delay }', rescue);
    const { max, delay } = rescue ?? {};
    check(max === undefined || isCount(max, 0), 'rescue.max', 'a whole number from 0 up', max);
    check(delay === undefined || (isNumber(delay) && delay >= 0), 'rescue.delay', 'ms from 0 up', delay);
  }
  if (restart !== undefined) faults.push(...faultsOfRestart(name, restart));
  return faults;
}

export function faultsOfRestart(name: string, restart: NonNullable<FlowActorOptions['restart']>): string[] {
  try {
    const { max = 3, within = 5000, backoff } = restart;
    checkLimits({ max, within });
    if (backoff !== undefined) checkBackoff(backoff);
    return [];
  } catch (error) {
    return [`${name}: restart: ${(error as Error).message}`];
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);
