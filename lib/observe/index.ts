/** What makes a running node visible: metrics, traces, a dashboard, a console, a recorder. The subpath `troupe/observe`. */

export { type Console, type ConsoleOptions, openConsole } from './console/console.ts';
export { ConsoleError } from './console/consoleError.ts';
export {
  type ControlAction,
  type Controlled,
  ControlRefused,
  control,
  controlActions,
} from './control.ts';
export { type Dashboard, dashboard } from './dashboard/dashboard.ts';
export type { DashboardOptions } from './dashboard/options.ts';
export { cyclesAcross } from './doctor/across.ts';
export type { AskersKnown } from './doctor/askers.ts';
export { Doctor, diagnose } from './doctor/doctor.ts';
export {
  type Diagnosis,
  type DiagnosisOptions,
  type Finding,
  type FindingKind,
  findingKinds,
  type Gravity,
  gravities,
  type SupervisorView,
  type WaitEdge,
} from './doctor/findings.ts';
export { formatReport, type ReportOptions } from './doctor/report.ts';
export { StuckFound } from './doctor/stuckFound.ts';
export { type WatchOptions, watchForStuck } from './doctor/watchForStuck.ts';
export { type Metrics, type MetricsOptions, metrics } from './metrics/metrics.ts';
export type { OtelMeter, OtelMeterProvider, OtelProducer } from './metrics/otel.ts';
export type { Handler as MetricsHandler, MetricsServer, ServeOptions } from './metrics/serve.ts';
export { type CensusFilter, type SortKey, sortKeys } from './observatory/census.ts';
export type { EventFilter } from './observatory/chronicle.ts';
export { Observatory, type ObservatoryOptions } from './observatory/observatory.ts';
export type { Kin, Line, OutlineFilter } from './observatory/outline.ts';
export { answerQuery, type Queries, type QueryName, queryNames } from './observatory/queries.ts';
export type {
  ActorRow,
  ActorView,
  DeadLetterView,
  ErrorView,
  EventView,
  ExhibitView,
  Level,
  MessageView,
  NodeRates,
  NodeView,
  Page,
} from './observatory/views.ts';
export type { WordsOptions } from './observatory/words.ts';
export {
  type ActorEntry,
  type AnswerEntry,
  CannotReplay,
  type DeliveryEntry,
  type DumpOptions,
  type Entry,
  type FailureEntry,
  type LifeEntry,
  Lost,
  mermaidOf,
  parseRecording,
  type Reading,
  type RecordedError,
  type Recorder,
  type Recording,
  type RecordingHeader,
  RecordingWritten,
  type RecordOptions,
  type Redacted,
  type ReplayOptions,
  type ReplayResult,
  readValue,
  record,
  replay,
  type Step,
  type Told,
  type Written,
} from './record/index.ts';
export { type ObserveMessage, type ObserveOptions, observe, type Traced } from './remote.ts';
export {
  type OtelPropagator,
  type OtelTracerProvider,
  type TracingOptions,
  tracing,
} from './tracing/index.ts';
