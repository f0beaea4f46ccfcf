export type { ActorInfo } from './builtIns.ts';
export { type CommandOptions, command } from './declared.ts';
export {
  type BuiltInCommands,
  type CommandArgs,
  type CommandName,
  type CommandRef,
  type CommandResult,
  type CommandsOf,
  type Send,
  send,
} from './send.ts';
export { type SettingCheck, Settings } from './settings.ts';
