/** What everything here is called with first. */
import { show } from '../base/errors.ts';
import type { Ref } from '../core/ref.ts';

/**
 * @param verb what was called, for the error
 * @throws TypeError when it is no node
 */
export function checkNode(verb: string, node: unknown): void {
  if (
    typeof node !== 'object' ||
    node === null ||
    (node as { instruments?: unknown }).instruments === undefined
  )
    throw new TypeError(`${verb}: expected a node, not ${show(node)}`);
}

/**
 * For what looks at all actors of a node.
 * @throws TypeError when it is none, or that which actors in a thread or process have as theirs
 */
export function checkMainNode(verb: string, node: unknown): void {
  checkNode(verb, node);
  if (!(node as { guardian: Ref }).guardian.isLocal)
    throw new TypeError(
      `${verb}: a thread or process of a node has none of its own; use the node of the main thread`,
    );
}
