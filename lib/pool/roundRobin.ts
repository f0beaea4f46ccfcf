/** In turn. */
import type { Ref } from '../core/ref.ts';
import { type Desk, type Routing, RoutingStrategy } from './routingStrategy.ts';

class RoundRobin implements Routing {
  readonly #desk: Desk;
  #next = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  route(message: unknown, sender: Ref | undefined): void {
    const { refs } = this.#desk.members;
    if (this.#next >= refs.length) this.#next = 0;
    (refs[this.#next++] ?? this.#desk.nobody).tell(message, sender);
  }
}

/** Each message goes to the next one. */
export const roundRobin = (): RoutingStrategy<unknown> =>
  new RoutingStrategy('roundRobin', desk => new RoundRobin(desk));
