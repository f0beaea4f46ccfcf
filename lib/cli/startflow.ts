#!/usr/bin/env node
/** The command `startflow`: flows that are described in YAML. */
import { endProcess } from '../base/endProcess.ts';
import { reasonOf } from '../base/explain.ts';
import { FlowFileError, flowSchema } from '../flow/index.ts';
import { listActors, showActor } from './actorLists.ts';
import { CannotStart } from './cannotStart.ts';
import { graphFlow, lintFlows, print, runFlow } from './flowCommands.ts';
import { flowHelp } from './flowHelp.ts';
import { readFlowOptions } from './flowOptions.ts';
import { version } from './help.ts';
import { type LogOptions, terminalLogger } from './log.ts';

const name = 'startflow';

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  let settings: LogOptions = { command: name };
  let log = terminalLogger(settings);
  try {
    const options = readFlowOptions(args);
    if (options === 'help') return print(flowHelp);
    if (options === 'version') return print(`${version()}\n`);
    const { command, operands, json, verbose, logLevel } = options;
    settings = { command: name, json, verbose, logLevel };
    log = terminalLogger(settings);
    if (command === 'list') return print(listActors());
    if (command === 'show') return print(showActor(operands[0] as string));
    if (command === 'schema') return print(`${JSON.stringify(flowSchema, undefined, 2)}\n`);
    if (command === 'lint') return await lintFlows(options, log);
    return await (command === 'graph' ? graphFlow : runFlow)(options, log);
  } catch (error) {
    // The lines of faults begin with the file, so that editors find it.
    if (error instanceof FlowFileError && !settings.json) process.stderr.write(`${error.message}\n`);
    else
      log.error(
        error instanceof CannotStart ? error.message : reasonOf(error),
        ...(settings.verbose ? [error] : []),
      );
    return 1;
  }
}

await endProcess(await main(process.argv.slice(2)));
