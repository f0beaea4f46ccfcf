/** Finds and reads config files. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { show } from '../../base/errors.ts';
import { explain, messageOf } from '../../base/explain.ts';
import { loadYaml } from '../../base/yaml.ts';
import { SettingsError } from './settingsError.ts';

export type Config = Readonly<Record<string, unknown>>;

const endings = ['.json', '.mjs', '.js', '.ts', '.yaml', '.yml'];

/**
 * `<name>.config.json`, or `.mjs`, `.js`, `.ts`, `.yaml`, `.yml`, in a directory; undefined when there is none.
 * @throws SettingsError when there are several: nobody could tell which of them counts
 */
export function findConfig(name: string, directory: string): string | undefined {
  const [found, other] = endings
    .map(ending => `${name}.config${ending}`)
    .filter(file => existsSync(resolve(directory, file)));
  if (found !== undefined && other !== undefined)
    throw failed(
      other,
      `there are two config files, ${found} and ${other}; keep one, or name one by --config`,
    );
  return found === undefined ? undefined : resolve(directory, found);
}

/**
 * What a config file says: a JSON or YAML file, or a module whose default export is an object.
 * @throws SettingsError that says what is wrong with it in one line
 */
export async function readConfig(file: string): Promise<Config> {
  const config = await contentOf(file);
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as Config;
  const example = 'an object such as { "workers": 4 }';
  throw failed(
    file,
    `the config file ${file} must ${isModule(file) ? 'export default' : 'be'} ${example}, not ${show(config)}`,
  );
}

function contentOf(file: string): Promise<unknown> | unknown {
  const ending = extname(file).toLowerCase();
  if (!endings.includes(ending) && ending !== '.cjs')
    throw failed(file, `the config file ${file} must end with ${endings.join(', ')}`);
  if (!existsSync(file)) throw failed(file, `there is no config file ${file}`);
  if (isModule(file)) return importConfig(file);
  return ending === '.json' ? readJson(file) : readYaml(file);
}

const isModule = (file: string) => /\.([cm]?js|ts)$/i.test(file);

async function importConfig(file: string): Promise<unknown> {
  try {
    return ((await import(pathToFileURL(file).href)) as { default?: unknown }).default;
  } catch (error) {
    const { code } = Object(error) as NodeJS.ErrnoException;
    const isTypeScript = code === 'ERR_UNKNOWN_FILE_EXTENSION' && file.endsWith('.ts');
    const reason = isTypeScript
      ? `Node.js ${process.version} does not run TypeScript by itself; start it with --import tsx, or make it a .mjs file`
      : explain(error);
    throw failed(file, `the config file ${file} cannot be loaded: ${reason}`, error);
  }
}

function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw failed(file, `the config file ${file} is not JSON: ${messageOf(error)}`, error);
  }
}

function readYaml(file: string): unknown {
  const text = readText(file);
  try {
    // An empty file has no settings.
    return loadYaml().parse(text) ?? {};
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const reason = isMissing
      ? 'needs the package yaml: npm install yaml'
      : `is not YAML: ${messageOf(error)}`;
    throw failed(file, `the config file ${file} ${reason}`, error);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw failed(file, `the config file ${file} cannot be read: ${messageOf(error)}`, error);
  }
}

const failed = (file: string, message: string, cause?: unknown) =>
  new SettingsError([{ layer: 'file', source: basename(file), message }], { cause });
