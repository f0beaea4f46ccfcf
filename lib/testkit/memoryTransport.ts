/**
 * The end of a network in memory at one node. A connection belongs to whoever opened it; the other end answers on it, and
 * each end has a route of its own for it, as with sockets.
 */
import type { World } from '../base/world.ts';
import type { Route, Transport, TransportEvents } from '../remoting/transport.ts';

/** What a transport needs of its network. */
export interface Carrier {
  bind(address: string, transport: MemoryTransport): string;
  unbind(transport: MemoryTransport): void;
  /** Who listens at that address now. */
  at(address: string): MemoryTransport | undefined;
  /** Takes a frame to the node of that name. `done` is called when it has left, `arrive` as often as it arrives. */
  carry(way: Way, frame: Uint8Array, done: () => void, arrive: (frame: Uint8Array) => void): void;
  /** Whether those two have heard of each other lately, below what they say. */
  isHeard(from: MemoryTransport, to: MemoryTransport): boolean;
}

/** One direction of a connection. */
export interface Way {
  readonly from: MemoryTransport;
  /** The name of the node at its end, or the address where there is none. */
  readonly to: string;
  /** When the last frame has left, and when it arrives: the next one comes after it. */
  readonly times: { left: number; arrives: number };
}

class Connection {
  readonly client: MemoryTransport;
  readonly address: string;
  readonly clientRoute: MemoryRoute;
  /** Who has taken it, and with which route: another one after a restart. */
  server: MemoryTransport | undefined;
  serverRoute: MemoryRoute | undefined;
  readonly out = { left: 0, arrives: 0 };
  readonly back = { left: 0, arrives: 0 };
  isOpen = true;

  constructor(client: MemoryTransport, address: string) {
    this.client = client;
    this.address = address;
    this.clientRoute = new MemoryRoute(this, address);
  }

  /** The connection stands with whoever listens there now. */
  attach(server: MemoryTransport): MemoryRoute {
    if (server !== this.server || this.serverRoute === undefined) {
      this.server = server;
      this.serverRoute = new MemoryRoute(this, this.client.name);
    }
    return this.serverRoute;
  }
}

class MemoryRoute implements Route {
  readonly connection: Connection;
  readonly label: string;
  isOpen = true;

  constructor(connection: Connection, label: string) {
    this.connection = connection;
    this.label = label;
  }
}

export interface TransportParts {
  readonly carrier: Carrier;
  readonly world: World;
  readonly events: TransportEvents;
  /** In ms: twice as long as the layer below needs to notice that the other end is gone. */
  readonly maxSilence: number;
  /** A larger frame, in bytes, does not get in. */
  readonly maxFrameSize: number;
  /** What the node is called in faults; the address that it binds unless given. */
  readonly name: string | undefined;
  /** How data gets into the process: at once unless given. */
  readonly receive: (run: () => void) => void;
}

export class MemoryTransport implements Transport {
  readonly #parts: TransportParts;
  readonly #connections = new Set<Connection>();
  #address: string | undefined;
  #isGone = false;

  constructor(parts: TransportParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name ?? this.#address ?? 'somebody';
  }

  get world(): World {
    return this.#parts.world;
  }

  get maxSilence(): number {
    return this.#parts.maxSilence;
  }

  /** What it is bound to, if it is. */
  get address(): string | undefined {
    return this.#address;
  }

  async listen(address: string): Promise<string> {
    this.#address = this.#parts.carrier.bind(address, this);
    return this.#address;
  }

  connect(address: string): Route {
    const connection = new Connection(this, address);
    this.#connections.add(connection);
    return connection.clientRoute;
  }

  send(route: Route, frame: Uint8Array, done: (hasLeft: boolean) => void): void {
    const { world } = this.#parts;
    const { connection } = route as MemoryRoute;
    if (!this.#mayUse(route as MemoryRoute)) return world.scheduler.soon(() => done(false));
    if (connection.client === this) this.#sendOut(connection, frame, () => done(true));
    else this.#sendBack(route as MemoryRoute, frame, () => done(true));
  }

  isAlive(route: Route): boolean {
    const { connection } = route as MemoryRoute;
    if (!this.#mayUse(route as MemoryRoute)) return false;
    const other = connection.client === this ? this.#parts.carrier.at(connection.address) : connection.client;
    return other !== undefined && this.#parts.carrier.isHeard(this, other);
  }

  disconnect(route: Route): void {
    const { connection } = route as MemoryRoute;
    (route as MemoryRoute).isOpen = false;
    if (connection.client !== this) return;
    connection.isOpen = false;
    this.#connections.delete(connection);
  }

  async close(): Promise<void> {
    // What was sent before is on its way, as it is with a real network.
    this.vanish();
  }

  /** The process is gone, and its connections with it. */
  vanish(): void {
    this.#parts.carrier.unbind(this);
    this.#isGone = true;
    for (const connection of this.#connections) connection.isOpen = false;
    this.#connections.clear();
  }

  #mayUse({ connection, isOpen }: MemoryRoute): boolean {
    return isOpen && connection.isOpen && !this.#isGone;
  }

  #sendOut(connection: Connection, frame: Uint8Array, done: () => void): void {
    const { carrier } = this.#parts;
    const server = carrier.at(connection.address);
    const way = { from: this, to: server?.name ?? connection.address, times: connection.out };
    const route = server && connection.attach(server);
    carrier.carry(way, frame, done, arrived => {
      if (server !== undefined && route !== undefined) server.#arrive(route, arrived);
    });
  }

  #sendBack(route: MemoryRoute, frame: Uint8Array, done: () => void): void {
    const { client, clientRoute, back } = route.connection;
    // Others have its place after a restart of this node: nobody listens to the one before.
    const isCurrent = () => route.connection.serverRoute === route;
    this.#parts.carrier.carry({ from: this, to: client.name, times: back }, frame, done, arrived => {
      if (isCurrent()) client.#arrive(clientRoute, arrived);
    });
  }

  #arrive(route: MemoryRoute, frame: Uint8Array): void {
    if (this.#isGone || frame.length > this.#parts.maxFrameSize) return;
    this.#parts.receive(() => {
      if (!this.#isGone && route.isOpen) this.#parts.events.frame(route, frame);
    });
  }
}
