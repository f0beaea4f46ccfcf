/** Starts what owns the process that apps run in. */
import { Node } from '../../node/node.ts';
import type { ArbiterFace, ArbiterOptions } from './arbiterFace.ts';

export async function startArbiter({
  node: given = {},
  signals = false,
}: ArbiterOptions): Promise<ArbiterFace> {
  const node = given instanceof Node ? given : await Node.start(given);
  if (signals) onSignals(node);
  return { node, stopped: node.stopped, stop: () => node.stop() };
}

/** The first one asks for an orderly end, the second ends the process at once. */
function onSignals(node: Node): void {
  const listeners = Object.entries({ SIGINT: 130, SIGTERM: 143 }).map(([signal, exitCode]) => {
    const listener = () => {
      if (node.shutdown.reason !== undefined) process.exit(exitCode);
      void node.stop(`signal ${signal}`);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  void node.stopped.then(() => {
    for (const remove of listeners) remove();
  });
}
