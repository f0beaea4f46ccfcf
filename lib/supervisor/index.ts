export { AlreadyRegistered } from './alreadyRegistered.ts';
export type { ChildSpec, RestartType } from './childSpec.ts';
export {
  type DynamicChildSpec,
  DynamicSupervisor,
  type DynamicSupervisorOptions,
} from './dynamicSupervisor.ts';
export type { ChildInfo } from './entry.ts';
export { PartitionSupervisor, type PartitionSupervisorOptions } from './partitionSupervisor.ts';
export {
  type Parent,
  Registry,
  type RegistryEntry,
  type RegistryOptions,
} from './registry.ts';
export type { RegistryKey } from './registryKey.ts';
export { StateMachine } from './stateMachine.ts';
export type { Handlers, Handling, MessageNamed, NameOf, State, States, StateTable } from './states.ts';
export type { ChildCounts, SupervisingOptions } from './supervising.ts';
export { Supervisor, type SupervisorOptions, type SupervisorStrategy } from './supervisor.ts';
