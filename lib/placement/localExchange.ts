/** The exchange of one thread: who takes connections here, by address. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { RemotingError } from '../base/errors.ts';
import { type Port, ThreadPort } from './port.ts';
import type { Exchange } from './portTransport.ts';

export class LocalExchange implements Exchange {
  readonly #listeners = new Map<string, (port: Port) => void>();
  readonly #soon: (run: () => void) => void;
  #lastPort = 0;

  constructor(soon: (run: () => void) => void) {
    this.#soon = soon;
  }

  bind(address: string, accept: (port: Port) => void): string {
    const taken = address.endsWith(':0') ? `${address.slice(0, -1)}${++this.#lastPort}` : address;
    if (this.#listeners.has(taken)) throw new RemotingError(`${taken} is in use; choose another address`);
    this.#listeners.set(taken, accept);
    return taken;
  }

  unbind(address: string): void {
    this.#listeners.delete(address);
  }

  dial(address: string): Port | undefined {
    const connection = this.dialFromThread(address);
    return connection && new ThreadPort(connection.theirs, this.#soon);
  }

  /** A connection for another thread, to which its end has to be handed over. */
  dialFromThread(address: string): { own: Port; theirs: MessagePort } | undefined {
    const accept = this.#listeners.get(address);
    if (accept === undefined) return undefined;
    const { port1, port2 } = new MessageChannel();
    const own = new ThreadPort(port1, this.#soon);
    accept(own);
    return { own, theirs: port2 };
  }

  /** A connection that was made otherwise. */
  accept(address: string, port: Port): void {
    this.#listeners.get(address)?.(port);
  }
}
