/** Actors that route, join, change and pace events. */
export { EventDataAggregator, EventDataXMLAggregator } from './aggregators.ts';
export { Batch, type BatchParams, Split } from './batch.ts';
export { FlowController, type FlowControllerParams, Null } from './controllers.ts';
export { Dedupe, type DedupeParams } from './dedupe.ts';
export {
  EventFilter,
  type EventFilterParams,
  EventJSONFilter,
  type EventJSONFilterParams,
} from './filters.ts';
export { EventJoin, type JoinParams, JSONEventJoin, XMLEventJoin, XMLMatcher } from './joins.ts';
export type { EventKey } from './keys.ts';
export {
  type CompareParams,
  Data,
  type DeleteParams,
  ErrorEventAttributeModifier,
  type ErrorModifierParams,
  EventAttributeDelete,
  EventAttributeLookupModifier,
  EventAttributeModifier,
  type EventAttributeModifierParams,
  EventAttributeRegexSubstitution,
  EventDataCompare,
  EventDataEventAttributeModifier,
  EventDataStaticAttributeModifier,
  Header,
  HTTPJSONAttributeModifier,
  JSONEventAttributeDelete,
  JSONEventAttributeModifier,
  type LookupParams,
  Modifier,
  type ModifierParams,
  type SubstitutionParams,
  XMLErrorEventAttributeModifier,
} from './modifiers.ts';
export { Retry, type RetryParams } from './retry.ts';
export { EventRouter, type EventRouterParams, SimpleRouter, type SimpleRouterParams } from './routers.ts';
export { Throttle, type ThrottleParams } from './throttle.ts';
export { Window, type WindowParams } from './window.ts';
