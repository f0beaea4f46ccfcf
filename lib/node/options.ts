/** The options of a node, checked and completed once. */
import { show } from '../base/errors.ts';
import {
  type AnyLogger,
  checkLogger,
  checkThreshold,
  defaultLogger,
  type LogThreshold,
} from '../base/log.ts';
import { checkNames } from '../base/options.ts';
import { type Clock, type Random, type Scheduler, type World, world } from '../base/world.ts';
import { checkNodeAddress } from '../core/address.ts';
import { defaultStrategy, Strategy } from '../core/supervision.ts';
import type { RemotingOptions, TransportFactory } from '../remoting/index.ts';
import { type PhaseTimeouts, phaseTimeouts, type ShutdownOptions } from './shutdownOptions.ts';

export interface NodeOptions {
  /**
   * `host:port` to bind; port 0 takes a free one. Without it the node is local, and opens no socket, unless `remoting` is
   * given: then it can connect to others, which reach it through that connection.
   */
  address?: string | undefined;
  /** What other nodes connect to, when it differs from the address that is bound. */
  advertise?: string | undefined;
  /** How this node deals with others. */
  remoting?: RemotingOptions | undefined;
  /** What the guardian does about top-level actors that fail: the default strategy unless given. */
  supervision?: Strategy | undefined;
  /** How long, in ms, stopping the node, a `postStop` or the cleanup of a process may take (5000); then it is cut short. */
  shutdownTimeout?: number | undefined;
  /** How long what else is to be done when the node stops may take: the tasks of `node.shutdown`. */
  shutdown?: ShutdownOptions | undefined;
  /**
   * Where log lines go: a pino instance, a `structuredLogger`, `console`, or what else has debug(), info(), warn() and error().
   * Standard error unless given.
   */
  logger?: AnyLogger | undefined;
  /**
   * From which level on lines are written: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`. Unless given, a `logger`
   * gets them all, and standard error what the environment's `TROUPE_LOG_LEVEL` says, or warnings and errors.
   */
  logLevel?: LogThreshold | undefined;
  /** Also log dead letters, as `info`; standard error has that level then, unless one is given. */
  verbose?: boolean | undefined;
  /** Time; the system's unless given. */
  clock?: Clock | undefined;
  /** Randomness; `Math.random` unless given. */
  random?: Random | undefined;
  /** When messages are handled: in microtasks, with I/O in between, unless given. */
  scheduler?: Scheduler | undefined;
  /** What carries frames between nodes; ZeroMQ unless given. */
  transport?: TransportFactory | undefined;
}

export interface CompleteOptions {
  readonly address: string | undefined;
  readonly advertise: string | undefined;
  readonly remoting: RemotingOptions | undefined;
  readonly transport: TransportFactory | undefined;
  readonly supervision: Strategy;
  readonly shutdownTimeout: number;
  readonly phaseTimeouts: PhaseTimeouts;
  readonly logger: AnyLogger;
  readonly logLevel: LogThreshold | undefined;
  readonly verbose: boolean;
  readonly world: World;
}

const known = [
  'address',
  'advertise',
  'remoting',
  'supervision',
  'shutdownTimeout',
  'shutdown',
  'logger',
  'logLevel',
  'verbose',
  'clock',
  'random',
  'scheduler',
  'transport',
];

/** @throws TypeError or InvalidAddress that names the option and what is wrong with it */
export function completeOptions(options: NodeOptions): CompleteOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Node.start(options): options must be an object, not ${show(options)}`);
  }
  checkNames('Node.start', options, known);
  const { address, advertise, supervision = defaultStrategy, shutdownTimeout = 5000, logLevel } = options;
  if (logLevel !== undefined) checkThreshold(logLevel, 'logLevel');
  const logger = loggerOf(options);
  if (address !== undefined) checkNodeAddress(address);
  if (advertise !== undefined) checkNodeAddress(advertise);
  if (!(supervision instanceof Strategy)) {
    throw new TypeError(
      `supervision must be oneForOne(), allForOne() or restForOne(), not ${show(supervision)}`,
    );
  }
  if (!(typeof shutdownTimeout === 'number' && shutdownTimeout >= 0)) {
    throw new TypeError(`shutdownTimeout must be milliseconds from 0 up, not ${show(shutdownTimeout)}`);
  }
  const { clock, random, scheduler, transport, remoting, verbose = false } = options;
  const parts = {
    ...(clock !== undefined && { clock }),
    ...(random !== undefined && { random }),
    ...(scheduler !== undefined && { scheduler }),
  };
  return {
    address,
    advertise,
    remoting,
    transport,
    supervision,
    shutdownTimeout,
    phaseTimeouts: phaseTimeouts(options.shutdown),
    logger,
    logLevel,
    verbose,
    world: world(parts),
  };
}

/** Dead letters that nobody would see are no use. */
function loggerOf({ logger, logLevel, verbose = false }: NodeOptions): AnyLogger {
  return logger === undefined ? defaultLogger(logLevel, verbose ? 'info' : 'warn') : checkLogger(logger);
}
