/**
 * Addresses: `[host:port]/path/of/names`. Knows nothing of actors; equal addresses are one and the same object, so
 * they can be compared with `===` and used as keys of a `Map` or `Set`.
 */
import { InvalidAddress, show } from '../base/errors.ts';

/** `host:port`; IPv6 hosts stand in brackets, as in a URL. */
const nodePattern = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+):(\d{1,5})$/;

/** Whether `text` names a node: `host:port` with a port from 0 to 65535. */
export function isNodeAddress(text: string): boolean {
  const match = nodePattern.exec(text);
  return match !== null && Number(match[1]) <= 65_535;
}

/** `text` if it is `host:port`, else throws `InvalidAddress`. */
export function checkNodeAddress(text: string): string {
  if (typeof text === 'string' && isNodeAddress(text)) return text;
  throw new InvalidAddress(
    `${show(text)} is no node address; write host:port with a port from 0 to 65535, as in 127.0.0.1:9700`,
  );
}

/**
 * What stands before and behind the first slash: all that most need, and cheaper than an `Uri`.
 * @throws InvalidAddress as `Uri.parse` does
 */
export function splitAddress(text: string): { readonly node: string | undefined; readonly path: string } {
  if (typeof text !== 'string' || text === '') throw invalid(text, 'it is empty');
  const slash = text.indexOf('/');
  const first = slash === -1 ? text : text.slice(0, slash);
  if (!first.includes(':')) return { node: undefined, path: checkPath(text, text) };
  const path = slash === -1 ? '/' : text.slice(slash);
  return { node: checkNodeAddress(first), path: checkPath(path, text) };
}

const interned = new Map<string, WeakRef<Uri>>();
const forget = new FinalizationRegistry<string>(text => {
  if (interned.get(text)?.deref() === undefined) interned.delete(text);
});

/** The address of an actor: absolute (`/a/b`), relative (`a/b`, `..`) or on a node (`127.0.0.1:9700/a/b`). */
export class Uri {
  /** `host:port`, or undefined for a local or relative address. */
  readonly node: string | undefined;
  /** The address without its node. */
  readonly path: string;

  private constructor(node: string | undefined, path: string) {
    this.node = node;
    this.path = path;
  }

  /**
   * The address that `text` writes.
   * @throws InvalidAddress when it is empty, ends with a slash, has an empty step or names a node with a bad port.
   */
  static parse(text: string): Uri {
    const { node, path } = splitAddress(text);
    return Uri.#intern(node, path);
  }

  static #intern(node: string | undefined, path: string): Uri {
    const text = (node ?? '') + path;
    const known = interned.get(text)?.deref();
    if (known !== undefined) return known;
    const uri = new Uri(node, path);
    interned.set(text, new WeakRef(uri));
    forget.register(uri, text);
    return uri;
  }

  /** Whether the address is to be understood from some actor's place: it does not start at a root. */
  get relative(): boolean {
    return !this.path.startsWith('/');
  }

  /** The names from the root on, which itself is `''`: `/a/b` has `['', 'a', 'b']`, and `a/b` has `['a', 'b']`. */
  get steps(): readonly string[] {
    return this.path === '/' ? [''] : this.path.split('/');
  }

  /** The last name; `''` for a root. */
  get name(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }

  /** The address one step up, undefined for a root and for a single relative step. */
  get parent(): Uri | undefined {
    if (this.path === '/') return undefined;
    const slash = this.path.lastIndexOf('/');
    if (slash === -1) return undefined;
    return Uri.#intern(this.node, slash === 0 ? '/' : this.path.slice(0, slash));
  }

  /** Where the address starts: `/` (on the same node), or the first step of a relative one. */
  get root(): Uri {
    return Uri.#intern(this.node, this.relative ? (this.steps[0] as string) : '/');
  }

  /** The address without its node. */
  get local(): Uri {
    return this.node === undefined ? this : Uri.#intern(undefined, this.path);
  }

  /** `tcp://host:port/path`, undefined without a node. */
  get url(): string | undefined {
    return this.node === undefined ? undefined : `tcp://${this}`;
  }

  /**
   * The address of a child.
   * @throws InvalidAddress when `name` is empty, `.`, `..` or more than one step.
   */
  child(name: string): Uri {
    if (typeof name !== 'string' || name === '' || name === '.' || name === '..' || name.includes('/')) {
      throw invalid(name, 'a child is one step that is not empty, . or ..');
    }
    return Uri.#intern(this.node, this.path === '/' ? `/${name}` : `${this.path}/${name}`);
  }

  /** What `other` means when it is read at this address: absolute ones as they are, `..` goes up. */
  resolve(other: string | Uri): Uri {
    const uri = typeof other === 'string' ? Uri.parse(other) : other;
    if (uri.node !== undefined) return uri;
    if (!uri.relative) return Uri.#intern(this.node, uri.path);
    const steps = this.path === '/' ? [''] : this.path.split('/');
    for (const step of uri.steps) {
      if (step === '..') {
        if (steps.length === 1) throw invalid(String(uri), `it leads above the root of ${this}`);
        steps.pop();
      } else if (step !== '.') steps.push(step);
    }
    return Uri.#intern(this.node, steps.length === 1 && steps[0] === '' ? '/' : steps.join('/'));
  }

  /** Whether both write the same address; `other` may be text. */
  equals(other: unknown): boolean {
    return other === this || (typeof other === 'string' && other === this.toString());
  }

  toString(): string {
    return (this.node ?? '') + this.path;
  }

  toJSON(): string {
    return this.toString();
  }
}

function checkPath(path: string, text: string): string {
  if (path === '/') return path;
  if (path.endsWith('/')) throw invalid(text, 'it ends with a slash');
  if (path.includes('//')) throw invalid(text, 'it has an empty step');
  return path;
}

const invalid = (text: unknown, why: string) =>
  new InvalidAddress(`${show(text)} is no address: ${why}; write [host:port]/path/of/names`);
