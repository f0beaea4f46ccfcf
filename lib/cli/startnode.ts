#!/usr/bin/env node
/** The command `startnode`: a node with one top-level actor as a process of its own. */
import { endProcess } from '../base/endProcess.ts';
import { reasonOf } from '../base/explain.ts';
import { CannotStart } from './cannotStart.ts';
import { help, version } from './help.ts';
import { writeKeys } from './keygen.ts';
import { terminalLogger } from './log.ts';
import { readOptions } from './options.ts';
import { run } from './run.ts';

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  let log = terminalLogger();
  let isVerbose = false;
  try {
    if (args[0] === 'keygen') return print(writeKeys(args.slice(1)));
    const options = readOptions(args, process.env);
    if (options === 'help') return print(help);
    if (options === 'version') return print(`${version()}\n`);
    isVerbose = options.verbose;
    log = terminalLogger(options);
    return await run(options, log);
  } catch (error) {
    log.error(error instanceof CannotStart ? error.message : reasonOf(error), ...(isVerbose ? [error] : []));
    return 1;
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

await endProcess(await main(process.argv.slice(2)));
