/** A console on a socket of this machine: whoever may open the socket sees all of the node, and runs code in its process. */
import { NodeStopped, show } from '../../base/errors.ts';
import { checkNames } from '../../base/options.ts';
import type { NodeFace } from '../../core/actor.ts';
import { checkNode } from '../checkNode.ts';
import type { ObservatoryOptions } from '../observatory/observatory.ts';
import { ConsoleError } from './consoleError.ts';
import { checkPath, prepareFolder, socketOf } from './places.ts';

export interface ConsoleOptions extends ObservatoryOptions {
  /**
   * The path of the socket: `troupe/<process id>.sock` below `$XDG_RUNTIME_DIR`, else `troupe-<user id>/<process id>.sock` below the
   * folder for temporary files, unless given. On Windows the name of a pipe: `\\.\pipe\troupe-<process id>`.
   */
  readonly socket?: string | undefined;
}

export interface Console {
  /** What `troupe attach` takes. */
  readonly path: string;
  /** Ends it, and lets go of whoever is attached; the node goes on. Calling it again waits for the same end. */
  close(): Promise<void>;
}

const known = ['socket', 'interval', 'eventLimit', 'showMessages', 'redact'];
/** The sockets of this process. */
const taken = new Set<string>();

/**
 * Opens a console on a socket that only its owner can open: for `troupe attach`, `troupe top` and the like. It ends with the
 * node, and doesn't keep the process alive. While nobody is attached, nothing is measured. After Erlang's remote shell.
 * @throws TypeError that names the option and what is wrong with it; ConsoleError when there can't be such a socket; NodeStopped
 */
export async function openConsole(node: NodeFace, options: ConsoleOptions = {}): Promise<Console> {
  checkNode('openConsole', node);
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`openConsole(node, options): options must be an object, not ${show(options)}`);
  checkNames('openConsole', options, known);
  const { socket, ...observatory } = options;
  if (socket !== undefined && (typeof socket !== 'string' || socket === ''))
    throw new TypeError(`openConsole: socket must be the path of a socket, not ${show(socket)}`);
  const path = socket ?? freePath();
  checkPath(path);
  if (taken.has(path)) throw new ConsoleError(`there is a console at ${path} already: give another socket`);
  taken.add(path);
  let end: () => Promise<void> = async () => void taken.delete(path);
  let hasStopped = false;
  const forgetTask = node.shutdown.addTask('afterStop', 'console', () => {
    hasStopped = true;
    return end();
  });
  try {
    prepareFolder(path);
    const { ConsoleServer } = await import('./server.ts');
    const server = new ConsoleServer(node, observatory);
    await server.listen(path);
    const close = async () => {
      forgetTask();
      await server.close(hasStopped ? 'the node has stopped' : 'the console was closed');
      taken.delete(path);
    };
    let closed: Promise<void> | undefined;
    end = () => {
      closed ??= close();
      return closed;
    };
    if (hasStopped) {
      await end();
      throw new NodeStopped('openConsole: the node has stopped meanwhile');
    }
    return { path, close: () => end() };
  } catch (error) {
    forgetTask();
    taken.delete(path);
    throw error;
  }
}

/** The first that no other node of this process has. */
function freePath(): string {
  let n = 1;
  while (taken.has(socketOf(process.pid, n))) n++;
  return socketOf(process.pid, n);
}
