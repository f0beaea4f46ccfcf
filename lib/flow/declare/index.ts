/** Flows that are described in YAML. */
export { builtInActors } from './catalog.ts';
export { EventTemplate, type EventTemplateParams } from './eventTemplate.ts';
export { type FlowFault, FlowFileError } from './faults.ts';
export { type LoadFlowOptions, loadFlow } from './loadFlow.ts';
export { flowSchema } from './schema.ts';
export type { TemplateFormat } from './template.ts';
