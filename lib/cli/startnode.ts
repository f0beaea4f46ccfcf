#!/usr/bin/env node
/** The command `startnode`: a node with one top-level actor as a process of its own. */
import { CannotStart } from './cannotStart.ts';
import { reasonOf } from './explain.ts';
import { help, version } from './help.ts';
import { writeKeys } from './keygen.ts';
import { terminalLogger } from './log.ts';
import { readOptions } from './options.ts';
import { run } from './run.ts';

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  let log = terminalLogger({ json: false, verbose: false });
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

const flushed = (stream: NodeJS.WriteStream) =>
  new Promise<void>(resolve => {
    if (stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });

const exitCode = await main(process.argv.slice(2));
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
process.exit(exitCode); // what the modules of the user have left open must not keep it alive
