/**
 * Packages that only some of the flow's parts need: loaded when such a part is used for the first time, so nobody
 * installs what they don't use.
 */
import { createRequire } from 'node:module';
import { PackageMissing } from './events/errors.ts';

const require = createRequire(import.meta.url);

/**
 * The package `name`, for `user`, which is named to whoever has not installed it.
 *
 * @throws PackageMissing (a FlowError with the code `PACKAGE_MISSING`) with the command that installs it.
 */
export function loadPackage<T>(name: string, user: string): T {
  try {
    return require(name) as T;
  } catch (error) {
    throw missing(name, user, error);
  }
}

/**
 * The same for packages that can only be imported.
 *
 * @throws PackageMissing, as `loadPackage`.
 */
export async function loadPackageAsync<T>(name: string, user: string): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    throw missing(name, user, error);
  }
}

/**
 * The path of the file that the package `name` begins with, for one that is a program.
 *
 * @throws PackageMissing, as `loadPackage`.
 */
export function pathOfPackage(name: string, user: string): string {
  try {
    return require.resolve(name);
  } catch (error) {
    throw missing(name, user, error);
  }
}

/** A package that is there and broken fails with its own error. */
function missing(name: string, user: string, error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const isMissing = code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
  if (!isMissing || !String(message).includes(`'${name}'`)) return error;
  const main = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : name.split('/')[0];
  return new PackageMissing(`${user} needs the package ${main}: npm install ${main}`, { cause: error });
}
