import { type Node, oneForOne, type Ref, Stop, Terminated } from '../../lib/index.ts';
import { gate, startNode } from './support.ts';

export interface Order {
  watch?: Ref;
  unwatch?: Ref;
  block?: boolean;
}

export async function startWatcher() {
  const { node, clock } = await startNode({
    supervision: oneForOne({ decide: ({ message }) => (message === 'fail' ? Stop : undefined) }),
  });
  const [seen, held] = [[] as { ref: unknown; reason: string; sender: Ref | undefined }[], gate()];
  const watched: Ref = spawnFailing(node);
  const watcher = node.spawn<Order | Terminated>((message, context) => {
    if (message instanceof Terminated) {
      seen.push({ ref: message.ref, reason: message.reason, sender: context.sender });
      return undefined;
    }
    if (message.watch !== undefined) context.watch(message.watch);
    if (message.unwatch !== undefined) context.unwatch(message.unwatch);
    return message.block ? held.opened : undefined;
  });
  const watch = async () => {
    watcher.tell({ watch: watched });
    await clock.settle();
  };
  return { node, clock, seen, held, watched, watcher, watch };
}

export const spawnFailing = (node: Node): Ref =>
  node.spawn(message => {
    throw new Error(String(message));
  });
