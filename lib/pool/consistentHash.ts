/** By key: messages with the same key go to the same one. */
import { show } from '../base/errors.ts';
import type { Ref } from '../core/ref.ts';
import { HashRing } from './hashRing.ts';
import { type Desk, type Routing, RoutingStrategy } from './routingStrategy.ts';

export interface ConsistentHashOptions {
  /** At how many points of the ring each member stands (128): the more, the more evenly keys are shared out. */
  virtualNodes?: number | undefined;
}

const mostVirtualNodes = 10_000;

class ConsistentHash implements Routing {
  readonly #desk: Desk;
  readonly #key: (message: never) => unknown;
  readonly #virtualNodes: number;
  /** The ring, and for whom it was made. */
  #ring = new HashRing([], 1);
  #keys: readonly string[] | undefined;

  constructor(desk: Desk, key: (message: never) => unknown, virtualNodes: number) {
    this.#desk = desk;
    this.#key = key;
    this.#virtualNodes = virtualNodes;
  }

  route(message: unknown, sender: Ref | undefined): void {
    const { cell, members, nobody } = this.#desk;
    const { refs, keys } = members;
    let key: string;
    try {
      key = String(this.#key(message as never));
    } catch (error) {
      // One bad message must not cost the pool its workers.
      cell.ignoreError(error, 'key of consistentHash');
      return cell.unhandled(message);
    }
    if (this.#keys !== keys) {
      this.#ring = new HashRing(keys, this.#virtualNodes);
      this.#keys = keys;
    }
    (refs[this.#ring.ownerOf(key)] ?? nobody).tell(message, sender);
  }
}

/**
 * Messages with the same key go to the same one, as long as it is there. When members come or go, few keys move.
 * @param key what a message is known by; compared as text. A message for which it throws is unhandled
 * @throws TypeError that names the option and what is wrong with it
 */
export function consistentHash<M>(
  key: (message: M) => unknown,
  { virtualNodes = 128 }: ConsistentHashOptions = {},
): RoutingStrategy<M> {
  if (typeof key !== 'function')
    throw new TypeError(`consistentHash: key must be a function message => key, not ${show(key)}`);
  if (!Number.isInteger(virtualNodes) || virtualNodes < 1 || virtualNodes > mostVirtualNodes) {
    throw new TypeError(
      `consistentHash: virtualNodes must be a whole number from 1 to ${mostVirtualNodes}, not ${show(virtualNodes)}`,
    );
  }
  return new RoutingStrategy('consistentHash', desk => new ConsistentHash(desk, key, virtualNodes));
}
