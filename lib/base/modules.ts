/** Modules that a text names: `./file.js` from a folder, the name of a package, a URL; and what they export. */
import { createRequire, isBuiltin } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Something that a module exports. */
export interface Export {
  /** The module, as the user named it. */
  readonly module: string;
  readonly name: string;
}

/** `./file.js#name` and `package#name` in their parts; undefined when one of them is empty or there is no `#`. */
export function splitExport(text: string): Export | undefined {
  const hash = text.lastIndexOf('#');
  const [module, name] = [text.slice(0, Math.max(hash, 0)), text.slice(hash + 1)];
  return module === '' || name === '' ? undefined : { module, name };
}

/** Whether it is the path of a file, and not a package or a URL. */
export const isPath = (module: string): boolean => /^(\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(module);

/**
 * What to `import` for a module. Packages are those that the folder has; one that only `import` can find keeps its name, and
 * is found from where Troupe is installed.
 * @param folder the working directory unless given
 */
export function urlOfModule(module: string, folder = process.cwd()): string {
  if (isPath(module)) return pathToFileURL(resolve(folder, module)).href;
  if (/^[a-z]+:/.test(module) || isBuiltin(module)) return module;
  try {
    return pathToFileURL(createRequire(resolve(folder, 'any.js')).resolve(module)).href;
  } catch {
    return module;
  }
}

/** Whether an import failed for want of the package that was to be imported, and not of one that it needs itself. */
export function isMissingPackage(error: unknown, module: string): boolean {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isMissing && [module, packageOf(module)].some(name => String(message).includes(`'${name}'`));
}

/** `@scope/name` of `@scope/name/part`, `name` of `name/part`. */
export const packageOf = (module: string): string =>
  module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');

/** What a module exports by name. What a CommonJS module exports may be known through its default export alone. */
export function exportsOf(module: object): Readonly<Record<string, unknown>> {
  const { default: whole } = module as { default?: unknown };
  return { ...(typeof whole === 'object' || typeof whole === 'function' ? whole : undefined), ...module };
}
