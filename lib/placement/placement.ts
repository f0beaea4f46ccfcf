/** What `thread()` and `childProcess()` give: the recipe and the cell for what stands here for an actor there. */
import type { MailCell } from '../core/mailCell.ts';
import type { Placement } from '../core/props.ts';
import type { Place } from './place.ts';
import { portable, sourceOf } from './source.ts';
import { StandInCell } from './standIn.ts';

/** @param call how it was asked for, for errors */
export const placement = (place: Place, call: string): Placement => ({
  recipe: what => portable(what, call),
  stand: (parent, props, options, name) => {
    const source = sourceOf(props);
    return new StandInCell(parent as MailCell, props, options, name, {
      source,
      isPartOfNode: true,
      find: async system => {
        const { Annexes } = await import('./annexes.ts');
        return (await Annexes.of(system)).find(place, source.url);
      },
    });
  },
});
