/**
 * Packages that only some of the flow's parts need: loaded when such a part is used for the first time, so nobody
 * installs what they don't use.
 */
import { createRequire } from 'node:module';
import { isMissingPackage, packageOf } from '../base/modules.ts';
import { PackageMissing } from './events/errors.ts';

const require = createRequire(import.meta.url);

/**
 * The package `name`, for `user`, which is named to whoever has not installed it.
 *
 * @throws PackageMissing (a FlowError with the code `PACKAGE_MISSING`) with the command that installs it.
 */
export function loadPackage<T>(name: string, user: string): T {
  return needPackage(name, user, () => require(name) as T);
}

/**
 * The same for a package that has a door below: what `load` gives.
 *
 * @throws PackageMissing, as `loadPackage`.
 */
export function needPackage<T>(name: string, user: string, load: () => T): T {
  try {
    return load();
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
  return needPackage(name, user, () => require.resolve(name));
}

/** A package that is there and broken fails with its own error. */
function missing(name: string, user: string, error: unknown): unknown {
  if (!isMissingPackage(error, name)) return error;
  const main = packageOf(name);
  return new PackageMissing(`${user} needs the package ${main}: npm install ${main}`, { cause: error });
}
