/** Apps: a program as a value, with typed settings and one function that makes it run. */
import { show } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Clock } from '../../base/world.ts';
import { Arbiter } from '../arbiter/arbiter.ts';
import type { ArbiterOptions } from '../arbiter/arbiterOptions.ts';
import { checkKnown } from '../poolOptions.ts';
import { readCommandLine } from './commandLine.ts';
import { type AppOptions, complete, type Definition } from './definition.ts';
import { launch } from './launch.ts';
import { lineOf } from './line.ts';
import { readSettings, type Sources } from './readSettings.ts';
import type { Resolved } from './resolve.ts';
import type { RunningApp } from './runningApp.ts';
import type { SettingsOf, SettingsSchema } from './schema.ts';
import { SettingsError } from './settingsError.ts';
import { isScript, performHere } from './thisProcess.ts';

/** How an app is started by a program. Nothing is read that is not named here. */
export interface StartOptions<S extends SettingsSchema = SettingsSchema> extends Sources {
  /** Values that go before the defaults, and after all else. */
  readonly settings?: Partial<SettingsOf<S>> | undefined;
  /** Where it runs: an arbiter that is there already. One of its own, which stops with it, unless given. */
  readonly arbiter?: Arbiter | undefined;
  /** Where its log lines go: warnings and errors to standard error unless given. */
  readonly logger?: Logger | undefined;
  /** Time, for `stopTimeout`; the system's unless given. */
  readonly clock?: Clock | undefined;
}

/** How apps run as a process. */
export interface RunOptions extends Pick<ArbiterOptions, 'node' | 'pidfile' | 'exitTimeout'> {
  /** What the program is called in `--help` and errors; the name of the first app unless given. */
  readonly name?: string | undefined;
  /** What `--version` prints; that of the first app unless given. */
  readonly version?: string | undefined;
}

/** An app with whatever settings. */
export type AnyApp = Pick<App, 'name' | 'main'>;

const knownToStart = ['argv', 'env', 'config', 'cwd', 'settings', 'arbiter', 'logger', 'clock'];
const knownToRun = ['name', 'version', 'node', 'pidfile', 'exitTimeout'];

/** An app that can be started, any number of times; made by `defineApp`. */
export class App<S extends SettingsSchema = SettingsSchema> {
  /** @internal */
  readonly definition: Definition<S>;

  /** @internal use `defineApp` */
  constructor(definition: Definition<S>) {
    this.definition = definition;
  }

  get name(): string {
    return this.definition.name;
  }

  /** What settings it has. */
  get settings(): S {
    return this.definition.settings;
  }

  /**
   * Starts it in this process, and leaves command line, environment and files alone unless they are given. Given an arbiter, it
   * is installed there, beside other apps.
   * @returns what runs, once `setup` is through
   * @throws SettingsError; NameConflict when an app of that name runs on the arbiter; TypeError; what `setup` throws
   */
  async start(options: StartOptions<S> = {}): Promise<RunningApp<S>> {
    const call = `${this.name}.start`;
    checkKnown(call, options, knownToStart);
    const definition = this.definition as unknown as Definition;
    const line = lineOf([definition]);
    refuseToShow(readCommandLine(line, options.argv ?? []).shown);
    const { settings = {} as Partial<SettingsOf<S>>, arbiter, logger, clock } = options;
    if (typeof settings !== 'object' || settings === null)
      throw new TypeError(`${call}: settings must be an object of values, not ${show(settings)}`);
    const { resolved } = await readSettings(line, options, settings);
    const own = resolved.get(this.name) as Resolved<S>;
    if (arbiter !== undefined) return launch(this.definition, own, arbiter, { logger, clock });
    const node = { ...(logger && { logger }), ...this.definition.node?.(own.values) };
    const alone = await Arbiter.start({ node });
    try {
      return await launch(this.definition, own, alone, { logger, clock, isOwn: true });
    } catch (error) {
      await alone.stop();
      throw error;
    }
  }

  /**
   * Runs it as a program when the module that calls this is the script of the process, and does nothing otherwise:
   * `await app.main(import.meta.url)`. As `runApps` with one app, it ends the process.
   */
  async main(url: string, options: RunOptions = {}): Promise<void> {
    if (isScript(url)) await runApps([this], options);
  }
}

/**
 * Describes an app: its name, its settings and how it is made to run. Nothing happens until it is started.
 *
 *     export default defineApp({ name: 'web', settings: { port: setting.integer({ default: 8080 }) }, setup({ settings }) { … } });
 *
 * After pulsar's applications, with one function in the place of hooks.
 * @throws TypeError when something about it makes no sense, a default that its own setting does not take among them
 */
export const defineApp = <const S extends SettingsSchema = Record<never, never>>(
  options: AppOptions<S>,
): App<S> => new App(complete(options));

/**
 * Runs apps as a program, in one arbiter: settings from the command line, the environment and config files; `--help`,
 * `--version`, `--show-config`. Several apps have their names before all their flags (`--jobs-workers`). They are started one
 * after the other, and stopped in reverse order. The process ends with 0 when it is asked to stop (SIGINT and SIGTERM ask, too),
 * 1 when an app cannot start or the node fails, 2 when the settings will not do: a line for each fault, on standard error.
 * @throws TypeError when two apps have the same name, or two settings the same flag or variable
 */
export async function runApps(apps: readonly AnyApp[], options: RunOptions = {}): Promise<never> {
  checkKnown('runApps', options, knownToRun);
  for (const app of apps) {
    if (!(app instanceof App))
      throw new TypeError(`runApps(apps): expected what defineApp gives, not ${show(app)}`);
  }
  const { name, version, ...rest } = options;
  const definitions = (apps as readonly App[]).map(({ definition }) => definition);
  return performHere(lineOf(definitions, name, version), rest);
}

function refuseToShow(shown: string | undefined): void {
  if (shown === undefined) return;
  const source = shown === 'showConfig' ? '--show-config' : `--${shown}`;
  const message = `${source} starts nothing: it is for programs, which call app.main(import.meta.url) or runApps([app])`;
  throw new SettingsError([{ layer: 'flag', source, message }]);
}
