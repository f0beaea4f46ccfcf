/** What `import … from 'troupe/flow'` gives. */
export * from './control/index.ts';
export * from './declare/index.ts';
export {
  Director,
  type DirectorOptions,
  type StartOptions,
  type StopWhen,
} from './director.ts';
export type { Graph, GraphEdge, GraphNode, MermaidOptions } from './drawing.ts';
export { EventDropped } from './dropped.ts';
export * from './events/index.ts';
export { EventFailed } from './failed.ts';
export {
  type ActorOf,
  FatalError,
  FlowActor,
  type FlowActorClass,
  type FlowActorOptions,
  type FlowLog,
  type ParamsOf,
  type SendOptions,
} from './flowActor.ts';
export { FlowHarness, type FlowHarnessOptions } from './harness.ts';
export * from './http/index.ts';
export * from './io/index.ts';
export { JSONValidator, type JSONValidatorParams } from './json/jsonValidator.ts';
export { JsonSchema, type JsonSchemaOptions } from './json/schemaEngine.ts';
export * from './mdp/index.ts';
export type { ParamNames } from './parameters.ts';
export { type QueueKind, type QueuePolicy, queuePolicies } from './queue.ts';
export type { WorldParts } from './run.ts';
export type { DropReason } from './scope.ts';
export type { ActorStats, FlowStats, QueueStats } from './stats.ts';
export { type ConnectOptions, type Endpoint, WiringError } from './wiring.ts';
export * from './xml/index.ts';
