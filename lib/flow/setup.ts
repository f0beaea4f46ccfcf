/** What the parameters of an actor are checked with: one sentence that names the actor, the parameter, what is wrong and the rule. */
import { show } from '../base/errors.ts';
import { SetupError } from './events/errors.ts';

/** @throws SetupError unless the parameter is as it should be */
export function demand(
  actor: { readonly name: string },
  param: string,
  isRight: boolean,
  expected: string,
  value: unknown,
): void {
  if (!isRight) throw new SetupError(`${actor.name}: ${param} must be ${expected}, not ${show(value)}`);
}

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
export const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);
/** A whole number from `least` up. */
export const isCount = (value: unknown, least = 1): value is number =>
  Number.isInteger(value) && (value as number) >= least;
/** A finite time in ms, more than 0. */
export const isSpan = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A pattern, or a text that is one; what comes back has no state of its own (`g` and `y` are left out). */
export function patternOf(actor: { readonly name: string }, param: string, value: unknown): RegExp {
  demand(actor, param, typeof value === 'string' || value instanceof RegExp, 'a regular expression', value);
  try {
    const { source, flags } = value instanceof RegExp ? value : new RegExp(value as string, 'u');
    return new RegExp(source, flags.replace(/[gy]/g, ''));
  } catch (error) {
    throw new SetupError(`${actor.name}: ${param}: ${(error as Error).message}`, { cause: error });
  }
}
