/** What a person may do to an actor from outside, besides `stop` and `kill`: whoever operates a node, not its code. */
import { show } from '../base/errors.ts';
import { MailCell } from './mailCell.ts';
import { Ref } from './ref.ts';

/**
 * Gives an actor of this node a new instance, as if its supervisor had decided so: what it does now comes to its end, `preRestart`
 * and `postRestart` are called with `error`, its mailbox stays. It spends none of its restarts. Nothing happens while it is
 * restarting or stopping anyway.
 * @throws TypeError when it is no live actor of this node, or the guardian
 */
export function restartByHand(ref: Ref, error: Error): void {
  const { inlet } = ref instanceof Ref ? ref : { inlet: undefined };
  if (!(inlet instanceof MailCell))
    throw new TypeError(`restart: ${show(ref)} is no live actor of this node`);
  if (inlet.parent === undefined)
    throw new TypeError('restart: / is the root of the tree, which can only stop, with its node');
  inlet.signal({ type: 'restart', failure: { error, message: undefined }, delay: 0 });
}
