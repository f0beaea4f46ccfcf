/** What everything here is called with first. */
import { show } from '../base/errors.ts';

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
