/** Patterns of paths, as policies and recorders take them. */
import { show } from './errors.ts';

/**
 * `/a/*` as a regular expression: `*` stands for one step or a part of it, `**` for any number of steps.
 * @param option whose pattern it is, for the error
 * @throws TypeError when it is no path
 */
export function pathPattern(path: string, option: string): RegExp {
  if (typeof path !== 'string' || !path.startsWith('/'))
    throw new TypeError(`${option}: a path starts with /, as in /public/**, not ${show(path)}`);
  const source = path
    .split(/(\/\*\*|\*\*|\*)/)
    .map(part => {
      if (part === '/**') return '(?:/.*)?';
      if (part === '**') return '.*';
      return part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}
