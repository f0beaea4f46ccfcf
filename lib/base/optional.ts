/**
 * Packages that only some parts need: loaded when such a part is used for the first time, so nobody installs what they don't use.
 */
import { createRequire } from 'node:module';
import { TroupeError } from './errors.ts';
import { isMissingPackage, packageOf } from './modules.ts';

const require = createRequire(import.meta.url);

/** Makes the error for a package that is not installed. */
export type Missing = (message: string, options: { cause: unknown }) => Error;

const packageMissing: Missing = (message, options) => new TroupeError('PACKAGE_MISSING', message, options);

/**
 * The package `name`, for `user`, which is named to whoever has not installed it.
 *
 * @throws TroupeError with the code `PACKAGE_MISSING`, or what `make` makes, with the command that installs it.
 */
export const loadPackage = <T>(name: string, user: string, make?: Missing): T =>
  needPackage(name, user, () => require(name) as T, make);

/**
 * The same for a package that has a door of its own: what `load` gives.
 *
 * @throws as `loadPackage`.
 */
export function needPackage<T>(name: string, user: string, load: () => T, make?: Missing): T {
  try {
    return load();
  } catch (error) {
    throw missing(name, user, error, make);
  }
}

/**
 * The same for packages that can only be imported.
 *
 * @throws as `loadPackage`.
 */
export async function loadPackageAsync<T>(name: string, user: string, make?: Missing): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    throw missing(name, user, error, make);
  }
}

/**
 * The path of the file that the package `name` begins with, for one that is a program.
 *
 * @throws as `loadPackage`.
 */
export const pathOfPackage = (name: string, user: string, make?: Missing): string =>
  needPackage(name, user, () => require.resolve(name), make);

/** A package that is there and broken fails with its own error. */
function missing(name: string, user: string, error: unknown, make: Missing = packageMissing): unknown {
  if (!isMissingPackage(error, name)) return error;
  const main = packageOf(name);
  return make(`${user} needs the package ${main}: npm install ${main}`, { cause: error });
}
