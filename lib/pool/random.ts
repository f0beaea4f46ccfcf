/** By chance, which is the node's: a seeded node repeats it. */
import type { Ref } from '../core/ref.ts';
import { type Desk, type Routing, RoutingStrategy } from './routingStrategy.ts';

class RandomRouting implements Routing {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  route(message: unknown, sender: Ref | undefined): void {
    const { members, nobody, world } = this.#desk;
    const { refs } = members;
    (refs[Math.floor(world.random() * refs.length)] ?? nobody).tell(message, sender);
  }
}

/** Each message goes to anyone. */
export const random = (): RoutingStrategy<unknown> =>
  new RoutingStrategy('random', desk => new RandomRouting(desk));
