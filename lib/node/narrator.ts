/** Writes down what goes wrong: the events that somebody should see who subscribed to none. */
import { show } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { RateLimit } from '../base/rateLimit.ts';
import { ActorCell } from '../core/actorCell.ts';
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
import type { System } from '../core/system.ts';

/** Lines of one kind within `within` ms: what happens often must not fill the log. */
const most = 10;
const within = 1000;

/** Keeps the log of `system` told of its events, or of those that are given instead. */
export function narrate(system: System, isVerbose: boolean, events: EventStream = system.events): void {
  const { logger, clock } = system;
  const about = (ref: Ref | undefined) => logOf(ref, logger);
  const seldom = () => new LimitedLines(new RateLimit(clock, most, within));
  events.subscribe(ActorError, ({ ref, error }) => about(ref).error('failed:', error));
  const ignored = seldom();
  events.subscribe(ErrorIgnored, ({ ref, error, where }) =>
    ignored.tell(more =>
      (ref === undefined ? logger : about(ref)).warn(
        `${ref === undefined ? 'the node: ' : ''}ignored an error in ${where}:`,
        error,
        ...more,
      ),
    ),
  );
  events.subscribe(ShutdownTaskFailed, ({ phase, task, error }) =>
    logger.error(`the shutdown task ${show(task)} of ${phase} failed:`, error),
  );
  events.subscribe(SupervisionWarning, ({ ref, text }) => about(ref).warn(text));
  events.subscribe(HighWaterMarkReached, highWater(about));
  events.subscribe(MalformedInput, ({ from, reason, count }) =>
    logger.warn(
      `malformed input from ${from}: ${reason}${count > 1 ? ` (${count} since the last such line)` : ''}`,
    ),
  );
  events.subscribe(NodeRefused, ({ address, reason }) => logger.warn(`${address} was refused: ${reason}`));
  const refused = seldom();
  events.subscribe(OperationRefused, ({ peer, operation, path }) =>
    refused.tell(more => logger.warn(`${peer} may not ${operation} ${path}: see remoting.allow`, ...more)),
  );
  const invalid = seldom();
  events.subscribe(InvalidMessage, ({ ref, issues }) =>
    invalid.tell(more =>
      about(ref).warn(
        'got a message from another node that does not conform to what it accepts:',
        { issues },
        ...more,
      ),
    ),
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
  // Dead letters are common: who does not want their lines does not pay for their events.
  if (!isVerbose || !logger.isEnabled('info')) return;
  const dead = seldom();
  events.subscribe(DeadLetter, ({ recipient, message, reason }) =>
    dead.tell(more => logger.info(`dead letter (${reason}) for ${recipient}:`, { message }, ...more)),
  );
}

/** That of the actor, if it lives: its class is known then. */
function logOf(ref: Ref | undefined, logger: Log): Log {
  if (ref === undefined) return logger;
  return ref.inlet instanceof ActorCell ? ref.inlet.log : logger.child({ actor: ref.address });
}

/** Lets only so many lines of one kind through; the next one says how many were left out. */
class LimitedLines {
  readonly #limit: RateLimit;
  #leftOut = 0;

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  tell(write: (more: readonly object[]) => void): void {
    if (!this.#limit.take()) {
      this.#leftOut++;
      return;
    }
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    write(leftOut > 0 ? [{ leftOut }] : []);
  }
}

/** One line for each doubling: a mailbox that grows without end is told of often enough. */
function highWater(about: (ref: Ref) => Log): (event: HighWaterMarkReached) => void {
  const told = new WeakMap<Ref, number>();
  return ({ ref, count }) => {
    if (count < 2 * (told.get(ref) ?? 0)) return;
    told.set(ref, count);
    about(ref).warn(`has ${count} messages in its mailbox`);
  };
}
