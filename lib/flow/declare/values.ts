/** Parameters of a flow file that YAML has no words for: `{ $use }`, `{ $new, params }` and `{ $file }`. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { show } from '../../base/errors.ts';
import { SetupError } from '../events/errors.ts';
import type { Modules } from './modules.ts';
import type { Path } from './yaml.ts';

type Tell = (path: Path, error: Error) => void;
type Constructor = new (...args: readonly unknown[]) => unknown;

const special: Readonly<Record<string, readonly string[]>> = {
  $use: ['$use'],
  $new: ['$new', 'params', 'args'],
  $file: ['$file'],
};

export class Values {
  readonly #file: string;
  readonly #modules: Modules;
  readonly #tell: Tell;

  /** @param tell hears of what is wrong, and where */
  constructor(file: string, modules: Modules, tell: Tell) {
    this.#file = file;
    this.#modules = modules;
    this.#tell = tell;
  }

  /** The value with everything in it that stands for something else: classes and functions, instances, the content of files. */
  async resolve(value: unknown, path: Path): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map((one, at) => this.resolve(one, [...path, at])));
    if (typeof value !== 'object' || value === null) return value;
    const key = Object.keys(special).find(word => Object.hasOwn(value, word));
    if (key !== undefined) return this.#special(key, value as Record<string, unknown>, path);
    const entries = Object.entries(value).map(
      async ([name, one]) => [name, await this.resolve(one, [...path, name])] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  async #special(key: string, value: Record<string, unknown>, path: Path): Promise<unknown> {
    try {
      const allowed = special[key] as readonly string[];
      const extra = Object.keys(value).find(one => !allowed.includes(one));
      if (extra !== undefined)
        throw new SetupError(`${show(extra)} has no place beside ${key}; ${allowed.join(', ')} have`);
      const name = value[key];
      if (typeof name !== 'string' || name === '')
        throw new SetupError(`${key} must be a name, not ${show(name)}`);
      if (key === '$file') return readFileSync(resolve(dirname(this.#file), name), 'utf8');
      const found = await this.#modules.find(name);
      return key === '$use' ? found : await this.#construct(found as Constructor, value, path);
    } catch (error) {
      this.#tell([...path, key], error as Error);
      return undefined;
    }
  }

  async #construct(
    what: Constructor,
    { $new, params, args }: Record<string, unknown>,
    path: Path,
  ): Promise<unknown> {
    if (typeof what !== 'function') throw new SetupError(`${$new} is no class`);
    if (args !== undefined && (params !== undefined || !Array.isArray(args)))
      throw new SetupError('beside $new, give params: an object; or args: the list of all arguments');
    const given = args === undefined ? 'params' : 'args';
    const list = await this.resolve(args ?? (params === undefined ? [] : [params]), [...path, given]);
    return new what(...(list as unknown[]));
  }
}
