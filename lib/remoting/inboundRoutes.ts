/** The connections that came in, by the routing id that the other end has chosen: as long as that is known, it is one route. */
import type { Route } from './transport.ts';

/** Inbound connections that are remembered. */
const mostRoutes = 10_000;

/** A connection that came in. */
export class InboundRoute implements Route {
  readonly label: string;
  readonly id: Buffer;
  /** Whether it stands. */
  isAlive = true;

  constructor(id: Buffer) {
    // As much as tells them apart: who knows a whole id could take its place.
    this.label = `inbound ${id.toString('hex', 0, 4)}`;
    this.id = id;
  }
}

export class InboundRoutes {
  readonly #routes = new Map<string, InboundRoute>();
  /** Those whose connection has gone, in the order in which they went: they may come back. */
  readonly #gone = new Map<string, InboundRoute>();
  readonly #most: number;

  constructor(most = mostRoutes) {
    this.#most = most;
  }

  get size(): number {
    return this.#routes.size + this.#gone.size;
  }

  /** The route of an id from which something came: so it is alive. */
  heard(id: Buffer): InboundRoute {
    const key = id.toString('latin1');
    return this.#routes.get(key) ?? this.#arrived(key, id);
  }

  /** Its connection has gone. */
  lost(id: Buffer): void {
    const key = id.toString('latin1');
    const route = this.#routes.get(key);
    if (route === undefined) return;
    route.isAlive = false;
    this.#routes.delete(key);
    this.#gone.set(key, route);
  }

  /** Should something still come from there, it is another route. */
  forget(route: InboundRoute): void {
    route.isAlive = false;
    const key = route.id.toString('latin1');
    this.#routes.delete(key);
    this.#gone.delete(key);
  }

  clear(): void {
    this.#routes.clear();
    this.#gone.clear();
  }

  #arrived(key: string, id: Buffer): InboundRoute {
    const route = this.#gone.get(key) ?? new InboundRoute(id);
    this.#gone.delete(key);
    route.isAlive = true;
    this.#routes.set(key, route);
    // The oldest of those that have gone, else the oldest of all.
    if (this.size > this.#most) {
      const oldest = firstOf(this.#gone) ?? firstOf(this.#routes);
      if (oldest !== undefined) this.forget(oldest);
    }
    return route;
  }
}

const firstOf = (routes: ReadonlyMap<string, InboundRoute>) => routes.values().next().value;
