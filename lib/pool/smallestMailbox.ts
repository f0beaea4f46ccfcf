/** To whoever has least to do, as far as that can be seen from here. */
import { MailCell } from '../core/mailCell.ts';
import type { Ref } from '../core/ref.ts';
import { StandInCell } from '../placement/standIn.ts';
import { type Desk, type Routing, RoutingStrategy } from './routingStrategy.ts';

/** One that is starting, restarting or waiting for its supervisor comes after all that can work at once ... */
const notAtWork = 2 ** 40;
/** ... and one on another node, of which nothing is known, last. */
const unknown = 2 ** 41;

class SmallestMailbox implements Routing {
  readonly #desk: Desk;
  #start = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  route(message: unknown, sender: Ref | undefined): void {
    (this.#smallest() ?? this.#desk.nobody).tell(message, sender);
  }

  /** Of those with equally much to do, each has its turn. */
  #smallest(): Ref | undefined {
    const { refs } = this.#desk.members;
    const count = refs.length;
    let chosen: Ref | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0, at = this.#start % (count || 1); i < count; i++, at = at + 1 === count ? 0 : at + 1) {
      const ref = refs[at] as Ref;
      const load = loadOf(ref);
      if (load >= least) continue;
      chosen = ref;
      least = load;
      this.#start = at + 1;
      if (load === 0) break;
    }
    return chosen;
  }
}

function loadOf({ inlet }: Ref): number {
  if (!(inlet instanceof MailCell)) return unknown;
  if (inlet instanceof StandInCell && inlet.waitingThere === undefined) return unknown;
  if (inlet.isBusy) return inlet.load + 1;
  return inlet.life === 'running' ? inlet.load : notAtWork + inlet.load;
}

/** Each message goes to the one in whose mailbox the fewest wait. Looks at all of them for each message. */
export const smallestMailbox = (): RoutingStrategy<unknown> =>
  new RoutingStrategy('smallestMailbox', desk => new SmallestMailbox(desk));
