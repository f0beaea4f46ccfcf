/** The parameters of an actor are looked at once, when it is constructed. */
import { show } from '../../base/errors.ts';
import { SetupError } from '../events/errors.ts';

/** What a value has to be, and how to say that; with `secret`, the value itself is not told. */
export type Rule = readonly [isRight: (value: unknown) => boolean, expected: string, how?: 'secret'];

/**
 * Checks the parameters that there are rules for; those that were not given are right.
 *
 * @throws SetupError that names the actor, the parameter, the value and the rule.
 */
export function checkParams(actor: string, params: unknown, rules: Readonly<Record<string, Rule>>): void {
  if (params === undefined) return;
  if (typeof params !== 'object' || params === null)
    throw new SetupError(`${actor}: the parameters must be an object, not ${show(params)}`);
  for (const [name, [isRight, expected, how]] of Object.entries(rules)) {
    const value = (params as Record<string, unknown>)[name];
    if (value !== undefined && !isRight(value))
      throw new SetupError(
        `${actor}: ${name} must be ${expected}, not ${how === 'secret' ? 'this' : show(value)}`,
      );
  }
}

export const text: Rule = [value => typeof value === 'string' && value !== '', 'a text that is not empty'];
export const flag: Rule = [value => typeof value === 'boolean', 'true or false'];
export const object: Rule = [
  value => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object',
];
export const ms: Rule = [value => typeof value === 'number' && value > 0, 'more than 0 ms'];
export const count: Rule = [
  value => value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) > 0),
  'a whole number from 1 up',
];

export const oneOf = (...values: readonly string[]): Rule => [
  value => values.includes(value as string),
  values.join(' or '),
];
