/** The one door to the package yaml, which need not be installed: it is loaded on use. */
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

export type { Yaml };

const require = createRequire(import.meta.url);

/** @throws an error with the code `MODULE_NOT_FOUND` when it is not installed */
export const loadYaml = (): typeof Yaml => require('yaml');
