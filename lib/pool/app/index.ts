/** Apps and their settings. */
export {
  type AnyApp,
  App,
  defineApp,
  type RunOptions,
  runApps,
  type StartOptions,
} from './defineApp.ts';
export type { AppContext, AppOptions, StopApp } from './definition.ts';
export { appsOf } from './installed.ts';
export { type Layer, type Origin, type Resolved, resolveSettings } from './resolve.ts';
export { RunningApp } from './runningApp.ts';
export type { SettingsOf, SettingsSchema } from './schema.ts';
export { type Check, Setting, type SettingOptions, setting } from './setting.ts';
export { type Fault, type LayerName, SettingsError } from './settingsError.ts';
