#!/usr/bin/env node
/** The command `troupe`: looks at nodes that run, and talks to their actors. */
import { parseArgs } from 'node:util';
import { endProcess } from '../base/endProcess.ts';
import { messageOf, reasonOf } from '../base/explain.ts';
import { didYouMean } from '../base/nearest.ts';
import { CannotLook } from '../observe/console/cannotLook.ts';
import { CannotStart } from './cannotStart.ts';
import { version } from './help.ts';
import type { CommandLine, OwnCommand, TroupeCommand, Values } from './troupe/command.ts';
import { commands } from './troupe/commands.ts';

/** @returns the exit code */
async function main([name = 'help', ...args]: readonly string[]): Promise<number> {
  try {
    if (name === '--version') return print(`${version()}\n`);
    if (['help', '--help', '-h'].includes(name)) return await help(args[0]);
    const command = await find(name);
    if ('runOwn' in command) return await command.runOwn(args);
    const line = read(name, command, args);
    return line === 'help' ? print(helpOf(name, command)) : await command.run(line);
  } catch (error) {
    const isPlain = error instanceof CannotStart || error instanceof CannotLook;
    const text = isPlain ? error.message : reasonOf(error);
    process.stderr.write(`troupe${commands.has(name) ? ` ${name}` : ''}: ${text}\n`);
    return 1;
  }
}

async function find(name: string): Promise<TroupeCommand | OwnCommand> {
  const load = commands.get(name);
  if (load !== undefined) return load();
  const hint = didYouMean(name, commands.keys()) || '; see troupe --help';
  throw new CannotStart(`there is no command ${name}${hint}`);
}

function read(name: string, command: TroupeCommand, args: readonly string[]): CommandLine | 'help' {
  const { values, positionals } = parse(name, command, args);
  if (values.help === true) return 'help';
  const [least, most] = command.operands;
  if (positionals.length < least || positionals.length > most)
    throw new CannotStart(`it is used as troupe ${name} ${command.usage}; see troupe help ${name}`);
  return { operands: positionals, values };
}

function parse(
  name: string,
  command: TroupeCommand,
  args: readonly string[],
): { values: Values; positionals: string[] } {
  const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = messageOf(error).split('. ');
    const [, unknown] = /Unknown option '--([^']*)'/.exec(sentence) ?? [];
    const hint =
      unknown === undefined ? '' : didYouMean(unknown, Object.keys(options)).replace(/mean /, 'mean --');
    throw new CannotStart(
      `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}${hint || `; see troupe help ${name}`}`,
    );
  }
}

async function help(name?: string): Promise<number> {
  if (name !== undefined) {
    const command = await find(name);
    return 'runOwn' in command ? command.runOwn(['--help']) : print(helpOf(name, command));
  }
  const all = await Promise.all([...commands].map(async ([name, load]) => [name, await load()] as const));
  const lines = all.map(([name, { summary }]) => `  ${`troupe ${name}`.padEnd(17)} ${summary}\n`);
  return print(`\
troupe COMMAND [options]

Looks at nodes that run, and talks to their actors.

${lines.join('')}
troupe help COMMAND says more, troupe --version which version this is.

A node can be looked at once it runs with startnode -d (by its user, on the same machine), --observable or --dashboard
(also from other nodes); in a program with openConsole(node) and observe(node).

Ends with 0 when it did what it was asked for, with 1 when it could not; a line on standard error says why.
`);
}

const helpOf = (name: string, { usage, summary, details }: TroupeCommand) =>
  `troupe ${name} ${usage}\n\n${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.\n\n${details}`;

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

// Whoever reads the list through head has seen enough.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
await endProcess(await main(process.argv.slice(2)));
