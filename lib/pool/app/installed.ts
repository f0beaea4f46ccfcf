/** The apps that run on a node: no two of one name, and stopped in the reverse order of their start when the node stops. */
import { NameConflict, show } from '../../base/errors.ts';
import type { Node } from '../../node/node.ts';
import type { Arbiter } from '../arbiter/arbiter.ts';
import type { RunningApp } from './runningApp.ts';

/** No timer can be longer; each app has its own limit. */
const unlimited = 2 ** 31 - 1;

const byNode = new WeakMap<Node, Map<string, RunningApp>>();
/** Those whose end is waited for. */
const arbiters = new WeakSet<Arbiter>();

/** The apps that run on an arbiter, by their names, in the order in which they were started. A snapshot. */
export function appsOf(arbiter: Arbiter): ReadonlyMap<string, RunningApp> {
  const all = [...(byNode.get(arbiter.node) ?? [])];
  return new Map(all.filter(([, app]) => app.arbiter === arbiter));
}

/**
 * @returns a function that takes it out again
 * @throws NameConflict when an app of its node has the name; NodeStopped
 */
export function enter(app: RunningApp): () => void {
  const apps = byNode.get(app.node) ?? open(app.node);
  if (apps.has(app.name))
    throw new NameConflict(
      `an app ${show(app.name)} runs here already; stop it first, or give this one another name`,
    );
  apps.set(app.name, app);
  stopWith(app.arbiter);
  return () => {
    if (apps.get(app.name) === app) apps.delete(app.name);
  };
}

/** The last one first, one after the other. */
export async function stopAll(apps: ReadonlyMap<string, RunningApp>): Promise<void> {
  for (const app of [...apps.values()].reverse()) await app.stop();
}

/** They end before the actors do: a server takes no more requests while what it needs is still there. */
function open(node: Node): Map<string, RunningApp> {
  const apps = new Map<string, RunningApp>();
  node.shutdown.addTask('unbind', 'apps', () => stopAll(apps), { timeout: unlimited });
  byNode.set(node, apps);
  return apps;
}

/** One on a node that is not its own may end before the node. */
function stopWith(arbiter: Arbiter): void {
  if (arbiters.has(arbiter)) return;
  arbiters.add(arbiter);
  void arbiter.stopped.then(() => stopAll(appsOf(arbiter)));
}
