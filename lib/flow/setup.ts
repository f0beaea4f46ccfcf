/**
 * What the parameters of an actor are checked with, once, when it is constructed: one sentence that names the actor, the
 * parameter, what is wrong and the rule.
 */
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
  if (!isRight) throw wrong(actor.name, param, expected, show(value));
}

const wrong = (actor: string, param: string, expected: string, given: string): Error =>
  new SetupError(`${actor}: ${param} must be ${expected}, not ${given}`);

/**
 * Does what an actor needs before it can work, and says whose it is when that can't be.
 *
 * @throws SetupError that names the actor, for a SetupError and a TypeError; other errors as they are
 */
export function setUp<T>(actor: { readonly name: string }, make: () => T): T {
  try {
    const made = make();
    return made instanceof Promise ? (made.catch(error => blame(actor, error)) as T) : made;
  } catch (error) {
    return blame(actor, error);
  }
}

function blame({ name }: { readonly name: string }, error: unknown): never {
  if (!(error instanceof SetupError || error instanceof TypeError)) throw error;
  const messages = error instanceof SetupError ? error.messages : [error.message];
  throw new SetupError(
    messages.map(message => `${name}: ${message}`),
    { cause: error },
  );
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

// ---- many parameters at once ----

/** What a value has to be, and how to say that; with `secret`, the value itself is not told. */
export type Rule = readonly [isRight: (value: unknown) => boolean, expected: string, how?: 'secret'];

/**
 * Checks the parameters that there are rules for; those that were not given are right.
 *
 * @throws SetupError that names the actor, the parameter, the value and the rule
 */
export function checkParams(actor: string, params: unknown, rules: Readonly<Record<string, Rule>>): void {
  if (params === undefined) return;
  if (typeof params !== 'object' || params === null)
    throw new SetupError(`${actor}: the parameters must be an object, not ${show(params)}`);
  for (const [name, [isRight, expected, how]] of Object.entries(rules)) {
    const value = (params as Record<string, unknown>)[name];
    if (value !== undefined && !isRight(value))
      throw wrong(actor, name, expected, how === 'secret' ? 'this' : show(value));
  }
}

export const text: Rule = [isText, 'a text that is not empty'];
export const flag: Rule = [value => typeof value === 'boolean', 'true or false'];
export const object: Rule = [isObject, 'an object'];
export const list: Rule = [Array.isArray, 'an array'];
/** ms, or Infinity for no limit. */
export const ms: Rule = [value => typeof value === 'number' && value > 0, 'more than 0 ms'];
/** A whole number, or Infinity for no limit. */
export const count: Rule = [
  value => value === Number.POSITIVE_INFINITY || isCount(value),
  'a whole number from 1 up',
];
export const bytes: Rule = [value => isCount(value, 0), 'a whole number of bytes from 0 up'];

export const oneOf = (...values: readonly string[]): Rule => [
  value => values.includes(value as string),
  values.join(' or '),
];
