/**
 * A transport over ports: between the threads and processes of one node. Who may be reached, and how, is said by an
 * exchange; a connection is one port.
 */
import type { Route, Transport, TransportEvents, TransportFactory } from '../remoting/transport.ts';
import type { Port } from './port.ts';

export interface Exchange {
  /**
   * Takes connections at an address.
   * @returns the address, which differs for port 0
   * @throws RemotingError when it is taken
   */
  bind(address: string, accept: (port: Port) => void): string;
  unbind(address: string): void;
  /** A connection to whoever takes them there; undefined for nobody. */
  dial(address: string): Port | undefined;
}

/** Hears of buffers that were handed over beside the frames. */
export type OnMoved = (id: string, buffers: readonly ArrayBufferLike[]) => void;

class PortRoute implements Route {
  readonly label: string;
  readonly port: Port | undefined;
  isOpen: boolean;

  constructor(label: string, port: Port | undefined) {
    this.label = label;
    this.port = port;
    this.isOpen = port !== undefined;
  }
}

export class PortTransport implements Transport {
  readonly #exchange: Exchange;
  readonly #events: TransportEvents;
  readonly #soon: (run: () => void) => void;
  readonly #onMoved: OnMoved;
  readonly #routes = new Set<PortRoute>();
  #address: string | undefined;

  constructor(
    exchange: Exchange,
    events: TransportEvents,
    soon: (run: () => void) => void,
    onMoved: OnMoved = () => {},
  ) {
    this.#exchange = exchange;
    this.#events = events;
    this.#soon = soon;
    this.#onMoved = onMoved;
  }

  async listen(address: string): Promise<string> {
    this.#address = this.#exchange.bind(address, port => this.#open('a part of this node', port));
    return this.#address;
  }

  connect(address: string): Route {
    const port = this.#exchange.dial(address);
    return port === undefined ? new PortRoute(address, undefined) : this.#open(address, port);
  }

  #open(label: string, port: Port): PortRoute {
    const route = new PortRoute(label, port);
    this.#routes.add(route);
    port.open({
      frame: frame => {
        if (route.isOpen) this.#events.frame(route, frame);
      },
      moved: this.#onMoved,
      closed: () => {
        if (this.#end(route)) this.#events.gone?.(route);
      },
    });
    return route;
  }

  send(route: Route, frame: Uint8Array, done: (hasLeft: boolean) => void): void {
    const { isOpen, port } = route as PortRoute;
    if (isOpen && port !== undefined) port.post(frame, done);
    else this.#soon(() => done(false));
  }

  /** A port stands for as long as the other end lives; whether that answers is for others to judge. */
  isAlive(route: Route): boolean {
    return (route as PortRoute).isOpen;
  }

  disconnect(route: Route): void {
    if (this.#end(route as PortRoute)) (route as PortRoute).port?.close();
  }

  async close(): Promise<void> {
    if (this.#address !== undefined) this.#exchange.unbind(this.#address);
    this.#address = undefined;
    for (const route of [...this.#routes]) this.disconnect(route);
  }

  /** @returns whether it was open */
  #end(route: PortRoute): boolean {
    const { isOpen } = route;
    route.isOpen = false;
    this.#routes.delete(route);
    return isOpen;
  }
}

/** Makes transports over the ports of one exchange. */
export const portTransport =
  (exchange: Exchange, onMoved?: OnMoved): TransportFactory =>
  (world, events) =>
    new PortTransport(exchange, events, run => world.scheduler.soon(run), onMoved);
