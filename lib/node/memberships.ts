/** Who of one node is in which groups, with a limit on how much that can be: other nodes fill these too. */
import type { Ref } from '../core/ref.ts';

/** The most memberships of one node. */
export const mostMemberships = 100_000;
/** The most text in the names and paths of one node, in characters. */
const mostText = 16 * 1024 * 1024;

export class Memberships {
  readonly #groups = new Map<string, Map<string, Ref>>();
  #count = 0;
  #text = 0;

  get names(): IterableIterator<string> {
    return this.#groups.keys();
  }

  get count(): number {
    return this.#count;
  }

  /** In the order in which they joined. */
  of(group: string): Iterable<Ref> {
    return this.#groups.get(group)?.values() ?? [];
  }

  has(group: string, path: string): boolean {
    return this.#groups.get(group)?.has(path) ?? false;
  }

  /** @param path that of the member; one that is there already stays. @returns false when there is no room */
  add(group: string, path: string, member: Ref): boolean {
    if (this.has(group, path)) return true;
    const text = group.length + path.length;
    if (this.#count >= mostMemberships || this.#text + text > mostText) return false;
    this.#groups.set(group, (this.#groups.get(group) ?? new Map<string, Ref>()).set(path, member));
    this.#count++;
    this.#text += text;
    return true;
  }

  /** The member that was removed; undefined when it was none. */
  remove(group: string, path: string): Ref | undefined {
    const members = this.#groups.get(group);
    const member = members?.get(path);
    if (members === undefined || member === undefined) return undefined;
    members.delete(path);
    if (members.size === 0) this.#groups.delete(group);
    this.#count--;
    this.#text -= group.length + path.length;
    return member;
  }

  /** Those of a group that are not in `other`. */
  without(other: Memberships, group: string): Ref[] {
    const members = [...(this.#groups.get(group) ?? [])];
    return members.filter(([path]) => !other.has(group, path)).map(([, member]) => member);
  }

  *[Symbol.iterator](): IterableIterator<[group: string, path: string]> {
    for (const [group, members] of this.#groups) for (const path of members.keys()) yield [group, path];
  }
}
