/**
 * Who a node is. CURVE lets in whoever holds a key on the list, and does not say which: so each node proves in its
 * introduction that it holds the key that it names, with a proof that only the two of them can make.
 */
import type { Curve } from './curve.ts';
import type { Route } from './transport.ts';
import type { Introduction } from './wire.ts';

/** Why an introduction is not believed. */
export interface Doubt {
  /** What is answered. */
  readonly reason: string;
  /** What is told here. */
  readonly text: string;
  /** Whether the other can mend it by itself: it does not know our key yet. */
  readonly isCurable: boolean;
}

const prove = 'prove ';

export class Identity {
  readonly #own: string;
  readonly #curve: Curve | undefined;
  /** The keys of those at the other end, as far as they are known. */
  readonly #keys = new WeakMap<Route, string>();

  /** @param own this node's incarnation */
  constructor(own: string, curve: Curve | undefined) {
    this.#own = own;
    this.#curve = curve;
  }

  /** What an introduction says about keys; to one whose key is not known yet, no proof. */
  proveTo(route: Route, kind: string, address: string): { key: string; proof: string } {
    if (this.#curve === undefined) return { key: '', proof: '' };
    const theirs = this.#keys.get(route);
    const key = this.#curve.publicKey;
    return { key, proof: theirs === undefined ? '' : this.#proof(theirs, kind, this.#own, address) };
  }

  /** Why `record` is not to be believed; undefined when it is. */
  doubt(route: Route, source: string, record: Introduction): Doubt | undefined {
    const curve = this.#curve;
    if (curve === undefined) return undefined;
    const { key, proof, kind, address } = record;
    const pinned = curve.pinnedKey(address);
    if (pinned !== undefined && pinned !== key) {
      const text = `its key ${key} is not the one that servers has for it`;
      return { reason: 'your key is not that of the node at this address', text, isCurable: false };
    }
    if (key === '' || !curve.isAllowed(key)) {
      const whose = key === '' ? 'it has no key' : `its key ${key} is not on the allow list`;
      return { reason: 'your key is not on the allow list', text: whose, isCurable: false };
    }
    if (proof === '') return { reason: prove + curve.publicKey, text: '', isCurable: true };
    if (proof !== this.#proof(key, kind, source, address)) {
      const text = `it can't prove that ${key} is its key`;
      return { reason: 'the proof of your key is wrong', text, isCurable: false };
    }
    this.#keys.set(route, key);
    return undefined;
  }

  /** Whether the refusal only tells the key of the one who refused, so that the introduction can be said again. */
  learn(route: Route, reason: string): boolean {
    if (this.#curve === undefined || !reason.startsWith(prove)) return false;
    const key = reason.slice(prove.length);
    if (this.#keys.get(route) === key || !this.#curve.isAllowed(key)) return false;
    this.#keys.set(route, key);
    return true;
  }

  #proof(theirs: string, kind: string, incarnation: string, address: string): string {
    try {
      const bytes = (this.#curve as Curve).proof(theirs, `${kind} ${incarnation} ${address}`);
      return Buffer.from(bytes).toString('hex');
    } catch {
      return 'none'; // what stands on the allow list is no key: nobody can have it
    }
  }
}
