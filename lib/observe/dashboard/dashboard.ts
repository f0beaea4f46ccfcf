/** A page that a node serves itself, on which people see what happens in it. */
import { NodeStopped, TroupeError } from '../../base/errors.ts';
import type { NodeFace } from '../../core/actor.ts';
import { checkNode } from '../checkNode.ts';
import { completeDashboardOptions, type DashboardOptions } from './options.ts';

export interface Dashboard {
  /** Where a browser finds it. */
  readonly url: string;
  readonly port: number;
  /** Ends it; the node goes on. Calling it again waits for the same end. */
  close(): Promise<void>;
}

/**
 * Serves a page that shows the node: its tree of actors, what each of them does, other nodes, events, dead letters, flows and
 * pools. It ends with the node. While nobody has the page open, nothing is measured; the log of events begins at once.
 * After Erlang's observer and Phoenix' LiveDashboard.
 * @throws TypeError that names the option and what is wrong with it; TroupeError (`PORT_IN_USE`); NodeStopped
 */
export async function dashboard(node: NodeFace, options: DashboardOptions = {}): Promise<Dashboard> {
  checkNode('dashboard', node);
  const complete = completeDashboardOptions(options);
  const { DashboardServer } = await import('./server.ts');
  let hasNodeStopped = false;
  let end = async () => {
    hasNodeStopped = true;
  };
  const forgetTask = node.shutdown.addTask('afterStop', 'dashboard', () => end());
  const { host, port: wanted } = complete;
  let server: InstanceType<typeof DashboardServer> | undefined;
  let port: number;
  try {
    server = new DashboardServer(node, complete);
    port = await server.listen();
    if (hasNodeStopped) throw new NodeStopped('dashboard: the node has stopped meanwhile');
  } catch (error) {
    forgetTask();
    await server?.close();
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    throw new TroupeError(
      'PORT_IN_USE',
      `dashboard: port ${wanted} of ${host} is in use: give another port, or 0 for any that is free`,
      { cause: error },
    );
  }
  const opened = server;
  let ended: Promise<void> | undefined;
  end = () => {
    forgetTask();
    ended ??= opened.close();
    return ended;
  };
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
  return { url, port, close: end };
}
