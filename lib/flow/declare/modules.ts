/** Finds what a flow file names: a built-in by its name, `./module.js#name` beside the file, `package#name`. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { show } from '../../base/errors.ts';
import { reasonOf } from '../../base/explain.ts';
import {
  exportsOf,
  isMissingPackage,
  isPath,
  packageOf,
  splitExport,
  urlOfModule,
} from '../../base/modules.ts';
import { didYouMean } from '../../base/nearest.ts';
import { SetupError } from '../events/errors.ts';
import { builtInActors, builtIns, isFlowActorClass } from './catalog.ts';

/** Imports the module at a URL, or the package of that name. */
export type ImportModule = (url: string) => Promise<unknown>;

export class Modules {
  readonly #folder: string;
  readonly #import: ImportModule;

  /** @param folder where the names are seen from */
  constructor(folder: string, importModule: ImportModule) {
    this.#folder = folder;
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
    if (name.includes('#')) return this.#findIn(name);
    const found = builtIns.get(name);
    if (found !== undefined) return found;
    const hint = didYouMean(name, known.keys()) || '; your own are ./module.js#Class or package#Class';
    throw new SetupError(`there is no built-in ${name}${hint}`);
  }

  async #findIn(whole: string): Promise<unknown> {
    const named = splitExport(whole);
    if (named === undefined)
      throw new SetupError(`${show(whole)} names nothing: write ./module.js#Class or package#Class`);
    const { module, name } = named;
    const exports = exportsOf(await this.#load(module));
    const found = Object.hasOwn(exports, name) ? exports[name] : undefined;
    if (found !== undefined) return found;
    const names = Object.keys(exports).filter(key => key !== 'default' && key !== 'module.exports');
    const offer = names.length > 0 ? `it exports ${names.join(', ')}` : 'it exports nothing by name';
    throw new SetupError(`there is no ${name} in ${module}${didYouMean(name, names)}; ${offer}`);
  }

  async #load(module: string): Promise<object> {
    if (isPath(module)) this.#checkFile(resolve(this.#folder, module));
    const url = urlOfModule(module, this.#folder);
    try {
      return (await this.#import(url)) as object;
    } catch (error) {
      if (url === module && isMissingPackage(error, module))
        throw new SetupError(
          `there is no package ${packageOf(module)}: install it, or write ./${module}#… for a file`,
        );
      throw new SetupError(`${module} cannot be loaded: ${reasonOf(error)}`, { cause: error });
    }
  }

  #checkFile(path: string): void {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) throw new SetupError(`there is no file ${path}`);
    if (found.isDirectory()) throw new SetupError(`${path} is a folder: name a module in it`);
  }
}
