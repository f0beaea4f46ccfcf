/** Packages that only some of the flow's parts need: one that is not installed is a `FlowError`, as all that goes wrong in a flow. */
import * as optional from '../base/optional.ts';
import { PackageMissing } from './events/errors.ts';

const missing = (message: string, options: { cause: unknown }) => new PackageMissing(message, options);

/**
 * The package `name`, for `user`, which is named to whoever has not installed it.
 *
 * @throws PackageMissing (a FlowError with the code `PACKAGE_MISSING`) with the command that installs it.
 */
export const loadPackage = <T>(name: string, user: string): T => optional.loadPackage<T>(name, user, missing);

/**
 * The same for a package that has a door below: what `load` gives.
 *
 * @throws PackageMissing, as `loadPackage`.
 */
export const needPackage = <T>(name: string, user: string, load: () => T): T =>
  optional.needPackage(name, user, load, missing);

/**
 * The same for packages that can only be imported.
 *
 * @throws PackageMissing, as `loadPackage`.
 */
export const loadPackageAsync = <T>(name: string, user: string): Promise<T> =>
  optional.loadPackageAsync<T>(name, user, missing);

/**
 * The path of the file that the package `name` begins with, for one that is a program.
 *
 * @throws PackageMissing, as `loadPackage`.
 */
export const pathOfPackage = (name: string, user: string): string =>
  optional.pathOfPackage(name, user, missing);
