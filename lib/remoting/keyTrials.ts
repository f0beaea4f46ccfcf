/**
 * Which key a client takes the server to have. CURVE wants it known beforehand; where it is not pinned, the keys that it may
 * be are tried in turn. It decides, and knows no socket.
 */
import type { Curve } from './curve.ts';

/** Why a handshake failed, as far as the client can tell. */
export type HandshakeFailure =
  /** The server has another key, or the connection broke: the two look alike. */
  | 'key'
  /** The server has that key, and does not want ours. */
  | 'unlisted'
  /** One side wants CURVE and the other does not. */
  | 'mechanism'
  /** Something else than ZeroMQ is there. */
  | 'protocol';

/** What to do after a failure. */
export interface NextTrial {
  /** When to try again, in ms. */
  readonly delay: number;
  /** What to tell people; undefined while there is still hope. */
  readonly complaint: string | undefined;
}

/** The pauses between rounds, in ms: each is twice the one before. */
const shortestPause = 100;
const longestPause = 2000;

/** The keys that fitted, by address: bounded, since addresses may come and go. */
const mostRemembered = 10_000;

export class RememberedKeys {
  readonly #keys = new Map<string, string>();

  get(address: string): string | undefined {
    return this.#keys.get(address);
  }

  set(address: string, key: string): void {
    this.#keys.delete(address);
    this.#keys.set(address, key);
    if (this.#keys.size > mostRemembered) this.#keys.delete(this.#keys.keys().next().value as string);
  }
}

export class KeyTrials {
  readonly #address: string;
  readonly #curve: Curve | undefined;
  readonly #remembered: RememberedKeys;
  /** Those of this round that were not tried yet; undefined before a round. */
  #left: string[] | undefined;
  #current: string | undefined;
  #pause = shortestPause;

  constructor(address: string, curve: Curve | undefined, remembered: RememberedKeys) {
    this.#address = address;
    this.#curve = curve;
    this.#remembered = remembered;
  }

  /** The key to try now, of the lists as they are now; undefined without CURVE. */
  next(): string | undefined {
    this.#left ??= this.#candidates();
    this.#current = this.#left.shift();
    return this.#current;
  }

  worked(): void {
    this.#remember();
    this.#pause = shortestPause;
    // Should it fail later, all others are candidates again.
    this.#left = this.#candidates().filter(key => key !== this.#current);
  }

  failed(why: HandshakeFailure): NextTrial {
    if (why === 'key' && this.#left !== undefined && this.#left.length > 0) {
      return { delay: 0, complaint: undefined };
    }
    if (why === 'unlisted') this.#remember();
    this.#left = undefined;
    const delay = this.#pause;
    this.#pause = Math.min(2 * delay, longestPause);
    return { delay, complaint: this.#complaint(why) };
  }

  #remember(): void {
    if (this.#current !== undefined) this.#remembered.set(this.#address, this.#current);
  }

  /** The one that fitted last comes first, if it may still be the one. Never none: without a key, nothing would be encrypted. */
  #candidates(): string[] {
    if (this.#curve === undefined) return [];
    const keys = this.#curve.serverKeys(this.#address);
    if (keys.length === 0) return [this.#curve.publicKey];
    const last = this.#remembered.get(this.#address);
    return last !== undefined && keys.includes(last)
      ? [last, ...keys.filter(key => key !== last)]
      : [...keys];
  }

  #complaint(why: HandshakeFailure): string {
    switch (why) {
      case 'key':
        return 'none of the keys known here fits: add its public key to the allow list or to servers';
      case 'unlisted':
        return "this node's key is not allowed there";
      case 'mechanism':
        return this.#curve === undefined
          ? 'it wants CURVE, and this node has no keys'
          : 'it does not use CURVE, and this node does';
      case 'protocol':
        return 'it does not speak the protocol of ZeroMQ';
      default:
        return why satisfies never;
    }
  }
}
