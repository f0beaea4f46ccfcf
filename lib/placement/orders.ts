/** What the orders of a node mean to the cell of an actor that it has spawned elsewhere. */
import type { ActorCell } from '../core/actorCell.ts';
import type { Order, Report } from './control.ts';
import { actorVitals, placeVitals } from './vitals.ts';

/** @param tell for what is answered at once, outside of any turn of the actor */
export function obey(
  cell: ActorCell,
  order: Exclude<Order, { op: 'spawn' }>,
  tell: (report: Report) => void,
): void {
  switch (order.op) {
    case 'endInstance': {
      const { failure: error, message, limit } = order;
      return cell.signal({ type: 'endInstance', failure: { error, message }, limit });
    }
    case 'stop':
      return cell.signal({ type: 'stop', ...(order.limit !== undefined && { limit: order.limit }) });
    case 'giveUp':
      return cell.signal({ type: 'giveUpChild' });
    case 'killBrutally':
      return cell.signal({ type: 'kill', isBrutal: true });
    case 'measure': {
      const vitals = { ...placeVitals(cell.clock.now()), actor: actorVitals(cell) };
      return tell({ report: 'measured', id: order.id, vitals });
    }
    default:
      return cell.signal({ type: order.op });
  }
}
