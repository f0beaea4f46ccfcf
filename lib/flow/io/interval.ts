/** Spans of time as people give them. */
import { demand, isObject, isSpan } from '../setup.ts';

/** A span of time; its parts are added up. */
export interface Interval {
  weeks?: number | undefined;
  days?: number | undefined;
  hours?: number | undefined;
  minutes?: number | undefined;
  seconds?: number | undefined;
}

const units: Readonly<Record<string, number>> = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
};

/**
 * In ms.
 * @throws SetupError unless it is more than 0 ms
 */
export function intervalOf(actor: { readonly name: string }, given: number | Interval): number {
  const ms = isObject(given) ? sumOf(given) : given;
  demand(
    actor,
    'interval',
    isSpan(ms),
    'more than 0 ms, or some of { weeks, days, hours, minutes, seconds }',
    given,
  );
  return ms as number;
}

/** Not a number when a part is none, or there is no such unit. */
function sumOf(parts: Record<string, unknown>): number {
  let sum = 0;
  for (const [unit, count] of Object.entries(parts)) {
    if (count === undefined) continue;
    const isRight = typeof count === 'number' && count >= 0 && Object.hasOwn(units, unit);
    sum += isRight ? count * (units[unit] as number) : Number.NaN;
  }
  return sum;
}
