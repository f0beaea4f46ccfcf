/** Looks at an actor of this node, wherever it runs: how it does, and how its thread or process does. */
import { MailCell } from '../core/mailCell.ts';
import type { Ref } from '../core/ref.ts';
import { StandInCell } from './standIn.ts';
import { actorVitals, placeVitals, type Vitals } from './vitals.ts';

/**
 * Of an actor in a thread, process or on another node that is asked: it may never answer. Gives undefined when there is nobody
 * to be asked, or who was has ended.
 */
export async function measure({ inlet }: Ref): Promise<Vitals | undefined> {
  if (inlet instanceof StandInCell) return inlet.measure();
  if (!(inlet instanceof MailCell)) return undefined;
  return { ...placeVitals(inlet.realm.world.clock.now()), actor: actorVitals(inlet) };
}
