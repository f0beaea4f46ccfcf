/** Apps that share one command line: what their settings are called there and in the environment. */
import { show } from '../../base/errors.ts';
import { checkName, type Definition } from './definition.ts';
import { kebab, reserved, screaming } from './schema.ts';
import type { Setting } from './setting.ts';

/** One setting as the command line and the environment know it. */
export interface Entry {
  readonly app: Definition;
  readonly name: string;
  readonly setting: Setting;
  /** Without the hyphens before it: `workers`, `jobs-workers`. */
  readonly flag: string;
  readonly short: string | undefined;
  readonly variable: string | undefined;
}

/** The app, or the apps, of one command. */
export interface Line {
  /** What the command is called in its `--help` and its errors. */
  readonly name: string;
  readonly version: string | undefined;
  readonly apps: readonly Definition[];
  readonly entries: readonly Entry[];
  /** Whether there is more than one app, so that all flags have the name of theirs before them. */
  readonly isGroup: boolean;
}

/**
 * @param name for several apps: that of the first one unless given
 * @throws TypeError when two settings would have the same flag or variable, or two apps the same name
 */
export function lineOf(apps: readonly Definition[], name?: string, version?: string): Line {
  const [first] = apps;
  if (first === undefined) throw new TypeError('runApps(apps): expected at least one app');
  if (name !== undefined) checkName('runApps', name);
  const isGroup = apps.length > 1;
  const twice = apps.find((app, index) => apps.findIndex(other => other.name === app.name) !== index);
  if (twice !== undefined) throw new TypeError(`runApps: two apps have the name ${show(twice.name)}`);
  const [one, other] = apps.filter(app => app.node !== undefined);
  if (other !== undefined)
    throw new TypeError(
      `runApps: ${one?.name} and ${other.name} both say how the node starts; leave that to one of them`,
    );
  const entries = apps.flatMap(app => entriesOf(app, isGroup));
  checkFlags(entries);
  checkVariables(entries);
  return { name: name ?? first.name, version: version ?? first.version, apps, entries, isGroup };
}

function entriesOf(app: Definition, isGroup: boolean): Entry[] {
  return Object.entries(app.settings).map(([name, setting]) => {
    const { flag: short, env } = setting.options;
    const variable = env ?? (app.envPrefix === false ? undefined : `${app.envPrefix}_${screaming(name)}`);
    const flag = isGroup ? `${app.name}-${kebab(name)}` : kebab(name);
    return { app, name, setting, flag, short: isGroup ? undefined : short, variable };
  });
}

function checkFlags(entries: readonly Entry[]): void {
  const taken = new Map<string, string>(reserved.map(name => [`--${kebab(name)}`, 'every app']));
  taken.set('-h', 'every app');
  for (const entry of entries) {
    claim(taken, `--${entry.flag}`, entry);
    if (entry.short !== undefined) claim(taken, `-${entry.short}`, entry);
  }
  for (const entry of entries) {
    if (entry.setting.kind.placeholder === '') claim(taken, `--no-${entry.flag}`, entry);
  }
}

function checkVariables(entries: readonly Entry[]): void {
  const taken = new Map<string, string>();
  for (const entry of entries) if (entry.variable !== undefined) claim(taken, entry.variable, entry);
}

function claim(taken: Map<string, string>, what: string, { app, name }: Entry): void {
  const owner = `the setting ${name} of ${app.name}`;
  const other = taken.get(what);
  if (other !== undefined)
    throw new TypeError(`${what} would be both of ${other} and of ${owner}; give one of them another name`);
  taken.set(what, owner);
}
