/**
 * What `startnode` is to do: each option from the command line, else from the environment (`TROUPE_NAME`), else from
 * the config file (`"name"`), else its default. Checked and completed here, once.
 */
import { readFileSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { show } from '../base/errors.ts';
import { messageOf } from '../base/explain.ts';
import type { LogThreshold } from '../base/log.ts';
import { truthOf } from '../base/truth.ts';
import { isNodeAddress } from '../core/address.ts';
import { CannotStart } from './cannotStart.ts';
import { levelNamed } from './log.ts';
import { type LookingOptions, lookingKnown } from './looking.ts';

export interface StartOptions {
  /** `module.Class`, `./path/file.js#Class` or `package#Class`. */
  readonly actor: string;
  /** What the actor is spawned with; undefined spawns it without. */
  readonly params: unknown;
  /** What it is told at the start. */
  readonly messages: readonly unknown[];
  readonly name: string | undefined;
  /** `host:port`; undefined for a node without remoting. */
  readonly address: string | undefined;
  readonly keepRunning: boolean;
  readonly insecure: boolean;
  /** Whether it forwards between nodes that can't see each other. */
  readonly relay: boolean;
  /** `host:port` of relays to stay connected with. */
  readonly relays: readonly string[];
  /** The path of a key file; undefined without CURVE. */
  readonly curve: string | undefined;
  /** How it lets itself be looked at. */
  readonly looking: LookingOptions;
  readonly verbose: boolean;
  readonly json: boolean;
  /** From which level on log lines are written; undefined for what is usual. */
  readonly logLevel: LogThreshold | undefined;
}

const known = {
  actor: { type: 'string', short: 'a' },
  params: { type: 'string', short: 'i' },
  message: { type: 'string', short: 'm', multiple: true },
  name: { type: 'string', short: 'n' },
  remoting: { type: 'string', short: 'r' },
  'keep-running': { type: 'boolean', short: 'k' },
  relay: { type: 'boolean' },
  relays: { type: 'string', multiple: true },
  insecure: { type: 'boolean' },
  curve: { type: 'string' },
  ...lookingKnown,
  config: { type: 'string' },
  verbose: { type: 'boolean', short: 'v' },
  json: { type: 'boolean' },
  'log-level': { type: 'string' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

type Name = keyof typeof known;
type Values = Readonly<Partial<Record<Name, unknown>>>;

/** These make sense on the command line alone. */
const once: readonly string[] = ['config', 'version', 'help'];
/** And these everywhere else: others see a command line. */
const hidden: readonly string[] = ['dashboard-token'];

/** A value and where it came from, as an error calls it. */
interface Given {
  readonly value: unknown;
  readonly source: string;
}

/**
 * @returns the options, or what to show instead of starting anything
 * @throws CannotStart that says in one line what is wrong
 */
export function readOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): StartOptions | 'help' | 'version' {
  const line = parseLine(args);
  if (line.help === true) return 'help';
  if (line.version === true) return 'version';
  const { TROUPE_CONFIG } = env;
  const file = (line.config ?? TROUPE_CONFIG) as string | undefined;
  const config = file === undefined ? {} : readConfig(file);

  for (const name of hidden)
    if (line[name as Name] !== undefined)
      throw new CannotStart(
        `others could see --${name} on the command line: give --${name}-file FILE, or ${variableOf(name)} in the environment`,
      );

  const find = (name: Name): Given | undefined => {
    const variable = variableOf(name);
    if (line[name] !== undefined) return { value: line[name], source: `--${name}` };
    if (env[variable] !== undefined) return { value: env[variable], source: variable };
    if (config[name] !== undefined) return { value: config[name], source: `"${name}" in ${file}` };
    return undefined;
  };
  const isFromFile = ({ source }: Given) => source.startsWith('"');
  const read = <T>(name: Name, check: (given: Given) => T): T | undefined => {
    const given = find(name);
    return given && check(given);
  };

  return {
    actor: read('actor', text) ?? noActor(),
    params: read('params', given => (isFromFile(given) ? given.value : json(given))),
    messages: read('message', given => (isFromFile(given) ? list(given) : jsons(given))) ?? [],
    name: read('name', text),
    address: read('remoting', address),
    keepRunning: read('keep-running', flag) ?? false,
    insecure: read('insecure', flag) ?? false,
    relay: read('relay', flag) ?? false,
    relays: read('relays', addresses) ?? [],
    curve: read('curve', text),
    looking: {
      debugging: read('remote-debugging', flag) ?? false,
      observable: read('observable', flag) ?? false,
      observableControl: read('observable-control', flag) ?? false,
      dashboard: read('dashboard', address),
      dashboardControl: read('dashboard-control', flag) ?? false,
      dashboardToken: read('dashboard-token', text),
      dashboardTokenFile: read('dashboard-token-file', text),
    },
    verbose: read('verbose', flag) ?? false,
    json: read('json', flag) ?? false,
    logLevel: read('log-level', level),
  };
}

const variableOf = (name: string) => `TROUPE_${name.toUpperCase().replaceAll('-', '_')}`;

function parseLine(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: known, allowNegative: true }).values;
  } catch (error) {
    const [sentence = ''] = messageOf(error).split('. ');
    const { code } = error as NodeJS.ErrnoException;
    const hint =
      code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? `; the options are ${allOptions()}` : '; see --help';
    throw new CannotStart(decapitalized(sentence) + hint);
  }
}

const allOptions = () =>
  Object.keys(known)
    .filter(name => !hidden.includes(name))
    .map(name => `--${name}`)
    .join(', ');

const decapitalized = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);

function readConfig(file: string): Values {
  const config = parseConfig(file);
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new CannotStart(
      `the config file ${file} must be an object such as {"actor": "app.Main"}, not ${show(config)}`,
    );
  }
  const allowed = Object.keys(known).filter(name => !once.includes(name));
  for (const key of Object.keys(config)) {
    if (!allowed.includes(key)) {
      throw new CannotStart(
        `the config file ${file} has no use for ${show(key)}; it may have ${allowed.join(', ')}`,
      );
    }
  }
  return config;
}

function parseConfig(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CannotStart(`the config file cannot be read: ${messageOf(error)}`, { cause: error });
  }
  return parseJson(content, `the config file ${file}`);
}

const noActor = (): never => {
  throw new CannotStart(
    'no actor is given; name one, as in --actor examples.example1.ExampleProcess, or see --help',
  );
};

function text({ value, source }: Given): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new CannotStart(`${source} must be a text that is not empty, not ${show(value)}`);
}

function parseJson(content: string, source: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw new CannotStart(`${source} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

const json = ({ value, source }: Given) => parseJson(value as string, source);

const jsons = ({ value, source }: Given) =>
  [value as string | string[]].flat().map(one => parseJson(one, source));

function list({ value, source }: Given): unknown[] {
  if (Array.isArray(value)) return value;
  throw new CannotStart(`${source} must be a list of messages, not ${show(value)}`);
}

/** `host:port`, of which the host may be left out. */
function address({ value, source }: Given): string {
  const given = String(value);
  const complete = /^:?\d+$/.test(given) ? `127.0.0.1:${given.replace(':', '')}` : given;
  if (isNodeAddress(complete)) return complete;
  throw new CannotStart(
    `${source} must be [host:]port with a port from 0 to 65535, as in 127.0.0.1:9700, not ${show(value)}`,
  );
}

/** One or more, between commas or as a list. */
const addresses = ({ value, source }: Given): string[] =>
  [value]
    .flat()
    .flatMap(one => String(one).split(','))
    .map(one => address({ value: one, source }));

const level = ({ value, source }: Given) => levelNamed(value, source);

function flag({ value, source }: Given): boolean {
  const meaning = truthOf(value);
  if (meaning !== undefined) return meaning;
  throw new CannotStart(`${source} must be true or false, not ${show(value)}`);
}
