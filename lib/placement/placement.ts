/** What `thread()` and `childProcess()` give: the recipe and the cell for what stands here for an actor there. */
import type { MailCell } from '../core/mailCell.ts';
import type { Placement, Props, SpawnOptions } from '../core/props.ts';
import type { Place } from './place.ts';
import { portable, sourceOf } from './source.ts';
import { StandInCell } from './standIn.ts';

export class LocalPlacement implements Placement {
  readonly place: Place;
  /** How it was asked for, for errors. */
  readonly #call: string;
  /** What is to be loaded there before the module of the actor; undefined for nothing. */
  readonly #preload: string | undefined;

  constructor(place: Place, call: string, preload?: string) {
    this.place = place;
    this.#call = call;
    this.#preload = preload;
  }

  /**
   * The same for a part of the runtime that judges by itself how long its actor may be busy, and loads the module of a user
   * there: whatever that takes, such as TypeScript, the thread or process can load.
   */
  forLoader(url: string): LocalPlacement {
    const { maxBusy = Number.POSITIVE_INFINITY } = this.place;
    return new LocalPlacement({ ...this.place, maxBusy }, this.#call, url);
  }

  /** The same, with another limit for how long it may not answer. */
  withMaxBusy(maxBusy: number): LocalPlacement {
    return new LocalPlacement({ ...this.place, maxBusy }, this.#call, this.#preload);
  }

  recipe(what: unknown): Props {
    return portable(what, this.#call);
  }

  stand(parent: unknown, props: Props, options: SpawnOptions, name: string): unknown {
    const source = sourceOf(props);
    return new StandInCell(parent as MailCell, props, options, name, {
      source,
      isPartOfNode: true,
      find: async system => {
        const { Annexes } = await import('./annexes.ts');
        return (await Annexes.of(system)).find(this.place, this.#preload ?? source.url);
      },
    });
  }
}
