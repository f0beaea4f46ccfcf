/** Finds what a flow file names: a built-in by its name, `./module.js#name` beside the file, `package#name`. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { show } from '../../base/errors.ts';
import { reasonOf } from '../../base/explain.ts';
import { didYouMean } from '../../base/nearest.ts';
import { SetupError } from '../events/errors.ts';
import { builtInActors, builtIns, isFlowActorClass } from './catalog.ts';

/** Imports the module at a URL, or the package of that name. */
export type ImportModule = (url: string) => Promise<unknown>;

export class Modules {
  readonly #file: string;
  readonly #import: ImportModule;

  /** @param file whose folder the names are seen from */
  constructor(file: string, importModule: ImportModule) {
    this.#file = resolve(file);
    this.#import = importModule;
  }

  /**
   * The class of actors that is called so.
   * @throws SetupError that says what there is instead
   */
  async actor(name: string): Promise<new (name: string, params?: object) => never> {
    const found = await this.find(name, builtInActors);
    if (isFlowActorClass(found)) return found as never;
    throw new SetupError(
      `${name} does not extend FlowActor${name.includes('#') ? ' of the troupe that runs this flow' : ''}`,
    );
  }

  /**
   * Whatever is called so.
   * @param known the built-ins that would do, for a hint
   * @throws SetupError that says what there is instead
   */
  async find(name: string, known: ReadonlyMap<string, unknown> = builtIns): Promise<unknown> {
    const hash = name.lastIndexOf('#');
    if (hash !== -1) return this.#findIn(name.slice(0, hash), name.slice(hash + 1), name);
    const found = builtIns.get(name);
    if (found !== undefined) return found;
    const hint = didYouMean(name, known.keys()) || '; your own are ./module.js#Class or package#Class';
    throw new SetupError(`there is no built-in ${name}${hint}`);
  }

  async #findIn(module: string, name: string, whole: string): Promise<unknown> {
    if (module === '' || name === '')
      throw new SetupError(`${show(whole)} names nothing: write ./module.js#Class or package#Class`);
    const exports = exportsOf(await this.#load(module));
    const found = Object.hasOwn(exports, name) ? exports[name] : undefined;
    if (found !== undefined) return found;
    const names = Object.keys(exports).filter(key => key !== 'default');
    const offer = names.length > 0 ? `it exports ${names.join(', ')}` : 'it exports nothing by name';
    throw new SetupError(`there is no ${name} in ${module}${didYouMean(name, names)}; ${offer}`);
  }

  async #load(module: string): Promise<unknown> {
    const url = this.#urlOf(module);
    try {
      return await this.#import(url);
    } catch (error) {
      const { code, message } = Object(error) as { code?: unknown; message?: unknown };
      if (code === 'ERR_MODULE_NOT_FOUND' && url === module && String(message).includes(`'${module}'`))
        throw new SetupError(`there is no package ${module}: install it, or write ./${module}#… for a file`);
      throw new SetupError(`${module} cannot be loaded: ${reasonOf(error)}`, { cause: error });
    }
  }

  #urlOf(module: string): string {
    if (/^(\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(module)) {
      const path = resolve(dirname(this.#file), module);
      if (!existsSync(path)) throw new SetupError(`there is no file ${path}`);
      return pathToFileURL(path).href;
    }
    try {
      return pathToFileURL(createRequire(this.#file).resolve(module)).href;
    } catch {
      return module; // what exists for `import` alone is found from where Troupe is installed
    }
  }
}

/** What a CommonJS module exports may be known through its default export alone. */
function exportsOf(module: unknown): Readonly<Record<string, unknown>> {
  const { default: whole } = module as { default?: unknown };
  return { ...(typeof whole === 'object' ? whole : undefined), ...(module as object) };
}
