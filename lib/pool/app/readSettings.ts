/** Gathers what was given from all sides, for one app or several, and makes settings of it. */
import { resolve } from 'node:path';
import { show } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest.ts';
import { readCommandLine } from './commandLine.ts';
import { type Config, findConfig, readConfig } from './configFile.ts';
import type { Definition } from './definition.ts';
import { readEnvironment } from './environment.ts';
import type { Line } from './line.ts';
import { type Layer, type Resolved, resolveSettings } from './resolve.ts';
import { screaming } from './schema.ts';
import { type Fault, SettingsError } from './settingsError.ts';

/** Where settings may come from. What is not given is not looked at. */
export interface Sources {
  /** The arguments of a command line: `process.argv.slice(2)`. */
  readonly argv?: readonly string[] | undefined;
  /** The environment: `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** The path of a config file; true: `<name>.config.json` (or `.mjs`, `.js`, `.ts`, `.yaml`, `.yml`) if there is one. */
  readonly config?: string | true | undefined;
  /** Where paths begin; the working directory unless given. */
  readonly cwd?: string | undefined;
}

export interface Read {
  /** The settings of each app, by its name. */
  readonly resolved: ReadonlyMap<string, Resolved>;
  /** The config files that were read. */
  readonly files: readonly string[];
}

/**
 * @param inCode what a program gives for its one app
 * @throws SettingsError with all that is wrong, for all apps together
 */
export async function readSettings(
  line: Line,
  sources: Sources,
  inCode?: Readonly<Record<string, unknown>>,
): Promise<Read> {
  const given = readCommandLine(line, sources.argv ?? []);
  const faults: Fault[] = [...given.faults];
  const named = given.config ?? variableOf(line, sources.env) ?? sources.config;
  const files = await openFiles(line, named, sources.cwd ?? process.cwd()).catch(error =>
    keep(faults, error),
  );
  faults.push(...(files?.faults ?? []));
  const resolved = new Map<string, Resolved>();
  for (const app of line.apps) {
    const layers: Layer[] = [
      ...(sources.argv === undefined ? [] : [given.layer(app)]),
      ...(sources.env === undefined ? [] : [readEnvironment(line, app, sources.env)]),
      ...(files === undefined || named === undefined ? [] : [files.layer(app)]),
      ...(inCode === undefined ? [] : [codeLayer(inCode)]),
    ];
    try {
      resolved.set(app.name, resolveSettings(app.settings, layers));
    } catch (error) {
      keep(faults, error, files === undefined);
    }
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return { resolved, files: files?.names ?? [] };
}

/** `WEB_CONFIG`: the environment's word for `--config`. */
function variableOf(line: Line, env: NodeJS.ProcessEnv = {}): string | undefined {
  const [first] = line.apps;
  const prefix = line.isGroup ? screaming(line.name) : first?.envPrefix;
  return (prefix && env[`${prefix}_CONFIG`]) || undefined;
}

interface Files {
  readonly names: readonly string[];
  readonly faults: readonly Fault[];
  layer(app: Definition): Layer;
}

/** A file that is named has, for several apps, a section for each of them; those that are found belong to one app each. */
async function openFiles(line: Line, named: string | true | undefined, directory: string): Promise<Files> {
  if (typeof named === 'string') {
    const file = resolve(directory, named);
    const config = await readConfig(file);
    return line.isGroup ? sectionsOf(line, file, config) : single(file, config);
  }
  const found = new Map<string, { file: string; config: Config }>();
  for (const { name } of named === true ? line.apps : []) {
    const file = findConfig(name, directory);
    if (file !== undefined) found.set(name, { file, config: await readConfig(file) });
  }
  return {
    names: [...found.values()].map(({ file }) => file),
    faults: [],
    layer({ name }) {
      const { file = `${name}.config.json`, config = {} } = found.get(name) ?? {};
      return layerOf(config, key => `${show(key)} in ${file}`);
    },
  };
}

const codeLayer = (values: Config): Layer => ({
  name: 'code',
  values,
  source: name => `${show(name)} in the settings given to start()`,
});

const single = (file: string, config: Config): Files => ({
  names: [file],
  faults: [],
  layer: () => layerOf(config, key => `${show(key)} in ${file}`),
});

function sectionsOf({ apps }: Line, file: string, config: Config): Files {
  const names = apps.map(({ name }) => name);
  const faults: Fault[] = [];
  for (const [key, section] of Object.entries(config)) {
    const source = `${show(key)} in ${file}`;
    if (!names.includes(key)) {
      const hint = didYouMean(key, names) || `; the apps are ${names.join(', ')}`;
      faults.push({ layer: 'file', source, message: `${source}: there is no such app${hint}` });
    } else if (!isSection(section))
      faults.push({
        layer: 'file',
        source,
        message: `${source} must be an object with the settings of ${key}, not ${show(section)}`,
      });
  }
  return {
    names: [file],
    faults,
    layer: ({ name }) => layerOf(sectionOf(config, name), key => `"${name}.${key}" in ${file}`),
  };
}

const isSection = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function sectionOf(config: Config, name: string): Config {
  const section = Object.hasOwn(config, name) ? config[name] : undefined;
  return isSection(section) ? section : {};
}

const layerOf = (values: Config, source: (key: string) => string): Layer => ({
  name: 'file',
  values,
  source,
});

/**
 * @param mayBeElsewhere what is missing may stand in a file that could not be read
 * @throws what is not about settings
 */
function keep(faults: Fault[], error: unknown, mayBeElsewhere = false): undefined {
  if (!(error instanceof SettingsError)) throw error;
  faults.push(...error.faults.filter(({ layer }) => !(mayBeElsewhere && layer === 'missing')));
}
