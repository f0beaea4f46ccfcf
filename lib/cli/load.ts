/** Finds the class of actors that a text on the command line names. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { show } from '../base/errors.ts';
import { explain } from '../base/explain.ts';
import {
  type Export,
  exportsOf,
  isMissingPackage,
  isPath,
  splitExport,
  urlOfModule,
} from '../base/modules.ts';
import { Actor } from '../core/actor.ts';
import { CannotStart } from './cannotStart.ts';

/** A class of actors of whatever messages and parameters. */
export type AnyActorClass = (new () => Actor<unknown, unknown>) & Pick<typeof Actor, 'using'>;

const endings = ['.js', '.mjs', '.cjs', '.ts'];
const ways =
  'write module.Class (a dotted path from the working directory), ./path/file.js#Class or package#Class';

/**
 * The class that `text` names, seen from the working directory.
 * @throws CannotStart when there is no such module or class, or the module cannot be loaded
 */
export async function load(text: string): Promise<AnyActorClass> {
  const { module, url, name } = split(text);
  if (/\.[cm]?ts$/.test(url)) await understandTypeScript(module);
  return pick(await importModule(module, url), name, module);
}

interface Named extends Export {
  readonly url: string;
}

function split(text: string): Named {
  if (!text.includes('#')) return splitDotted(text);
  const named = splitExport(text);
  if (named === undefined) throw namesNone(text);
  const { module } = named;
  return { ...named, url: isPath(module) ? urlOfFirst([resolve(module)], module) : urlOfModule(module) };
}

function splitDotted(text: string): Named {
  const steps = text.split('.');
  const name = steps.pop();
  if (name === undefined || steps.length === 0 || [name, ...steps].includes('')) throw namesNone(text);
  const file = resolve(...steps);
  const module = steps.join('.');
  return {
    module,
    name,
    url: urlOfFirst(
      endings.map(ending => file + ending),
      module,
    ),
  };
}

const namesNone = (text: string) => new CannotStart(`${show(text)} names no actor; ${ways}`);

function urlOfFirst(candidates: readonly string[], module: string): string {
  const found = candidates.find(existsSync);
  if (found !== undefined) return pathToFileURL(found).href;
  throw new CannotStart(`there is no module ${module}: looked for ${candidates.join(', ')}`);
}

async function importModule(module: string, url: string): Promise<object> {
  try {
    return (await import(url)) as object;
  } catch (error) {
    const { code } = Object(error) as NodeJS.ErrnoException;
    if (url === module && isMissingPackage(error, module))
      throw new CannotStart(`there is no module ${module}: no such package is installed here`);
    // What tsx says to a .ts file with `import` in it that counts as CommonJS.
    const isCommonJs = code === 'ERR_REQUIRE_CYCLE_MODULE' && url.endsWith('.ts');
    const reason = isCommonJs ? 'its package.json must have "type": "module"' : explain(error);
    throw new CannotStart(`${module} cannot be loaded: ${reason}`, { cause: error });
  }
}

/** A Node.js that does not strip types itself leaves that to `tsx`. */
export async function understandTypeScript(module: string): Promise<void> {
  if ((process.features as { typescript?: unknown }).typescript) return;
  try {
    const { register } = await import('tsx/esm/api');
    register();
  } catch (error) {
    const { version } = process;
    throw new CannotStart(
      `${module} is TypeScript, which Node.js ${version} does not run by itself; install tsx (npm install --save-dev tsx)`,
      { cause: error },
    );
  }
}

function pick(exports: object, name: string, module: string): AnyActorClass {
  const all = exportsOf(exports);
  const found = all[name];
  if (isActorClass(found)) return found;
  const classes = Object.keys(all).filter(key => isActorClass(all[key]));
  const offer = classes.length > 0 ? `it exports ${classes.join(', ')}` : 'it exports no class of actors';
  if (found === undefined) throw new CannotStart(`there is no class ${name} in ${module}; ${offer}`);
  const troupe = fileURLToPath(new URL('../..', import.meta.url));
  throw new CannotStart(
    `${name} in ${module} does not extend Actor or Process of the troupe in ${troupe}; ${offer}`,
  );
}

const isActorClass = (value: unknown): value is AnyActorClass =>
  typeof value === 'function' && (value as { prototype?: unknown }).prototype instanceof Actor;
