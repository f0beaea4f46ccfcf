/** The settings of an app by their names, and how these look on a command line and in the environment. */
import { show } from '../../base/errors.ts';
import { Setting } from './setting.ts';

/** Settings by their names. */
export type SettingsSchema = Readonly<Record<string, Setting>>;

/** The values of settings; read-only. */
export type SettingsOf<S extends SettingsSchema> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** These are flags of every app, and so the names of no setting. */
export const reserved = ['help', 'version', 'config', 'showConfig'] as const;

/** `maxRetries` as `max-retries`. */
export const kebab = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();

/** `maxRetries` as `MAX_RETRIES`, and an app `web-shop` as `WEB_SHOP`. */
export const screaming = (name: string): string => kebab(name).replaceAll('-', '_').toUpperCase();

/** @throws TypeError when one has no good name, is no setting, or has a default that will not do */
export function checkSchema(call: string, schema: SettingsSchema): void {
  if (typeof schema !== 'object' || schema === null)
    throw new TypeError(
      `${call}: settings must be an object such as { workers: setting.integer() }, not ${show(schema)}`,
    );
  for (const [name, setting] of Object.entries(schema))
    checkOne(`${call}: the setting ${show(name)}`, name, setting);
}

function checkOne(what: string, name: string, setting: Setting): void {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name))
    throw new TypeError(`${what} has no good name: small and capital letters and figures, as in maxRetries`);
  if ((reserved as readonly string[]).includes(name))
    throw new TypeError(`${what} can't have this name: --${kebab(name)} is a flag of every app`);
  if (!(setting instanceof Setting))
    throw new TypeError(`${what} must be setting.string() or another kind, not ${show(setting)}`);
  if (setting.options.default === undefined) return;
  const reading = setting.read(setting.options.default, false);
  if ('wrong' in reading)
    throw new TypeError(`${what}: its default ${reading.wrong(setting.shown(setting.options.default))}`);
}
