/** What `startflow` is to do, read from its command line. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { show } from '../base/errors.ts';
import { messageOf } from '../base/explain.ts';
import type { LogThreshold } from '../base/log.ts';
import { didYouMean } from '../base/nearest.ts';
import { CannotStart } from './cannotStart.ts';
import { levelNamed } from './log.ts';

const commands = ['run', 'lint', 'graph', 'list', 'show', 'schema'] as const;
type Command = (typeof commands)[number];
export const formats = ['mermaid', 'svg', 'json'] as const;
export type GraphFormat = (typeof formats)[number];

export interface FlowCommand {
  readonly command: Command;
  /** Files, or the name of an actor. */
  readonly operands: readonly string[];
  /** Variables from `--set`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly stopWhen: 'idle' | 'never' | undefined;
  readonly format: GraphFormat;
  readonly output: string | undefined;
  readonly all: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
  readonly logLevel: LogThreshold | undefined;
}

const known = {
  set: { type: 'string', short: 's', multiple: true },
  'stop-when': { type: 'string' },
  format: { type: 'string', short: 'f' },
  output: { type: 'string', short: 'o' },
  all: { type: 'boolean' },
  verbose: { type: 'boolean', short: 'v' },
  json: { type: 'boolean' },
  'log-level': { type: 'string' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

/** The options that only some commands have a use for. */
const owners: Readonly<Record<string, readonly Command[]>> = {
  set: ['run', 'lint', 'graph'],
  'stop-when': ['run'],
  format: ['graph'],
  output: ['graph'],
  all: ['graph'],
};

/** How many operands a command takes, and what they are. */
const operandsOf: Readonly<Record<Command, readonly [least: number, most: number, what: string]>> = {
  run: [1, 1, 'one file'],
  lint: [1, Number.POSITIVE_INFINITY, 'one or more files'],
  graph: [1, 1, 'one file'],
  list: [0, 0, 'nothing more'],
  show: [1, 1, 'the name of one actor'],
  schema: [0, 0, 'nothing more'],
};

/**
 * @returns what to do, or what to show instead
 * @throws CannotStart that says in one line what is wrong
 */
export function readFlowOptions(args: readonly string[]): FlowCommand | 'help' | 'version' {
  const { values, positionals } = parse(args);
  if (values.help === true) return 'help';
  if (values.version === true) return 'version';
  const [first, ...rest] = positionals;
  if (first === undefined)
    throw new CannotStart('no file is given; name one, as in startflow flow.yaml, or see --help');
  const isCommand = (commands as readonly string[]).includes(first);
  const command = isCommand ? (first as Command) : 'run';
  const operands = isCommand ? rest : positionals;
  const [least, most, what] = operandsOf[command];
  if (operands.length < least || operands.length > most) {
    const hint = isCommand ? '' : didYouMean(first, commands);
    throw new CannotStart(
      `startflow ${command} takes ${what}, not ${operands.map(show).join(' ') || 'nothing'}${hint || '; see --help'}`,
    );
  }
  for (const [name, users] of Object.entries(owners)) {
    if (values[name as keyof typeof values] !== undefined && !users.includes(command))
      throw new CannotStart(`startflow ${command} has no use for --${name}; it is for ${users.join(', ')}`);
  }
  return {
    command,
    operands,
    variables: Object.fromEntries((values.set ?? []).map(variable)),
    stopWhen: oneOf('stop-when', ['idle', 'never'] as const, values['stop-when']),
    format: oneOf('format', formats, values.format) ?? 'mermaid',
    output: values.output,
    all: values.all ?? false,
    verbose: values.verbose ?? false,
    json: values.json ?? false,
    logLevel: levelFrom(values['log-level'], process.env),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: known, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = messageOf(error).split('. ');
    const isUnknown = (error as NodeJS.ErrnoException).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    const all = Object.keys(known).map(name => `--${name}`);
    const hint = isUnknown ? `; the options are ${all.join(', ')}` : '; see --help';
    throw new CannotStart(`${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}${hint}`);
  }
}

function variable(text: string): [name: string, value: string] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new CannotStart(`--set must be NAME=VALUE, not ${show(text)}`);
}

function levelFrom(
  given: string | undefined,
  { TROUPE_LOG_LEVEL: usual }: NodeJS.ProcessEnv,
): LogThreshold | undefined {
  if (given !== undefined) return levelNamed(given, '--log-level');
  return usual === undefined ? undefined : levelNamed(usual, 'TROUPE_LOG_LEVEL');
}

function oneOf<T extends string>(name: string, all: readonly T[], value: string | undefined): T | undefined {
  if (value === undefined || (all as readonly string[]).includes(value)) return value as T | undefined;
  throw new CannotStart(`--${name} must be ${all.join(', ')}, not ${show(value)}${didYouMean(value, all)}`);
}
