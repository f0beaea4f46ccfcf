/** Ways through other nodes. A frame for a node that can't be reached travels inside a frame to one that can. */
import type { Route } from './transport.ts';

/** A way to a peer that leads through a relay. */
export class RelayedRoute implements Route {
  readonly label: string;
  /** The relay's address. */
  readonly via: string;
  /** The address of the node at the other end. */
  readonly to: string;

  constructor(via: string, to: string) {
    this.label = `${to} by way of ${via}`;
    this.via = via;
    this.to = to;
  }
}

/** Routes that are remembered: only so that the same one is the same object. */
const mostRoutes = 10_000;

export class Relays {
  readonly #routes = new Map<string, RelayedRoute>();
  /** Relays that are up. */
  readonly #up = new Set<string>();

  up(relay: string): void {
    this.#up.add(relay);
  }

  isUp(relay: string): boolean {
    return this.#up.has(relay);
  }

  down(relay: string): void {
    this.#up.delete(relay);
    for (const [key, route] of this.#routes) if (route.via === relay) this.#routes.delete(key);
  }

  /** The ways to a node through all relays that are up. */
  routesTo(address: string): RelayedRoute[] {
    return [...this.#up].filter(relay => relay !== address).map(relay => this.route(relay, address));
  }

  /** The same object for the same way. */
  route(via: string, to: string): RelayedRoute {
    const key = `${via} ${to}`;
    let route = this.#routes.get(key);
    if (route === undefined) {
      route = new RelayedRoute(via, to);
      this.#routes.set(key, route);
      if (this.#routes.size > mostRoutes) this.#routes.delete(this.#routes.keys().next().value as string);
    }
    return route;
  }
}
