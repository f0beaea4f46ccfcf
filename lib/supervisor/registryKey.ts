/** The keys of a registry: nearly any value, and how one is written in a path. */
import { show } from '../base/errors.ts';

/** What an actor can be registered under: a text that is not empty, a number, a symbol, a class, an object as itself. */
export type RegistryKey = string | number | bigint | symbol | object;

/** @throws TypeError for what may not be a key: most often it is a variable that was never set */
export function checkKey(key: unknown): void {
  const isKey =
    typeof key === 'string'
      ? key !== ''
      : ['symbol', 'bigint', 'function', 'object'].includes(typeof key) ||
        (typeof key === 'number' && !Number.isNaN(key));
  if (isKey && key !== null) return;
  throw new TypeError(
    `a key is a text that is not empty, a number, a bigint, a symbol or an object, not ${show(key)}`,
  );
}

/** A key as a step of a path. */
export const textOf = (key: RegistryKey): string =>
  (typeof key === 'string' ? key : show(key)).replaceAll('/', '%2F');
