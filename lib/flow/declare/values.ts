/** Parameters of a flow file that YAML has no words for: `{ $use }`, `{ $new, params }` and `{ $file }`. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { asError, show } from '../../base/errors.ts';
import { SetupError } from '../events/errors.ts';
import { unknownParameters } from '../parameters.ts';
import { isObject } from '../setup.ts';
import { isFlowActorClass } from './catalog.ts';
import type { Modules } from './modules.ts';
import type { Path } from './yaml.ts';

type Tell = (path: Path, error: Error, what?: 'key') => void;
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
  /** How much was wrong so far. */
  #faults = 0;

  /** @param tell hears of what is wrong, and where */
  constructor(file: string, modules: Modules, tell: Tell) {
    this.#file = file;
    this.#modules = modules;
    this.#tell = (...fault) => {
      this.#faults++;
      tell(...fault);
    };
  }

  /**
   * The value with everything in it that stands for something else: classes and functions, instances, the content of files.
   * One after the other, as the file says it.
   */
  async resolve(value: unknown, path: Path): Promise<unknown> {
    if (typeof value !== 'object' || value === null) return value;
    const key = Object.keys(special).find(word => Object.hasOwn(value, word));
    if (key !== undefined) return this.#special(key, value as Record<string, unknown>, path);
    const isList = Array.isArray(value);
    const entries: [string, unknown][] = [];
    for (const [name, one] of Object.entries(value))
      entries.push([name, await this.resolve(one, [...path, isList ? Number(name) : name])]);
    return isList ? entries.map(([, one]) => one) : Object.fromEntries(entries);
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
      this.#tell([...path, key], asError(error));
      return undefined;
    }
  }

  /** Undefined when something is wrong with its arguments, which has been told. */
  async #construct(
    what: Constructor,
    { $new, params, args }: Record<string, unknown>,
    path: Path,
  ): Promise<unknown> {
    if (!isClass(what)) throw new SetupError(`${$new} is no class`);
    const isRight =
      args === undefined
        ? params === undefined || isObject(params)
        : params === undefined && Array.isArray(args);
    if (!isRight)
      throw new SetupError('beside $new, give params: an object; or args: the list of all arguments');
    const before = this.#faults;
    const list = args === undefined ? [] : ((await this.resolve(args, [...path, 'args'])) as unknown[]);
    if (params !== undefined) list.push(await this.#params(what, params, [...path, 'params']));
    return this.#faults > before ? undefined : new what(...list);
  }

  async #params(what: Constructor, given: unknown, path: Path): Promise<unknown> {
    const params = await this.resolve(given, path);
    for (const { name, message } of unknownParameters(what, params, isFlowActorClass(what)))
      this.#tell([...path, name], new SetupError(message), 'key');
    return params;
  }
}

function isClass(value: unknown): value is Constructor {
  try {
    Reflect.construct(Object, [], value as Constructor);
    return true;
  } catch {
    return false;
  }
}
