/** What the two ends of a ZeroMQ pipe have in common: where it is, who binds it. */
import { show } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import { SetupError } from '../events/errors.ts';
import { demand, isCount, isText } from '../setup.ts';
import type { FlowSocket, SocketOptions, Sockets } from '../sockets.ts';

export interface ZMQParams {
  /** The port, for tcp (9000). */
  port?: number | undefined;
  /** The host, for tcp ('127.0.0.1'). */
  host?: string | undefined;
  /** `'tcp'`, `'ipc'` (a socket in the file system) or `'inproc'` (within this process) ('tcp'). */
  transmissionProtocol?: 'tcp' | 'ipc' | 'inproc' | undefined;
  /** For ipc the path, at most 100 bytes, for inproc a name. */
  socketFile?: string | undefined;
  /** One end binds, all others connect: a push connects and a pull binds unless told otherwise. */
  mode?: 'connect' | 'bind' | undefined;
  /** How many messages wait for each peer, in each direction (1000), besides what the operating system holds. */
  highWaterMark?: number | undefined;
  /** Sockets of another kind than ZeroMQ's, such as some in memory. */
  sockets?: Sockets | undefined;
}

const protocols = ['tcp', 'ipc', 'inproc'];
/** What the operating system takes as the path of a socket. */
const longestPath = 100;

/**
 * Such as `tcp://127.0.0.1:9000`.
 * @param usual what this end does unless it is told otherwise
 * @throws SetupError that names the parameter
 */
export function endpointOf(
  actor: { readonly name: string },
  params: ZMQParams,
  usual: 'connect' | 'bind',
): string {
  const { port = 9000, host = '127.0.0.1', transmissionProtocol = 'tcp', socketFile } = params;
  const { mode, highWaterMark, sockets } = params;
  demand(
    actor,
    'transmissionProtocol',
    protocols.includes(transmissionProtocol),
    protocols.join(', '),
    transmissionProtocol,
  );
  demand(
    actor,
    'mode',
    mode === undefined || mode === 'connect' || mode === 'bind',
    "'connect' or 'bind'",
    mode,
  );
  const isMark = highWaterMark === undefined || isCount(highWaterMark);
  demand(actor, 'highWaterMark', isMark, 'a whole number from 1 up', highWaterMark);
  demand(actor, 'sockets', sockets === undefined || typeof sockets === 'function', 'a function', sockets);
  if (transmissionProtocol === 'tcp') {
    const least = (mode ?? usual) === 'bind' ? 0 : 1;
    const isPort = isCount(port, least) && port < 65_536;
    demand(actor, 'port', isPort, `a port from ${least} up, to ${mode ?? usual}`, port);
    demand(actor, 'host', isText(host), 'the name or the address of a host', host);
    return `tcp://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
  }
  if (!isText(socketFile))
    throw new SetupError(
      `${actor.name}: socketFile must be the path or the name for ${transmissionProtocol}, not ${show(socketFile)}`,
    );
  const isShort = Buffer.byteLength(socketFile) <= longestPath;
  demand(actor, 'socketFile', isShort, `at most ${longestPath} bytes`, socketFile);
  return `${transmissionProtocol}://${socketFile}`;
}

/** Opens one end. ZeroMQ is loaded when the first actor needs it. */
export async function openSocket(
  world: World,
  params: ZMQParams,
  options: SocketOptions,
): Promise<FlowSocket> {
  const { sockets = (await import('../zeromqSockets.ts')).zeromqSockets, highWaterMark } = params;
  return sockets(world)({ ...options, ...(highWaterMark !== undefined && { highWaterMark }) });
}
