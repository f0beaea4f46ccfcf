/** What an event says, for people: how grave it is, what it is about, and in words. */
import {
  ActorError,
  ActorRestarted,
  ActorStarted,
  DeadLetter,
  ErrorIgnored,
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
} from '../../core/events.ts';
import { ActorStopped, type Ref } from '../../core/ref.ts';
import { StuckFound } from '../doctor/stuckFound.ts';
import type { EventView } from './views.ts';
import { errorText, type Words } from './words.ts';

type Description = Pick<EventView, 'level' | 'subject' | 'text' | 'stack'>;
type Describe<E> = (event: E, words: Words) => Omit<Description, 'subject' | 'stack'> & Partial<Description>;

const levelOf = { critical: 'error', warning: 'warn', notice: 'info' } as const;

const descriptions: readonly (readonly [new (...args: never[]) => object, Describe<never>])[] = [
  entry(ActorStarted, () => ({ level: 'info', text: 'started' })),
  entry(ActorStopped, ({ reason }) => ({
    level: reason === 'failed' ? 'warn' : 'info',
    text: reason === 'stopped' ? 'stopped' : `ended: ${reason}`,
    stack: undefined,
  })),
  entry(ActorRestarted, ({ error }) => ({ level: 'warn', text: `restarted after ${errorText(error)}` })),
  entry(ActorError, ({ error, message }, words) => ({
    level: 'error',
    text: `failed${message === undefined ? '' : ` with ${words.of(message)}`}: ${errorText(error)}`,
    stack: error.stack,
  })),
  entry(ErrorIgnored, ({ error, where }) => ({
    level: 'warn',
    text: `error ignored (${where}): ${errorText(error)}`,
    stack: error.stack,
  })),
  entry(DeadLetter, ({ recipient, message, reason }, words) => ({
    level: 'warn',
    subject: recipient.path,
    text: `dead letter (${reason}): ${words.of(message)}`,
  })),
  entry(UnhandledMessage, ({ message }, words) => ({
    level: 'warn',
    text: `did not handle ${words.of(message)}`,
  })),
  entry(HighWaterMarkReached, ({ count }) => ({ level: 'warn', text: `${count} messages wait` })),
  entry(MailboxOverflow, ({ capacity }) => ({
    level: 'warn',
    text: `the mailbox is full (${capacity}): a message was dropped`,
  })),
  entry(SupervisionWarning, ({ text }) => ({ level: 'warn', text })),
  entry(NodeUp, ({ address }) => ({ level: 'info', subject: address, text: 'the node is up' })),
  entry(NodeDown, ({ address, reason }) => ({
    level: 'error',
    subject: address,
    text: `the node is down: ${reason}`,
  })),
  entry(NodeQuarantined, ({ address }) => ({
    level: 'error',
    subject: address,
    text: 'the node is quarantined until it restarts',
  })),
  entry(NodeUnresponsive, ({ address }) => ({
    level: 'warn',
    subject: address,
    text: 'the node is alive, but does not answer',
  })),
  entry(NodeResponsive, ({ address }) => ({
    level: 'info',
    subject: address,
    text: 'the node answers again',
  })),
  entry(NodeRefused, ({ address, reason }) => ({
    level: 'warn',
    subject: address,
    text: `a connection was refused: ${reason}`,
  })),
  entry(OperationRefused, ({ peer, operation, path }) => ({
    level: 'warn',
    subject: peer,
    text: `was not allowed to ${operation} ${path}`,
  })),
  entry(MalformedInput, ({ from, reason, count }) => ({
    level: 'warn',
    subject: from,
    text: `malformed input (${count} times): ${reason}`,
  })),
  entry(InvalidMessage, ({ message }, words) => ({
    level: 'warn',
    text: `an invalid message was refused: ${words.of(message)}`,
  })),
  entry(StuckFound, ({ finding: { gravity, subjects, text } }) => ({
    level: levelOf[gravity],
    subject: subjects[0],
    text,
  })),
  entry(ShutdownTaskFailed, ({ phase, task, error }) => ({
    level: 'error',
    subject: undefined,
    text: `shutdown task ${task} (${phase}) failed: ${errorText(error)}`,
    stack: error.stack,
  })),
];

function entry<E extends object>(event: abstract new (...args: never[]) => E, describe: Describe<E>) {
  return [event as new (...args: never[]) => E, describe as Describe<never>] as const;
}

export function describe(event: object, words: Words): Description {
  const { ref } = event as { ref?: Ref };
  const found = descriptions.find(([known]) => event instanceof known)?.[1];
  const said = found?.(event as never, words) ?? { level: 'info' as const, text: words.of(event) };
  return { subject: ref?.path, stack: undefined, ...said };
}
