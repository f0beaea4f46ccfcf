/** What `thread()` and `childProcess()` give: the recipe and the cell for what stands here for an actor there. */
import type { MailCell } from '../core/mailCell.ts';
import type { Placement } from '../core/props.ts';
import type { Place } from './place.ts';
import { portable, sourceOf } from './source.ts';
import { StandInCell } from './standIn.ts';

/** What was said about the places that have been made. */
const known = new WeakMap<Placement, { readonly place: Place; readonly call: string }>();

/** @param call how it was asked for, for errors */
export function placement(place: Place, call: string): Placement {
  const made = make(place, call);
  known.set(made, { place, call });
  return made;
}

/** The same, with another limit for how long it may not answer; undefined for what is not a thread or process of this node. */
export function withMaxBusy(on: Placement, maxBusy: number): Placement | undefined {
  const { place, call } = known.get(on) ?? {};
  return place === undefined ? undefined : placement({ ...place, maxBusy }, call as string);
}

const make = (place: Place, call: string): Placement => ({
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
