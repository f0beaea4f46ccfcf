/** What the runtime tells to the namespaces of `debug`: driven by events, and only for those that `DEBUG` names when a node starts. */
import { Overrun, ProcessExited, ThreadExited } from '../base/errors.ts';
import { type Namespace, namespace } from '../base/log.ts';
import type { NodeFace } from '../core/actor.ts';
import {
  ActorError,
  ActorRestarted,
  ActorStarted,
  DeadLetter,
  ErrorIgnored,
  type EventClass,
  type EventStream,
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
} from '../core/events.ts';
import { ActorStopped } from '../core/ref.ts';
import { shutdownPhases } from '../core/shutdown.ts';

/** Says lines of a namespace when events of some classes come. */
export interface Whisper {
  readonly say: Namespace['say'];
  on<E>(event: EventClass<E>, tell: (event: E) => void): void;
}

/** Which namespaces a stream of events is told to already: a flow may run on the node of another one. */
const told = new WeakMap<EventStream, Set<string>>();

/**
 * Lets `subscribe` say which events of a node are told to `troupe:<name>`, if `DEBUG` names that; once for a node, however often it
 * is called.
 */
export function whisperOf(events: EventStream, name: string, subscribe: (whisper: Whisper) => void): void {
  const names = told.get(events) ?? new Set();
  if (names.has(name)) return;
  told.set(events, names.add(name));
  const { isEnabled, say } = namespace(name);
  if (isEnabled) subscribe({ say, on: (event, tell) => void events.subscribe(event, tell) });
}

/** All that there is to say of a node that has just started. */
export function whisper(node: NodeFace): void {
  const { events } = node;
  whisperOf(events, 'node', whisperer => ofTheNode(whisperer, node));
  whisperOf(events, 'shutdown', whisperer => ofItsEnd(whisperer, node));
  whisperOf(events, 'actors', ofActors);
  whisperOf(events, 'supervision', ofSupervision);
  whisperOf(events, 'deadletters', ofDeadLetters);
  whisperOf(events, 'placement', ofPlaces);
  whisperOf(events, 'remoting', whisperer => ofOtherNodes(whisperer, `${node.address ?? 'a node'}: `));
}

function ofTheNode({ say, on }: Whisper, { address = 'a node', incarnation, stopped }: NodeFace): void {
  say(`${address} has started, incarnation ${incarnation}`);
  on(ErrorIgnored, ({ ref, error, where }) => say(`${ref ?? address} ignored an error in ${where}:`, error));
  void stopped.then(() => say(`${address} has stopped`));
}

/** A phase is told of by a task in it. */
function ofItsEnd({ say, on }: Whisper, { address = 'a node', shutdown }: NodeFace): void {
  for (const phase of shutdownPhases) {
    shutdown.addTask(phase, 'debug', ({ reason }) => say(`${address} stops (${reason}): ${phase}`));
  }
  on(ShutdownTaskFailed, ({ phase, task, error }) => say(`the task ${task} of ${phase} failed:`, error));
}

function ofActors({ say, on }: Whisper): void {
  on(ActorStarted, ({ ref }) => say(`${ref} has started`));
  on(ActorStopped, ({ ref, reason }) => say(`${ref} has ended (${reason})`));
  on(HighWaterMarkReached, ({ ref, count }) => say(`${ref} has ${count} messages in its mailbox`));
}

/** A decision shows in what follows the failure: the actor is restarted, has ended, or goes on. */
function ofSupervision({ say, on }: Whisper): void {
  on(ActorError, ({ ref, error }) => say(`${ref} failed:`, error));
  on(ActorRestarted, ({ ref }) => say(`${ref} was restarted`));
  on(ActorStopped, ({ ref, reason }) => {
    if (reason === 'failed') say(`${ref} has failed for good`);
  });
  on(SupervisionWarning, ({ ref, text }) => say(`${ref} ${text}`));
}

function ofDeadLetters({ say, on }: Whisper): void {
  on(DeadLetter, ({ recipient, sender, reason, message }) =>
    say(`(${reason}) for ${recipient}${sender === undefined ? '' : ` from ${sender}`}:`, message),
  );
  on(UnhandledMessage, ({ ref, message }) => say(`${ref} does not handle`, message));
  on(MailboxOverflow, ({ ref, capacity }) => say(`${ref} has no room for more than ${capacity}`));
}

function ofOtherNodes({ say, on }: Whisper, own: string): void {
  on(NodeUp, ({ address, incarnation }) => say(`${own}${address} is up, incarnation ${incarnation}`));
  on(NodeDown, ({ address, reason }) => say(`${own}${address} is down: ${reason}`));
  on(NodeRefused, ({ address, reason }) => say(`${own}${address} was refused: ${reason}`));
  on(NodeQuarantined, ({ address }) => say(`${own}${address} is quarantined until it restarts`));
  on(NodeUnresponsive, ({ address }) => say(`${own}${address} is alive but does not respond`));
  on(NodeResponsive, ({ address }) => say(`${own}${address} responds again`));
  on(OperationRefused, ({ peer, operation, path }) => say(`${own}${peer} may not ${operation} ${path}`));
  on(MalformedInput, ({ from, reason, count }) =>
    say(`${own}malformed input from ${from}: ${reason} (${count})`),
  );
  on(InvalidMessage, ({ ref, issues }) => say(`${own}a message is not what ${ref} accepts:`, issues));
}

function ofPlaces({ say, on }: Whisper): void {
  on(ActorError, ({ ref, error }) => {
    const hasLost = [ThreadExited, ProcessExited, Overrun].some(kind => error instanceof kind);
    if (hasLost) say(`${ref} has lost the place where it ran: ${error.message}`);
  });
}
