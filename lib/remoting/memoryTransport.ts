/**
 * Frames within one process, over a network that loses what it is told to lose: what specs and simulations run on. It is
 * no stand-in for the wire format: the same bytes cross it.
 */
import { RemotingError } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import type { Route, Transport, TransportEvents, TransportFactory } from './transport.ts';

/** How long a frame is on its way, in ms. */
const delay = 1;
const firstFreePort = 40_000;

class MemoryRoute implements Route {
  readonly label: string;
  /** Who is at the other end. */
  readonly to: string;

  constructor(to: string) {
    this.label = to;
    this.to = to;
  }
}

/** The network that the nodes of one spec share: `Node.start({ address, transport: network.transport })`. */
export class MemoryNetwork {
  readonly #listeners = new Map<string, MemoryTransport>();
  /** The share of frames that gets lost from one address to another, from 0 to 100. */
  readonly #loss = new Map<string, number>();
  #nextPort = firstFreePort;
  /** Frames that were taken from a sender and not lost. */
  delivered = 0;
  /** Frames that were lost. */
  lost = 0;

  readonly transport: TransportFactory = (world, events) => new MemoryTransport(this, world, events);

  /** Loses `percent` of the frames from one address to another; `'*'` stands for any. */
  packetLoss(percent: number, from = '*', to = '*'): void {
    this.#loss.set(`${from} ${to}`, percent);
  }

  /** Loses all frames from one address to another; the other direction stays as it is. */
  cut(from = '*', to = '*'): void {
    this.packetLoss(100, from, to);
  }

  /** Ends all losses. */
  heal(): void {
    this.#loss.clear();
  }

  /** The node at that address is gone from one moment to the next: no goodbye. */
  crash(address: string): void {
    this.#listeners.get(address)?.vanish();
    this.#listeners.delete(address);
  }

  /** @internal Whether anything gets through between the two, in both directions. */
  isOpen(one: string, other: string): boolean {
    const isCut = [this.#lossOf(one, other), this.#lossOf(other, one)].includes(100);
    return !isCut && this.#listeners.has(other);
  }

  #lossOf(from: string, to: string): number {
    return Math.max(...['*', from].flatMap(a => ['*', to].map(b => this.#loss.get(`${a} ${b}`) ?? 0)));
  }

  /** @internal */
  bind(address: string, transport: MemoryTransport): string {
    const bound = address.endsWith(':0') ? `${address.slice(0, -1)}${this.#nextPort++}` : address;
    if (this.#listeners.has(bound))
      throw new RemotingError(`${bound} is in use by another process; choose another port`);
    this.#listeners.set(bound, transport);
    return bound;
  }

  /** @internal */
  unbind(address: string, transport: MemoryTransport): void {
    if (this.#listeners.get(address) === transport) this.#listeners.delete(address);
  }

  /** @internal The node at an address, if a frame from that sender gets there. */
  reach(from: string, to: string, world: World): MemoryTransport | undefined {
    const percent = this.#lossOf(from, to);
    const isLost = percent > 0 && world.random() * 100 < percent;
    if (isLost) this.lost++;
    else this.delivered++;
    return isLost ? undefined : this.#listeners.get(to);
  }
}

class MemoryTransport implements Transport {
  readonly #network: MemoryNetwork;
  readonly #world: World;
  readonly #events: TransportEvents;
  readonly #inbound = new Map<string, MemoryRoute>();
  readonly #closed = new Set<Route>();
  #address = '';
  #isGone = false;

  constructor(network: MemoryNetwork, world: World, events: TransportEvents) {
    this.#network = network;
    this.#world = world;
    this.#events = events;
  }

  async listen(address: string): Promise<string> {
    this.#address = this.#network.bind(address, this);
    return this.#address;
  }

  connect(address: string): Route {
    // An answer comes in on the connection that went out.
    const route = new MemoryRoute(address);
    this.#inbound.set(address, route);
    return route;
  }

  send(route: Route, frame: Uint8Array, done: (hasLeft: boolean) => void): void {
    const { to } = route as MemoryRoute;
    const isOpen = !this.#isGone && !this.#closed.has(route);
    const target = isOpen ? this.#network.reach(this.#address, to, this.#world) : undefined;
    this.#world.clock.after(delay, () => target?.arrive(this.#address, frame));
    this.#world.scheduler.soon(() => done(isOpen));
  }

  isAlive(route: Route): boolean {
    return !this.#closed.has(route) && this.#network.isOpen(this.#address, (route as MemoryRoute).to);
  }

  disconnect(route: Route): void {
    this.#closed.add(route);
    const { to } = route as MemoryRoute;
    if (this.#inbound.get(to) === route) this.#inbound.delete(to);
  }

  async close(): Promise<void> {
    this.#network.unbind(this.#address, this);
    // What was sent before is on its way, as it is with a real network.
    this.#isGone = true;
  }

  vanish(): void {
    this.#isGone = true;
  }

  arrive(from: string, frame: Uint8Array): void {
    if (this.#isGone) return;
    let route = this.#inbound.get(from);
    if (route === undefined) {
      route = new MemoryRoute(from);
      this.#inbound.set(from, route);
    }
    this.#events.frame(route, frame);
  }
}
