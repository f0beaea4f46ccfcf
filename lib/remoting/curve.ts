/** CURVE as the rest of remoting sees it: the own keys, whom to trust, and proofs of who one is. */
import { createHmac } from 'node:crypto';
import { RemotingError, show } from '../base/errors.ts';
import { checkNames } from '../base/options.ts';
import { isKey, publicKeyOf, sharedSecret } from './keys.ts';

export interface Curve {
  /** This node's public key: 40 characters of Z85. */
  readonly publicKey: string;
  readonly secretKey: string;
  /** Whether who holds that key may connect now: the list may change while the node runs. */
  isAllowed(publicKey: string): boolean;
  /** The one key that a node at that address may have; undefined for an address that is not in `servers`. */
  pinnedKey(address: string): string | undefined;
  /** The keys that a node at that address may have, the likeliest first: a client must know the server's key. */
  serverKeys(address: string): readonly string[];
  /**
   * 32 bytes that only the two holders of these keys can make: an HMAC-SHA-256 under their X25519 secret.
   * @throws RemotingError when `peerKey` is no key
   */
  proof(peerKey: string, text: string): Uint8Array;
}

/** Keys, and whom to trust. All keys are 40 characters of Z85, as `keygen()` makes them. */
export interface CurveOptions {
  readonly publicKey: string;
  readonly secretKey: string;
  /**
   * The public keys of those that may connect, besides nodes with this same key pair (none). It is read at each connection: a
   * `Set` that the program changes takes effect while the node runs.
   */
  readonly allow?: Iterable<string> | undefined;
  /**
   * The public keys of nodes by their address, `host:port`. At any other address the own key and those of `allow` are tried
   * in turn, which works, but costs a connection for each that does not fit.
   */
  readonly servers?: Readonly<Record<string, string>> | undefined;
}

const known = ['publicKey', 'secretKey', 'allow', 'servers'];

/** Secrets shared with peers that are kept: each takes about half a ms to compute. */
const mostSecrets = 1000;

/**
 * Checks the keys.
 * @throws TypeError that names the field and what it must be, never the secret; RemotingError when the keys are no pair
 */
export function makeCurve(options: CurveOptions): Curve {
  checkCurveOptions(options);
  return new OwnCurve(options);
}

class OwnCurve implements Curve {
  readonly publicKey: string;
  /** Private, so that no log that prints this object prints the secret. */
  readonly #secretKey: string;
  readonly #options: CurveOptions;
  readonly #allow: Iterable<string>;
  readonly #secrets = new Map<string, Uint8Array>();

  constructor(options: CurveOptions) {
    const { publicKey, secretKey, allow = [] } = options;
    this.publicKey = publicKey;
    this.#secretKey = secretKey;
    this.#options = options;
    this.#allow = allow;
  }

  get secretKey(): string {
    return this.#secretKey;
  }

  isAllowed(publicKey: string): boolean {
    if (publicKey === this.publicKey) return true;
    if (this.#allow instanceof Set) return this.#allow.has(publicKey);
    for (const allowed of this.#allow) if (allowed === publicKey) return true;
    return false;
  }

  pinnedKey(address: string): string | undefined {
    const { servers = {} } = this.#options;
    return Object.hasOwn(servers, address) ? servers[address] : undefined;
  }

  serverKeys(address: string): readonly string[] {
    const { servers = {} } = this.#options;
    const pinned = Object.hasOwn(servers, address) ? servers[address] : undefined;
    if (pinned !== undefined) return isKey(pinned) ? [pinned] : [];
    // A live list may hold anything by now.
    return [...new Set([this.publicKey, ...this.#allow])].filter(isKey);
  }

  proof(peerKey: string, text: string): Uint8Array {
    return new Uint8Array(createHmac('sha256', this.#secretWith(peerKey)).update(text).digest());
  }

  #secretWith(peerKey: string): Uint8Array {
    const found = this.#secrets.get(peerKey);
    if (found !== undefined) return found;
    const secret = sharedSecret(this.#secretKey, peerKey);
    if (this.#secrets.size >= mostSecrets) this.#secrets.delete(this.#secrets.keys().next().value as string);
    this.#secrets.set(peerKey, secret);
    return secret;
  }
}

/** @param name what the options are called in errors: an option, or a file */
export function checkCurveOptions(options: CurveOptions, name = 'curve'): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(
      `${name} must be an object with publicKey, secretKey and allow, not ${kind(options)}`,
    );
  }
  checkNames(name, options, known);
  const { publicKey, secretKey, allow = [], servers = {} } = options;
  checkKey(publicKey, `${name}.publicKey`);
  // Never shown, not even when it is wrong: it may be right but for one character.
  if (!isKey(secretKey)) {
    throw new TypeError(`${name}.secretKey must be 40 characters of Z85, not ${kind(secretKey)}`);
  }
  if (publicKeyOf(secretKey) !== publicKey) {
    throw new RemotingError(
      `${name}.publicKey does not belong to ${name}.secretKey; make a pair with keygen`,
    );
  }
  checkAllow(allow, `${name}.allow`);
  if (typeof servers !== 'object' || servers === null || Array.isArray(servers)) {
    throw new TypeError(`${name}.servers must be an object {'host:port': key}, not ${show(servers)}`);
  }
  for (const [address, key] of Object.entries(servers)) {
    checkKey(key, `${name}.servers[${show(address)}]`);
  }
}

function checkAllow(allow: Iterable<string>, name: string): void {
  if (typeof allow === 'string' || typeof allow?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`${name} must be an array or a Set of public keys, not ${show(allow)}`);
  }
  const iterator: unknown = allow[Symbol.iterator]();
  if (iterator === allow) {
    throw new TypeError(
      `${name} can be read only once, but is read at each connection: give an array or a Set`,
    );
  }
  let index = 0;
  for (const key of allow) checkKey(key, `${name}[${index++}]`);
}

function checkKey(key: unknown, name: string): void {
  if (isKey(key)) return;
  throw new TypeError(`${name} must be a public key, 40 characters of Z85, not ${kind(key)}`);
}

/** What a value is, without the value: it may be a secret that was put in the wrong place. */
const kind = (value: unknown): string =>
  typeof value === 'string' ? `a text of ${value.length} characters` : value === null ? 'null' : typeof value;
