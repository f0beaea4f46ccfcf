/** What the actors of MajorDomo have in common: sockets, endpoints, the log. */
import { show } from '../../base/errors.ts';
import { RateLimit } from '../../base/rateLimit.ts';
import type { Clock, World } from '../../base/world.ts';
import type { FlowLog } from '../flowActor.ts';
import type { OpenSocket, Sockets } from '../sockets.ts';
import { traceOf } from './body.ts';
import type { Note } from './note.ts';
import { BrokerList, isEndpoint } from './registration.ts';

export interface SocketParams {
  /** Sockets of another kind than ZeroMQ's, such as some in memory. */
  sockets?: Sockets;
  /** The largest frame that is taken, in bytes (16 MiB): whoever sends a larger one is disconnected. */
  maxFrameSize?: number;
}

/** Where the two sides of a registration service are. All pieces may be given the same; each looks at what it needs. */
export interface RegistrationParams {
  /** Where a registration service listens: brokers announce themselves there, clients and workers do not look at it. */
  registrationServiceEndpoint?: string;
  /** The same for one on this machine: its port. */
  registrationServicePort?: number | string;
  /** Where a registration service publishes: clients and workers ask its brokers as well, brokers do not look at it. */
  registrationPublisherEndpoint?: string;
  /** The same for one on this machine: its port. */
  registrationPublisherPort?: number | string;
  /** The scope that the registration service has ('BrokerUpdates'). */
  managerSubscriberScope?: string;
}

/** The names of these. */
export const registrationNames = {
  managerSubscriberScope: true,
  registrationPublisherEndpoint: true,
  registrationPublisherPort: true,
  registrationServiceEndpoint: true,
  registrationServicePort: true,
} as const;

/** How clients and workers find their brokers. */
export interface FindParams extends SocketParams, RegistrationParams {
  /** The endpoints of brokers that are always asked (`['tcp://127.0.0.1:5555']` unless there is a registration service). */
  brokers?: readonly string[];
}

export const defaultBroker = 'tcp://127.0.0.1:5555';

/** ZeroMQ is loaded when the first actor needs it. */
export async function socketsFor(world: World, params: SocketParams): Promise<OpenSocket> {
  const { sockets = (await import('../zeromqSockets.ts')).zeromqSockets, maxFrameSize } = params;
  const open = sockets(world);
  return maxFrameSize === undefined ? open : options => open({ ...options, maxFrameSize });
}

/**
 * An endpoint that is given as such or by its port.
 * @throws TypeError when it is neither
 */
export function endpointOf(
  name: string,
  endpoint: string | undefined,
  port: number | string | undefined,
): string | undefined {
  if (endpoint !== undefined) {
    if (typeof endpoint === 'string' && isEndpoint(endpoint.replace('//*:', '//0.0.0.0:'))) return endpoint;
    throw new TypeError(`${name} must be an endpoint such as tcp://10.0.0.1:5555, not ${show(endpoint)}`);
  }
  if (port === undefined) return undefined;
  const number = typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : port;
  if (Number.isInteger(number) && Number(number) >= 0 && Number(number) <= 65_535)
    return `tcp://127.0.0.1:${number}`;
  throw new TypeError(`${name} must be a port from 0 to 65535, not ${show(port)}`);
}

export interface Finding {
  readonly list: BrokerList;
  /** Where the registration service publishes, if there is one. */
  readonly publisher: string | undefined;
  readonly scope: string | undefined;
}

/** @throws TypeError that names the parameter and what is wrong with it */
export function findingOf(params: FindParams): Finding {
  const { brokers, registrationPublisherEndpoint, registrationPublisherPort, managerSubscriberScope } =
    params;
  const publisher = endpointOf(
    'registrationPublisher',
    registrationPublisherEndpoint,
    registrationPublisherPort,
  );
  const fixed = brokers ?? (publisher === undefined ? [defaultBroker] : []);
  if (!Array.isArray(fixed)) throw new TypeError(`brokers must be a list of endpoints, not ${show(fixed)}`);
  for (const one of fixed) {
    if (typeof one !== 'string' || !isEndpoint(one)) {
      throw new TypeError(`brokers: ${show(one)} is no endpoint such as tcp://10.0.0.1:5555`);
    }
  }
  return { list: new BrokerList(fixed, managerSubscriberScope), publisher, scope: managerSubscriberScope };
}

/** Runs `check` and gives what it throws as a fault, for `validate`. */
export function faultsOf(check: () => unknown): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** How many lines in a second strangers may cause. */
const mostLines = 20;

/** Writes notes to the log: no more of those than it can bear that strangers cause. */
export function scribe(log: FlowLog, clock: Clock): (note: Note) => void {
  const limit = new RateLimit(clock, mostLines, 1000);
  return ({ level, text, body }) => {
    if (level !== 'warn' || limit.take()) log[level](text, traceOf(body));
  };
}
