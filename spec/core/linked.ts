/** What the specs of links share: actors that do as they are told, and write down what they hear. */
import { Exit, type Node, oneForOne, type Ref, Stop, Terminated } from '../../lib/index.ts';
import { gate, startNode } from './support.ts';

export interface LinkOrder {
  link?: Ref;
  unlink?: Ref;
  trap?: boolean;
  /** Handles nothing more until the gate is open. */
  block?: boolean;
}

/** A node whose actors can be told to link, to `'fail'` for good, and to `'restart'`. */
export async function startLinking() {
  const { node, clock } = await startNode({
    supervision: oneForOne({ decide: ({ message }) => (message === 'fail' ? Stop : undefined) }),
  });
  const held = gate();
  const heard: [who: string, of: string, reason: string][] = [];
  const spawn = (name: string, on: Pick<Node, 'spawn'> = node): Ref =>
    on.spawn<unknown>(
      (message, context) => {
        if (message instanceof Exit) heard.push([name, message.ref.name, message.reason]);
        else if (typeof message === 'string') throw new Error(message);
        else {
          const { link, unlink, trap, block } = message as LinkOrder;
          if (trap !== undefined) context.trapExit = trap;
          if (link !== undefined) context.link(link);
          if (unlink !== undefined) context.unlink(unlink);
          return block ? held.opened : undefined;
        }
        return undefined;
      },
      { name },
    );
  /** How actors end, in the order of their ends. */
  const ends: string[] = [];
  const follow = (...refs: Ref[]) =>
    node
      .spawn<Terminated<Ref> | 'go'>((message, context) => {
        if (message instanceof Terminated) ends.push(`${message.ref.name} ${message.reason}`);
        else for (const ref of refs) context.watch(ref);
      })
      .tell('go');
  const link = async (a: Ref, b: Ref) => {
    a.tell({ link: b });
    await clock.settle();
  };
  return { node, clock, held, heard, ends, spawn, follow, link };
}

/** The two ways of a link between the first and the second, and what is told to whom to make it. */
export const directions = {
  'the first has linked itself': ([a, b]: Pair) => [a, b],
  'the second has linked itself': ([a, b]: Pair) => [b, a],
} as const;
type Pair = readonly [Ref, Ref];
