/** What `import … from 'troupe/flow'` gives. */
export * from './control/index.ts';
export {
  Director,
  type DirectorOptions,
  type StartOptions,
} from './director.ts';
export type { Graph, GraphEdge, GraphNode, MermaidOptions } from './drawing.ts';
export { EventDropped } from './dropped.ts';
export * from './events/index.ts';
export { EventFailed } from './failed.ts';
export {
  FatalError,
  FlowActor,
  type FlowActorClass,
  type FlowActorOptions,
  type FlowLog,
  type SendOptions,
} from './flowActor.ts';
export { FlowHarness, type FlowHarnessOptions } from './harness.ts';
export { BasicAuth, type BasicAuthParams } from './http/basicAuth.ts';
export { BadGateway, HTTPClient, type HTTPClientParams } from './http/httpClient.ts';
export { HTTPMethodEventRouter } from './http/httpMethodEventRouter.ts';
export { HTTPServer } from './http/httpServer.ts';
export { HTTPStatusModifier, type HTTPStatusModifierParams } from './http/httpStatusModifier.ts';
export { JWTAuth, type JWTAuthParams } from './http/jwtAuth.ts';
export { RESTTranslator, type RESTTranslatorParams } from './http/restTranslator.ts';
export type { RouteConfig, RoutesConfig } from './http/routes.ts';
export type { HTTPServerParams } from './http/serverParams.ts';
export { SetCookie, type SetCookieParams } from './http/setCookie.ts';
export { WSGI, type WSGIParams, WSGIServer } from './http/wsgi.ts';
export * from './io/index.ts';
export { JSONValidator, type JSONValidatorParams } from './json/jsonValidator.ts';
export { JsonSchema, type JsonSchemaOptions } from './json/schemaEngine.ts';
export * from './mdp/index.ts';
export { type QueueKind, type QueuePolicy, queuePolicies } from './queue.ts';
export type { WorldParts } from './run.ts';
export type { DropReason } from './scope.ts';
export type { ActorStats, FlowStats, QueueStats } from './stats.ts';
export { type ConnectOptions, type Endpoint, WiringError } from './wiring.ts';
export * from './xml/index.ts';
