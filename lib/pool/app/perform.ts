/** Apps as a process of their own: from a command line to an exit code. */
import { reasonOf } from '../../base/explain.ts';
import { consoleLogger } from '../../base/log.ts';
import { systemClock } from '../../base/world.ts';
import type { Node } from '../../node/node.ts';
import type { NodeOptions } from '../../node/options.ts';
import { Arbiter } from '../arbiter/arbiter.ts';
import type { ArbiterOptions } from '../arbiter/arbiterOptions.ts';
import { readCommandLine } from './commandLine.ts';
import { helpOf } from './help.ts';
import { appsOf, stopAll } from './installed.ts';
import { launch } from './launch.ts';
import type { Line } from './line.ts';
import { type Read, readSettings, type Sources } from './readSettings.ts';
import { SettingsError } from './settingsError.ts';
import { tableOf } from './showConfig.ts';

/** What of a process it needs. */
export interface Surroundings extends Sources {
  readonly argv: readonly string[];
  /** To standard output. */
  print(text: string): void;
  /** One line to standard error. */
  complain(line: string): void;
}

/** @returns the exit code: 0 when it was asked to stop or only to show something, 1 when it failed, 2 for settings that will not do */
export async function perform(
  line: Line,
  around: Surroundings,
  options: ArbiterOptions = {},
): Promise<number> {
  const { shown } = readCommandLine(line, around.argv);
  if (shown === 'help') return print(around, helpOf(line));
  if (shown === 'version') return print(around, `${line.version}\n`);
  try {
    const read = await readSettings(line, { config: true, ...around });
    if (shown === 'showConfig') return print(around, tableOf(line, read.resolved));
    return await run(line, read, around, options);
  } catch (error) {
    const lines = error instanceof SettingsError ? error.message.split('\n') : [reasonOf(error)];
    for (const text of lines) around.complain(`${line.name}: ${text}`);
    return error instanceof SettingsError ? 2 : 1;
  }
}

function print(around: Surroundings, text: string): number {
  around.print(text);
  return 0;
}

async function run(
  line: Line,
  { resolved, files }: Read,
  around: Surroundings,
  options: ArbiterOptions,
): Promise<number> {
  const node = options.node ?? nodeOptions(line, resolved);
  // Apps that only wait for messages do not keep the process alive.
  const letGo = systemClock.after(Number.POSITIVE_INFINITY, () => {});
  try {
    const arbiter = await Arbiter.start({ ...options, signals: true, node });
    for (const file of files) consoleLogger.info(`${line.name}: the settings are read from ${file}`);
    try {
      await launchAll(line, resolved, arbiter);
      await arbiter.stopped;
      // Where the node is not its own, that goes on.
      await stopAll(appsOf(arbiter));
    } catch (error) {
      // Whoever has asked it to stop while it was starting wants no more.
      const wasAsked = arbiter.node.shutdown.reason !== undefined;
      await arbiter.stop();
      await stopAll(appsOf(arbiter));
      if (!wasAsked) throw error;
    }
    return exitCode(line, arbiter, around);
  } finally {
    letGo();
  }
}

async function launchAll({ apps }: Line, resolved: Read['resolved'], arbiter: Arbiter): Promise<void> {
  for (const app of apps) {
    const own = resolved.get(app.name);
    if (own !== undefined) await launch(app, own, arbiter);
  }
}

/** The apps have been checked: at most one of them has a say. */
function nodeOptions({ apps }: Line, resolved: Read['resolved']): NodeOptions | Node {
  const app = apps.find(({ node }) => node !== undefined);
  const own = app && resolved.get(app.name);
  return own === undefined ? {} : (app?.node?.(own.values) ?? {});
}

function exitCode(line: Line, { node }: Arbiter, around: Surroundings): number {
  if (node.failure === undefined) return 0;
  around.complain(`${line.name}: the node has failed: ${reasonOf(node.failure.error)}`);
  return 1;
}
