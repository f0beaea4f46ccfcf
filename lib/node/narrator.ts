/** Writes down what goes wrong: the events that somebody should see who subscribed to none. */
import { show } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import {
  ActorError,
  DeadLetter,
  ErrorIgnored,
  type EventStream,
  HighWaterMarkReached,
  InvalidMessage,
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
} from '../core/events.ts';
import type { Ref } from '../core/ref.ts';

/** Keeps `logger` told of `events`. */
export function narrate(events: EventStream, logger: Logger, isVerbose: boolean): void {
  events.subscribe(ActorError, ({ ref, error }) => logger.error(`${ref} failed:`, error));
  events.subscribe(ErrorIgnored, ({ ref, error, where }) =>
    logger.warn(`${ref ?? 'the node'}: ignored an error in ${where}:`, error),
  );
  events.subscribe(ShutdownTaskFailed, ({ phase, task, error }) =>
    logger.error(`the shutdown task ${show(task)} of ${phase} failed:`, error),
  );
  events.subscribe(SupervisionWarning, ({ ref, text }) => logger.warn(`${ref}: ${text}`));
  events.subscribe(HighWaterMarkReached, highWater(logger));
  events.subscribe(MalformedInput, ({ from, reason, count }) =>
    logger.warn(
      `malformed input from ${from}: ${reason}${count > 1 ? ` (${count} since the last such line)` : ''}`,
    ),
  );
  events.subscribe(NodeRefused, ({ address, reason }) => logger.warn(`${address} was refused: ${reason}`));
  events.subscribe(OperationRefused, ({ peer, operation, path }) =>
    logger.warn(`${peer} may not ${operation} ${path}: see remoting.allow`),
  );
  events.subscribe(InvalidMessage, ({ ref, issues }) =>
    logger.warn(`a message from another node does not conform to what ${ref} accepts:`, issues),
  );
  events.subscribe(NodeQuarantined, ({ address }) =>
    logger.warn(`${address} was declared down and is back: it stays cut off until it restarts`),
  );
  events.subscribe(NodeUnresponsive, ({ address }) =>
    logger.warn(`${address} is alive but does not respond`),
  );
  events.subscribe(NodeResponsive, ({ address }) => logger.info(`${address} responds again`));
  events.subscribe(NodeUp, ({ address }) => logger.info(`${address} is up`));
  events.subscribe(NodeDown, ({ address, reason }) => logger.info(`${address} is down: ${reason}`));
  if (!isVerbose) return;
  events.subscribe(DeadLetter, ({ recipient, message, reason }) =>
    logger.info(`dead letter (${reason}) for ${recipient}:`, message),
  );
}

/** One line for each doubling: a mailbox that grows without end is told of often enough. */
function highWater(logger: Logger): (event: HighWaterMarkReached) => void {
  const told = new WeakMap<Ref, number>();
  return ({ ref, count }) => {
    if (count < 2 * (told.get(ref) ?? 0)) return;
    told.set(ref, count);
    logger.warn(`${ref} has ${count} messages in its mailbox`);
  };
}
