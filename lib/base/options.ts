/** Options that nobody knows: a misspelt one must not be left out in silence. */
import { show } from './errors.ts';

/**
 * @param call what the options were given to, for the error
 * @throws TypeError that names the first option that is not among `known`
 */
export function checkNames(call: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw new TypeError(`${call}: there is no option ${show(name)}; the options are ${known.join(', ')}`);
  }
}
