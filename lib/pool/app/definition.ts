/** What an app is made of, checked once. */
import { show } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Spawn } from '../../core/actor.ts';
import type { Node } from '../../node/node.ts';
import type { NodeOptions } from '../../node/options.ts';
import type { Arbiter } from '../arbiter/arbiter.ts';
import { checkKnown } from '../poolOptions.ts';
import { checkSchema, type SettingsOf, type SettingsSchema, screaming } from './schema.ts';

/** What `setup` is called with. */
export interface AppContext<S extends SettingsSchema = SettingsSchema> {
  /** The name of the app. */
  readonly name: string;
  /** Read-only; those that are `live` give their latest value. */
  readonly settings: SettingsOf<S>;
  readonly arbiter: Arbiter;
  /** The node of the arbiter. */
  readonly node: Node;
  /** Spawns actors below that of the app (`/<name>/...`): they end with it. */
  readonly spawn: Spawn;
  /** `arbiter.addMonitor` for a monitor that ends with the app, after its stop function. */
  readonly addMonitor: Arbiter['addMonitor'];
  /** Aborted when the app begins to stop. */
  readonly signal: AbortSignal;
  /** Log lines with the name of the app. */
  readonly log: Logger;
  /**
   * Tells of each new value of a `live` setting. A listener that throws, or an async one that fails, is logged.
   * @returns a function that ends this
   * @throws TypeError when there is no such setting, or it is not live
   */
  onChange<K extends keyof S & string>(name: K, listener: (value: SettingsOf<S>[K]) => unknown): () => void;
}

/** Ends what `setup` has begun; it may be async. It runs before the actors of the app are stopped. */
export type StopApp = () => unknown;

export interface AppOptions<S extends SettingsSchema> {
  /** Small letters, figures and hyphens. It names the app's actor, its variables (`NAME_...`) and its config file (`name.config.json`). */
  readonly name: string;
  /** What `--version` prints; there is no such flag without it. */
  readonly version?: string | undefined;
  /** What `--help` says first. */
  readonly description?: string | undefined;
  /** None unless given. */
  readonly settings?: S;
  /** What its variables begin with: its name in capitals unless given; false: only those that a setting names by `env` are read. */
  readonly envPrefix?: string | false | undefined;
  /** How long, in ms, an unfinished `setup` and its stop function may take when the app is stopped (5000); then they are left behind. */
  readonly stopTimeout?: number | undefined;
  /** The options of the node, from the settings, where the app is started with an arbiter of its own. Of apps that run together one may have it. */
  readonly node?: ((settings: SettingsOf<S>) => NodeOptions) | undefined;
  /** Makes the app run: spawns actors, opens servers. What it returns, if it is a function, ends all that again. An error stops the app. */
  readonly setup: (context: AppContext<S>) => unknown;
}

export interface Definition<S extends SettingsSchema = SettingsSchema> {
  readonly name: string;
  readonly version: string | undefined;
  readonly description: string | undefined;
  readonly settings: S;
  readonly envPrefix: string | false;
  readonly stopTimeout: number;
  readonly node: ((settings: SettingsOf<S>) => NodeOptions) | undefined;
  readonly setup: (context: AppContext<S>) => unknown;
}

const known = ['name', 'version', 'description', 'settings', 'envPrefix', 'stopTimeout', 'node', 'setup'];
const call = 'defineApp';

/** @throws TypeError that says what is wrong */
export function complete<S extends SettingsSchema>(options: AppOptions<S>): Definition<S> {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${call}(options): expected an object with name and setup, not ${show(options)}`);
  checkKnown(call, options, known);
  const { name, version, description, node, setup, stopTimeout = 5000 } = options;
  checkName(call, name);
  const { settings = {} as S } = options;
  checkSchema(call, settings);
  if (typeof setup !== 'function')
    throw new TypeError(`${call}: setup must be a function (context) => …, not ${show(setup)}`);
  if (node !== undefined && typeof node !== 'function')
    throw new TypeError(`${call}: node must be a function (settings) => ({ address: … }), not ${show(node)}`);
  if (!(typeof stopTimeout === 'number' && stopTimeout >= 0 && stopTimeout < Number.POSITIVE_INFINITY))
    throw new TypeError(`${call}: stopTimeout must be milliseconds from 0 up, not ${show(stopTimeout)}`);
  for (const [key, value] of Object.entries({ version, description })) {
    if (value !== undefined && typeof value !== 'string')
      throw new TypeError(`${call}: ${key} must be a text, not ${show(value)}`);
  }
  const { envPrefix = screaming(name) } = options;
  if (envPrefix !== false && !/^[A-Za-z_]\w*$/.test(envPrefix))
    throw new TypeError(`${call}: envPrefix must be as in 'MY_APP', or false, not ${show(envPrefix)}`);
  return Object.freeze({ name, version, description, node, setup, stopTimeout, settings, envPrefix });
}

/** @throws TypeError unless it can be the name of an app */
export function checkName(call: string, name: string): void {
  if (typeof name !== 'string' || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new TypeError(
      `${call}: name must be small letters and figures, with hyphens in between, as in 'web-shop', not ${show(name)}`,
    );
}
