/** The command `troupe replay`: feeds a recording to the actor that crashed, and says whether it crashes again. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import inspector from 'node:inspector';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { show } from '../base/errors.ts';
import { messageOf, reasonOf } from '../base/explain.ts';
import { type Entry, parseRecording, type RecordedError } from '../observe/record/entries.ts';
import { mermaidOf } from '../observe/record/mermaid.ts';
import {
  CannotReplay,
  isStep,
  type ReplayResult,
  replay,
  type Step,
  scriptOf,
} from '../observe/record/replay.ts';
import type { Told } from '../observe/record/stage.ts';
import { brief } from '../observe/record/written.ts';
import { CannotStart } from './cannotStart.ts';
import { type AnyActorClass, load } from './load.ts';

export const replayHelp = `Usage: troupe replay <recording.ndjson> [options]

Feeds what a flight recorder has written to the same actor, on virtual time, and stops where it crashed.

  --path /a/b            the actor; the one that crashed unless given
  --actor ./file.js#Class  what is spawned; the recorded class from its recorded module unless given
  --step N               stops after step N
  --inspect-brk[=[host:]port]  waits for a debugger, which then stops before the step that crashed (127.0.0.1:9229)
  --list                 lists what is recorded, and replays nothing
  --mermaid              prints the sequence diagram of the recording, and replays nothing
  --json                 prints one JSON object a line
  --help

Exit codes: 0 the same error has occurred again (with --step: no other than the recorded one), 2 it has not, 1 it cannot be replayed.
`;

const options = {
  path: { type: 'string' },
  actor: { type: 'string' },
  step: { type: 'string' },
  'inspect-brk': { type: 'string' },
  list: { type: 'boolean' },
  mermaid: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const defaultPort = '127.0.0.1:9229';

/**
 * Runs the command.
 * @param args what follows `troupe replay`
 * @param print where its output goes; standard output unless given
 * @returns the exit code
 */
export async function runReplay(
  args: readonly string[],
  print: (line: string) => void = toStdout,
): Promise<number> {
  try {
    return await command(args, print);
  } catch (error) {
    const isPlain =
      error instanceof CannotStart || error instanceof CannotReplay || error instanceof TypeError;
    process.stderr.write(`troupe replay: ${isPlain ? messageOf(error) : reasonOf(error)}\n`);
    return 1;
  }
}

const toStdout = (line: string) => void process.stdout.write(`${line}\n`);

async function command(args: readonly string[], print: (line: string) => void): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help === true) {
    print(replayHelp.trimEnd());
    return 0;
  }
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new CannotStart(
      `name one recording, as in troupe replay troupe-local-….ndjson; see troupe help replay`,
    );
  const recording = parseRecording(await textOf(file));
  const path = values.path === undefined ? {} : { path: values.path };
  if (values.mermaid === true || values.list === true) {
    const entries = recording.entries.filter(
      ({ actor }) => values.path === undefined || actor === values.path,
    );
    if (values.mermaid === true) print(mermaidOf(entries).trimEnd());
    else for (const line of listOf(entries, values.json === true)) print(line);
    return 0;
  }
  const until = values.step === undefined ? undefined : stepOf(values.step);
  const script = scriptOf(recording, { ...path, until });
  const { actor, classes } = await castOf(values.actor ?? moduleOf(script.actor.module));
  const listener = values['inspect-brk'];
  if (listener !== undefined) openInspector(listener);
  const isJson = values.json === true;
  if (!isJson)
    print(`${script.actor.actor} (${script.actor.class}), ${counted(script.entries)} from ${file}`);
  const begin = script.spawned ?? script.entries[0]?.time ?? 0;
  const result = await replay(recording, {
    ...{ ...path, until, actor, classes, debug: listener !== undefined },
    onStep: step => {
      for (const line of isJson ? [jsonOf(step)] : linesOf(step, begin)) print(line);
    },
  });
  for (const line of isJson ? [verdictJson(result)] : verdictOf(result)) print(line);
  return result.reproduced ? 0 : 2;
}

/** As Node.js has it, the address of `--inspect-brk` may be left out. */
function parse(args: readonly string[]) {
  const complete = args.map(arg => (arg === '--inspect-brk' ? `--inspect-brk=${defaultPort}` : arg));
  try {
    return parseArgs({ args: complete, options, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = messageOf(error).split('. ');
    throw new CannotStart(
      `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}; see troupe help replay`,
    );
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CannotStart(`the recording can't be read: ${messageOf(error)}`, { cause: error });
  }
}

function stepOf(text: string): number {
  const step = Number(text);
  if (Number.isInteger(step) && step >= 1) return step;
  throw new CannotStart(`--step must be a whole number from 1 up, not ${show(text)}`);
}

/** As `load` takes it. */
function moduleOf(module: string | undefined): string | undefined {
  if (module === undefined || !module.startsWith('file:')) return module;
  const hash = module.lastIndexOf('#');
  return fileURLToPath(module.slice(0, hash)) + module.slice(hash);
}

/** The class that is to be replayed, and those that its module exports beside it. */
async function castOf(
  text: string | undefined,
): Promise<{ actor: AnyActorClass | undefined; classes: AnyClass[] }> {
  if (text === undefined) return { actor: undefined, classes: [] };
  const actor = await load(text);
  const file = resolve(text.slice(0, Math.max(0, text.lastIndexOf('#'))));
  const exports: object = existsSync(file) ? ((await import(pathToFileURL(file).href)) as object) : {};
  return { actor, classes: Object.values(exports).filter(isClass) };
}

type AnyClass = abstract new (...args: never[]) => object;

const isClass = (value: unknown): value is AnyClass =>
  typeof value === 'function' && typeof value.prototype === 'object' && value.name !== '';

/** Waits until a debugger has come. */
function openInspector(listener: string): void {
  const [, host = '127.0.0.1', port] = /^(?:(.*):)?(\d+)$/.exec(listener) ?? [];
  if (port === undefined || Number(port) > 65535)
    throw new CannotStart(`--inspect-brk must be [host:]port, as in ${defaultPort}, not ${show(listener)}`);
  inspector.open(Number(port), host, true);
  if (inspector.url() === undefined) throw new CannotStart(`no debugger can be waited for at ${listener}`);
}

// ---- what is shown ------------------------------------------------------------------------------------------------------

function counted(entries: readonly Entry[]): string {
  const { length } = entries.filter(isStep);
  return `${length} step${length === 1 ? '' : 's'}`;
}

function listOf(entries: readonly Entry[], isJson: boolean): string[] {
  if (isJson) return entries.map(entry => JSON.stringify(entry));
  return entries.map(
    entry => `${entry.seq}  ${new Date(entry.at).toISOString()}  ${entry.actor}  ${said(entry)}`,
  );
}

function said(entry: Entry): string {
  switch (entry.type) {
    case 'delivery':
      return `${inputOf(entry)}  ${entry.outcome ?? 'not done'}${entry.error === undefined ? '' : `: ${saidOf(entry.error)}`}`;
    case 'answer':
      return `answer of ${entry.from}: ${entry.error === undefined ? brief(entry.answer) : saidOf(entry.error)}`;
    case 'failed':
      return `failed: ${saidOf(entry.error)}`;
    default:
      return entry.reason === undefined ? entry.type : `${entry.type} (${entry.reason})`;
  }
}

const saidOf = ({ name, message }: RecordedError) => `${name}: ${message}`;

function inputOf(entry: Step['entry']): string {
  if (entry.type === 'failed') return '(outside of a message)';
  const { timer, from, message } = entry;
  const source = timer === undefined ? (from ?? 'nobody') : `timer ${brief(timer)}`;
  return `${source}: ${brief(message)}`;
}

function linesOf({ number, entry, told, outcome, error }: Step, begin: number): string[] {
  const time = `+${Math.round(entry.time - begin)} ms`;
  const end = error === undefined ? (outcome ?? 'not done') : `failed: ${error.name}: ${error.message}`;
  return [
    `${String(number).padStart(4)}  ${time.padEnd(9)} ${inputOf(entry)}  ${end}`,
    ...told.map(toldLine),
  ];
}

const toldLine = ({ does, to, message }: Told) =>
  `      ${does} ${to}${message === undefined ? '' : `: ${brief(message)}`}`;

const jsonOf = ({ number, entry, told, outcome, error }: Step) =>
  JSON.stringify({
    ...{ type: 'step', number, seq: entry.seq, time: entry.time, told, outcome },
    ...(error !== undefined && { error: { name: error.name, message: error.message, stack: error.stack } }),
  });

const verdictJson = ({ actor, reproduced, expected, warnings }: ReplayResult) =>
  JSON.stringify({ type: 'result', actor, reproduced, expected, warnings });

function verdictOf({ reproduced, last, expected, warnings }: ReplayResult): string[] {
  const lines = warnings.map(warning => `warning: ${warning}`);
  if (last?.error !== undefined) lines.push('', last.error.stack ?? String(last.error), '');
  if (expected === undefined)
    return [...lines, reproduced ? 'as recorded' : 'not as recorded: it was no failure'];
  return [
    ...lines,
    reproduced ? `reproduced: ${saidOf(expected)}` : `not reproduced: it was ${saidOf(expected)}`,
  ];
}
