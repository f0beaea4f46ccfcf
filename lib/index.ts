/** What `import … from 'troupe'` gives. */
export {
  AbortError,
  ActorContextError,
  BadSupervision,
  ChildError,
  CommandNotFound,
  CreateFailed,
  InvalidAddress,
  InvalidEscalation,
  LookupFailed,
  MailboxFull,
  NameConflict,
  NodeDownError,
  NodeStopped,
  Overrun,
  ProcessExited,
  RemotingError,
  RestartsExhausted,
  SerializationError,
  ThreadExited,
  TimeoutError,
  TroupeError,
  Unhandled,
  UnhandledTermination,
} from './base/errors.ts';
export {
  type AnyLogger,
  consoleLogger,
  type ErrorFields,
  type Log,
  type Logger,
  type LogLevel,
  type LogMethod,
  type LogRecord,
  type LogThreshold,
  type PinoShaped,
  silentLogger,
  structuredLogger,
} from './base/log.ts';
export {
  AND,
  ANY,
  IN,
  type Matched,
  type Matcher,
  match,
  NOT,
  OR,
  type Pattern,
  type,
} from './base/patterns.ts';
export type { Cancel, Clock, Random, Scheduler, World } from './base/world.ts';
export {
  type ActorInfo,
  type BuiltInCommands,
  type CommandArgs,
  type CommandName,
  type CommandOptions,
  type CommandRef,
  type CommandResult,
  type CommandsOf,
  command,
  type Send,
  type SettingCheck,
  Settings,
  send,
} from './command/index.ts';
export {
  Actor,
  type ActorClass,
  type ActorFunction,
  type Context,
  type MessageOf,
  type NodeFace,
  type Receive,
  type SettingsFace,
  type Spawn,
  type Spawnable,
} from './core/actor.ts';
export { Uri } from './core/address.ts';
export type { Stats } from './core/counts.ts';
export type { Delivery, Observer, Outcome } from './core/delivery.ts';
export type { ActorDetail, PeekedMessage } from './core/detail.ts';
export {
  ActorError,
  ActorRestarted,
  ActorStarted,
  DeadLetter,
  ErrorIgnored,
  type EventClass,
  EventStream,
  HighWaterMarkReached,
  InvalidMessage,
  MailboxOverflow,
  MalformedInput,
  NodeDown,
  NodeQuarantined,
  NodeRefused,
  NodeResponsive,
  NodeUnresponsive,
  NodeUp,
  OperationRefused,
  ShutdownTaskFailed,
  SupervisionWarning,
  UnhandledMessage,
} from './core/events.ts';
export { GroupChanged, type GroupsFace } from './core/groups.ts';
export { bucketBounds, type Histogram } from './core/histogram.ts';
export type { AskOptions } from './core/inlet.ts';
export {
  type ActorView,
  forEachActor,
  inspect,
  type OpenQuestion,
  openQuestions,
} from './core/inspect.ts';
export type { Exhibit, Instruments, Measuring } from './core/instruments.ts';
export { bounded, type MailboxKind, priority, unbounded } from './core/mailbox.ts';
export {
  type DeadLetterReason,
  Exit,
  PoisonPill,
  ReceiveTimeout,
  Terminated,
  type TerminationReason,
} from './core/message.ts';
export type { ActorMeter, ClassMeter } from './core/meter.ts';
export { Operation } from './core/operation.ts';
export type { PeerState, PeerView, Traffic } from './core/peers.ts';
export { printTree } from './core/printTree.ts';
export {
  type Placement,
  Props,
  type RestartOptions,
  type ShutdownLimit,
  type SpawnOptions,
  type StandardSchemaV1,
} from './core/props.ts';
export { ActorStopped, Ref } from './core/ref.ts';
export type {
  Shutdown,
  ShutdownContext,
  ShutdownPhase,
  ShutdownReason,
  ShutdownTask,
  ShutdownTaskOptions,
} from './core/shutdown.ts';
export {
  type AnyDecision,
  allForOne,
  type Decide,
  type Decision,
  Escalate,
  oneForOne,
  Restart,
  Resume,
  restForOne,
  Stop,
  type Strategy,
  type StrategyOptions,
} from './core/supervision.ts';
export type { Timers } from './core/timers.ts';
export type { Tracer } from './core/tracer.ts';
export { type ActorTree, type TreeOptions, type TreeRoot, tree } from './core/tree.ts';
export { Node } from './node/node.ts';
export type { NodeOptions } from './node/options.ts';
export type { ShutdownOptions, ShutdownPhaseOptions } from './node/shutdownOptions.ts';
export {
  type ChildProcessOptions,
  childProcess,
  remote,
  type ThreadOptions,
  thread,
  transfer,
} from './placement/index.ts';
export { type Awaitable, type GetOptions, Process, sleep, withTimeout } from './process/index.ts';
export type {
  CurveOptions,
  RegisteredClass,
  RemoteOperation,
  RemotePolicy,
  RemoteRequest,
  RemoteRule,
  RemotingOptions,
  TransportFactory,
} from './remoting/index.ts';
export { KeyFile } from './remoting/keyFile.ts';
export { type KeyPair, keygen } from './remoting/keys.ts';
export {
  type BackoffOptions,
  RestartPool,
  type RestartPoolEvents,
  type RestartPoolOptions,
  type Task,
  type TaskContext,
  type TaskFunction,
  type TaskOptions,
  type TaskState,
} from './restart/index.ts';
export {
  AlreadyRegistered,
  type ChildCounts,
  type ChildInfo,
  type ChildSpec,
  type DynamicChildSpec,
  DynamicSupervisor,
  type DynamicSupervisorOptions,
  type Handlers,
  type Handling,
  type Parent,
  PartitionSupervisor,
  type PartitionSupervisorOptions,
  Registry,
  type RegistryEntry,
  type RegistryKey,
  type RegistryOptions,
  type RestartType,
  type State,
  StateMachine,
  type States,
  type StateTable,
  type SupervisingOptions,
  Supervisor,
  type SupervisorOptions,
  type SupervisorStrategy,
} from './supervisor/index.ts';
