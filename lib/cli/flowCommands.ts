/** What the commands of `startflow` do with a flow. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf, reasonOf } from '../base/explain.ts';
import type { Log } from '../base/log.ts';
import { systemClock } from '../base/world.ts';
import { type Director, FlowFileError, loadFlow } from '../flow/index.ts';
import { CannotStart } from './cannotStart.ts';
import type { FlowCommand } from './flowOptions.ts';
import { understandTypeScript } from './load.ts';
import { linesOfNode } from './log.ts';
import { onSignal } from './signals.ts';

/**
 * Runs a flow until it stops by itself or by a signal.
 * @returns the exit code
 * @throws whatever keeps it from starting, or ended it
 */
export async function runFlow(command: FlowCommand, log: Log): Promise<number> {
  // A flow that only waits does not keep the process alive.
  systemClock.after(Number.POSITIVE_INFINITY, () => {});
  let director: Director | undefined;
  let interrupted: number | undefined;
  onSignal(exitCode => {
    if (director === undefined) process.exit(exitCode);
    interrupted = exitCode;
    void director.stop();
  });
  try {
    director = await load(command, log);
    await director.start();
    await director.block();
    if (director.failure !== undefined) throw director.failure;
  } catch (error) {
    if (interrupted === undefined) throw error;
    // A start that the signal has cut short is no failure.
    if (director?.failure !== undefined) log.error(reasonOf(error));
  }
  return interrupted ?? 0;
}

/** Says what is wrong with the files, on standard output; the exit code is 1 if anything is. */
export async function lintFlows(command: FlowCommand, log: Log): Promise<number> {
  const all: object[] = [];
  let isFaulty = false;
  let current: string | undefined;
  // A module may end the process, or wait for ever for what never comes: nothing has been found right then.
  const onExit = () => {
    log.error(
      `${current}: a module that it names has ended the process, or never came to the end of its own`,
    );
    process.exitCode = 1;
  };
  process.once('exit', onExit);
  for (const file of command.operands) {
    current = file;
    try {
      const { nodes, edges } = (await load({ ...command, operands: [file] }, log)).graph();
      const [actors, queues] = [
        nodes.filter(({ role }) => role === 'actor'),
        edges.filter(({ isDefault }) => !isDefault),
      ];
      if (!command.json) print(`${file}: ok (actors: ${actors.length}, queues: ${queues.length})\n`);
    } catch (error) {
      isFaulty = true;
      const faults =
        error instanceof FlowFileError
          ? error.faults
          : [{ file, line: 1, column: 1, key: '', message: messageOf(error) }];
      all.push(...faults);
      if (!command.json)
        print(`${error instanceof FlowFileError ? error.message : `${file}: ${reasonOf(error)}`}\n`);
    }
  }
  process.off('exit', onExit);
  if (command.json) print(`${JSON.stringify(all, undefined, 2)}\n`);
  return isFaulty ? 1 : 0;
}

/** Draws a flow. */
export async function graphFlow(command: FlowCommand, log: Log): Promise<number> {
  const director = await load(command, log);
  const { format, output, all: defaults } = command;
  const picture =
    format === 'json'
      ? `${JSON.stringify(director.graph(), undefined, 2)}\n`
      : format === 'svg'
        ? director.svg({ defaults })
        : director.mermaid({ defaults });
  if (output === undefined) return print(picture);
  try {
    writeFileSync(output, picture);
  } catch (error) {
    throw new CannotStart(`the picture cannot be written: ${messageOf(error)}`, { cause: error });
  }
  return 0;
}

async function load(
  { operands: [file = ''], variables, stopWhen, verbose }: FlowCommand,
  log: Log,
): Promise<Director> {
  try {
    return await loadFlow(file, {
      env: { ...process.env, ...variables },
      importModule,
      director: {
        nodeOptions: { logger: linesOfNode(log), verbose },
        ...(stopWhen !== undefined && { stopWhen }),
      },
    });
  } catch (error) {
    const { syscall, path } = Object(error) as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    const name = path === undefined ? ` ${file}` : '';
    throw new CannotStart(`the file${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

let typeScript: Promise<void> | undefined;

async function importModule(url: string): Promise<unknown> {
  const isTypeScript = /^file:.*\.[cm]?ts$/.test(url);
  if (isTypeScript) {
    typeScript ??= understandTypeScript(fileURLToPath(url));
    await typeScript;
  }
  try {
    return await import(url);
  } catch (error) {
    // What tsx says to a .ts file with `import` in it that counts as CommonJS.
    const { code } = Object(error) as NodeJS.ErrnoException;
    if (code !== 'ERR_REQUIRE_CYCLE_MODULE' || !isTypeScript) throw error;
    throw new CannotStart('its package.json must have "type": "module"');
  }
}

export function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
